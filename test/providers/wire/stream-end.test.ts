import { describe, expect, test } from "vitest";
import { finishWord, StreamEnd } from "../../../src/providers/wire/stream-end.ts";

const stop = { kind: "ended", word: "stop" };

describe("a finish reason", () => {
  test.each([
    ["stop", "stop"],
    ["STOP", "stop"],
    ["end_turn", "stop"],
    ["eos", "stop"],
    ["FINISH_REASON_STOP", "stop"],
    ["max_tokens", "length"],
    ["MAX_TOKENS", "length"],
    ["model_length", "length"],
    ["safety", "content_filter"],
    ["tool_use", "tool_calls"],
    ["function_call", "tool_calls"],
    ["End Turn", "stop"],
    ["stop - sequence", "stop"],
    ["max.tokens", "length"],
    ["E.O.S", "stop"],
    ["FinishReason_length", "length"],
    ["stop_reason_end_turn", "stop"],
  ])("%s is %s", (word, meaning) => {
    expect(finishWord(word)).toEqual({ kind: "ended", word: meaning });
  });

  test.each([null, undefined, "", " ", "null", "NULL", "None", "FINISH_REASON_UNSPECIFIED", false, 0, 7, {}, ["stop"]])(
    "%j says nothing of an end",
    (word) => {
      expect(finishWord(word)).toBe(null);
    },
  );

  test.each([
    ["error", "failed"],
    ["Aborted", "failed"],
    ["network_error", "failed"],
    ["insufficient_system_resource", "failed"],
    ["vibes", "unknown"],
    ["constructor", "unknown"],
    ["__proto__", "unknown"],
  ])("%s is %s, in the service's spelling", (word, kind) => {
    expect(finishWord(word)).toEqual({ kind, word });
  });

  test.each([
    [" vibes ", "vibes"],
    ["x".repeat(201), "x".repeat(200)],
    ["my_finish_reason_stop", "my_finish_reason_stop"],
  ])("%j is quoted as %j", (word, quoted) => {
    expect(finishWord(word)).toEqual({ kind: "unknown", word: quoted });
  });
});

describe("an end, by all signs together", () => {
  type Sign = "content" | "thought" | "stop" | "usage" | "done";
  const after = (signs: readonly Sign[]) => {
    const end = new StreamEnd();
    for (const sign of signs) {
      if (sign === "stop") end.reason(finishWord("stop")!);
      else if (sign === "usage") end.counted();
      else if (sign === "done") end.done();
      else end.content(sign === "content");
    }
    return end;
  };

  test.each<readonly [readonly Sign[], "content" | "any" | "usage" | "close" | "nothing", object | "cut"]>([
    [[], "content", "cut"],
    [["content"], "content", "cut"],
    [["content", "stop"], "usage", stop],
    [["content", "stop", "usage"], "close", stop],
    [["stop"], "any", stop],
    [["thought", "stop"], "any", stop],
    [["stop", "content"], "content", "cut"],
    [["stop", "content", "stop"], "any", stop],
    [["stop", "content", "done"], "nothing", stop],
    [["content", "stop", "done", "content"], "content", "cut"],
    [["content", "done"], "nothing", "cut"],
    [["content", "usage"], "content", "cut"],
    [["content", "usage", "done"], "nothing", stop],
    [["usage", "content", "done"], "nothing", "cut"],
    [["usage", "done"], "nothing", "cut"],
    [["stop", "usage"], "any", stop],
    [["done"], "nothing", "cut"],
    [["content", "stop", "content", "usage", "done"], "nothing", stop],
    [["content", "usage", "stop"], "close", stop],
  ])("%j", (signs, awaits, verdict) => {
    const end = after(signs);
    expect([end.awaits, end.verdict()]).toEqual([awaits, verdict]);
  });
});
