import fc from "fast-check";
import { expect, test } from "vitest";
import type { RequestReason } from "../../../src/chat/events.ts";
import type { Model } from "../../../src/chat/layers.ts";
import { assistantMessage, textOf, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { AppError, type ErrorCode } from "../../../src/errors.ts";
import { type FailoverOptions, withFailover } from "../../../src/providers/resilience/failover.ts";
import { gather } from "../../support/transcripts.ts";

/** The whole answer, that every route knows. No word of it is like another: a continuation can be told by where it begins. */
const words = Array.from({ length: 12 }, (_, index) => `word${index}x${index * 7} `);
const wordsOf = (from: number, to: number) => words.slice(from, to).join("");

/** What comes of one request. */
interface Outcome {
  readonly thinks: boolean;
  /** Words beyond those that are there. */
  readonly words: number;
  /** Words before those that it says again. */
  readonly again: number;
  /** What it breaks off with; null where it goes on to the end. */
  readonly code: ErrorCode | null;
}

const wholeAnswer: Outcome = { thinks: false, words: words.length, again: 0, code: null };

interface RouteScript {
  readonly prefix: "none" | "beta" | "field";
  /** Why it cannot be connected; null where it can. */
  readonly refused: ErrorCode | null;
  /** Of its requests in order; all further ones bring the whole answer. */
  readonly outcomes: readonly Outcome[];
}

const passing: readonly ErrorCode[] = ["timeout", "stream_failed", "service_failed"];
const unusable: readonly ErrorCode[] = ["no_balance", "key_rejected", "model_not_found"];
const final: readonly ErrorCode[] = ["request_refused", "interrupted", "finish_unknown", "context_too_long"];

const outcome = fc.record({
  thinks: fc.boolean(),
  words: fc.oneof(fc.constant(0), fc.nat(5)),
  again: fc.nat(3),
  code: fc.constantFrom(...passing, ...passing, ...unusable, ...final, null),
});
const script: fc.Arbitrary<RouteScript> = fc.record({
  prefix: fc.constantFrom("none", "beta", "field"),
  refused: fc.constantFrom<ErrorCode | null>(null, null, null, null, "no_key", "untrusted_endpoint"),
  outcomes: fc.array(outcome, { maxLength: 4 }),
});

const errorOf = (code: ErrorCode) => new AppError(code, {});

/** Begins where the request has it begin, or some words before that, and goes as far as its outcome says. */
function scripted({ prefix, outcomes }: RouteScript): Model {
  let requests = 0;
  return async function* model({ messages }) {
    const { thinks, words: count, again, code } = outcomes[requests++] ?? wholeAnswer;
    const answer = messages.find((message) => message.role === "assistant");
    const given = answer === undefined ? "" : textOf(answer.content);
    const there = [...words, ""].findIndex((_, index) => wordsOf(0, index) === given);
    expect(there).toBeGreaterThanOrEqual(0);
    const isEcho = prefix === "field" && again > 0;
    const from = answer === undefined ? 0 : answer.prefix !== true ? Math.max(0, there - again) : isEcho ? 0 : there;
    if (thinks) yield { type: "reasoning", text: "Hm." };
    for (const text of words.slice(from, there + (code === null ? words.length : count))) yield { type: "text", text };
    yield code === null ? { type: "finish", reason: "stop" } : { type: "error", error: errorOf(code) };
  };
}

/** The same by plain rules: who is asked why, how many words are there in the end, and the error. */
function expected(scripts: readonly RouteScript[], { continueSame, continueNext }: FailoverOptions, begun: number) {
  const requests: [number, RequestReason][] = [];
  const rests = scripts.map(({ outcomes }) => [...outcomes]);
  let [route, said, hasThought, hasContinued, isWithoutPrefix] = [0, begun, false, false, false];
  const continuation = (): RequestReason => {
    const { prefix, refused } = scripts[route]!;
    if (said === 0) return "restart";
    return prefix === "none" || refused !== null || isWithoutPrefix ? "continue-prompt" : "continue-prefix";
  };
  let why = begun === 0 ? ("first" as const) : continuation();
  while (true) {
    requests.push([route, why]);
    const { refused } = scripts[route]!;
    const {
      thinks,
      words: count,
      code,
    } = refused === null ? (rests[route]!.shift() ?? wholeAnswer) : { ...nothing, code: refused };
    const isContinuation = why === "continue-prefix" || why === "continue-prompt";
    hasThought = (isContinuation && hasThought) || thinks;
    if (code === null) return { requests, said: words.length, code };
    const grew = thinks || (count > 0 && said < words.length);
    said = Math.min(words.length, said + count);
    if (grew && continueSame && passing.includes(code) && !hasContinued) {
      hasContinued = true;
      why = continuation();
    } else if (!grew && why === "continue-prefix" && ["request_refused", "model_not_found"].includes(code)) {
      isWithoutPrefix = true;
      why = continuation();
    } else {
      const next = scripts.findIndex((each, index) => index > route && each.refused !== "no_key");
      const isFinal = !passing.includes(code) && !unusable.includes(code) && code !== "no_key";
      if (isFinal || next < 0 || (grew && !continueNext)) return { requests, said, code };
      [route, hasContinued, isWithoutPrefix] = [next, false, false];
      why = said === 0 && !hasThought ? "failover" : continuation();
    }
  }
}

const nothing = { thinks: false, words: 0 };

test("an answer is put together without a gap or a repetition, by the requests that plain rules say", async () => {
  const options = fc.record({
    continueSame: fc.boolean(),
    continueNext: fc.boolean(),
    prompt: fc.constant("Go on."),
    admit: fc.constant(null),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(script, { minLength: 1, maxLength: 4 }),
      options,
      fc.nat(2),
      async (scripts, how, begun) => {
        const routes = scripts.map((each, index) => {
          const model = scripted(each);
          const connect = async () => {
            if (each.refused !== null) throw errorOf(each.refused);
            return { model, prefix: each.prefix, fillsGaps: false };
          };
          return { to: { provider: `p${index}`, model: `m${index}` }, connect };
        });
        const beginning = { ...assistantMessage(wordsOf(0, begun)), prefix: true } as const;
        const request: ChatRequest = {
          model: "m0",
          messages: [userMessage("Count."), ...(begun === 0 ? [] : [beginning])],
          sampling: {},
          thinking: null,
          stream: true,
        };
        const events = await gather(withFailover(routes, how)(request, new AbortController().signal));
        const end = events.at(-1)!;
        const { requests, said, code } = expected(scripts, how, begun);
        expect({
          text: events.map((event) => (event.type === "text" ? event.text : "")).join(""),
          requests: events.flatMap((event) => (event.type === "request" ? [[event.to.model, event.why]] : [])),
          code: end.type === "error" ? end.error.code : end.type === "finish" ? null : end.type,
        }).toEqual({ text: wordsOf(begun, said), requests: requests.map(([route, why]) => [`m${route}`, why]), code });
      },
    ),
    { numRuns: 3000 },
  );
});
