import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, put, type Run, run, start, transcriptsOf } from "../support/program.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { answer, counted, delta, done, event, finish, text, usage } from "../support/wire.ts";
import { any, en, patternOf, wordsOf } from "../support/words.ts";

interface Answer {
  readonly answer: string;
  readonly reasoning: string | null;
  readonly complete: boolean;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Asks one question and nothing twice. */
async function ask(reply: Reply, ...flags: readonly string[]): Promise<Run & { readonly object: Answer }> {
  await using server = await serve([reply]);
  const args = ["ask", "-o", "json", "--retries", "0", ...flags, "q"];
  // With its version, which is else looked for where something other than an answer comes.
  const finished = await run(args, { env: askingAt({ url: `${server.url}/v1` }) });
  expect(server.requests).toHaveLength(1);
  return { ...finished, object: JSON.parse(finished.stdout) as Answer };
}

/** The pieces, each after a pause of so many milliseconds. */
function* paced(pause: number, pieces: readonly string[]): Generator<string | Promise<unknown>> {
  for (const piece of pieces) {
    yield sleep(pause);
    yield piece;
  }
}

const whole = [text("Hello, "), text("\u4e16\u754c\u{1f600}"), finish(), usage, done];
const wholeText = "Hello, \u4e16\u754c\u{1f600}";
const bytes = Buffer.from(whole.join(""));

describe.concurrent("thinking is told from the answer", () => {
  test.each([
    ["reasoning_content", [delta({ reasoning_content: "Let me " }), delta({ reasoning_content: "see." })]],
    ["reasoning", [delta({ reasoning: "Let me " }), delta({ reasoning: "see." })]],
    ["reasoning_content beside null content", [delta({ content: null, reasoning_content: "Let me see." })]],
    ["<think> tags", [text("<think>Let me see.</think>\n\n")]],
    ["<think> tags cut anywhere", ["<th", "ink>\nLet ", "me see.</thi", "nk>", "\n"].map(text)],
  ])("as %s", async (_, chunks) => {
    const { code, object } = await ask({ body: [...chunks, text("42"), finish(), done] });
    expect(code).toBe(0);
    expect(object).toMatchObject({ reasoning: "Let me see.", answer: "42" });
  });

  test("and later nulls do not wipe it away", async () => {
    const chunks = [delta({ reasoning_content: "hm" }), delta({ reasoning_content: null, content: "42" })];
    const { object } = await ask({ body: [...chunks, delta({ content: null }), finish(), done] });
    expect(object).toMatchObject({ reasoning: "hm", answer: "42" });
  });
});

describe.concurrent("a whole answer is read", () => {
  test.each<[string, Reply]>([
    ["with choices missing or empty", { body: [event({ id: "c" }), event({ choices: [] }), ...whole] }],
    ["with empty and null deltas", { body: [delta({ role: "assistant", content: null }), delta({}), ...whole] }],
    [
      "between keep-alive comments and blank lines",
      { body: ["\n\n", ": keep-alive\n\n", ...whole.flatMap((part) => [part, ": keep-alive\n\n"])] },
    ],
    ["without [DONE]", { body: whole.slice(0, -1) }],
    ["without [DONE], from a connection that is cut after the end", { body: whole.slice(0, -1), end: "cut" }],
    ["from a socket that stays open after [DONE]", { body: whole, end: "stall" }],
    ["with CRLF line ends", { body: whole.map((part) => part.replaceAll("\n", "\r\n")) }],
    ["byte by byte", { body: Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)) }],
    ["in one piece", { body: bytes }],
    ["after a byte order mark", { body: ["\uFEFF", ...whole] }],
    ["without a space after data:", { body: whole.map((part) => part.replace("data: ", "data:")) }],
    ["with event and id fields", { body: whole.map((part) => `event: message\nid: 1\n${part}`) }],
    ["compressed", { headers: { "content-encoding": "gzip" }, body: gzipSync(bytes) }],
    ["with a content type that says nothing", { headers: { "content-type": "application/octet-stream" }, body: whole }],
  ])("%s", async (_, reply) => {
    const { code, stderr, object } = await ask(reply);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(object).toMatchObject({ answer: wholeText, complete: true, usage: { total_tokens: 42 } });
  });

  test("with usage on every chunk: the last one counts, never the sum", async () => {
    const count = (completion_tokens: number) => ({ usage: { prompt_tokens: 7, completion_tokens } });
    const chunks = [delta({ content: "a" }, count(1)), delta({ content: "b" }, count(2)), finish("stop", count(3))];
    const { object } = await ask({ body: [...chunks, done] });
    expect(object.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
  });

  test("with usage on the chunk that ends it", async () => {
    const { object } = await ask({ body: [text("a"), finish("stop", { usage: counted }), done] });
    expect(object.usage).toMatchObject({ prompt_tokens: 30, cached_tokens: 20, reasoning_tokens: 5 });
  });

  test("from a server that was asked for a stream and sends one JSON object", async () => {
    const message = { role: "assistant", content: "whole", reasoning_content: "hm" };
    const body = JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }], usage: counted });
    const { code, object } = await ask({ headers: { "content-type": "application/json" }, body });
    expect(code).toBe(0);
    expect(object).toMatchObject({ answer: "whole", reasoning: "hm", complete: true });
  });
});

describe.concurrent("half an answer is never taken for a whole one", () => {
  test.each<[string, Reply, string]>([
    ["ended without a finish reason", { body: [text("half"), done] }, "incomplete_answer"],
    ["ended without anything more", { body: [text("half")] }, "incomplete_answer"],
    ["was cut", { body: [text("half")], end: "cut" }, "stream_failed"],
    [
      "was cut inside a chunk",
      { body: [text("half"), 'data: {"choices":[{"delta":{"con'], end: "cut" },
      "stream_failed",
    ],
    [
      "was of the wrong length",
      { headers: { "content-length": "9999" }, body: text("half"), end: "cut" },
      "stream_failed",
    ],
    [
      "broke off with an error of OpenAI's shape",
      { body: [text("half"), event({ error: { message: "engine died", code: 500 } })] },
      "stream_failed",
    ],
    [
      "broke off with an error of SiliconFlow's shape",
      { body: [text("half"), event({ code: 50505, message: "Model service overloaded.", data: null })] },
      "stream_failed",
    ],
    ["went on with what is no JSON", { body: [text("half"), "data: {oops\n\n"] }, "stream_failed"],
    [
      "ran out of the service's resources",
      { body: [text("half"), finish("insufficient_system_resource"), done] },
      "service_failed",
    ],
  ])("when it %s", async (_, reply, error) => {
    const { code, object, stderr, place } = await ask(reply);
    expect(code).toBe(5);
    expect(object).toMatchObject({ answer: "half", complete: false, error: { code: error } });
    expect(stderr.trim()).toBe(object.error?.message);
    const [transcript = ""] = transcriptsOf(place);
    expect(transcript).toMatch(/Answer:\nhalf\n/u);
    expect(transcript).toContain("] Error:\n");
  });

  test("and its text is printed all the same", async () => {
    await using server = await serve([{ body: [text("half")], end: "cut" }]);
    const { code, stdout } = await run(["ask", "--retries", "0", "q"], { env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: 5, stdout: "half\n" });
  });

  test.each([
    ["OpenAI's", { error: { message: "Rate limit", code: 429 } }, "rate_limited", 5],
    ["SiliconFlow's", { code: 20012, message: "Model does not exist.", data: null }, "model_not_found", 4],
  ])("an error in the stream of %s shape keeps its meaning", async (_, body, error, exitCode) => {
    const { code, object } = await ask({ body: [event(body)] });
    expect({ code, error: object.error?.code }).toEqual({ code: exitCode, error });
  });
});

describe.concurrent("what is no answer at all", () => {
  test.each<[string, Reply, string]>([
    [
      "a web page",
      { headers: { "content-type": "text/html; charset=utf-8" }, body: "<!doctype html>\n<title>Log in</title>" },
      "text/html",
    ],
    ["plain text", { headers: { "content-type": "text/plain" }, body: "It works!" }, "It works!"],
    ["nothing", { headers: { "content-type": "text/event-stream" }, body: "" }, "before it began"],
    ["broken JSON", { headers: { "content-type": "application/json" }, body: '{"choices": [' }, "broken JSON"],
    [
      "an error with status 200",
      { headers: { "content-type": "application/json" }, body: '{"error":{"message":"odd"}}' },
      "odd",
    ],
    ["a bare string", { headers: { "content-type": "application/json" }, body: '"odd"' }, "odd"],
  ])("is %s, and that is said", async (_, reply, named) => {
    const { code, object, stderr } = await ask(reply);
    expect(code).toBe(5);
    expect(object).toMatchObject({ answer: "", complete: false });
    expect(stderr).toContain(named);
  });
});

describe.concurrent("silence", () => {
  test.each<[string, Reply]>([
    ["before the headers", { body: [], end: "stall" }],
    ["in the middle of thinking", { body: [delta({ reasoning_content: "hm" })], end: "stall" }],
    ["in the middle of the answer", { body: [text("half")], end: "stall" }],
  ])("%s ends it after --timeout", async (_, reply) => {
    const { code, object, stderr } = await ask(reply, "--timeout", "0.5");
    expect(code).toBe(5);
    expect(object).toMatchObject({ complete: false, error: { code: "timeout" } });
    expect(stderr).toMatch(patternOf(wordsOf("timeout", { host: any, seconds: 0.5 }).what));
  });

  test("is not broken by keep-alives alone once the answer has begun", async () => {
    function* body(): Generator<string | Promise<unknown>> {
      yield text("half");
      while (true) {
        yield sleep(50);
        yield ": keep-alive\n\n";
      }
    }
    const { code, object } = await ask({ body: body() }, "--timeout", "4");
    expect(code).toBe(5);
    expect(object).toMatchObject({ answer: "half", error: { code: "timeout" } });
  });

  test("is not counted while keep-alives say that the request waits its turn", async () => {
    const waiting = Array.from({ length: 24 }, () => ": keep-alive\n\n");
    const { code, object } = await ask({ body: paced(200, [...waiting, ...whole]) }, "--timeout", "4");
    expect(code).toBe(0);
    expect(object.answer).toBe(wholeText);
  });

  test("of a long answer is none: there is no limit on the whole", async () => {
    const parts = Array.from({ length: 50 }, () => text("."));
    const { code, object } = await ask({ body: paced(100, [...parts, finish(), done]) }, "--timeout", "4");
    expect({ code, answer: object.answer }).toEqual({ code: 0, answer: ".".repeat(50) });
  });
});

test.concurrent("an answer that is broken off is gone on with", async () => {
  await using server = await serve([{ body: [text("One, two")], end: "cut" }, answer(", three.")]);
  const { code, stdout } = await run(["ask", "count"], { env: askingAt(server) });
  expect({ code, stdout, requests: server.requests.length }).toEqual({
    code: 0,
    stdout: "One, two, three.\n",
    requests: 2,
  });
});

test.concurrent("each piece is in the transcript before the next one comes", async () => {
  const more = Promise.withResolvers<void>();
  await using server = await serve([{ body: [text("first"), more.promise, text(" second"), finish(), done] }]);
  const running = start(["ask", "-v", "q"], { env: askingAt(server) });
  await running.until(({ stdout }) => stdout === "first");
  running.kill("SIGKILL");
  const { place } = await running.done;
  more.resolve();
  expect(transcriptsOf(place)[0]).toMatch(/Question:\nq\n[\s\S]*Answer:\nfirst/u);
});

describe("an answer of some size", () => {
  test("is received in one piece, shown, saved and read back", async () => {
    const content = 'The quick brown fox "jumps" over the lazy dog.\n'.repeat(40_000);
    const body = JSON.stringify({ choices: [{ index: 0, message: { content }, finish_reason: "stop" }] });
    await using server = await serve([{ headers: { "content-type": "application/json" }, body }]);
    const place = newPlace();
    // A sixteenth of it is less than the body.
    const ran = await run(["ask", "--max-answer-size", "2", "q"], { place, env: askingAt(server) });
    expect([ran.code, ran.stdout === content]).toEqual([0, true]);
    const shown = await run(["transcripts", "show"], { place });
    expect([shown.code, shown.stdout.includes(content)]).toEqual([0, true]);
  });

  test("is received, shown and saved, whatever its chunks add to it", async () => {
    const piece = "The quick brown fox jumps over the lazy dog.\n".repeat(1000);
    await using server = await serve([{ body: [text(piece).repeat(200), finish(), done] }]);
    const place = newPlace();
    const ran = await run(["ask", "q"], { place, env: askingAt(server) });
    expect([ran.code, ran.stdout === piece.repeat(200)]).toEqual([0, true]);
    const [saved] = transcriptsOf(place);
    expect(saved!.includes(piece.repeat(200))).toBe(true);
  });

  test.each([
    ["longer than the setting takes", text("x".repeat(32_000)), "1 MB"],
    ["that never brings content", delta({}), "64 KB"],
  ])("%s is given up, with what came and the name of the setting", async (_, piece, limit) => {
    const body = [text("begun "), ...Array.from({ length: 64 }, () => piece.repeat(Math.ceil(24_000 / piece.length)))];
    await using server = await serve([{ body: [...body, finish(), done] }]);
    const ran = await run(["ask", "--max-answer-size", "1", "--retries", "0", "q"], { env: askingAt(server) });
    const { what, next } = en.errors.flooded({ provider: "deepseek", limit });
    expect([ran.code, ran.stdout.startsWith("begun ")]).toEqual([5, true]);
    expect(ran.stderr).toContain(what);
    expect(next).toContain("max_answer_size");
  });
});

/** Bytes of V8's space for new objects, written where the program ends. */
const youngSpace = `process.once("exit", () => require("node:fs").writeSync(2, "young " + require("node:v8")
  .getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size + "\\n"))`;

test("a long answer leaves V8's space for new objects small", async () => {
  const place = newPlace();
  const preload = join(place.cwd, "young.cjs");
  put(preload, youngSpace);
  const piece = "word ".repeat(20);
  await using server = await serve([answer(...Array.from({ length: 20_000 }, () => piece))]);
  const env = { ...askingAt({ url: `${server.url}/v1` }), NODE_OPTIONS: `--require=${preload}` };
  const { stdout, stderr } = await run(["ask", "q"], { place, env });
  expect(stdout).toHaveLength(piece.length * 20_000 + 1);
  const young = Number(/young (\d+)/u.exec(stderr)?.[1]);
  // It would otherwise have grown to 16 MB or more.
  expect(young).toBeLessThanOrEqual(8 * 1024 * 1024);
});
