import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, type Place, put, type Run, run } from "../support/program.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { listen } from "../support/tcp.ts";
import { answer, refusal } from "../support/wire.ts";
import { en, wordsOf, zh } from "../support/words.ts";

const key = "sk-mine-0123456789abcdef";
const hers = "sk-hers-0123456789abcdef";

/** Where the person's own key is. */
const stores: Record<string, (place: Place) => Record<string, string>> = {
  "the environment": () => ({ DEEPSEEK_API_KEY: key }),
  "the key file": ({ keyFile }) => {
    put(keyFile, JSON.stringify({ deepseek: key }));
    chmodSync(keyFile, 0o600);
    return {};
  },
  "a key command": ({ configFile }) => {
    put(configFile, `providers: {deepseek: {key_command: "echo ${key}"}}\n`);
    return {};
  },
  "a header of the config file": ({ configFile }) => {
    put(configFile, `providers: {deepseek: {headers: {x-key: ${key}}}}\n`);
    return {};
  },
};

const thiefsPlace = (dotenv: string): Place => {
  const place = newPlace();
  put(join(place.cwd, ".env"), dotenv);
  return place;
};

const attempts: readonly (readonly string[])[] = [
  ["ask", "hello"],
  [],
  ["models"],
  ["balance"],
  ["doctor"],
  ["doctor", "--probe"],
  ["ask", "--retries", "0", "-v", "hello"],
];

describe.concurrent("a base URL of a working directory's .env", () => {
  test.each(Object.keys(stores))("gets no key from %s, and not even a connection", async (store) => {
    await using thief = await listen(() => {});
    const place = thiefsPlace(`DEEPSEEK_BASE_URL=${thief.url}\nDEEPSEEK_API_KEY=\n`);
    const env = stores[store]!(place);
    // A header is what is kept from others where there is no key of the person's own.
    if (store.startsWith("a header"))
      put(join(place.cwd, ".env"), `DEEPSEEK_BASE_URL=${thief.url}\nDEEPSEEK_API_KEY=${hers}\n`);
    const runs = await Promise.all(attempts.map((args) => run(args, { place, env, input: "hello\nq\n" })));
    expect(runs.map(({ code }) => code)).toEqual(attempts.map(() => 3));
    for (const { stdout, stderr } of runs) {
      expect(stdout + stderr).toContain(thief.url);
      expect(stdout + stderr).toContain("trusted_endpoints");
      expect(stdout + stderr).toContain(join(place.cwd, ".env"));
      expect(stdout + stderr).not.toContain(key);
    }
    expect(thief.connections).toBe(0);
  });

  test("is refused with what to do about it, in both languages, and used once it is trusted", async () => {
    await using server = await serve(() => answer("yes"));
    const place = thiefsPlace(`DEEPSEEK_BASE_URL=${server.url}/v1\n`);
    const ask = async (lang: string) =>
      await run(["ask", "--lang", lang, "hello"], { place, env: { DEEPSEEK_API_KEY: key } });
    const refusedIn = (words: typeof en) => {
      const origin = `DEEPSEEK_BASE_URL (${join(place.cwd, ".env")})`;
      const facts = { provider: "deepseek", url: `${server.url}/v1`, origin, keyOrigin: "DEEPSEEK_API_KEY" };
      return { code: 3, stdout: "", stderr: `${wordsOf("untrusted_endpoint", facts, words).whole}\n` };
    };
    expect(await ask("en")).toMatchObject(refusedIn(en));
    expect(await ask("zh")).toMatchObject(refusedIn(zh));
    expect(server.requests).toHaveLength(0);
    put(place.configFile, `trusted_endpoints: [${server.url}]\n`);
    expect(await ask("en")).toMatchObject({ code: 0, stdout: "yes\n" });
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
  });

  test("is used with a key that stands beside it, and the person's own stays at home", async () => {
    await using server = await serve(() => answer("yes"));
    const place = thiefsPlace(`DEEPSEEK_BASE_URL=${server.url}\nDEEPSEEK_API_KEY=${hers}\n`);
    put(place.keyFile, JSON.stringify({ deepseek: key }));
    expect(await run(["ask", "hello"], { place })).toMatchObject({ code: 0, stdout: "yes\n" });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${hers}`]);
  });

  test.each([
    "https://api.deepseek.com:444",
    "http://api.deepseek.com",
    "https://api.deepseek.com.evil.example",
    "https://evil.api.deepseek.com",
    "https://api.deepseek.com@evil.example",
    "https://evil.example/https://api.deepseek.com",
    "https://evil.example#https://api.deepseek.com",
    "https://api.deepseek.com./",
    "https://api.d\u0435epseek.com",
    "https://api\uff0edeepseek.com.evil.example",
    "//api.deepseek.com",
    "file:///etc/passwd",
  ])("is not the service's own because it looks like it: %s", async (url) => {
    const place = thiefsPlace(`DEEPSEEK_BASE_URL="${url}"\n`);
    // What would go out goes to a place where nothing listens.
    const env = { DEEPSEEK_API_KEY: key, HTTPS_PROXY: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" };
    const { code, stderr } = await run(["ask", "--retries", "0", "hello"], { place, env });
    expect(stderr).not.toContain("127.0.0.1");
    expect([2, 3]).toContain(code);
  });

  test.each(["https://API.DeepSeek.com", "https://api.deepseek.com:443/v1", "https://api.deepseek.com/beta"])(
    "may be another way to the service itself: %s",
    async (url) => {
      const place = thiefsPlace(`DEEPSEEK_BASE_URL=${url}\n`);
      const env = { DEEPSEEK_API_KEY: key, HTTPS_PROXY: "http://127.0.0.1:1" };
      const { code, stderr } = await run(["ask", "--retries", "0", "hello"], { place, env });
      expect([code, stderr.includes("127.0.0.1:1")]).toEqual([5, true]);
    },
  );
});

describe.concurrent("a working directory's .env", () => {
  test("sets no proxy, no certificates, no config file, no trust, no programs to run", async () => {
    await using thief = await listen(() => {});
    await using server = await serve(() => answer("yes"));
    const script = join("bin", "steal");
    const place = thiefsPlace(
      [
        ...["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].map(
          (name) => `${name}=${thief.url}`,
        ),
        "NO_PROXY=",
        "NODE_USE_ENV_PROXY=1",
        "NODE_TLS_REJECT_UNAUTHORIZED=0",
        "NODE_OPTIONS=--require ./steal.cjs",
        "DEEPSEEK_CHAT_CONFIG=evil.yaml",
        `DEEPSEEK_CHAT_TRUSTED_ENDPOINTS=${thief.url}`,
        "DEEPSEEK_CHAT_ALLOW_HTTP=evil.example",
        `DEEPSEEK_CHAT_KEY_COMMAND=./${script}`,
        ...["PAGER", "EDITOR", "VISUAL", "BROWSER", "SHELL"].map((name) => `${name}=./${script}`),
        "",
      ].join("\n"),
    );
    put(join(place.cwd, script), "#!/bin/sh\ntouch stolen\n");
    chmodSync(join(place.cwd, script), 0o755);
    put(join(place.cwd, "steal.cjs"), 'require("node:fs").writeFileSync("stolen", "");\n');
    put(
      join(place.cwd, "evil.yaml"),
      `trusted_endpoints: [${thief.url}]\nproviders: {deepseek: {base_url: "${thief.url}"}}\n`,
    );
    const env = { DEEPSEEK_API_KEY: key, DEEPSEEK_BASE_URL: server.url };
    const runs: Run[] = [];
    for (const args of [["ask", "hello"], ["transcripts", "show", "last"], ["doctor"], ["config", "list"]]) {
      runs.push(await run(args, { place, env }));
    }
    expect(runs.map(({ code }) => code)).toEqual([0, 0, expect.any(Number), 0]);
    expect(thief.connections).toBe(0);
    expect(existsSync(join(place.cwd, "stolen"))).toBe(false);
    expect(server.requests.length).toBeGreaterThan(0);
    expect(runs[3]!.stdout).not.toContain("evil");
  });
});

describe.concurrent("a redirect", () => {
  test.each([301, 302, 303, 307, 308])("of status %d takes neither key nor question elsewhere", async (status) => {
    await using thief = await listen(() => {});
    const location = `${thief.url}/v1/chat/completions`;
    const moved: Reply = refusal(status, "", { location });
    await using server = await serve(() => moved);
    const env = { DEEPSEEK_API_KEY: key, DEEPSEEK_BASE_URL: server.url };
    const runs = await Promise.all(
      [["ask", "hello"], ["models"], ["balance"], ["doctor"]].map((args) => run([...args], { env })),
    );
    expect(runs[0]).toMatchObject({ code: 5, stdout: "" });
    expect(runs[0]!.stderr).toContain(thief.url.slice("http://".length));
    expect(runs.every(({ code }) => code !== 0)).toBe(true);
    expect(thief.connections).toBe(0);
  });
});

describe.concurrent("a key goes in the clear", () => {
  const ask = async (url: string, more = "", direct = "") => {
    const place = newPlace();
    put(place.configFile, more);
    const proxy = "http://127.0.0.1:1";
    const env = { DEEPSEEK_API_KEY: key, DEEPSEEK_BASE_URL: url, HTTP_PROXY: proxy, NO_PROXY: direct };
    return await run(["ask", "--retries", "0", "hello"], { place, env });
  };

  test.each([
    "http://api.example",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://127.evil.example",
    "http://192.168.1.5:11434",
    "http://[::ffff:192.168.1.5]",
  ])("not to %s", async (url) => {
    const { code, stderr } = await ask(url);
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining("allow_http") as string });
  });

  test.each([
    "http://localhost:1",
    "http://127.0.0.1:1",
    "http://127.1.2.3:1",
    "http://2130706433:1",
    "http://[::1]:1",
    "http://a.localhost:1",
  ])("to this very machine as %s", async (url) => {
    expect((await ask(url)).code).toBe(5);
  });

  test.each(["http://user:password@api.example", "https://user:p%40ss@api.example/v1@2"])(
    "has no other password beside it: %s",
    async (url) => {
      const { code, stderr } = await ask(url);
      expect(code).toBe(2);
      expect(stderr).toContain("\u2026@");
      expect(stderr).not.toMatch(/user|pass|p%40ss/u);
    },
  );

  test("to where the person allowed it, though not through a proxy, which could read it", async () => {
    const config = "allow_http: [service.invalid]\n";
    const { code, stderr } = await ask("http://service.invalid:11434", config);
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining("NO_PROXY") as string });
    expect((await ask("http://service.invalid:11434", config, "service.invalid")).code).toBe(5);
  });
});
