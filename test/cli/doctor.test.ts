import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { askingAt, newPlace, openProgram, put, run, type RunOptions, start } from "../support/program.ts";
import { type Reply, type Script, serve } from "../support/raw-server.ts";
import { hasProgram } from "../support/system-programs.ts";
import { refusal } from "../support/wire.ts";
import { any, en, patternOf, wordsOf, zh } from "../support/words.ts";

interface Check {
  readonly id: string;
  readonly status: string;
  readonly facts: Record<string, unknown> | null;
  readonly problems: readonly { code: string; exit_code: number; message: string; next: string; details: object }[];
  readonly skipped: { why: string; by: string | null } | null;
}

interface Report {
  readonly ok: boolean;
  readonly exit_code: number;
  readonly checks: readonly Check[];
}

/** Runs `doctor --json`, and gives each check by its id. */
async function examine(options: RunOptions, args: readonly string[] = []) {
  const ran = await run(["doctor", "--json", ...args], options);
  const report = JSON.parse(ran.stdout) as Report;
  const check = (id: string) => report.checks.find((each) => each.id === id)!;
  return { ...ran, report, check, codes: (id: string) => check(id).problems.map(({ code }) => code) };
}

const json = (body: unknown, headers: Record<string, string> = {}): Reply => refusal(200, body, headers);

/** DeepSeek's two endpoints beside the chat. */
function service(more: { models?: Reply; balance?: Reply } = {}): Script {
  return ({ path }) => {
    if (path === "/models") {
      return more.models ?? json({ data: [{ id: "deepseek-flash" }, { id: "deepseek-v4-pro" }] });
    }
    const infos = [{ currency: "CNY", total_balance: "12.50" }];
    return more.balance ?? json({ is_available: true, balance_infos: infos });
  };
}

const secret = "sk-0123456789abcdef";

describe("doctor on a sound set-up", () => {
  it.each([
    [
      "en",
      [
        "Provider  ",
        "deepseek at ",
        "API key  ",
        "from DEEPSEEK_API_KEY",
        "2 offered; deepseek-flash is one of them",
        "12.50 CNY",
        en.doctor.allFine,
      ],
    ],
    [
      "zh",
      [
        "\u670d\u52a1\u5546",
        "\u6765\u81ea DEEPSEEK_API_KEY",
        "\u5171 2 \u4e2a\uff0cdeepseek-flash \u5728\u5176\u4e2d",
        "12.50 CNY",
        zh.doctor.allFine,
      ],
    ],
  ])("says so, in %s", async (lang, phrases) => {
    await using server = await serve(service());
    const { code, stdout, stderr } = await run(["doctor", "--lang", lang], { env: askingAt(server) });
    for (const phrase of phrases) expect(stdout).toContain(phrase);
    expect(stdout).not.toContain("\u2717");
    expect(stdout).not.toContain(secret);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("tells facts as JSON, with a status for each check", async () => {
    await using server = await serve(service());
    const { code, report, check, stdout } = await examine({ env: askingAt(server) });
    expect([code, report.ok, report.exit_code]).toEqual([0, true, 0]);
    expect(Object.fromEntries(report.checks.map(({ id, status }) => [id, status]))).toEqual({
      program: "ok",
      terminal: "skip",
      settings: "ok",
      folders: "ok",
      transcripts: "ok",
      index: expect.stringMatching(/ok|skip/u) as string,
      provider: "ok",
      key: "ok",
      proxy: "skip",
      lookup: "skip",
      connect: "ok",
      tls: "skip",
      answer: "ok",
      clock: "ok",
      models: "ok",
      balance: "ok",
      failover: "skip",
      findings: "skip",
    });
    expect(check("program").facts).toMatchObject({ node: process.versions.node, platform: process.platform });
    expect(check("connect").facts).toMatchObject({ host: new URL(server.url).host, address: "127.0.0.1", proxy: null });
    expect(check("answer").facts).toMatchObject({ status: 200 });
    expect(check("models").facts).toEqual({ count: 2, model: "deepseek-flash", listed: true });
    expect(check("balance").facts).toMatchObject({ balances: [{ currency: "CNY", total: "12.50" }] });
    expect(stdout).not.toContain(secret);
  });

  it("needs no key, balance or name for the demo and for servers of this machine", async () => {
    const demo = await examine({}, ["-p", "demo"]);
    expect(demo.code).toBe(0);
    expect([demo.check("key").skipped?.why, demo.check("balance").skipped?.why]).toEqual(["no_key", "no_balance"]);
    await using server = await serve(({ path }) =>
      path === "/v1/models" ? json({ data: [{ id: "qwen" }] }) : refusal(404, {}),
    );
    const place = newPlace();
    put(place.configFile, `providers: { ollama: { base_url: "${server.url}/v1" } }\nprovider: ollama\nmodel: qwen\n`);
    const local = await examine({ place });
    expect(local.check("models").facts).toEqual({ count: 1, model: "qwen", listed: true });
    expect(local.check("provider").facts).toMatchObject({ origin: "config file" });
    expect(local.code).toBe(0);
  });

  it("knows what the terminal answers", async () => {
    const place = newPlace();
    await using terminal = openProgram(["doctor", "-p", "demo"], { place, env: { TERM: "xterm-256color" }, cols: 160 });
    const { code } = await terminal.exit;
    const line = /Terminal .*/u.exec(terminal.scrollback())?.[0];
    expect(line).toContain("xterm-256color");
    expect(line).toContain("160\u00d724");
    expect(line).toContain("Chinese 2 columns wide");
    expect(line).toMatch(/(?<!no )bracketed paste(?! unknown)/u);
    expect(line).not.toContain("synchronized output unknown");
    // What was drawn for the question is gone.
    expect(terminal.scrollback()).not.toContain("\u4e2d");
    expect(code).toBe(0);
  });
});

describe("doctor on broken settings", () => {
  const config = [
    "# mine",
    "provider: mine",
    "temprature: 0.5",
    "top_p: 3",
    "role: poet",
    "providers:",
    "  mine:",
    "    base_url: URL",
    "    model: m",
    "    thinking: loud",
    "    key_command: [/nowhere/vault, read]",
    "",
  ].join("\n");

  it.each([
    [
      "en",
      "line 3: unknown setting temprature (did you mean temperature?).",
      "line 4: invalid top_p",
      "line 10: invalid providers.mine.thinking",
      wordsOf("bad_value", { name: "role", value: "poet", expected: "" }).what.split(" (")[0]!,
      "(/nowhere/vault) can't be run (ENOENT)",
      en.doctor.failed(5),
    ],
    [
      "zh",
      "\u7b2c 3 \u884c\u6709\u8bef\uff1a\u672a\u77e5\u8bbe\u7f6e\u9879 temprature",
      "\u7b2c 4 \u884c\u6709\u8bef\uff1atop_p",
      "\u7b2c 10 \u884c\u6709\u8bef\uff1aproviders.mine.thinking",
      "role \u7684\u503c\u65e0\u6548\uff1apoet",
      "/nowhere/vault\uff09\u65e0\u6cd5\u8fd0\u884c",
      zh.doctor.failed(5),
    ],
  ])("names each mistake with its line and key, in %s, and goes by the rest", async (lang, ...phrases) => {
    await using server = await serve([json({ data: [{ id: "m" }] })]);
    const place = newPlace();
    put(place.configFile, config.replace("URL", server.url));
    const { code, stdout } = await run(["doctor", "--lang", lang], { place });
    for (const phrase of phrases) expect(stdout).toContain(phrase);
    expect(stdout).toContain(place.configFile);
    expect(stdout).toContain(server.url);
    expect(code).toBe(3);
  });

  it("says where a file stops being YAML", async () => {
    const place = newPlace();
    put(place.configFile, 'provider: demo\nsystem: "never closed\n');
    const { check, code } = await examine({ place, env: { DEEPSEEK_CHAT_PROVIDER: "demo" } });
    expect(check("settings").problems).toMatchObject([
      { code: "config_broken", exit_code: 3, details: { path: place.configFile, line: expect.any(Number) as number } },
    ]);
    // All else was looked at: the file is not the only thing that can be wrong.
    expect(check("models").status).toBe("ok");
    expect(code).toBe(3);
  });

  it("names a variable whose value cannot be", async () => {
    const env = { DEEPSEEK_CHAT_KEY_STORE: "drawer", DEEPSEEK_CHAT_LOG: "/", DEEPSEEK_CHAT_PROVIDER: "demo" };
    const { check, code } = await examine({ env });
    expect(check("settings").problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("Invalid DEEPSEEK_CHAT_KEY_STORE: drawer"),
      expect.stringMatching(patternOf(wordsOf("storage_failed", { path: any, reason: "EISDIR" }).what)),
    ]);
    expect(code).toBe(2);
  });

  it("names a provider that there is not", async () => {
    const { check, codes, code } = await examine({}, ["-p", "nobody"]);
    expect(codes("provider")).toEqual(["unknown_provider"]);
    expect(check("connect").skipped).toEqual({ why: "blocked", by: "provider" });
    expect(code).toBe(2);
  });
});

describe("doctor on keys", () => {
  it("says what to do where there is none, and tries the way all the same, without one", async () => {
    await using server = await serve(service());
    const { check, codes, code } = await examine({ env: { DEEPSEEK_BASE_URL: server.url } });
    expect(codes("key")).toEqual(["no_key"]);
    expect(check("key").problems[0]?.next).toContain("DEEPSEEK_API_KEY");
    expect(check("answer").status).toBe("ok");
    expect(check("models").skipped).toEqual({ why: "blocked", by: "key" });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(code).toBe(3);
  });

  it("tells of one that is refused, and from where it is", async () => {
    await using server = await serve([refusal(401, { error: { message: `your key ${secret} is invalid` } })]);
    const place = newPlace();
    put(place.keyFile, JSON.stringify({ deepseek: secret }));
    chmodSync(place.keyFile, 0o600);
    const { check, code, stdout } = await examine({ place, env: { DEEPSEEK_BASE_URL: server.url } });
    expect(check("models").problems).toMatchObject([
      { code: "key_rejected", message: expect.stringContaining(place.keyFile) as string },
    ]);
    expect(stdout).not.toContain(secret);
    expect(code).toBe(3);
  });

  it("sends none to where a project's .env points", async () => {
    await using thief = await serve(service());
    const place = newPlace();
    put(join(place.cwd, ".env"), `DEEPSEEK_BASE_URL=${thief.url}\n`);
    const { codes, code } = await examine({ place, env: { DEEPSEEK_API_KEY: secret } });
    expect(codes("provider")).toEqual(["untrusted_endpoint"]);
    expect(thief.requests).toEqual([]);
    expect(code).toBe(3);
  });

  it("warns of files that others can read or write", async () => {
    const place = newPlace();
    put(place.keyFile, "{}");
    chmodSync(place.keyFile, 0o644);
    mkdirSync(join(place.home, ".cache", "deepseek-chat"), { recursive: true });
    chmodSync(join(place.home, ".cache", "deepseek-chat"), 0o777);
    const { check, code } = await examine({ place, env: { XDG_CACHE_HOME: join(place.home, ".cache") } }, [
      "-p",
      "demo",
    ]);
    expect(check("folders").status).toBe("warn");
    expect(check("folders").problems.map(({ message, next }) => [message, next])).toEqual([
      [expect.stringContaining("(mode 644)"), `Run: chmod go-rwx '${place.keyFile}'`],
      [expect.stringContaining("(mode 777)"), expect.stringMatching(/^Run: chmod go-w /u)],
    ]);
    expect(code).toBe(0);
  });

  it("fails where transcripts cannot be kept", async () => {
    const place = newPlace();
    put(join(place.home, "file"), "");
    const env = { DEEPSEEK_CHAT_TRANSCRIPTS: join(place.home, "file", "transcripts") };
    const { codes, code } = await examine({ place, env }, ["-p", "demo"]);
    expect(codes("folders")).toEqual(["not_writable"]);
    expect(code).toBe(6);
  });
});

describe("doctor on the search index", () => {
  it("tells what it knows and what it does not, and that a damaged one mends itself", async () => {
    const place = newPlace();
    await run(["ask", "-p", "demo", "one"], { place });
    expect((await examine({ place }, ["-p", "demo"])).check("index").skipped).toMatchObject({ why: "no_index" });
    await run(["transcripts", "search", "one"], { place });
    await run(["ask", "-p", "demo", "two"], { place });
    const { check } = await examine({ place }, ["-p", "demo"]);
    expect(check("index")).toMatchObject({ status: "ok", facts: { state: "sound", files: 1 } });
    // The first one may be read once more: what changed just before it was indexed can change again unseen.
    expect(check("index").facts!["pending"]).toBeGreaterThanOrEqual(1);
    writeFileSync(check("index").facts!["path"] as string, "no database at all, and long enough to be looked at");
    const damaged = await examine({ place }, ["-p", "demo"]);
    expect(damaged.codes("index")).toEqual(["index_damaged"]);
    expect(damaged.report.exit_code).toBe(0);
    await run(["transcripts", "search", "two"], { place });
    expect((await examine({ place }, ["-p", "demo"])).check("index").status).toBe("ok");
  });
});

describe("doctor on the way to the service", () => {
  it("tells at which stage it ends, and tries nothing behind that", async () => {
    const { check, codes, code } = await examine({ env: askingAt({ url: "http://127.0.0.1:9" }) });
    expect(codes("connect")).toEqual(["no_connection", "not_running"]);
    for (const id of ["tls", "answer", "clock", "models", "balance"]) {
      expect(check(id).skipped).toEqual({ why: "blocked", by: "connect" });
    }
    expect(code).toBe(5);
  });

  it("tells of a name that does not resolve", async () => {
    const { codes, check, code } = await examine({ env: askingAt({ url: "https://nowhere.invalid" }) });
    expect(codes("lookup")).toEqual(["no_connection"]);
    expect(check("lookup").problems[0]?.message).toContain("host name not found");
    expect(code).toBe(5);
  });

  it("tells of what is no TLS", async () => {
    await using server = await serve(service());
    const { codes, check, code } = await examine({ env: askingAt({ url: server.url.replace("http:", "https:") }) });
    expect(codes("tls")).toEqual(["no_connection"]);
    expect(check("connect").status).toBe("ok");
    expect(code).toBe(5);
  });

  it("goes through a proxy, and tells of one that cannot be gone through", async () => {
    await using server = await serve(service());
    const place = newPlace();
    put(
      place.configFile,
      "provider: mine\nproviders: {mine: {base_url: 'http://service.test', model: deepseek-flash}}\n",
    );
    const environment = (proxy: string) => ({ HTTP_PROXY: proxy });
    const through = await examine({ place, env: environment(server.url.replace("//", "//me:pass-word@")) });
    expect(through.check("proxy").facts).toMatchObject({ proxy: new URL(server.url).host, variable: "HTTP_PROXY" });
    expect(through.check("connect").facts).toMatchObject({ proxy: new URL(server.url).host });
    expect(through.check("answer").status).toBe("ok");
    expect(through.stdout).not.toContain("pass-word");
    expect((await examine({ place, env: environment("not a proxy") })).codes("proxy")).toEqual(["malformed_proxy"]);
    const unknown = await examine({ place, env: environment("ftp://127.0.0.1:1080") });
    expect(unknown.codes("proxy")).toEqual(["unsupported_proxy"]);
    expect(unknown.code).toBe(3);
    const closed = await examine({ place, env: environment("http://127.0.0.1:9") });
    expect(closed.check("connect").problems[0]?.message).toContain("127.0.0.1:9");
    const wants = await serve([refusal(407, "")]);
    const refused = await examine({ place, env: environment(wants.url) });
    expect(refused.check("connect").problems[0]?.message).toContain("the proxy refused");
    await wants[Symbol.asyncDispose]();
  });

  it("tells of a server that takes the connection and says nothing", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => {
      silent.listen(0, "127.0.0.1", resolve);
    });
    const { port } = silent.address() as AddressInfo;
    const { codes, code } = await examine({ env: askingAt({ url: `http://127.0.0.1:${port}` }) }, ["--timeout", "0.5"]);
    expect(codes("answer")).toEqual(["timeout"]);
    expect(code).toBe(5);
    silent.close();
  });

  it.skipIf(!hasProgram("openssl"))(
    "tells of a certificate that is not trusted, and of one that ends soon",
    async () => {
      const place = newPlace();
      const [key, cert] = [join(place.home, "key.pem"), join(place.home, "cert.pem")];
      const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "5"];
      execFileSync("openssl", [...request, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], {
        stdio: "ignore",
      });
      const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
        response.end('{"data":[{"id":"deepseek-flash"}]}');
      });
      await new Promise<void>((resolve) => {
        server.listen(0, resolve);
      });
      const env = askingAt({ url: `https://localhost:${(server.address() as AddressInfo).port}` });
      const untrusted = await examine({ place, env });
      expect(untrusted.check("tls").problems[0]?.message).toContain("certificate not trusted");
      expect(untrusted.check("answer").skipped).toEqual({ why: "blocked", by: "tls" });
      expect(untrusted.code).toBe(5);
      const trusted = await examine({ place, env: { ...env, NODE_EXTRA_CA_CERTS: cert } });
      expect(trusted.check("lookup").facts).toMatchObject({ name: "localhost" });
      expect(trusted.check("proxy").facts).toMatchObject({ certificates: cert });
      expect(trusted.check("tls").facts).toMatchObject({ issuer: "localhost", protocol: "TLSv1.3", days: 4 });
      expect([trusted.codes("tls"), trusted.check("models").status]).toEqual([["certificate_ends"], "ok"]);
      server.closeAllConnections();
      server.close();
    },
  );

  it.each([
    [3600, "behind"],
    [-3600, "ahead of"],
  ])("tells how far the clock is off: the service's is %d s later", async (seconds, word) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    const models = json({ data: [{ id: "deepseek-flash" }] }, { date });
    await using server = await serve(service({ models }));
    const { check, code } = await examine({ env: askingAt(server) });
    expect(check("clock").problems[0]?.message).toMatch(
      new RegExp(String.raw`clock is 3[56]\d\d s ${word} the service's`, "u"),
    );
    expect([check("clock").status, code]).toEqual(["warn", 0]);
  });
});

describe("doctor on models and money", () => {
  it("warns of a model that is not offered, and sends a retired one away", async () => {
    await using server = await serve(service());
    const unlisted = await examine({ env: askingAt(server) }, ["-m", "deepseek-v9"]);
    expect([unlisted.codes("models"), unlisted.code]).toEqual([["model_unlisted"], 0]);
    const retired = await examine({ env: askingAt(server) }, ["-m", "deepseek-chat"]);
    expect([retired.codes("models"), retired.code]).toEqual([["model_retired"], 4]);
    expect(retired.check("models").problems[0]?.next).toContain("config set model deepseek-flash");
  });

  it("takes a gateway without a list of models for no failure", async () => {
    await using server = await serve([refusal(404, "<html>not here</html>")]);
    const place = newPlace();
    put(place.configFile, `provider: mine\nproviders: { mine: { base_url: "${server.url}", model: m } }\n`);
    const { codes, code } = await examine({ place });
    expect([codes("models"), code]).toEqual([["no_list"], 0]);
  });

  it.each([["misses /v1", "", "/v1"]])(
    "names the address that is meant where the base URL %s",
    async (_, given, right) => {
      await using server = await serve(({ path }) =>
        path === "/v1/models" ? json({ data: [{ id: "m" }] }) : refusal(404, { error: { message: "Not Found" } }),
      );
      const place = newPlace();
      put(place.configFile, `provider: mine\nproviders: { mine: { base_url: "${server.url}${given}", model: m } }\n`);
      const { check, codes, code } = await examine({ place });
      expect([codes("models"), code]).toEqual([["wrong_base_url"], 3]);
      expect(check("models").problems[0]?.next).toContain(`config set providers.mine.base_url ${server.url}${right}`);
    },
  );

  it("tries who takes over for the provider's own model, and warns of what cannot", async () => {
    await using server = await serve(service());
    await using other = await serve([json({ data: [{ id: "m" }] })]);
    const place = newPlace();
    const entries = ["mine/m", "mine/other", "siliconflow"];
    put(
      place.configFile,
      `providers: { mine: { base_url: "${other.url}" } }\nfailover: { deepseek/deepseek-flash: [${entries.join(", ")}] }\n`,
    );
    const { check, codes, code } = await examine({ place, env: askingAt(server) });
    expect(check("failover").facts).toEqual({
      routes: [
        { name: "mine/m", works: true },
        { name: "mine/other", works: true },
        { name: "siliconflow/deepseek-ai/DeepSeek-V4-Flash", works: false },
      ],
    });
    expect([codes("failover"), code]).toEqual([["model_unlisted", "no_key"], 0]);
    const { stdout } = await run(["doctor"], { place, env: askingAt(server) });
    expect(stdout).toContain(
      `siliconflow/deepseek-ai/DeepSeek-V4-Flash: ${wordsOf("no_key", { provider: "siliconflow" }).what}`,
    );
    expect(stdout).not.toContain(en.doctor.allFine);
  });

  it("finds an entry of failover that names nothing, whoever set the model", async () => {
    await using server = await serve(service());
    const place = newPlace();
    put(place.configFile, "failover: { deepseek/deepseek-flash: [nobody/m] }\n");
    const { codes, code } = await examine({ place, env: askingAt(server) });
    expect([codes("settings"), code]).toEqual([["config_misfit"], 3]);
  });

  it("takes the one model that a server offers for the one in use", async () => {
    await using server = await serve([json({ models: [{ name: "gemma" }] })]);
    const place = newPlace();
    put(place.configFile, `provider: mine\nproviders: { mine: { base_url: "${server.url}" } }\n`);
    const { check, code } = await examine({ place });
    expect([check("models").facts, code]).toEqual([{ count: 1, model: "gemma", listed: true }, 0]);
  });

  it("fails where none is named and several are offered", async () => {
    await using server = await serve([json(["a", "b"])]);
    const place = newPlace();
    put(place.configFile, `provider: mine\nproviders: { mine: { base_url: "${server.url}" } }\n`);
    const { check, code } = await examine({ place });
    expect(check("models").problems).toMatchObject([{ code: "no_model" }]);
    expect(check("models").problems[0]?.next).toContain("deepseek-chat models -p mine");
    expect(code).toBe(3);
  });

  it("fails on an empty account", async () => {
    const balance = json({ is_available: false, balance_infos: [{ currency: "CNY", total_balance: "0.00" }] });
    await using server = await serve(service({ balance }));
    const { check, code } = await examine({ env: askingAt(server) });
    expect(check("balance").problems).toMatchObject([
      { code: "no_balance", message: expect.stringContaining("0.00 CNY") as string },
    ]);
    expect(code).toBe(3);
  });

  it("lets nothing that a server says act on a terminal", async () => {
    const models = json({ data: [{ id: "deepseek-flash" }] });
    const balance = json({ balance_infos: [{ currency: "C\u001b]0;owned\u0007", total_balance: "1\u202e0" }] });
    await using server = await serve(service({ models, balance }));
    const { stdout } = await run(["doctor"], { env: askingAt(server) });
    expect(stdout).not.toMatch(/[\u001b\u0007\u202e]/u);
  });
});

it("ends when it is interrupted", async () => {
  await using server = await serve([{ end: "stall" }]);
  const running = start(["doctor"], { env: askingAt(server) });
  await server.received(1);
  running.kill("SIGINT");
  expect((await running.done).code).toBe(130);
});
