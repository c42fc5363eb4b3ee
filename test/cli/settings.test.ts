import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { shippedRoles } from "../../src/config/roles/shipped-roles.ts";
import { askingAt, newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

interface Listed {
  readonly name: string;
  readonly value: unknown;
  readonly origin: { readonly kind: string; readonly name: string } | null;
}

async function listed(place: Place, env: Readonly<Record<string, string>> = {}): Promise<Map<string, Listed>> {
  const { code, stdout, stderr } = await run(["config", "list", "--json"], { place, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return new Map((JSON.parse(stdout) as Listed[]).map((row) => [row.name, row]));
}

/** Arguments that make Node say on stderr, as it ends, how often a file of that name was opened. */
function countingOpens(name: string): string[] {
  const code = `const fs = process.getBuiltinModule("fs");
    const { openSync } = fs;
    let opens = 0;
    fs.openSync = (path, ...others) => {
      if (String(path).endsWith("/${name}")) opens += 1;
      return openSync(path, ...others);
    };
    process.on("exit", () => fs.writeSync(2, String(opens)));`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

describe.concurrent("a setting", () => {
  test.each([["lang: zh\n"], [null]])("costs one opening of the config file, where that holds %j", async (text) => {
    const place = newPlace();
    if (text !== null) put(place.configFile, text);
    const node = countingOpens("config.yaml");
    const { code, stderr } = await run(["config", "list"], { place, node, env: { DEEPSEEK_CHAT_LANG: undefined } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "1" });
  });

  test("comes from a flag, else the environment, else .env, else the config file, else is built in", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    const env = askingAt(server);
    const models: unknown[] = [];
    const ask = async (flags: readonly string[], more: Readonly<Record<string, string>> = {}) => {
      await run(["ask", ...flags, "q"], { place, env: { ...env, ...more } });
      models.push(server.body()["model"]);
    };
    await ask([]);
    put(place.configFile, "model: from-file\n");
    await ask([]);
    put(join(place.cwd, ".env"), "DEEPSEEK_CHAT_MODEL=from-dotenv\n");
    await ask([]);
    await ask([], { DEEPSEEK_CHAT_MODEL: "from-environment" });
    await ask(["-m", "from-flag"], { DEEPSEEK_CHAT_MODEL: "from-environment" });
    expect(models).toEqual(["deepseek-flash", "from-file", "from-dotenv", "from-environment", "from-flag"]);
  });

  test("is listed with its value and its origin", async () => {
    const place = newPlace();
    put(place.configFile, "temperature: 0.5\nmodel: from-file\nprovider: ollama\n");
    put(join(place.cwd, ".env"), "DEEPSEEK_CHAT_TRANSCRIPTS=here\nDEEPSEEK_CHAT_MODEL=from-dotenv\n");
    const rows = await listed(place, { DEEPSEEK_CHAT_PROVIDER: "deepseek" });
    const dotenv = join(place.cwd, ".env");
    expect(rows.get("provider")).toMatchObject({
      value: "deepseek",
      origin: { kind: "environment", name: "DEEPSEEK_CHAT_PROVIDER" },
    });
    expect(rows.get("transcripts")).toMatchObject({
      value: "here",
      origin: { kind: "dotenv", name: `DEEPSEEK_CHAT_TRANSCRIPTS (${dotenv})` },
    });
    expect(rows.get("temperature")).toMatchObject({ value: 0.5, origin: { kind: "file", name: place.configFile } });
    expect(rows.get("stream")).toMatchObject({ value: true, origin: { kind: "built-in" } });
    expect(rows.get("top_p")).toMatchObject({ value: null, origin: null });
    const { stdout } = await run(["config", "list"], { place });
    expect(stdout).toMatch(/^temperature +0\.5 +config file .*config\.yaml$/mu);
    expect(stdout).toMatch(/^top_p +not set/mu);
  });

  test("model of the config file holds only for the provider of the config file", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    put(place.configFile, `provider: ollama\nmodel: llama\nproviders:\n  ollama:\n    base_url: ${server.url}/v1\n`);
    await run(["ask", "q"], { place, env: askingAt(server) });
    await run(["ask", "-p", "deepseek", "q"], { place, env: askingAt(server) });
    expect(server.requests.map(({ body }) => body!["model"])).toEqual(["llama", "deepseek-flash"]);
  });

  test.each([
    ["DEEPSEEK_CHAT_LANG", "fr", "DEEPSEEK_CHAT_LANG"],
    ["DEEPSEEK_CHAT_PROVIDER", "nobody", "nobody"],
    ["DEEPSEEK_BASE_URL", "not a url", "DEEPSEEK_BASE_URL"],
  ])("of the environment that cannot be is named: %s=%s", async (variable, value, named) => {
    const env = { DEEPSEEK_API_KEY: "sk-0123456789", [variable]: value };
    const { code, stderr } = await run(["ask", "q"], { env });
    expect(code).toBe(2);
    expect(stderr).toContain(named);
  });
});

describe.concurrent("a value that cannot be", () => {
  const zh = { LC_ALL: "zh_CN.UTF-8", DEEPSEEK_API_KEY: "sk-0123456789" };
  /** Each is told in Chinese, with a name, the value and what fits; of English there is only what is typed. */
  const expectChinese = (stderr: string, name: string, expected: string) => {
    expect(stderr).toContain(`${name} \u7684\u503c\u65e0\u6548\uff1a`);
    expect(stderr).toContain(`\u5e94\u4e3a ${expected}\uff09`);
    expect(stderr).not.toMatch(/invalid|expected|received|give/iu);
  };

  test.each([
    ["--temperature", "hot", "0 \u5230 2"],
    ["--top-p", "2", "0 \u5230 1"],
    ["--top-k", "1.5", "1, 2, 3\u2026"],
    ["--max-tokens", "0", "\u2265 1"],
    ["--frequency-penalty", "x", "-2 \u5230 2"],
    ["--presence-penalty", "-3", "-2 \u5230 2"],
    ["--effort", "huge", "low | high | max"],
    ["--timeout", "0", "> 0"],
    ["--retries", "21", "0 \u5230 20"],
    ["--show-thinking", "x", "always | while-thinking | never"],
    ["--lang", "fr", "en | zh"],
    ["--stop", "", '"\u2026"'],
  ])("is told in Chinese for %s %s", async (flag, value, expected) => {
    const { code, stderr } = await run(["ask", `${flag}=${value}`, "q"], { env: zh });
    expect(code).toBe(2);
    expectChinese(stderr, flag, expected);
  });

  test.each([
    ["DEEPSEEK_CHAT_LANG", "fr", "en | zh"],
    ["DEEPSEEK_CHAT_KEY_STORE", "pocket", "auto | keyring | file"],
  ])("is told in Chinese for %s=%s, in the environment and in .env", async (name, value, expected) => {
    const place = newPlace();
    const own = await run(["ask", "q"], { place, env: { ...zh, [name]: value } });
    put(join(place.cwd, ".env"), `${name}=${value}\n`);
    const theirs = await run(["ask", "q"], { place, env: { ...zh, [name]: undefined } });
    expect([own.code, theirs.code]).toEqual([2, 2]);
    expectChinese(own.stderr, name, expected);
    expectChinese(theirs.stderr, `${name} (${join(place.cwd, ".env")})`, expected);
  });

  test.each([
    ["temperature", "hot", "0 \u5230 2"],
    ["thinking", "maybe", "true | false"],
    ["currency", "EUR", "CNY | USD"],
    ["trusted_endpoints", "evil", "https://\u2026"],
    ["providers.a.key_variable", "a b", "A_NAME"],
    ["holidays", "[soon]", "YYYY-MM-DD"],
  ])("is told in Chinese for config set %s %s", async (name, value, expected) => {
    const place = newPlace();
    const { code, stderr } = await run(["config", "set", name, value], { place, env: zh });
    expect([code, existsSync(place.configFile)]).toEqual([2, false]);
    expectChinese(stderr, ["holidays", "trusted_endpoints"].includes(name) ? `${name}.0` : name, expected);
  });
});

describe.concurrent("a base URL", () => {
  test.each(["/", "/v1", "/v1/", "/deep/path/v1"])("may end in %s", async (tail) => {
    await using server = await serve([answer("yes")]);
    const { stdout } = await run(["ask", "q"], { env: askingAt({ url: `${server.url}${tail}` }) });
    expect(stdout).toBe("yes\n");
    expect(server.requests[0]!.path).toBe(`${tail.replace(/\/$/u, "")}/chat/completions`);
  });

  test("from a folder's .env takes along no key of the person's own", async () => {
    await using server = await serve([answer("stolen")]);
    const place = newPlace();
    put(join(place.cwd, ".env"), `DEEPSEEK_BASE_URL=${server.url}\n`);
    const { code, stdout, stderr } = await run(["ask", "q"], { place, env: { DEEPSEEK_API_KEY: "sk-0123456789" } });
    expect({ code, stdout, requests: server.requests.length }).toEqual({ code: 3, stdout: "", requests: 0 });
    expect(stderr).toContain(server.url);
    expect(stderr).toContain("DEEPSEEK_API_KEY");
  });

  test("that is plain http to another machine is not sent a key", async () => {
    const env = { DEEPSEEK_API_KEY: "sk-0123456789", DEEPSEEK_BASE_URL: "http://192.0.2.1/v1" };
    const { code, stderr } = await run(["ask", "q"], { env });
    expect(code).toBe(3);
    expect(stderr).toContain("http://192.0.2.1/v1");
  });
});

describe.concurrent("a broken config file", () => {
  test.each([
    ["that is no YAML", "model: deepseek-flash\nroles: {a: [}\n", 2, ""],
    ["with a key that there is not", "model: x\n\nmodle: deepseek-flash\n", 3, "modle"],
    ["with a value that cannot be", "# comment\ntemperature: hot\n", 2, "temperature"],
    ["with a value out of range", "temperature: 3\n", 1, "temperature"],
    ["with a mistake deep inside", "providers:\n  mine:\n    base_url: nowhere\n", 3, "providers.mine.base_url"],
    ["that is a list", "- a\n- b\n", 1, ""],
  ])("%s is named with line and key, in both languages", async (_, text, line, key) => {
    const place = newPlace();
    put(place.configFile, text);
    const env = { DEEPSEEK_API_KEY: "sk-0123456789" };
    const [english, chinese] = await Promise.all([
      run(["ask", "q"], { place, env }),
      run(["ask", "q"], { place, env: { ...env, LC_ALL: "zh_CN.UTF-8" } }),
    ]);
    expect([english.code, chinese.code]).toEqual([3, 3]);
    for (const { stderr } of [english, chinese]) {
      expect(stderr).toContain(place.configFile);
      expect(stderr).toContain(key);
      expect(stderr.trim()).not.toContain("\n");
    }
    expect(english.stderr).toContain(`line ${line}`);
    expect(chinese.stderr).toContain(`\u7b2c ${line} \u884c`);
  });

  test.each([
    ["temperature: hot", "temperature", "0 to 2"],
    ["top_k: .nan", "top_k", "0, 1\u2026"],
    ["holidays: [soon]", "holidays.0", "YYYY-MM-DD"],
    ["temperature: 3", "temperature", "0 to 2"],
    ["retries: 1.5", "retries", "1, 2, 3\u2026"],
    ["thinking: maybe", "thinking", "true | false"],
    ["effort: huge", "effort", "low | high | max"],
    ["stop: 1", "stop", "[\u2026]"],
    ["roles: x", "roles", "{\u2026}"],
    ["model: 4", "model", '"\u2026"'],
    ["providers: {a: {base_url: x}}", "providers.a.base_url", "https://\u2026"],
    ["providers: {a: {key_command: 3}}", "providers.a.key_command", '"\u2026" | [\u2026]'],
    ["models: {a: {CNY: {input: 1, output: 1}}}", "models.a.CNY", "{cached: \u2026}"],
  ])("%s is told in words of one language", async (text, key, expected) => {
    const place = newPlace();
    put(place.configFile, `${text}\n`);
    const chinese = await run(["ask", "q"], { place, env: { LC_ALL: "zh_CN.UTF-8" } });
    const english = await run(["ask", "q"], { place });
    expect(english.stderr).toMatch(
      new RegExp(`invalid ${RegExp.escape(key)}: .+ \\(expected ${RegExp.escape(expected)}\\)`, "u"),
    );
    expect(chinese.stderr).toContain(`\u5e94\u4e3a ${expected.replace(" to ", " \u5230 ")}\uff09`);
    expect(chinese.stderr).not.toMatch(/invalid|expected|received/iu);
  });

  test.each([
    ["model: [", "line 2"],
    ["model: a\nmodel: b", "line 2"],
    ["model: a\n\tprovider: b", "line 2"],
    ['model: "a', "line 2"],
    ["model: a: b", "line 1"],
    ["model: @a", "line 1"],
    ['model: "\\q"', "line 1"],
    ["model: a\n---\nmodel: b", "line 2"],
    ["just words", "line 1"],
    ["- a", "line 1"],
    ["model: *nobody", "Unresolved alias"],
    // A few lines that stand for millions.
    [`a: &a [x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]`, "alias"],
  ])("%j is told in words of one language, and is no fault of the program", async (text, hint) => {
    const place = newPlace();
    put(place.configFile, `${text}\n`);
    const env = { DEEPSEEK_API_KEY: "sk-0123456789" };
    const chinese = await run(["ask", "q"], { place, env: { ...env, LC_ALL: "zh_CN.UTF-8" } });
    const english = await run(["ask", "q"], { place, env });
    expect([english.code, chinese.code]).toEqual([3, 3]);
    expect(english.stderr).toContain(hint);
    // Of English only what is typed and the path is left.
    const said = chinese.stderr.replace(place.configFile, "").replace("deepseek-chat config edit", "");
    expect(said.replace("name: value", "")).not.toMatch(/[a-z]{3}/iu);
    const doctor = await run(["doctor", "--json"], { place, env });
    expect(doctor.stdout).toContain('"config_broken"');
    expect(await run(["config", "set", "model", "b"], { place })).toMatchObject({ code: 3, stdout: "" });
    expect(readFileSync(place.configFile, "utf8")).toBe(`${text}\n`);
  });

  test("with a key in it does not show that", async () => {
    const place = newPlace();
    put(place.configFile, "providers: {a: {headers: {x-key: [sk-secret-secret]}}}\n");
    const { code, stderr } = await run(["ask", "q"], { place });
    expect(code).toBe(3);
    expect(stderr).toContain("providers.a.headers.x-key");
    expect(stderr).not.toContain("sk-secret");
  });

  test("can still be found and mended", async () => {
    const place = newPlace();
    put(place.configFile, "modle: x\n");
    const { code, stdout } = await run(["config", "path"], { place });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${place.configFile}\n` });
  });

  test("is a key file too, and its text is not shown", async () => {
    const place = newPlace();
    put(place.keyFile, '{"deepseek": sk-secret-secret}');
    const { code, stderr } = await run(["ask", "q"], { place });
    expect(code).toBe(3);
    expect(stderr).toContain(place.keyFile);
    expect(stderr).not.toContain("sk-secret");
  });
});

describe.concurrent("config", () => {
  test("set, get and unset keep a person's comments and order", async () => {
    const place = newPlace();
    put(place.configFile, "# my settings\nmodel: a # the best\n\n# for later\ntemperature: 1\n");
    const config = (...args: readonly string[]) => run(["config", ...args], { place });
    expect((await config("set", "model", "b")).code).toBe(0);
    expect((await config("set", "providers.mine.base_url", "https://mine.example/v1")).code).toBe(0);
    expect((await config("unset", "temperature")).code).toBe(0);
    const text = readFileSync(place.configFile, "utf8");
    expect(text).toContain("# my settings\nmodel: b # the best\n");
    expect(text).not.toContain("temperature");
    expect(await config("get", "model")).toMatchObject({ code: 0, stdout: "b\n" });
    expect(await config("get", "providers.mine.base_url")).toMatchObject({ stdout: "https://mine.example/v1\n" });
    expect(await config("get", "top_p")).toMatchObject({ code: 0, stdout: "" });
  });

  test("set refuses what would break the file, and leaves it alone", async () => {
    const place = newPlace();
    put(place.configFile, "model: a\n");
    const [value, name, shape] = [
      await run(["config", "set", "temperature", "hot"], { place }),
      await run(["config", "set", "modle", "b"], { place }),
      await run(["config", "get", "nonsense"], { place }),
    ];
    expect(value).toMatchObject({ code: 2, stderr: 'Invalid temperature: "hot" (expected 0 to 2).\n' });
    expect(name.code).toBe(2);
    expect(name.stderr).toContain(wordsOf("unknown_setting", { name: "modle", nearest: "model" }).what);
    expect(shape.code).toBe(2);
    expect(await run(["config", "unset", "modle"], { place })).toMatchObject({ code: 2, stdout: "" });
    expect(readFileSync(place.configFile, "utf8")).toBe("model: a\n");
  });

  test.each([
    ["stop", "END", "stop: [ END ]"],
    ["stop", "###", 'stop: [ "###" ]'],
    ["trusted_endpoints", "https://a.example", "trusted_endpoints: [ https://a.example ]"],
    ["failover.deepseek-flash", "siliconflow", "failover: { deepseek-flash: [ siliconflow ] }"],
    ["model", "4", 'model: "4"'],
  ])("set reads %s %s as what fits", async (name, value, expected) => {
    const place = newPlace();
    expect(await run(["config", "set", name, value], { place })).toMatchObject({ code: 0, stderr: "" });
    expect(parse(readFileSync(place.configFile, "utf8"))).toEqual(parse(expected));
  });

  test.each([
    ["roles", "You are terse.", 'Invalid roles: "You are terse." (expected {\u2026}).'],
    ["roles", "[terse]", 'Invalid roles: ["terse"] (expected {\u2026}).'],
    [
      "providers.mine.headers",
      "X-Org=abc",
      wordsOf("bad_value", { name: "providers.mine.headers", value: "\u2026", expected: "{\u2026}", nearest: null })
        .whole,
    ],
    ["stop", "[1, 2]", 'Invalid stop.0: 1 (expected "\u2026").'],
    ["providers.mine.key_command", "{}", 'Invalid providers.mine.key_command: {} (expected "\u2026" | [\u2026]).'],
    ["temperature.x", "5", 'Invalid temperature: {"x":5} (expected 0 to 2).'],
    [
      "max_tokens",
      "1e400",
      wordsOf("bad_value", { name: "max_tokens", value: "Infinity", expected: "1, 2, 3\u2026", nearest: null }).whole,
    ],
  ])("set replaces nothing by guesswork: %s %s", async (name, value, stderr) => {
    const place = newPlace();
    const text = "roles: {poet: rhyme}\nproviders: {mine: {base_url: http://a.example, headers: {x: y}}}\n";
    put(place.configFile, text);
    expect(await run(["config", "set", name, value], { place })).toMatchObject({ code: 2, stderr: `${stderr}\n` });
    expect(readFileSync(place.configFile, "utf8")).toBe(text);
  });

  test.each([
    ["failover.x", "y", "Invalid failover.x: y (expected deepseek | siliconflow"],
    ["failover.deepseek/deepseek-flash", "nobody/m", "Invalid failover.deepseek/deepseek-flash: nobody/m"],
    [
      "failover.deepseek-flash",
      "[siliconflow, ollama]",
      wordsOf("bad_value", { value: "ollama", name: "failover.deepseek-flash", expected: "ollama/\u2026" }).what,
    ],
    ["provider", "nobody", "Invalid provider: nobody (expected deepseek | siliconflow"],
    [
      "role",
      "painter",
      wordsOf("bad_value", {
        name: "role",
        value: "painter",
        expected: ["poet", ...Object.keys(shippedRoles)].join(", "),
        nearest: null,
      }).whole,
    ],
  ])("set refuses what names nothing: %s %s", async (name, value, told) => {
    const place = newPlace();
    put(place.configFile, "roles: {poet: rhyme}\n");
    const { code, stderr } = await run(["config", "set", name, value], { place });
    expect(code).toBe(2);
    expect(stderr).toContain(told);
    expect(readFileSync(place.configFile, "utf8")).toBe("roles: {poet: rhyme}\n");
  });

  test.each([
    ["failover.deepseek/deepseek-flash", "deepseek-v4-pro"],
    ["failover.deepseek/deepseek-flash", "[siliconflow, ollama/llama4]"],
    ["provider", "mine"],
    ["role", "poet"],
  ])("set takes what names something: %s %s", async (name, value) => {
    const place = newPlace();
    put(place.configFile, "roles: {poet: rhyme}\nproviders: {mine: {base_url: https://a.example}}\n");
    expect(await run(["config", "set", name, value], { place })).toMatchObject({ code: 0, stderr: "" });
  });

  test("list shows the model in force, and providers, roles and failover, but no header", async () => {
    const place = newPlace();
    const mine = '{base_url: "https://a.example/v1", model: m7, headers: {X-Key: sk-0123456789}}';
    put(
      place.configFile,
      `provider: mine\nproviders:\n  mine: ${mine}\nroles: {poet: rhyme}\nfailover: {m7: [deepseek]}\nmodels: {mine/m7: {context: 4096}}\n`,
    );
    const { stdout } = await run(["config", "list"], { place });
    expect(stdout).toMatch(/^model +m7 +config file/mu);
    expect(stdout).toMatch(/^providers\.mine\.base_url +https:\/\/a\.example\/v1 +config file/mu);
    expect(stdout).toMatch(/^providers\.mine\.headers\.X-Key +\u2026 /mu);
    expect(stdout).toMatch(/^roles\.poet +rhyme/mu);
    expect(stdout).toMatch(/^failover\.m7 +\["deepseek"\]/mu);
    expect(stdout).toMatch(/^models\.mine\/m7\.context +4096/mu);
    expect(stdout).not.toContain("sk-0123456789");
    const rows = await listed(newPlace(), {});
    expect(rows.get("model")).toMatchObject({ value: "deepseek-flash", origin: { kind: "built-in" } });
  });

  test("set takes numbers below zero, lists and switches", async () => {
    const place = newPlace();
    for (const [name, value] of [
      ["presence_penalty", "-1.5"],
      ["stop", '["END", "---"]'],
      ["thinking", "false"],
    ] as const) {
      expect(await run(["config", "set", name, value], { place })).toMatchObject({ code: 0, stderr: "" });
    }
    await using server = await serve([answer("yes")]);
    await run(["ask", "q"], { place, env: askingAt(server) });
    expect(server.body()).toMatchObject({
      presence_penalty: -1.5,
      stop: ["END", "---"],
      thinking: { type: "disabled" },
    });
  });

  test.skipIf(process.platform === "win32")("writes files that only their owner can read", async () => {
    const place = newPlace();
    await run(["config", "set", "model", "b"], { place });
    expect(statSync(place.configFile).mode & 0o777).toBe(0o600);
    expect(statSync(join(place.home, "config")).mode & 0o777).toBe(0o700);
  });
});

describe.skipIf(process.platform === "win32").concurrent("config edit", () => {
  /** An editor that writes this, and says which keys it was given. */
  function editor(place: Place, text: string): string {
    const path = join(place.home, "editor");
    put(path, `#!/bin/sh\nprintf '%s' '${text}' > "$1"\nenv | grep -c API_KEY\nexit 0\n`);
    chmodSync(path, 0o755);
    return path;
  }

  test("opens the file in the person's editor, also when it is broken, and without keys", async () => {
    const place = newPlace();
    put(place.configFile, "modle: x\n");
    const env = { VISUAL: editor(place, "model: better"), DEEPSEEK_API_KEY: "sk-0123456789" };
    await using terminal = openProgram(["config", "edit"], { place, env });
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.screen()).toBe("0");
    expect(readFileSync(place.configFile, "utf8")).toBe("model: better");
  });

  test("tells of what is wrong with it afterwards", async () => {
    const place = newPlace();
    await using terminal = openProgram(["config", "edit"], {
      place,
      env: { EDITOR: editor(place, "modle: x") },
      cols: 200,
    });
    expect((await terminal.exit).code).toBe(3);
    expect(terminal.screen()).toMatch(/config\.yaml, line 1: unknown setting modle .*\bmodel\b/u);
  });

  test("needs an editor and a terminal", async () => {
    const place = newPlace();
    await using terminal = openProgram(["config", "edit"], { place, cols: 100 });
    expect((await terminal.exit).code).toBe(2);
    expect(terminal.screen()).toContain(en.tables.noEditor);
    expect(await run(["config", "edit"], { env: { EDITOR: "true" } })).toMatchObject({ code: 2 });
  });
});

describe.skipIf(process.platform !== "linux").concurrent("folders follow the platform", () => {
  test("of XDG, and are private", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    const env = { ...askingAt(server), DEEPSEEK_CHAT_CONFIG: undefined };
    const path = await run(["config", "path"], { place, env });
    expect(path.stdout).toBe(`${join(place.home, ".config", "deepseek-chat", "config.yaml")}\n`);
    const moved = await run(["config", "path"], { place, env: { ...env, XDG_CONFIG_HOME: join(place.home, "xdg") } });
    expect(moved.stdout).toBe(`${join(place.home, "xdg", "deepseek-chat", "config.yaml")}\n`);
    await run(["ask", "q"], { place, env, cwd: place.home });
    const transcripts = join(place.home, ".local", "share", "deepseek-chat", "transcripts");
    expect(statSync(transcripts).mode & 0o777).toBe(0o700);
    const told = await run(["transcripts", "path"], { place, env, cwd: place.home });
    expect(told.stdout).toBe(`${transcripts}\n`);
  });

  test("and transcripts are private files, wherever they are", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    const { stdout } = await run(["ask", "-o", "json", "q"], { place, env: askingAt(server) });
    const { transcript } = JSON.parse(stdout) as { transcript: string };
    expect(statSync(join(place.cwd, transcript)).mode & 0o777).toBe(0o600);
    await run(["ask", "--transcripts", "elsewhere/deep", "q"], { place, env: askingAt(server) });
    expect(statSync(join(place.cwd, "elsewhere", "deep")).mode & 0o777).toBe(0o700);
  });
});
