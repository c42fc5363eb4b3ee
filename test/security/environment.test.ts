import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, published, put, run } from "../support/program.ts";
import { socksProxy } from "../support/proxies.ts";
import { type Received, serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

/** What bundled packages read from the environment by themselves has no effect: only the program's own settings count. */

const packageFolder = fileURLToPath(new URL("../../node_modules/openai/", import.meta.url));

/** Every name that the installed `openai` package looks up, out of its own source. */
function namesOfPackage(): string[] {
  const files = readdirSync(packageFolder, { recursive: true, encoding: "utf8" });
  const texts = files
    .filter((file) => file.endsWith(".mjs"))
    .map((file) => readFileSync(join(packageFolder, file), "utf8"));
  const lookups = /(?:readEnv\(|process\.env(?:\?\.)?[[.])\s*['"]?([A-Z][A-Z0-9_]+)/gu;
  return [...new Set(texts.flatMap((text) => [...text.matchAll(lookups)].map(([, name]) => name!)))].sort();
}

/** A value that would be seen in a request if it had any effect. */
function valueFor(name: string): string {
  if (name.endsWith("_URL")) return "http://127.0.0.1:9/from-the-environment";
  if (name.endsWith("_LOG")) return "debug";
  if (name.endsWith("_HEADERS")) return "X-Gateway-Token: gw-0123456789\nAuthorization: Bearer sk-openai-0123456789";
  return `${name.toLowerCase()}-0123456789`;
}

/** Without what is bound to the moment. */
function told({ method, path, headers, body }: Received) {
  return { method, path, headers: { ...headers, host: "" }, body };
}

const names = namesOfPackage();
const everything = Object.fromEntries(names.map((name) => [name, valueFor(name)]));

test("the package's source is understood", () => {
  expect(names).toEqual(
    expect.arrayContaining([
      "OPENAI_API_KEY",
      "OPENAI_BASE_URL",
      "OPENAI_CUSTOM_HEADERS",
      "OPENAI_LOG",
      "OPENAI_ORG_ID",
      "OPENAI_PROJECT_ID",
      "OPENAI_WEBHOOK_SECRET",
    ]),
  );
});

describe.concurrent("no variable of the openai package changes a request", () => {
  const anywhere = (url: string) => `providers: {mine: {base_url: "${url}", model: m}}\n`;
  test.each([
    ["ask", ["ask", "--no-transcript", "hello"]],
    ["ask without a key", ["ask", "-p", "mine", "--no-transcript", "hello"]],
    ["models", ["models"]],
    ["balance", ["balance"]],
    ["doctor", ["doctor"]],
    ["doctor --probe", ["doctor", "--probe"]],
  ])("%s", async (_, args) => {
    await using server = await serve(() => answer("yes"));
    const asked = async (env: Record<string, string>) => {
      const place = newPlace();
      put(place.configFile, anywhere(server.url));
      const before = server.requests.length;
      const { stderr } = await run(args, { place, env: { ...askingAt(server), ...env } });
      return { stderr: args[0] === "ask" ? stderr : "", requests: server.requests.slice(before).map(told) };
    };
    const without = await asked({});
    expect(without.requests.length).toBeGreaterThan(0);
    expect(await asked(everything)).toEqual(without);
  });
});

test("what other packages print where a variable says so is not printed: a proxy's password, the config file", async () => {
  await using server = await serve([answer("yes")]);
  await using proxy = await socksProxy({ port: Number(new URL(server.url).port) });
  const place = newPlace();
  put(place.configFile, "providers: {mine: {base_url: 'http://service.test', model: m}}\n");
  const env = {
    ALL_PROXY: `socks5h://someone:secret@127.0.0.1:${proxy.port}`,
    DEBUG: "*",
    LOG_STREAM: "1",
    LOG_TOKENS: "1",
  };
  expect(await run(["ask", "-p", "mine", "--no-transcript", "hello"], { place, env })).toMatchObject({
    code: 0,
    stdout: "yes\n",
    stderr: "",
  });
  expect(proxy.users).toEqual(["someone:secret"]);
});

const { version } = JSON.parse(readFileSync(join(published, "package.json"), "utf8")) as { version: string };

describe.concurrent("a request says of the program its name and version, and nothing of the machine", () => {
  test.each([
    ["ask", ["ask", "--no-transcript", "hello"]],
    ["models", ["models"]],
    ["balance", ["balance"]],
    ["doctor", ["doctor", "--probe"]],
  ])("%s", async (_, args) => {
    await using server = await serve(() => answer("yes"));
    await run(args, { env: askingAt(server) });
    expect(server.requests.length).toBeGreaterThan(0);
    for (const { headers } of server.requests) {
      expect(headers["user-agent"]).toBe(`deepseek-chat/${version}`);
      expect(Object.keys(headers).filter((name) => name.startsWith("x-stainless"))).toEqual([]);
    }
  });

  test("a header of the config file says otherwise", async () => {
    await using server = await serve(() => answer("yes"));
    const place = newPlace();
    put(place.configFile, "providers: {deepseek: {headers: {User-Agent: curl/8.0.1}}}\n");
    for (const args of [["ask", "--no-transcript", "hello"], ["models"], ["doctor"]]) {
      // eslint-disable-next-line no-await-in-loop
      await run(args, { place, env: askingAt(server) });
    }
    expect(new Set(server.requests.map(({ headers }) => headers["user-agent"]))).toEqual(new Set(["curl/8.0.1"]));
  });
});
