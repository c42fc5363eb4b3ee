import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { codeBlocks } from "../../src/chat/code-blocks.ts";
import { Conversation, extended, type Turn } from "../../src/chat/conversation.ts";
import type { ChatEvent } from "../../src/chat/events.ts";
import { type Layer, layered } from "../../src/chat/layers.ts";
import {
  assistantMessage,
  prefixOf,
  splitAttached,
  textOf,
  thinkingOf,
  userMessage,
  wordsOf,
} from "../../src/chat/message-text.ts";
import type { ChatRequest } from "../../src/chat/model.ts";
import { samplingOf } from "../../src/chat/sampling.ts";
import { runTurn, timingOf } from "../../src/chat/turn.ts";

const asked = { provider: "p", model: "m" };
const request: ChatRequest = { model: "m", messages: [], sampling: {}, thinking: null, stream: true };

async function resultOf(...events: readonly ChatEvent[]) {
  async function* model(): AsyncGenerator<ChatEvent> {
    yield* events;
  }
  return await runTurn(model, request, [], new AbortController().signal, asked);
}

const text = (said: string): ChatEvent => ({ type: "text", text: said });
const thought = (said: string): ChatEvent => ({ type: "reasoning", text: said });
const finish = (more: object = {}): ChatEvent => ({ type: "finish", reason: "stop", ...more });

describe("an answer", () => {
  test("without a word is none, and says what came in its place", async () => {
    const failure = async (...events: readonly ChatEvent[]) => (await resultOf(...events)).error?.details;
    expect(await failure(finish())).toEqual({ came: "nothing", reason: "stop", calls: "" });
    expect(await failure(text(" \n"), finish())).toMatchObject({ came: "nothing" });
    expect(await failure(thought("hm"), finish({ reason: "length" }))).toEqual({
      came: "thinking",
      reason: "length",
      calls: "",
    });
    expect(
      await failure(
        thought("hm"),
        finish({
          calls: ["weather", "time", "time"].map(
            (name) => ({ type: "tool_call", id: "1", name, arguments: "{}" }) as const,
          ),
        }),
      ),
    ).toEqual({
      came: "tool_call",
      reason: "stop",
      calls: "weather, time",
    });
    expect(await resultOf(finish({ reason: "content_filter" }))).toMatchObject({ error: null, status: "complete" });
  });

  test("is complete, interrupted or failed", async () => {
    expect(await resultOf(text("a"), finish())).toMatchObject({
      status: "complete",
      error: null,
      finishReason: "stop",
      refused: false,
    });
    expect(await resultOf(text("a"), finish({ refused: true }))).toMatchObject({ refused: true });
    const interrupted = new AppError("interrupted", {});
    expect(await resultOf(text("a"), { type: "error", error: interrupted })).toMatchObject({
      status: "interrupted",
      error: interrupted,
      finishReason: null,
      refused: false,
    });
    expect(await resultOf(text("a"))).toMatchObject({ status: "failed", finishReason: null });
  });

  test("whose beginning turned out to be thinking has that as such, and begins anew", async () => {
    const result = await resultOf(thought("one "), text("two"), { type: "rethink" }, text("three"), finish());
    expect(result).toMatchObject({ reasoning: "one two", text: "three", rethought: 3 });
  });

  test("is asked of the model named where its events do not say", async () => {
    const { requests, answeredBy } = await resultOf(text("a"), finish());
    expect(requests).toEqual([
      {
        to: asked,
        sent: expect.anything() as ChatRequest,
        sentAt: expect.any(Date) as Date,
        why: "first",
        error: null,
        usage: null,
        producedOutput: true,
        outputBytes: 1,
        failure: null,
        at: 0,
        thought: 0,
      },
    ]);
    expect(answeredBy).toEqual(asked);
  });

  test("takes the time until its first piece, and until its end", async () => {
    const [startedAt, firstAt, endedAt] = [new Date(1000), new Date(1200), new Date(1900)];
    const sent = await resultOf(thought("a"), text("b"), finish());
    // It waited for something before its request.
    const result = { ...sent, requests: [{ ...sent.requests[0]!, sentAt: startedAt }] };
    expect(timingOf({ ...result, startedAt: new Date(0), firstAt, endedAt })).toEqual({ firstMs: 200, totalMs: 900 });
    expect(timingOf({ ...result, startedAt, firstAt: null, endedAt })).toEqual({ firstMs: null, totalMs: 900 });
    expect(result.firstAt).toBeInstanceOf(Date);
    expect((await resultOf(finish())).firstAt).toBeNull();
  });

  test("keeps what is indented in a block of code by less than its fence", () => {
    expect(codeBlocks("    ```\n  a\n      b\n    ```")).toEqual(["a\n  b"]);
    expect(codeBlocks("```\na\nb\n\nc\n\n")).toEqual(["a\nb\n\nc\n"]);
    expect(codeBlocks("```\n```x\n```")).toEqual(["```x"]);
    expect(codeBlocks("text\nwithout fence")).toEqual([]);
  });
});

test("layers stand around a model in their order, the first outermost", async () => {
  const order: string[] = [];
  const layer =
    (name: string): Layer =>
    (next) =>
    (asking, signal) => {
      order.push(name);
      return next(asking, signal);
    };
  async function* model(): AsyncGenerator<ChatEvent> {
    order.push("model");
    yield finish();
  }
  const composed = layered([layer("outer"), layer("inner")], model);
  await runTurn(composed, request, [], new AbortController().signal, asked);
  expect(order).toEqual(["outer", "inner", "model"]);
});

describe("a message", () => {
  test("of text has it as its only part; thinking stands before it, and is not sent for text", () => {
    expect(userMessage("a").content).toEqual([{ type: "text", text: "a" }]);
    expect(userMessage("").content).toEqual([]);
    const { content } = assistantMessage("b", "hm");
    expect(content).toEqual([
      { type: "thinking", text: "hm" },
      { type: "text", text: "b" },
    ]);
    expect(assistantMessage("b").content).toEqual([{ type: "text", text: "b" }]);
    expect([textOf(content), wordsOf(content), thinkingOf(content)]).toEqual(["b", "b", "hm"]);
    expect(thinkingOf(assistantMessage("b").content)).toBe("");
    expect(textOf("of the system")).toBe("of the system");
  });

  test.each([
    ["a.ts", "x", "a.ts:\n```ts\nx\n```"],
    ["dir.d/Makefile", "x", "dir.d/Makefile:\n```\nx\n```"],
    [".env", "x", ".env:\n```\nx\n```"],
    ["a.tar.gz", "x\n", "a.tar.gz:\n```gz\nx\n```"],
    ["a.md", "```\nx\n````\n", "a.md:\n`````md\n```\nx\n````\n`````"],
    ["a.md", "a ````` b", "a.md:\n```md\na ````` b\n```"],
    ["a.c", "x\n\n", "a.c:\n```c\nx\n\n```"],
  ])("has its file %s fenced and named", (name, body, shown) => {
    const file = { type: "file", name, text: body } as const;
    expect(textOf([{ type: "text", text: "see" }, file])).toBe(`see\n\n${shown}`);
    expect(textOf([file])).toBe(shown);
    const { words, files } = splitAttached(`see\n\n${shown}`);
    expect([words, files.map((each) => each.name)]).toEqual(["see", [name]]);
  });

  test("is a beginning to continue only as the model's last one, marked as such", () => {
    const answer = assistantMessage("b");
    const prefix = { ...answer, prefix: true } as const;
    expect(prefixOf([userMessage("a"), prefix])).toBe(prefix);
    expect(prefixOf([userMessage("a"), answer])).toBeNull();
    expect(prefixOf([prefix, userMessage("a")])).toBeNull();
    expect(prefixOf([])).toBeNull();
  });
});

describe("a conversation", () => {
  const turn = (question: string, answer: string, ...ids: string[]): Turn => ({
    question: userMessage(question),
    answers: [assistantMessage(answer)],
    ids,
  });
  const call = { type: "tool_call", id: "1", name: "weather", arguments: "{}" } as const;
  const result = { role: "tool", callId: "1", content: [{ type: "text", text: "sunny" }] } as const;

  test("names the newest exchange of its last turn", () => {
    expect(new Conversation(null, [turn("a", "b", "1", "2"), turn("c", "d", "3", "4", "5")]).lastId).toBe("5");
    expect(new Conversation(null).lastId).toBeNull();
    const whole = new Conversation(null, [turn("a", "b", "1", "2", "3")]);
    expect([whole.idThrough(1), whole.idThrough(0), whole.idThrough(2)]).toEqual(["3", null, null]);
  });

  test("keeps a turn in which tools were called, also without an answer", () => {
    const silent: Turn = {
      question: userMessage("a"),
      answers: [{ role: "assistant", content: [call] }, result],
      ids: [],
    };
    expect(new Conversation(null).add(silent).turns).toEqual([silent]);
    const more = extended(silent, [assistantMessage("It is sunny.")], ["2"]);
    expect(more.answers).toEqual([...silent.answers, assistantMessage("It is sunny.")]);
    expect(more.ids).toEqual(["2"]);
    expect(extended({ ...silent, answers: [] }, [assistantMessage("x")], []).answers).toEqual([assistantMessage("x")]);
  });

  test("continues by default with all that came before", () => {
    const conversation = new Conversation(null, [turn("a", "b"), turn("c", "d")]);
    expect(conversation.continuation()).toHaveLength(4);
    expect(conversation.extendLast([assistantMessage("b!")], []).turns).toHaveLength(2);
    expect(conversation.extendLast([assistantMessage("b!")], []).turns[0]).toEqual(turn("a", "b"));
    expect(conversation.extendLast([assistantMessage("d!")], ["4"]).last).toEqual({ ...turn("c", "d!"), ids: ["4"] });
  });

  test("without a turn has nothing to continue", () => {
    const empty = new Conversation("S");
    expect([empty.continuation(false), empty.continuation()]).toEqual([[], []]);
    expect(empty.extendLast([assistantMessage("x")], [])).toBe(empty);
  });
});

test("the parameters set are those of the table, in its order, of the kinds that are wanted", () => {
  const values = { seed: 1, stop: ["x"], temperature: 0.5, top_p: undefined, other: 1 };
  expect(Object.entries(samplingOf(values))).toEqual([
    ["temperature", 0.5],
    ["stop", ["x"]],
    ["seed", 1],
  ]);
  expect(samplingOf(values, (kind) => kind === "texts")).toEqual({ stop: ["x"] });
});
