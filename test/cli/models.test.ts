import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { answer, done, event, finish, refusal, text } from "../support/wire.ts";
import { any, en, patternOf, wordsOf } from "../support/words.ts";

function json(body: unknown): Reply {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

const list = json({
  object: "list",
  data: [
    { id: "deepseek-flash", object: "model", owned_by: "deepseek" },
    { id: "deepseek-v4-pro", object: "model", owned_by: "deepseek" },
    { id: "brand-new", object: "model", owned_by: "deepseek" },
  ],
});

describe.concurrent("models", () => {
  test("lists ids with context length and price where known", async () => {
    await using server = await serve([list]);
    const { code, stdout, stderr } = await run(["models"], { env: askingAt(server) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(server.requests[0]).toMatchObject({
      method: "GET",
      path: "/models",
      headers: { authorization: "Bearer sk-0123456789abcdef" },
    });
    const [flash, pro, unknown] = stdout.trimEnd().split("\n");
    expect(flash).toMatch(/^deepseek-flash +1,000,000 +0\.02 \/ 1 \/ 4 +in use$/u);
    expect(pro).toMatch(/^deepseek-v4-pro +1,000,000 +0\.15 \/ 4\.5 \/ 13\.5/u);
    expect(unknown).toMatch(/^brand-new *$/u);
  });

  test("are read behind a byte order mark, each on one line", async () => {
    const body = `\uFEFF${JSON.stringify({ data: [{ id: "a\nfree  0 / 0 / 0" }, { id: "b" }] })}`;
    await using server = await serve([{ headers: { "content-type": "application/json" }, body }]);
    const { code, stdout } = await run(["models"], { env: askingAt(server) });
    expect({
      code,
      rows: stdout
        .trimEnd()
        .split("\n")
        .map((row) => row.trimEnd()),
    }).toEqual({
      code: 0,
      rows: ["a free  0 / 0 / 0", "b"],
    });
  });

  test("as JSON, with null for what is not known, in the currency of the settings", async () => {
    await using server = await serve([list]);
    const place = newPlace();
    put(place.configFile, "currency: USD\n");
    const { stdout } = await run(["models", "--json"], { place, env: askingAt(server) });
    const rows = JSON.parse(stdout) as unknown[];
    expect(rows[0]).toEqual({
      id: "deepseek-flash",
      provider: "deepseek",
      context: 1_000_000,
      max_output: 384_000,
      vision: true,
      price: {
        currency: "USD",
        cached: 0.003,
        input: 0.15,
        output: 0.6,
        peak_factor: 2,
        as_of: expect.stringMatching(/^\d{4}-\d\d-\d\d$/u),
        until: null,
        source: expect.stringMatching(/^https:/u),
      },
    });
    expect(rows[2]).toMatchObject({ id: "brand-new", context: null, price: null });
  });

  test("of SiliconFlow are asked for as chat models alone", async () => {
    await using server = await serve([json({ data: [{ id: "deepseek-ai/DeepSeek-V4-Pro" }] })]);
    const env = { SILICONFLOW_API_KEY: "sk-0123456789", SILICONFLOW_BASE_URL: `${server.url}/v1` };
    const { stdout } = await run(["models", "-p", "siliconflow"], { env });
    expect(stdout.trim()).toBe("deepseek-ai/DeepSeek-V4-Pro");
    expect(server.requests[0]!.path).toBe("/v1/models?sub_type=chat");
  });

  test.each<[string, Reply, number, string]>([
    ["a refused key", refusal(401, { error: { message: "Authentication Fails" } }), 3, "DEEPSEEK_API_KEY"],
    ["a service that is down", refusal(503, { error: { message: "busy" } }), 5, "busy"],
    [
      "a web page",
      { headers: { "content-type": "text/html" }, body: "<title>Log in</title>" },
      5,
      wordsOf("not_a_stream", { provider: "deepseek", contentType: "text/html", start: "" }).what,
    ],
    [
      "a connection that is cut",
      { headers: { "content-type": "application/json" }, body: '{"da', end: "cut" },
      5,
      "127.0.0.1",
    ],
  ])("end with the exit code of %s", async (_, reply, exitCode, named) => {
    await using server = await serve([reply]);
    const { code, stdout, stderr } = await run(["models"], { env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
    expect(stderr).toContain(named);
  });

  test("are waited for no longer than --timeout says", async () => {
    await using server = await serve([{ end: "stall" }]);
    const { code, stderr } = await run(["models", "--timeout", "0.5"], { env: askingAt(server) });
    expect(code).toBe(5);
    expect(stderr).toMatch(patternOf(wordsOf("timeout", { host: any, seconds: 0.5 }).what));
  });
});

/** A provider of the config file that answers at a server of the test. */
function placeFor(url: string, more = ""): Place {
  const place = newPlace();
  put(place.configFile, `provider: mine\nproviders: { mine: { base_url: "${url}/v1" } }\n${more}`);
  return place;
}

/** A server that answers each path with its document, and all else with 404. */
function paths(documents: Readonly<Record<string, unknown>>) {
  return ({ path }: Received): Reply =>
    path.endsWith("/chat/completions")
      ? answer("Hello.")
      : Object.hasOwn(documents, path)
        ? json(documents[path])
        : refusal(404, { error: { message: "not found" } });
}

describe.concurrent("models of a server of one's own", () => {
  test("have no column of prices", async () => {
    await using server = await serve([json({ data: [{ id: "m1", max_model_len: 8192 }, { id: "m2" }] })]);
    await using terminal = openProgram(["models"], { place: placeFor(server.url) });
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.screen()).toMatch(/^model +context *\nm1 +8,192 *\nm2$/u);
  });

  test.each<[string, unknown]>([
    ["a bare array", ["m1", "m2"]],
    ["Ollama's form", { models: [{ name: "m1" }, { name: "m2" }] }],
  ])("are listed from %s", async (_, document) => {
    await using server = await serve([json(document)]);
    const { stdout } = await run(["models"], { place: placeFor(server.url) });
    expect(stdout.split("\n").map((line) => line.trim())).toEqual(["m1", "m2", ""]);
  });

  test("that are no list end with what came instead", async () => {
    await using server = await serve([json({ status: "running" })]);
    const { code, stdout, stderr } = await run(["models"], { place: placeFor(server.url) });
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toContain(wordsOf("not_a_list", { provider: "mine", start: '{"status":"running"}' }).what);
  });

  test.each<[string, Record<string, unknown>]>([
    [
      "llama.cpp's /props",
      { "/props": { default_generation_settings: { n_ctx: 2048 }, modalities: { vision: true } } },
    ],
    [
      "Ollama's window of a loaded model",
      {
        "/api/show": {
          parameters: "",
          model_info: { "llama.context_length": 131_072 },
          capabilities: ["completion", "vision"],
        },
        "/api/ps": { models: [{ name: "m1", context_length: 2048 }] },
      },
    ],
    [
      "Ollama's num_ctx",
      {
        "/api/show": {
          parameters: 'stop "<|end|>"\nnum_ctx                        2048',
          model_info: { "llama.context_length": 131_072 },
          capabilities: ["completion", "vision"],
        },
      },
    ],
    ["LM Studio's list", { "/api/v0/models": { data: [{ id: "m1", type: "vlm", max_context_length: 2048 }] } }],
    [
      "LiteLLM's model info",
      {
        "/model/info": {
          data: [{ model_name: "m1", model_info: { id: "x", max_input_tokens: 2048, supports_vision: true } }],
        },
      },
    ],
  ])("have the window of %s", async (_, documents) => {
    await using server = await serve(paths({ "/v1/models": { data: [{ id: "m1" }] }, ...documents }));
    const { stdout } = await run(["models", "--json"], { place: placeFor(server.url) });
    expect(JSON.parse(stdout)).toMatchObject([{ id: "m1", context: 2048, vision: true, price: null }]);
  });
});

describe.concurrent("a model that nobody named", () => {
  test("is the only one that the server offers; what makes vectors is none", async () => {
    const list = { data: [{ id: "gemma" }, { id: "text-embedding-nomic-embed-text-v1.5" }] };
    await using server = await serve(paths({ "/v1/models": list }));
    const { code, stdout } = await run(["ask", "hi"], { place: placeFor(server.url) });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello.\n" });
    expect(server.requests.map(({ path }) => path)).toEqual(["/v1/models", "/v1/chat/completions"]);
    expect(server.body()["model"]).toBe("gemma");
  });

  test("is asked for where there are several, with the command that lists them", async () => {
    await using server = await serve(paths({ "/v1/models": { data: [{ id: "a" }, { id: "b" }] } }));
    const { code, stderr } = await run(["ask", "hi"], { place: placeFor(server.url) });
    expect(code).toBe(3);
    expect(stderr).toContain("deepseek-chat models -p mine");
  });

  test("costs no request where one is set", async () => {
    await using server = await serve(paths({}));
    await run(["ask", "-m", "m", "hi"], { place: placeFor(server.url) });
    expect(server.requests.map(({ path }) => path)).toEqual(["/v1/chat/completions"]);
  });
});

test.concurrent("a window that the server tells is warned of when it is nearly full", async () => {
  const list = { data: [{ id: "m", meta: { n_ctx: 1000 } }] };
  const filling = event({ choices: [], usage: { prompt_tokens: 850, completion_tokens: 40, total_tokens: 890 } });
  await using server = await serve(({ path }) =>
    path === "/v1/models" ? json(list) : { body: [text("Hello."), finish(), filling, done] },
  );
  const place = placeFor(server.url, "model: m\n");
  const { stderr } = await run(["chat"], { place, input: "hello\n" });
  expect(server.requests.map(({ path }) => path)).toEqual(["/v1/chat/completions", "/v1/models"]);
  expect(stderr).toMatch(/89%.*\/compact/su);
});

test.concurrent("a window that the server tells is used in a session, and asked for after the first answer", async () => {
  await using server = await serve(paths({ "/v1/models": { data: [{ id: "m", meta: { n_ctx: 44 } }] } }));
  const place = placeFor(server.url, "model: m\n");
  const { stderr } = await run(["chat"], { place, input: "hello\n/tokens\n" });
  expect(server.requests.map(({ path }) => path)).toEqual(["/v1/chat/completions", "/v1/models"]);
  expect(stderr).toMatch(/84\.1%/u);
  expect(stderr).toMatch(/of 44/u);
});

test.concurrent("a window that the server tells is what a file is held against before it is sent", async () => {
  await using server = await serve(paths({ "/v1/models": { data: [{ id: "m", meta: { n_ctx: 2048 } }] } }));
  const place = placeFor(server.url, "model: m\n");
  put(join(place.cwd, "notes.txt"), "word ".repeat(400));
  await using terminal = openProgram([], { place, cols: 100, rows: 30 });
  await say(terminal, "look at @notes.txt");
  await terminal.until(en.attachments.sendLarge);
  expect(terminal.scrollback()).toContain(en.attachments.large({ size: "2.0 kB", tokens: "600", share: "29%" }));
  expect(server.requests.map(({ path }) => path)).not.toContain("/v1/chat/completions");
});

describe.concurrent("balance", () => {
  test("of DeepSeek", async () => {
    const info = { currency: "CNY", total_balance: "110.00", granted_balance: "10.00", topped_up_balance: "100.00" };
    await using server = await serve([json({ is_available: true, balance_infos: [info] })]);
    const [text, asJson] = [
      await run(["balance"], { env: askingAt(server) }),
      await run(["balance", "--json"], { env: askingAt(server) }),
    ];
    expect(server.requests[0]).toMatchObject({ method: "GET", path: "/user/balance" });
    expect(text).toMatchObject({
      code: 0,
      stdout: `${en.tables.balance({ total: "CNY  110.00", granted: "10.00", toppedUp: "100.00" })}\n`,
    });
    expect(JSON.parse(asJson.stdout)).toEqual({
      provider: "deepseek",
      balances: [{ currency: "CNY", total: "110.00", granted: "10.00", topped_up: "100.00" }],
    });
  });

  test("of SiliconFlow", async () => {
    const data = { balance: "1.5", chargeBalance: "20", totalBalance: "21.5", status: "normal" };
    await using server = await serve([json({ code: 20000, message: "OK", status: true, data })]);
    const env = { SILICONFLOW_API_KEY: "sk-0123456789", SILICONFLOW_BASE_URL: `${server.url}/v1` };
    const { stdout } = await run(["balance", "-p", "siliconflow"], { env });
    expect(stdout).toBe(`${en.tables.balance({ total: "CNY  21.5", granted: "1.5", toppedUp: "20" })}\n`);
    expect(server.requests[0]!.path).toBe("/v1/user/info");
  });

  test("is not told by every provider", async () => {
    const [text, asJson] = await Promise.all([
      run(["balance", "-p", "demo"]),
      run(["balance", "-p", "demo", "--json"]),
    ]);
    expect(text).toMatchObject({ code: 0, stdout: "", stderr: `${en.tables.noBalance({ provider: "demo" })}\n` });
    expect(JSON.parse(asJson.stdout)).toEqual({ provider: "demo", balances: null });
  });
});

test("a balance that is not in the answer is told as missing", async () => {
  await using server = await serve([json({ is_available: true })]);
  const { code, stdout, stderr } = await run(["balance"], { env: askingAt(server) });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: "",
    stderr: `${en.tables.noBalance({ provider: "deepseek" })}\n`,
  });
});
