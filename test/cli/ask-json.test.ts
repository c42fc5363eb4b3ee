import { describe, expect, test } from "vitest";
import { askingAt, newPlace, put, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, delta, done, finish, refusal, text, usage } from "../support/wire.ts";
import { wordsOf } from "../support/words.ts";

/** `2026-11-20T23:41:07.123+08:00` */
const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d$/u) as string;
const wholeNumber = expect.toSatisfy((value: unknown) => Number.isInteger(value) && Number(value) >= 0) as number;

describe.concurrent("ask -o json", () => {
  test("prints one object with every promised field, in order", async () => {
    await using server = await serve([
      {
        body: [
          delta({ role: "assistant", content: "" }),
          delta({ reasoning_content: "Let me" }),
          delta({ reasoning_content: " think." }),
          text("For"),
          text("ty-two"),
          finish(),
          usage,
          done,
        ],
      },
    ]);
    const place = newPlace();
    // A price that somebody wrote down has no peak hours, so that the sum is the same at any time of the day.
    put(place.configFile, "models:\n  deepseek/deepseek-flash:\n    CNY: { cached: 1, input: 2, output: 4 }\n");
    const { code, stdout, stderr } = await run(["ask", "-o", "json", "why?"], { place, env: askingAt(server) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.match(/\n/gu)).toHaveLength(1);
    const object = JSON.parse(stdout) as Record<string, unknown>;
    expect(object).toEqual({
      id: expect.stringMatching(/^[0-9a-z]{8}$/u) as string,
      provider: "deepseek",
      model: "deepseek-flash",
      question: "why?",
      answer: "Forty-two",
      reasoning: "Let me think.",
      finish_reason: "stop",
      complete: true,
      usage: { prompt_tokens: 30, cached_tokens: 20, completion_tokens: 12, reasoning_tokens: 5, total_tokens: 42 },
      cost: { currency: "CNY", amount: 0.000088 },
      timing: { first_token_ms: wholeNumber, total_ms: wholeNumber },
      transcript: expect.stringMatching(/^transcripts[\\/].+\.md$/u) as string,
      started_at: moment,
      ended_at: moment,
      error: null,
    });
    const promised =
      "id provider model question answer reasoning finish_reason complete usage cost timing transcript started_at ended_at";
    expect(Object.keys(object).slice(0, 14).join(" ")).toBe(promised);
  });

  test("has null for what is not known: no usage, no price, no thinking, no transcript", async () => {
    await using server = await serve([{ body: [text("yes"), finish(), done] }]);
    const env = { SILICONFLOW_API_KEY: "sk-0123456789", SILICONFLOW_BASE_URL: server.url };
    const args = ["ask", "-o", "json", "-p", "siliconflow", "--no-transcript", "q"];
    const { stdout } = await run(args, { env });
    expect(JSON.parse(stdout)).toMatchObject({
      provider: "siliconflow",
      model: "deepseek-ai/DeepSeek-V4-Flash",
      reasoning: null,
      usage: null,
      cost: null,
      transcript: null,
      complete: true,
    });
  });

  test("knows the usage but no price of a model it does not know", async () => {
    await using server = await serve([answer("yes")]);
    const args = ["ask", "-o", "json", "-m", "some-new-model", "q"];
    const { stdout } = await run(args, { env: askingAt(server) });
    expect(JSON.parse(stdout)).toMatchObject({ model: "some-new-model", usage: { total_tokens: 42 }, cost: null });
  });

  test.each([
    ["length", 0],
    ["content_filter", 4],
    ["insufficient_system_resource", 5],
  ])("does not call an answer complete that ended with %s", async (reason, exitCode) => {
    await using server = await serve([{ body: [text("part"), finish(reason), done] }]);
    const { code, stdout } = await run(["ask", "--retries", "0", "-o", "json", "q"], { env: askingAt(server) });
    expect(code).toBe(exitCode);
    expect(JSON.parse(stdout)).toMatchObject({ answer: "part", complete: false });
  });

  test("prints the object also when the answer broke off, with the error in it", async () => {
    await using server = await serve([{ body: [text("half")], end: "cut" }]);
    const args = ["ask", "--retries", "0", "-o", "json", "q"];
    const { code, stdout, stderr } = await run(args, { env: askingAt(server) });
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ answer: "half", finish_reason: null, complete: false, usage: null });
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect(error.code).toMatch(/^(?:stream_failed|incomplete_answer)$/u);
    expect(stderr.trim()).toBe(error.message);
  });
});

describe.concurrent("ask -o jsonl", () => {
  test("prints one event a line", async () => {
    await using server = await serve([
      { body: [delta({ reasoning_content: "hm" }) + text("a\nb") + text("c"), finish(), usage, done] },
    ]);
    const { code, stdout } = await run(["ask", "-o", "jsonl", "q"], { env: askingAt(server) });
    expect(code).toBe(0);
    expect(stdout.endsWith("\n")).toBe(true);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "a\nbc" },
      {
        type: "usage",
        prompt_tokens: 30,
        cached_tokens: 20,
        completion_tokens: 12,
        reasoning_tokens: 5,
        total_tokens: 42,
      },
      { type: "finish", reason: "stop" },
    ]);
  });

  test("prints in one line what arrives together: a thousand chunks cost some ten events, each one write to screen and file", async () => {
    const words = Array.from({ length: 1000 }, (_, number) => `word ${number} `);
    await using server = await serve([{ body: [words.map((word) => text(word)).join("") + finish() + done] }]);
    const { stdout, code } = await run(["ask", "-o", "jsonl", "q"], { env: askingAt(server) });
    const lines = stdout.trimEnd().split("\n");
    const texts = lines.map((line) => JSON.parse(line) as { type: string; text?: string });
    expect([code, texts.map((line) => line.text ?? "").join("")]).toEqual([0, words.join("")]);
    expect(texts.filter(({ type }) => type === "text").length).toBeLessThan(40);
  });

  test("ends with an error event when the request is refused", async () => {
    await using server = await serve([refusal(400, { error: { message: "no such thing" } })]);
    const { code, stdout, stderr } = await run(["ask", "-o", "jsonl", "q"], { env: askingAt(server) });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toEqual({ type: "error", code: "request_refused", message: stderr.trim() });
    expect(stderr).toContain(
      wordsOf("request_refused", { provider: "deepseek", status: 400, reason: "no such thing" }).what,
    );
  });
});

test.concurrent("an output form that there is not is bad usage", async () => {
  const { code, stdout, stderr } = await run(["ask", "-o", "xml", "q"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("text, json, jsonl");
});
