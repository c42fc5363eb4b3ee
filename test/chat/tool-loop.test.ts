import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../src/chat/events.ts";
import type { Model } from "../../src/chat/layers.ts";
import { assistantMessage, userMessage } from "../../src/chat/message-text.ts";
import type { ToolCall } from "../../src/chat/messages.ts";
import type { ChatRequest } from "../../src/chat/model.ts";
import type { Toolbox, ToolOutput } from "../../src/chat/tools.ts";
import { runTurn } from "../../src/chat/turn.ts";
import { AppError } from "../../src/errors.ts";

const to = { provider: "p", model: "m" };
const question = userMessage("Where does it rain?");
const asked: ChatRequest = { model: "m", messages: [question], sampling: {}, thinking: null, stream: true };
const call = (id: string, json = "{}", name = "look"): ToolCall => ({ type: "tool_call", id, name, arguments: json });
const say = (text: string): ChatEvent => ({ type: "text", text });
const think = (text: string): ChatEvent => ({ type: "reasoning", text });
const stop: ChatEvent = { type: "finish", reason: "stop" };
const calling = (...calls: ToolCall[]): ChatEvent => ({ type: "finish", reason: "tool_calls", calls });
const output = (text: string, isError = false): ToolOutput => ({ content: [{ type: "text", text }], isError });
const result = (callId: string, text: string, isError = false) => ({
  role: "tool",
  callId,
  content: [{ type: "text", text }],
  ...(isError && { isError }),
});

/** Gives one list of events after the other, and keeps the requests. */
function scripted(...rounds: readonly (readonly ChatEvent[])[]) {
  const requests: ChatRequest[] = [];
  const model: Model = async function* (request) {
    requests.push(request);
    yield { type: "request", to, sent: request, sentAt: new Date(), why: "first", error: null };
    yield* rounds[requests.length - 1] ?? [];
  };
  return { model, requests };
}

function box(call: Toolbox["call"], maxRounds = 25): Toolbox {
  return {
    definitions: [{ name: "look", description: "", parameters: { type: "object" } }],
    maxRounds,
    chargeOf: () => null,
    call,
  };
}

async function turn(model: Model, toolbox: Toolbox, request = asked, signal = new AbortController().signal) {
  const events: ChatEvent[] = [];
  const turnResult = await runTurn(model, request, [(event) => events.push(event)], signal, to, toolbox);
  return { result: turnResult, events };
}

describe("a turn with tools", () => {
  test("asks, calls side by side, and sends the results in the order of the calls until nothing is called", async () => {
    const { model, requests } = scripted(
      [think("Two."), say("I look."), calling(call("a", '{"at":1}'), call("b"))],
      [think("One more."), calling(call("c"))],
      [say("In Shanghai."), stop],
    );
    const first = Promise.withResolvers<void>();
    const { result: answer, events } = await turn(
      model,
      box(async ({ id }, { onStart }) => {
        onStart();
        if (id === "a") await first.promise;
        if (id === "b") first.resolve();
        return output(`of ${id}`, id === "b");
      }),
    );
    const expected = [
      assistantMessage("I look.", "Two.", [call("a", '{"at":1}'), call("b")]),
      result("a", "of a"),
      result("b", "of b", true),
      assistantMessage("", "One more.", [call("c")]),
      result("c", "of c"),
      assistantMessage("In Shanghai."),
    ];
    expect(answer).toMatchObject({ status: "complete", text: "I look.In Shanghai.", messages: expected });
    expect(requests.map(({ messages }) => messages)).toEqual([
      [question],
      [question, ...expected.slice(0, 3)],
      [question, ...expected.slice(0, 5)],
    ]);
    expect(requests.map(({ tools, preferred }) => [tools?.length, preferred])).toEqual([
      [1, undefined],
      [1, to],
      [1, to],
    ]);
    expect(answer.requests.map(({ why }) => why)).toEqual(["first", "tools", "tools"]);
    const told = events.flatMap((event) =>
      event.type.startsWith("tool_") && "call" in event ? `${event.type} ${event.call.id}` : [],
    );
    expect(told).toEqual([
      ..."tool_call a,tool_call b,tool_start a,tool_start b,tool_result a,tool_result b".split(","),
      ..."tool_call c,tool_start c,tool_result c".split(","),
    ]);
  });

  test("lets the model answer after the last round, and ends where it calls again", async () => {
    const round = [calling(call("x"))];
    const answering = scripted(round, round, [say("Enough."), stop]);
    const { result: answer } = await turn(
      answering.model,
      box(async () => output("y"), 2),
    );
    expect(answer).toMatchObject({ status: "complete", text: "Enough." });
    expect(answering.requests.map(({ toolChoice }) => toolChoice)).toEqual([undefined, undefined, "none"]);
    const stubborn = scripted(round, round, round);
    let calls = 0;
    const ended = await turn(
      stubborn.model,
      box(async () => output(String(++calls)), 2),
    );
    expect(ended.result).toMatchObject({ status: "failed", error: { code: "tool_rounds", details: { rounds: 2 } } });
    expect(calls).toBe(2);
    expect(ended.result.messages).toHaveLength(6);
  });

  test("gives each call an id of its own", async () => {
    const { model } = scripted([calling(call(""), call("a"), call("a"))], [calling(call("a"))], [say("."), stop]);
    const { result: answer } = await turn(
      model,
      box(async () => output("")),
    );
    expect(answer.messages.flatMap((message) => (message.role === "tool" ? message.callId : []))).toEqual([
      "call_1",
      "a",
      "a_2",
      "a_3",
    ]);
  });

  test("calls nothing that an answer cut by its length begins to call", async () => {
    const { model } = scripted([say("I"), { type: "finish", reason: "length", calls: [call("a", '{"x')] }]);
    const { result: answer } = await turn(
      model,
      box(async () => expect.unreachable()),
    );
    expect(answer).toMatchObject({ status: "complete", finishReason: "length", messages: [assistantMessage("I")] });
  });

  test("is stopped with the tool, and holds what came", async () => {
    const { model } = scripted([calling(call("a"), call("b"))]);
    const stopping = new AbortController();
    const { result: answer } = await turn(
      model,
      box(async ({ id }, { signal }) => {
        if (id === "a") return output("done");
        const { promise, resolve } = Promise.withResolvers<void>();
        signal.addEventListener("abort", () => resolve());
        stopping.abort();
        await promise;
        return output("stopped", true);
      }),
      asked,
      stopping.signal,
    );
    expect(answer).toMatchObject({ status: "interrupted", error: { code: "interrupted" } });
    expect(answer.messages.slice(1)).toEqual([result("a", "done"), result("b", "stopped", true)]);
  });

  test("tells the model of a tool that throws", async () => {
    const { model } = scripted([calling(call("a"))], [say("Oh."), stop]);
    const { result: answer } = await turn(
      model,
      box(async () => Promise.reject(new Error("broken"))),
    );
    expect(answer.messages[1]).toEqual(result("a", "broken", true));
  });

  test("continues an answer, calls in it, and holds its beginning", async () => {
    const beginning = { ...assistantMessage("I lo", "Hm."), prefix: true } as const;
    const { model, requests } = scripted([say("ok."), calling(call("a"))], [say("Rain."), stop]);
    const { result: answer } = await turn(
      model,
      box(async () => output("wet")),
      { ...asked, messages: [question, beginning] },
    );
    const first = assistantMessage("I look.", "Hm.", [call("a")]);
    expect(answer.messages).toEqual([first, result("a", "wet"), assistantMessage("Rain.")]);
    expect(requests[1]!.messages).toEqual([question, first, result("a", "wet")]);
    expect(answer.text).toBe("ok.Rain.");
  });

  test("holds of a request that was asked again only what the last one thought", async () => {
    const { model } = scripted(
      [
        think("Lost."),
        {
          type: "request",
          to,
          sent: asked,
          sentAt: new Date(),
          why: "restart",
          error: new AppError("timeout", { host: "h", seconds: 1 }),
        },
        think("Kept."),
        calling(call("a")),
      ],
      [say("Rain."), stop],
    );
    const { result: answer } = await turn(
      model,
      box(async () => output("wet")),
    );
    expect(answer.messages[0]).toEqual(assistantMessage("", "Kept.", [call("a")]));
  });

  test("takes no text of an earlier round for thinking", async () => {
    const { model } = scripted(
      [say("I look."), calling(call("a"))],
      [say("so"), { type: "rethink" }, say("Rain."), stop],
    );
    const { result: answer } = await turn(
      model,
      box(async () => output("wet")),
    );
    expect(answer).toMatchObject({ text: "I look.soRain.", rethought: 0, reasoning: "" });
  });

  test("without an answer behind the results is an empty one", async () => {
    const { model } = scripted([say("I look."), calling(call("a"))], [stop]);
    const { result: answer } = await turn(
      model,
      box(async () => output("wet")),
    );
    expect(answer).toMatchObject({ status: "failed", error: { code: "empty_answer" } });
  });
});
