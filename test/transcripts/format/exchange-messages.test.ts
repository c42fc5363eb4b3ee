import fc from "fast-check";
import { expect, test } from "vitest";
import { seamsOf } from "../../../src/app/conversation/answer-seams.ts";
import { rebuild } from "../../../src/app/conversation/replay.ts";
import { answerOf } from "../../../src/chat/conversation.ts";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { answerEvents, assistantMessage, callsOf, textOf } from "../../../src/chat/message-text.ts";
import { MessageTrace } from "../../../src/chat/message-trace.ts";
import type { AssistantMessage, ToolCall, ToolMessage } from "../../../src/chat/messages.ts";
import { RequestTrace } from "../../../src/chat/request-trace.ts";
import { ExchangeEncoder } from "../../../src/transcripts/format/encode.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import type { AnswerSeam, Transcript } from "../../../src/transcripts/format/types.ts";
import { answersIn, saidText } from "../../../src/transcripts/format/exchange-messages.ts";
import { callBody, resultBody } from "../../../src/transcripts/format/section-bodies.ts";

const at = new Date("2026-11-20T15:41:07Z");
const to = { provider: "p", model: "m" };
const sent = { model: "m", messages: [], sampling: {}, thinking: null, stream: true };
const words = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom("", "\n", "{}", "[2026-11-20 23:41:07] Result:", "-".repeat(40), "\u001b[2J", '{"id":"x"}\n'),
);
const round = fc.record({
  thinking: words,
  text: words,
  calls: fc.array(
    fc.record({ name: words, json: words, result: words, isError: fc.boolean(), hasPicture: fc.boolean() }),
    { minLength: 1, maxLength: 3 },
  ),
});
const picture = { type: "image", name: "p.png", url: "data:image/png;base64,AA==" } as const;

type Round = typeof round extends fc.Arbitrary<infer Value> ? Value : never;

/** An answer with calls, and their results. */
function roundMessages({ thinking, text, calls }: Round, number: number): (AssistantMessage | ToolMessage)[] {
  const idOf = (index: number) => `${number}.${index}`;
  const toolCalls = calls.map(({ name, json }, index): ToolCall => ({
    type: "tool_call",
    id: idOf(index),
    name,
    arguments: json,
  }));
  const results = calls.map(({ result, isError, hasPicture }, index): ToolMessage => {
    const content = [{ type: "text", text: result } as const, ...(hasPicture ? [picture] : [])];
    const message = { role: "tool", callId: idOf(index), content } as const;
    return isError ? Object.assign(message, { isError }) : message;
  });
  return [assistantMessage(text, thinking, toolCalls), ...results];
}

/** The messages of a turn: rounds of calls with their results, then an answer. */
const turn: fc.Arbitrary<(AssistantMessage | ToolMessage)[]> = fc
  .tuple(fc.array(round, { minLength: 1, maxLength: 3 }), words, words)
  .map(([rounds, thinking, text]) =>
    rounds.flatMap(roundMessages).concat(text === "" ? [] : assistantMessage(text, thinking)),
  );

/** An exchange as a recording writes it. */
function written(messages: readonly (AssistantMessage | ToolMessage)[], isEnded = true): string {
  return writtenEvents(answerEvents(messages), isEnded);
}

function writtenEvents(events: Iterable<ChatEvent>, isEnded = true, seams: readonly AnswerSeam[] = []): string {
  const turnStart = { at, question: "Q", provider: "p", model: "m", system: null, sampling: {}, thinking: null };
  const encoder = new ExchangeEncoder("e1", turnStart);
  let text = encoder.begin(null);
  for (const event of events) {
    if (event.type === "reasoning") text += encoder.piece("Thinking", event.text, at);
    else if (event.type === "text") text += encoder.piece("Answer", event.text, at);
    else if (event.type === "tool_call") text += encoder.piece("Call", callBody(event.call), at);
    else if (event.type === "tool_result") text += encoder.piece("Result", resultBody(event.call.id, event.output), at);
  }
  const ending = {
    at,
    status: "complete",
    finishReason: "stop",
    usage: null,
    cost: null,
    error: null,
    notice: null,
    seams,
  } as const;
  return isEnded ? text + encoder.end(ending) : text;
}

test("a turn with tools is read back from its transcript as it was", () => {
  fc.assert(
    fc.property(turn, (messages) => {
      const [exchange] = parseTranscript(written(messages)).exchanges;
      expect(answersIn([exchange!])).toEqual(messages);
      expect(saidText(exchange!)).toBe(answerOf({ answers: messages }));
      expect(exchange!.answer).toBe(
        messages.map((each) => (each.role === "assistant" ? textOf(each.content) : "")).join(""),
      );
    }),
    { numRuns: 200 },
  );
});

/** Attempts at one answer, of which all but the last broke off; and whether the last calls a tool. */
const attempts = fc.record({
  pieces: fc.array(fc.record({ thinking: words, text: words }), { minLength: 1, maxLength: 3 }),
  calls: fc.boolean(),
});

/** The events of a turn whose answers broke off and were continued, or asked for again. */
const brokenTurn = fc.array(attempts, { minLength: 1, maxLength: 3 }).map((rounds): ChatEvent[] =>
  rounds.flatMap(({ pieces, calls }, number) => {
    let said = "";
    const events = pieces.flatMap(({ thinking, text }, index): ChatEvent[] => {
      const before = pieces[index - 1];
      const isEmpty = before === undefined || before.text + before.thinking === "";
      const why = isEmpty ? "retry" : said === "" ? "restart" : index === 1 ? "continue-prefix" : "continue-prompt";
      said += text;
      return [
        { type: "request", to, sent, sentAt: at, why: before === undefined ? "tools" : why, error: null },
        ...(thinking === "" ? [] : [{ type: "reasoning", text: thinking } as const]),
        ...(text === "" ? [] : [{ type: "text", text } as const]),
      ];
    });
    const call = { type: "tool_call", id: `c${number}`, name: "look", arguments: "{}" } as const;
    const output = { content: [{ type: "text", text: "seen" }], isError: false } as const;
    const called: ChatEvent[] = [
      { type: "tool_call", call },
      { type: "tool_result", call, output },
    ];
    return calls || number < rounds.length - 1 ? [...events, ...called] : events;
  }),
);

test("of answers that broke off, the thinking that led to them is read back, and no other", () => {
  fc.assert(
    fc.property(brokenTurn, (events) => {
      const [live, requests] = [new MessageTrace(null), new RequestTrace(to, sent)];
      for (const event of events) {
        live.take(event);
        requests.take(event);
      }
      const [exchange] = parseTranscript(writtenEvents(events, true, seamsOf(requests.requests))).exchanges;
      expect(answersIn([exchange!])).toEqual(live.messages);
    }),
    { numRuns: 200 },
  );
});

test("behind a program that was killed, each call has a result, in the order of the calls", () => {
  const calls = ["a", "b", "c"].map((id) => ({ type: "tool_call", id, name: "look", arguments: "{}" }) as const);
  const result = (callId: string, text: string, isError?: true): ToolMessage => ({
    role: "tool",
    callId,
    content: [{ type: "text", text }],
    ...(isError && { isError }),
  });
  const given = [assistantMessage("", "", calls), result("b", "seen")];
  const [exchange] = parseTranscript(written(given, false)).exchanges;
  const none = expect.stringContaining("No result") as unknown as string;
  expect(answersIn([exchange!])).toEqual([given[0], result("a", none, true), given[1], result("c", none, true)]);
});

test("a transcript that breaks off within a turn gives messages that a service takes", () => {
  fc.assert(
    fc.property(turn, fc.double({ min: 0, max: 1, noNaN: true }), (messages, share) => {
      const whole = written(messages, false);
      const transcript = parseTranscript(whole.slice(0, Math.floor(whole.length * share)));
      const answers = rebuild({ ...transcript, compaction: null } as unknown as Transcript, "").turns.flatMap(
        (each) => each.answers,
      );
      // Each call has exactly one result behind it, and each result a call before it.
      for (const [index, message] of answers.entries()) {
        const results = answers.slice(index + 1, index + 1 + callsOf(message).length);
        expect(results.map((each) => (each.role === "tool" ? each.callId : null))).toEqual(
          expect.arrayContaining(callsOf(message).map(({ id }) => id)),
        );
      }
      expect(answers.filter(({ role }) => role === "tool")).toHaveLength(answers.flatMap(callsOf).length);
    }),
    { numRuns: 200 },
  );
});
