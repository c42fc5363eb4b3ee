import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { askingAt, newPlace, type Place, run, start } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, delta, done, finish, text, usage } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const thinking = { body: [delta({ reasoning_content: "The answer is 42." }), finish(), usage, done] };

async function lastExchange({ cwd }: Place) {
  const folder = join(cwd, "transcripts");
  const name = readdirSync(folder).find((file) => file.endsWith(".md"));
  return (await readTranscript(join(folder, name!))).exchanges.at(-1)!;
}

describe.concurrent("an answer without a word", () => {
  test("is finished as the service says, and an error all the same", async () => {
    await using server = await serve([thinking]);
    const place = newPlace();
    const { code, stdout, stderr } = await run(["ask", "-o", "json", "hi"], { place, env: askingAt(server) });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      answer: "",
      reasoning: "The answer is 42.",
      finish_reason: "stop",
      complete: true,
      usage: { completion_tokens: 12 },
      error: { code: "empty_answer", message: expect.stringContaining("only thinking") as string },
    });
    expect(stderr).toContain(wordsOf("empty_answer", { came: "thinking", reason: "stop" }).whole);
    expect(await lastExchange(place)).toMatchObject({
      status: "failed",
      finishReason: "stop",
      reasoning: "The answer is 42.",
      error: { code: "empty_answer" },
    });
  });

  test("is billed, and not asked again by itself", async () => {
    await using server = await serve([{ body: [finish(), usage, done] }, answer("no")]);
    const { code } = await run(["ask", "--retries", "3", "hi"], { env: askingAt(server) });
    expect([code, server.requests.length]).toEqual([4, 1]);
  });

  test("is told as a line of JSON Lines behind its finish", async () => {
    await using server = await serve([{ body: [finish(), done] }]);
    const { stdout } = await run(["ask", "-o", "jsonl", "hi"], { env: askingAt(server) });
    const lines = stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { type: "finish", reason: "stop" },
      { type: "error", code: "empty_answer" },
    ]);
  });

  test("shows its thinking, where nothing else has shown it", async () => {
    await using server = await serve([thinking]);
    const { stdout, stderr } = await run(["ask", "hi"], { env: askingAt(server) });
    expect([stdout, stderr]).toEqual(["", expect.stringMatching(/^The answer is 42\.\n/u)]);
  });

  test("ends its question, not the session", async () => {
    await using server = await serve([thinking, answer("yes")]);
    const { code, stdout, stderr } = await run(["chat"], { input: "one\ntwo\n", env: askingAt(server) });
    expect(stdout).toContain("yes");
    expect(stderr).toContain("only thinking");
    expect(code).toBe(4);
    const roles = (server.body()["messages"] as { role: string }[]).map(({ role }) => role);
    expect(roles).toEqual(["user"]);
  });
});

describe.concurrent("thinking that ends with a tag and began without one", () => {
  test("is thinking in what is saved and sent, though it was shown", async () => {
    const gate = Promise.withResolvers<void>();
    const body = [text("I greet back.\n"), gate.promise, text("</think>\n\nHello!"), finish(), done];
    await using server = await serve([{ body }, answer("again")]);
    const place = newPlace();
    const running = start(["ask", "hi"], { place, env: askingAt(server) });
    await running.until(({ stdout }) => stdout.includes("I greet back."));
    gate.resolve();
    const { code, stdout, stderr } = await running.done;
    expect([code, stdout]).toEqual([0, "I greet back.\nHello!\n"]);
    expect(stderr).toContain(en.answer.rethought);
    expect(await lastExchange(place)).toMatchObject({ reasoning: "I greet back.\n", answer: "Hello!" });
    await run(["ask", "-c", "and now?"], { place, env: askingAt(server) });
    expect(server.body()["messages"]).toMatchObject([
      { role: "user" },
      { role: "assistant", content: "Hello!" },
      { role: "user" },
    ]);
  });

  test("is thinking at once where it came together with the answer", async () => {
    await using server = await serve([
      { body: text("I greet back.\n") + text("</think>\n\nHello!") + finish() + done },
    ]);
    const { stdout } = await run(["ask", "-o", "json", "hi"], { env: askingAt(server) });
    expect(JSON.parse(stdout)).toMatchObject({ reasoning: "I greet back.\n", answer: "Hello!" });
  });
});

test("a stream without a byte is asked once more in one piece, which says why", async () => {
  const refusal = {
    status: 400,
    headers: { "content-type": "application/json" },
    body: '{"detail":"prompt is too long"}',
  };
  await using server = await serve(({ body }) => (body?.["stream"] === true ? { body: "" } : refusal));
  const { code, stderr } = await run(["ask", "hi"], { env: askingAt(server) });
  expect([code, server.requests.length]).toEqual([4, 2]);
  expect(stderr).toContain("prompt is too long");
});

test("usage that makes no sense is unknown", async () => {
  const count = { prompt_tokens: -5, completion_tokens: 1e300, total_tokens: 2 };
  await using server = await serve([{ body: [text("hi"), finish("stop", { usage: count }), done] }]);
  const { stdout } = await run(["ask", "-o", "json", "hi"], { env: askingAt(server) });
  expect(JSON.parse(stdout)).toMatchObject({ answer: "hi", usage: null, cost: null });
});
