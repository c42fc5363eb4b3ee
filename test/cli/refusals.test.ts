import { describe, expect, test } from "vitest";
import { askingAt, newPlace, put, run } from "../support/program.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

/** What services refuse, and what is said of it: the address, the key, the money. */

const ask = ["ask", "--no-transcript", "q"];
const json = { "content-type": "application/json" };
const notFound: Reply = { status: 404, headers: json, body: '{"detail":"Not Found"}' };

/** What is said where nothing is at a path of deepseek's. */
function nothingAt(url: string, suggested: string | null = null): string {
  const details = { provider: "deepseek", status: 404, reason: "Not Found", advice: "route", url, suggested } as const;
  return `${wordsOf("request_refused", details).whole}\n`;
}

/** Answers at one path alone, as a strict server does. */
function strict(path: string) {
  return ({ path: asked }: Received): Reply => (asked === path ? answer("yes") : notFound);
}

describe.concurrent("a base URL", () => {
  test.each(["/v1", "/v1/", "/v1/chat/completions", "/v1/chat/completions/", "/v1/completions", "/v1/models"])(
    "that ends with %s is understood, from the environment, the config file and doctor",
    async (path) => {
      await using server = await serve(strict("/v1/chat/completions"));
      const place = newPlace();
      put(place.configFile, `providers: {mine: {base_url: "${server.url}${path}", model: m}}\n`);
      const runs = await Promise.all([
        run(ask, { env: askingAt({ url: `${server.url}${path}` }) }),
        run([...ask, "-p", "mine"], { place }),
      ]);
      expect(runs.map(({ code, stdout, stderr }) => ({ code, stdout, stderr }))).toEqual(
        runs.map(() => ({ code: 0, stdout: "yes\n", stderr: "" })),
      );
      const doctor = await run(["doctor", "--json"], { env: askingAt({ url: `${server.url}${path}` }) });
      expect(doctor.stdout).toContain(`"${server.url}/v1"`);
    },
  );

  test("where nothing is, is told with the address that was asked", async () => {
    await using server = await serve(() => notFound);
    const [english, chinese] = await Promise.all(
      ["en", "zh"].map((lang) => run([...ask, "--lang", lang], { env: askingAt({ url: `${server.url}/v2` }) })),
    );
    expect(english).toMatchObject({
      code: 4,
      stderr: nothingAt(`${server.url}/v2/chat/completions`),
    });
    expect(chinese!.stderr).toContain(`${server.url}/v2/chat/completions`);
  });

  test.each([
    [["models"], "/models"],
    [["balance"], "/user/balance"],
  ])("where nothing is, is told by %j too", async (args, path) => {
    await using server = await serve(() => notFound);
    const { code, stderr } = await run(args, { env: askingAt({ url: `${server.url}/v2` }) });
    expect(code).toBe(4);
    expect(stderr).toBe(nothingAt(`${server.url}/v2${path}`));
  });

  test("of http for a port with TLS names https", async () => {
    const page = "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>";
    await using server = await serve(() => refusal(400, page));
    const { code, stderr } = await run(ask, { env: askingAt(server) });
    expect(code).toBe(4);
    const suggested = server.url.replace("http:", "https:");
    expect(stderr).toContain(wordsOf("request_refused", { advice: "https", suggested }).next);
  });
});

describe.concurrent("a service that wants a key", () => {
  test.each([401, 403])("where none is set is told so: %d", async (status) => {
    await using server = await serve(() => refusal(status, { error: "Unauthorized" }));
    const place = newPlace();
    put(place.configFile, `providers: {vllm: {base_url: "${server.url}/v1", model: m}}\n`);
    const args = [...ask, "-p", "vllm"];
    const [english, chinese] = await Promise.all([run(args, { place }), run([...args, "--lang", "zh"], { place })]);
    expect([english.code, chinese.code]).toEqual([3, 3]);
    const details = { provider: "vllm", status, reason: "Unauthorized", variable: null, origin: "" };
    expect(english.stderr).toBe(`${wordsOf(status === 401 ? "key_wanted" : "forbidden", details).whole}\n`);
    expect(chinese.stderr).not.toMatch(/\u6765\u81ea {2}| {2}/u);
  });

  test("and gets it as a header of the config file names that as its origin", async () => {
    await using server = await serve(() => refusal(401, { error: "Unauthorized" }));
    const place = newPlace();
    put(
      place.configFile,
      `providers: {vllm: {base_url: "${server.url}/v1", model: m, headers: {Authorization: Bearer 0123456789}}}\n`,
    );
    const { stderr } = await run([...ask, "-p", "vllm"], { place });
    expect(stderr).toContain(
      wordsOf("key_rejected", {
        provider: "vllm",
        origin: "providers.vllm.headers",
        status: 401,
        reason: "Unauthorized",
      }).what,
    );
  });
});

describe.concurrent("an account without money", () => {
  const quota = { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" };
  test.each([
    [429, quota],
    [403, quota],
    [429, { message: "\u8d26\u6237\u4f59\u989d\u4e0d\u8db3", code: "1113" }],
  ])("is told at once, whatever the status: %d %j", async (status, error) => {
    const { message: reason } = error;
    await using server = await serve(() => refusal(status, { error }));
    const { code, stderr } = await run(ask, { env: askingAt(server) });
    expect({ code, requests: server.requests.length }).toEqual({ code: 3, requests: 1 });
    expect(stderr).toContain(wordsOf("no_balance", { provider: "deepseek", reason }).what);
  });
});

/** Refuses a field, and answers where it is not there. */
function without(field: string, status: number, body: unknown) {
  return ({ body: asked }: Received): Reply => (Object.hasOwn(asked!, field) ? refusal(status, body) : answer("yes"));
}

describe.concurrent("stream_options", () => {
  test.each([
    [400, { error: { message: "Unrecognized request argument supplied: stream_options" } }],
    [422, { object: "error", message: { detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"] }] } }],
    [422, [{ type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }]],
    [400, { code: 400, msg: "\u4e0d\u652f\u6301 stream_options \u53c2\u6570" }],
    [400, 'json: unknown field "stream_options"'],
    [500, { error: "stream_options is not implemented" }],
    [200, { error: { message: "stream_options: extra fields not permitted", code: 400 } }],
  ])("that is refused is left out, once and for all: %d %j", async (status, body) => {
    await using server = await serve(without("stream_options", status, body));
    const place = newPlace();
    const input = "one\ntwo\nq\n";
    const first = await run(["-q", "--no-transcript", "--retries", "0"], { place, env: askingAt(server), input });
    expect(first.stdout).toBe("yes\nyes\n");
    expect(server.requests).toHaveLength(3);
    const again = await run(ask, { place, env: askingAt(server) });
    expect(again).toMatchObject({ code: 0, stdout: "yes\n", stderr: "" });
    expect(server.requests).toHaveLength(4);
  });

  test("is told of in a line, in both languages", async () => {
    const body = { error: { message: "Unrecognized request argument supplied: stream_options" } };
    await using server = await serve(without("stream_options", 400, body));
    const [english, chinese] = await Promise.all(
      ["en", "zh"].map((lang) => run([...ask, "--lang", lang], { env: askingAt(server) })),
    );
    expect(english).toMatchObject({
      code: 0,
      stdout: "yes\n",
      stderr: `${en.answer.adapted.field({ provider: "deepseek", field: "stream_options" })}\n`,
    });
    expect(chinese!.stderr).toMatch(/^deepseek [^\n]*stream_options[^\n]*\n$/u);
  });

  test("that a person asked for stays, and is named as their setting", async () => {
    await using server = await serve(without("stream_options", 400, { error: { message: "no stream_options" } }));
    const place = newPlace();
    put(place.configFile, "providers: {deepseek: {stream_usage: true}}\n");
    const { code, stderr } = await run(ask, { place, env: askingAt(server) });
    expect({ code, requests: server.requests.length }).toEqual({ code: 4, requests: 1 });
    const named = {
      advice: "field",
      fields: ["stream_options"],
      setting: "providers.deepseek.stream_usage",
    } as const;
    expect(stderr).toContain(wordsOf("request_refused", named).next);
  });

  test("beside another refused field does not hide that one", async () => {
    const loc = (field: string) => ({ type: "extra_forbidden", loc: ["body", field], msg: "Extra inputs" });
    await using server = await serve(({ body }) => {
      const refused = ["stream_options", "top_k"].filter((field) => Object.hasOwn(body!, field));
      return refused.length > 0 ? refusal(422, { detail: refused.map(loc) }) : answer("yes");
    });
    const { code, stderr } = await run([...ask, "--top-k", "5"], { env: askingAt(server) });
    expect({ code, requests: server.requests.length }).toEqual({ code: 4, requests: 2 });
    const named = { advice: "field", fields: ["top_k"], setting: "top_k" } as const;
    expect(stderr).toContain(wordsOf("request_refused", named).next);
    expect(server.body()["top_k"]).toBe(5);
  });
});

test.concurrent("a service that does not stream is asked for the whole answer", async () => {
  await using server = await serve(({ body }) =>
    body!["stream"] === true
      ? refusal(400, {
          error: { message: "Your organization must be verified to stream this model.", param: "stream" },
        })
      : {
          headers: json,
          body: JSON.stringify({ choices: [{ message: { content: "whole" }, finish_reason: "stop" }] }),
        },
  );
  const { code, stdout } = await run(ask, { env: askingAt(server) });
  expect({ code, stdout, requests: server.requests.length }).toEqual({ code: 0, stdout: "whole\n", requests: 2 });
});

describe.concurrent("a base URL without its version", () => {
  test("is found out, told, and used for the rest of the session", async () => {
    await using server = await serve(strict("/v1/chat/completions"));
    const args = ["--no-transcript", "--retries", "0"];
    const { stdout, stderr } = await run(args, { env: askingAt(server), input: "one\ntwo\nq\n" });
    expect(stdout).toBe("yes\nyes\n");
    expect(stderr).toContain(en.answer.adapted.baseUrl({ provider: "deepseek", baseUrl: `${server.url}/v1` }));
    expect(server.requests.map(({ path }) => path)).toEqual([
      "/chat/completions",
      "/v1/chat/completions",
      "/v1/chat/completions",
    ]);
  });

  test("is told as it was written where nothing is at /v1 either", async () => {
    await using server = await serve(() => notFound);
    const { code, stderr } = await run(ask, { env: askingAt(server) });
    expect(code).toBe(4);
    expect(stderr).toBe(nothingAt(`${server.url}/chat/completions`, `${server.url}/v1`));
    expect(server.requests).toHaveLength(2);
  });

  test("that leads to a web page is one too", async () => {
    await using server = await serve(({ path }) =>
      path.startsWith("/v1")
        ? answer("yes")
        : { headers: { "content-type": "text/html" }, body: "<!doctype html><p>Hi" },
    );
    expect(await run(ask, { env: askingAt(server) })).toMatchObject({ code: 0, stdout: "yes\n" });
  });
});

describe.concurrent("a wait", () => {
  const busy = (headers: Record<string, string>) =>
    refusal(429, { error: { message: "slow down ".repeat(20) } }, headers);
  test.each([
    { "retry-after": "61" },
    { "retry-after-ms": "61000" },
    { "llm_provider-retry-after": "61" },
    { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() },
  ])("longer than a script has time for ends at once: %j", async (headers) => {
    await using server = await serve(() => busy(headers));
    const { code, stderr } = await run(ask, { env: askingAt(server) });
    expect({ code, requests: server.requests.length }).toEqual({ code: 5, requests: 1 });
    expect(stderr).toMatch(/Ask again in \d+ s, or let the program wait with --max-wait \d+\.\n$/u);
  });

  test("of no seconds is no wait to advise", async () => {
    await using server = await serve(() => busy({ "retry-after": "0" }));
    const { stderr } = await run([...ask, "--retries", "0"], { env: askingAt(server) });
    expect(stderr).toContain(wordsOf("rate_limited", { provider: "deepseek", reason: "", wait: null }).next);
    expect(stderr).not.toContain("--max-wait");
  });

  test("within --max-wait is waited for, and told in a word or two until the end", async () => {
    await using server = await serve([busy({ "retry-after": "1" }), answer("yes")]);
    expect(await run([...ask, "--max-wait", "2"], { env: askingAt(server) })).toMatchObject({
      code: 0,
      stdout: "yes\n",
      stderr: `${en.answer.retry({ why: "deepseek: 429.", attempt: 2, attempts: 4, seconds: 1 })}\n`,
    });
    await using other = await serve(() => busy({ "retry-after": "1" }));
    const { code, stderr } = await run([...ask, "--max-wait", "0.5"], { env: askingAt(other) });
    expect({ code, requests: other.requests.length }).toEqual({ code: 5, requests: 1 });
    expect(stderr.match(/slow down/gu)).toHaveLength(20);
  });
});

describe.concurrent("a model that is being loaded", () => {
  const loading = refusal(503, { error: { code: 503, message: "Loading model", type: "unavailable_error" } });
  test("is waited for, for more attempts than there are", async () => {
    await using server = await serve([loading, loading, loading, answer("yes")]);
    const [english, chinese] = [
      await run([...ask, "--retries", "1"], { env: askingAt(server) }),
      await run([...ask, "--lang", "zh"], { env: askingAt(await serve([loading, answer("yes")])) }),
    ];
    expect(english).toMatchObject({
      code: 0,
      stdout: "yes\n",
      stderr: `${en.answer.loading({ provider: "deepseek" })}\n`,
    });
    expect(chinese).toMatchObject({ code: 0, stdout: "yes\n", stderr: expect.stringContaining("deepseek") as string });
  });

  test("is given up when --timeout is over", async () => {
    await using server = await serve(() => loading);
    const { code, stderr } = await run([...ask, "--timeout", "1.5"], { env: askingAt(server) });
    expect(code).toBe(5);
    expect(stderr).toContain(
      wordsOf("model_loading", { provider: "deepseek", status: 503, reason: "Loading model" }).what,
    );
  });
});
