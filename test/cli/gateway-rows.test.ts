import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, put, run } from "../support/program.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

type Env = Readonly<Record<string, string>>;

/** Asks a provider of the config file with these rows. */
async function ask(
  { url }: RawServer,
  rows: object,
  env: Env = {},
  args: readonly string[] = [],
  dotenv: string | null = null,
) {
  const place = newPlace();
  const gateway = { base_url: `${url}/v1`, model: "m", ...rows };
  put(place.configFile, JSON.stringify({ provider: "gw", providers: { gw: gateway } }));
  if (dotenv !== null) put(join(place.cwd, ".env"), dotenv);
  const log = join(place.home, "log.jsonl");
  const ran = await run(["ask", "--no-transcript", "--log-file", log, "--log-content", ...args, "hello"], {
    place,
    env,
  });
  return { ...ran, log: readFileSync(log, "utf8") };
}

const secret = "gw-secret-9f8e7d6c5b4a";

describe.concurrent("a provider's rows", () => {
  test("fill headers, query and fields from the environment, and what is secret of it is never shown", async () => {
    const echo = (text: string) => answer(`you sent ${text}`);
    await using server = await serve(() => echo(secret));
    const rows = {
      headers: { "X-Team": "${TEAM:-nobody}" },
      query: { tenant: "t-${TEAM}", sig: "${GATEWAY_KEY}", debug: true },
      extra_body: { metadata: { team: "${TEAM}", list: ["${TEAM}"] }, temperature: 0 },
    };
    const env = { TEAM: "red", GATEWAY_KEY: secret };
    const { code, stdout, stderr, log } = await ask(server, rows, env, ["-T", "0.9"]);
    expect([code, stdout]).toEqual([0, "you sent [key]\n"]);
    const [{ path, headers, body }] = server.requests as [RawServer["requests"][number]];
    expect(path).toBe(`/v1/chat/completions?tenant=t-red&sig=${secret}&debug=true`);
    expect(headers["x-team"]).toBe("red");
    expect(body).toMatchObject({ metadata: { team: "red", list: ["red"] }, temperature: 0 });
    expect(stderr + log).not.toContain(secret);
  });

  test("stand below settings as defaults, above them as extra_body, and below the fields of one request", async () => {
    await using server = await serve(() => answer("yes"));
    const rows = {
      defaults: { max_tokens: 100, top_p: 0.5, seed: 1 },
      extra_body: { seed: 2, user: "u" },
      drop: ["top_p", "/stream_options/include_usage"],
      rename: { max_tokens: "max_completion_tokens", temperature: "/parameters/temperature" },
    };
    await ask(server, rows, {}, ["--max-tokens", "7", "-T", "0.3", "--body", "user=me"]);
    const sent = server.body();
    expect(sent).toMatchObject({ max_completion_tokens: 7, parameters: { temperature: 0.3 }, seed: 2, user: "me" });
    expect(["max_tokens", "temperature", "top_p"].filter((name) => name in sent)).toEqual([]);
    expect(sent["stream_options"]).toEqual({});
  });

  test.each([
    ["a version alone", { api_version: "2026-06-01" }, {}, "/v1/chat/completions?api-version=2026-06-01"],
    ["one in a path", { api_version: { value: 2, in: "path" } }, {}, "/v1/2/chat/completions"],
    ["one of a variable", { api_version: "${API}" }, { API: "7" }, "/v1/chat/completions?api-version=7"],
    [
      "the variable before the row",
      { api_version: { value: "1", name: "v" } },
      { DEEPSEEK_CHAT_API_VERSION: "2026-11-01" },
      "/v1/chat/completions?v=2026-11-01",
    ],
    ["one in a header", { api_version: { value: "8", in: "header", name: "X-V" } }, {}, "/v1/chat/completions"],
  ])("say which version of an API is asked: %s", async (_, rows, env, path) => {
    await using server = await serve(() => answer("yes"));
    expect(await ask(server, rows, env)).toMatchObject({ code: 0 });
    expect(server.requests[0]!.path).toBe(path);
    expect(server.requests[0]!.headers["x-v"]).toBe(
      "X-V" in rows || path.includes("?") || path.includes("2/") ? undefined : "8",
    );
  });

  test("do not give one version the stored answers of another, and those of another key", async () => {
    await using server = await serve(() => answer("yes"));
    const place = newPlace();
    const rows = { base_url: server.url, model: "m", api_version: "1", query: { sig: "${GATEWAY_KEY}" } };
    put(place.configFile, JSON.stringify({ provider: "gw", providers: { gw: rows } }));
    for (const [version, key] of [
      ["1", secret],
      ["2", secret],
      ["2", `${secret}-next`],
    ] as const) {
      const env = { DEEPSEEK_CHAT_API_VERSION: version, GATEWAY_KEY: key };
      expect(await run(["ask", "--cache", "--no-transcript", "hello"], { place, env })).toMatchObject({ code: 0 });
    }
    expect(server.requests.map(({ path }) => path.includes("api-version=2"))).toEqual([false, true]);
  });

  test("keep keys in headers from plain http, and leave other headers' words in answers", async () => {
    await using server = await serve(() => answer("our research"));
    const asked = await ask(server, { headers: { "X-Team": "research" } });
    expect(asked).toMatchObject({ code: 0, stdout: "our research\n" });
    const elsewhere = { base_url: "http://gw.example/v1", headers: { Authorization: `Token ${secret}` } };
    const { code, stderr } = await ask(server, elsewhere);
    expect([code, stderr.includes(secret)]).toEqual([3, false]);
    expect(stderr).toContain(wordsOf("insecure_endpoint", { provider: "gw", url: elsewhere.base_url }).what);
  });

  test("put a version where the base URL has a place for it", async () => {
    await using server = await serve(() => answer("yes"));
    const rows = { base_url: `${server.url}/openai/{api_version}/azure`, api_version: "v3" };
    expect(await ask(server, rows)).toMatchObject({ code: 0 });
    expect(server.requests[0]!.path).toBe("/openai/v3/azure/chat/completions");
  });

  test("take no variable from the folder's .env, and say which is missing", async () => {
    await using server = await serve(() => answer("yes"));
    const { code, stderr } = await ask(server, { headers: { "X-T": "${TENANT}" } }, {}, [], "TENANT=theirs\n");
    expect(code).toBe(3);
    expect(stderr).toContain(
      wordsOf("unset_variable", { setting: "providers.gw.headers.X-T", variable: "TENANT" }).whole,
    );
    expect(server.requests).toHaveLength(0);
  });

  test("name a variable that is not closed, instead of sending it as it is written", async () => {
    await using server = await serve(() => answer("yes"));
    const { code, stderr } = await ask(server, { query: { team: "${TEAM" } }, { TEAM: "blue" });
    expect([code, server.requests]).toEqual([2, []]);
    const mistake = { name: "providers.gw.query.team", value: "${TEAM", expected: "${TEAM}" };
    expect(stderr).toContain(wordsOf("bad_value", mistake).what);
  });

  test.each(["../admin", "a/b", "a?b", "%2e%2e"])("refuse a version that leads elsewhere: %s", async (version) => {
    await using server = await serve(() => answer("yes"));
    const rows = { api_version: { value: "${API}", in: "path" } };
    const { code, stderr } = await ask(server, rows, { API: version });
    const name = "providers.gw.api_version";
    expect(stderr).toContain(wordsOf("bad_value", { name, value: version, expected: "v1, 2026-06-01" }).what);
    expect([code, server.requests.length]).toEqual([2, 0]);
  });

  test("ask a service that does not stream for whole answers at once", async () => {
    await using server = await serve(({ body }) =>
      body?.["stream"] === true
        ? refusal(400, { error: { message: "stream is not supported" } })
        : refusal(200, { choices: [{ message: { content: "whole" }, finish_reason: "stop" }] }),
    );
    expect(await ask(server, { stream: false })).toMatchObject({ code: 0, stdout: "whole\n" });
    expect(server.requests).toHaveLength(1);
  });

  test("that hold a key verbatim are told by doctor, and not shown by config list", async () => {
    await using server = await serve(() => refusal(200, { data: [{ id: "m" }] }));
    const place = newPlace();
    const gw = { base_url: server.url, model: "m", query: { token: secret, v: "1" }, headers: { "X-Ok": "${A_KEY}" } };
    put(place.configFile, JSON.stringify({ provider: "gw", providers: { gw } }));
    const env = { A_KEY: "another-key-0123456789" };
    const [{ stdout: found }, { stdout: listed }] = await Promise.all([
      run(["doctor"], { place, env }),
      run(["config", "list"], { place, env }),
    ]);
    expect(found).toContain(en.doctor.problems.secret_in_file({ setting: "providers.gw.query.token" }).what);
    expect(listed).toMatch(/providers\.gw\.query\.v +1/u);
    expect(found + listed).not.toContain(secret);
  });
});
