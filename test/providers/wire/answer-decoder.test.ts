import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { AnswerDecoder, cut } from "../../../src/providers/wire/answer-decoder.ts";
import type { SourceItem } from "../../../src/providers/wire/chunk-source.ts";
import { connection } from "./connection.ts";

const text = (content: string): SourceItem => ({ type: "chunk", chunk: { choices: [{ delta: { content } }] } });
const end = (word: string): SourceItem => ({
  type: "chunk",
  chunk: { choices: [{ delta: {}, finish_reason: word }] },
});
const done: SourceItem = { type: "done" };
const broken: SourceItem = { type: "broken", cause: new SyntaxError("?") };
const complaint = (isCertain: boolean): SourceItem => ({
  type: "complaint",
  complaint: { reason: "overloaded", codes: [], status: null },
  isCertain,
});
const refusal: SourceItem = { type: "chunk", chunk: { error: { message: "overloaded" } } };
const usage: SourceItem = {
  type: "chunk",
  chunk: { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
};

/** The text of the items, and how the answer ended: a finish reason, the code of an error, or `cut`. */
function decode(items: readonly SourceItem[]): [string, string] {
  let all = "";
  const decoder = new AnswerDecoder(connection, "m", (event) => (all += event.type === "text" ? event.text : ""));
  try {
    for (const item of items) decoder.read(item);
  } catch (error) {
    return [all, `thrown ${(error as AppError).code}`];
  }
  decoder.finish(true);
  const verdict = decoder.verdict();
  return [all, verdict === cut ? "cut" : verdict instanceof AppError ? verdict.code : verdict];
}

describe("an answer of items that came by no network", () => {
  test.each([
    ["ends with its reason", [text("a"), text("b"), end("stop")], "stop"],
    ["is cut without one", [text("ab")], "cut"],
    ["is cut by [DONE] alone", [text("ab"), done], "cut"],
    ["ends by [DONE] once it is counted", [text("ab"), usage, done], "stop"],
    ["ends with a reason that nobody knows", [text("ab"), end("whim")], "finish_unknown"],
    ["fails for want of resources", [text("ab"), end("insufficient_system_resource")], "service_failed"],
    ["fails by a reason of failure", [text("ab"), end("error")], "stream_failed"],
    ["fails by broken JSON", [text("ab"), broken], "thrown stream_failed"],
    ["is not hurt by it once it has ended", [text("ab"), end("stop"), broken], "stop"],
    ["fails by words", [text("ab"), complaint(false)], "thrown stream_failed"],
    ["is not hurt by them once it has ended", [text("ab"), end("stop"), complaint(false)], "stop"],
    ["fails by an error", [text("ab"), complaint(true)], "thrown stream_failed"],
    ["fails by an error behind its reason", [text("ab"), end("stop"), complaint(true)], "thrown stream_failed"],
    ["is not hurt by an error behind [DONE]", [text("ab"), end("stop"), done, complaint(true)], "stop"],
    ["fails by a chunk that is an error", [text("ab"), refusal], "thrown stream_failed"],
    ["is not hurt by one behind [DONE]", [text("ab"), end("stop"), done, refusal], "stop"],
  ] as const)("%s", (_, items, verdict) => {
    expect(decode(items)).toEqual(["ab", verdict]);
  });

  test("says what may still come", () => {
    const decoder = new AnswerDecoder(connection, "m", () => {});
    const awaited = [text("a"), end("stop"), usage, done].map((item) => {
      decoder.read(item);
      const { chunks, end } = decoder;
      return `${end.awaits} ${chunks.started} ${end.isDone}`;
    });
    expect(awaited).toEqual(["content true false", "usage true false", "close true false", "nothing true true"]);
  });
});
