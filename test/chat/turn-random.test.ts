import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatEvent } from "../../src/chat/events.ts";
import type { ChatRequest } from "../../src/chat/model.ts";
import { runTurn } from "../../src/chat/turn.ts";
import { AppError, type ErrorCode } from "../../src/errors.ts";

const asked = { provider: "asked", model: "m" };
const request: ChatRequest = { model: "m", messages: [], sampling: {}, thinking: null, stream: true };

const word = fc.constantFrom("", " ", "\n", "a", "bc", "\u91cf\u5b50", "\u{1f600}");
const error = fc.constantFrom<ErrorCode>("timeout", "interrupted", "no_key").map((code) => new AppError(code, {}));
const usage = fc.nat(9).map((count) => ({
  promptTokens: count,
  cachedTokens: 0,
  completionTokens: 2 * count,
  reasoningTokens: count,
  totalTokens: 3 * count,
}));
const ref = fc.record({ provider: fc.constantFrom("asked", "p", "q"), model: fc.constantFrom("m", "n") });
const sentAt = fc.date({ noInvalidDate: true });
const why = fc.constantFrom("first", "retry", "failover", "restart", "continue-prefix", "continue-prompt");

const event: fc.Arbitrary<ChatEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("text", "reasoning"), text: word }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("request"),
      to: ref,
      sent: fc.constant(request),
      sentAt,
      why,
      error: fc.option(error),
    }),
  },
  fc.record({ type: fc.constant("usage"), usage }),
  fc.constant({ type: "rethink" }),
  fc.constant({ type: "start", traceId: null }),
  fc.constant({ type: "waiting", why: "queued" }),
  fc.record({ type: fc.constant("finish"), reason: fc.constantFrom("stop", "length", "content_filter") }),
  fc.record({ type: fc.constant("error"), error }),
);

type Only<Type extends ChatEvent["type"]> = Extract<ChatEvent, { type: Type }>;

function only<Type extends ChatEvent["type"]>(events: readonly ChatEvent[], ...types: Type[]): Only<Type>[] {
  return events.filter((each): each is Only<Type> => (types as string[]).includes(each.type));
}

const join = (events: readonly { readonly text: string }[]) => events.map(({ text }) => text).join("");

/** The text after the last `rethink`. */
function textOf(events: readonly ChatEvent[]): string {
  return join(only(events.slice(events.findLastIndex(({ type }) => type === "rethink") + 1), "text"));
}

/** UTF-16 units of all that was thought. */
function thoughtIn(events: readonly ChatEvent[]): number {
  return join(only(events, "text", "reasoning")).length - textOf(events).length;
}

/** The events of each request; what precedes the first `request` event, where it says anything, is one of its own. */
function byRequest(events: readonly ChatEvent[]) {
  const sentAt = expect.any(Date) as unknown as Date;
  const implied: Only<"request"> = { type: "request", to: asked, sent: request, sentAt, why: "first", error: null };
  const groups = [{ opened: implied, before: [] as readonly ChatEvent[], own: [] as ChatEvent[] }];
  for (const [index, each] of events.entries()) {
    if (each.type !== "request") groups.at(-1)!.own.push(each);
    else groups.push({ opened: each, before: events.slice(0, index), own: [] });
  }
  const isImplied = groups.length === 1 || only(groups[0]!.own, "text", "reasoning", "usage").length > 0;
  return isImplied ? groups : groups.slice(1);
}

/** What fails before an implied request says anything is no failure of it: nothing was sent. */
function sinceOpened({ sentAt }: Only<"request">, own: readonly ChatEvent[]): readonly ChatEvent[] {
  if (sentAt instanceof Date) return own;
  const opening = own.findIndex(({ type }) => type === "text" || type === "reasoning" || type === "usage");
  return opening < 0 ? [] : own.slice(opening);
}

const isGivenUp = (failure: AppError | null) => ["timeout", "interrupted"].includes(failure?.code ?? "");

/** What a turn of these events is. */
function expected(events: readonly ChatEvent[]) {
  const text = textOf(events);
  const groups = byRequest(events);
  const requests = groups.map(({ opened, before, own }, index) => ({
    to: opened.to,
    sent: opened.sent,
    sentAt: opened.sentAt,
    why: opened.why,
    error: opened.error,
    at: textOf(before).length,
    thought: thoughtIn(before),
    usage: only(own, "usage").at(-1)?.usage ?? null,
    producedOutput: only(own, "text", "reasoning").length > 0,
    outputBytes: Buffer.byteLength(join(only(own, "text", "reasoning"))),
    failure: only(sinceOpened(opened, own), "error")[0]?.error ?? groups[index + 1]?.opened.error ?? null,
  }));
  const end = only(events, "finish", "error").at(-1);
  const last = requests.at(-1)!.to;
  const answering = requests.findLast(({ producedOutput }) => producedOutput)?.to ?? requests[0]!.to;
  const billed = requests.filter(
    ({ producedOutput, usage, failure }) => producedOutput || usage !== null || isGivenUp(failure),
  );
  const isCounted = billed.length > 0 && billed.every(({ usage }) => usage !== null);
  const isEmpty = end?.type === "finish" && end.reason !== "content_filter" && text.trim() === "";
  const whole = isEmpty ? "empty_answer" : null;
  return {
    text,
    requests,
    tokens: isCounted ? billed.reduce((sum, each) => sum + each.usage!.totalTokens, 0) : null,
    answeredBy: end?.type === "finish" ? last : answering,
    finishReason: end?.type === "finish" ? end.reason : null,
    code: end === undefined ? "incomplete_answer" : end.type === "error" ? end.error.code : whole,
  };
}

/** A turn of these events, told to a listener that throws at one of them; null where it throws at none. */
async function turnOf(events: readonly ChatEvent[], failsAt: number | null) {
  async function* model(): AsyncGenerator<ChatEvent> {
    yield* events;
  }
  let told = 0;
  const listener = () => {
    if (told++ === failsAt) throw new TypeError("no");
  };
  return await runTurn(model, request, [listener], new AbortController().signal, asked);
}

test("a turn of any events adds its requests up, keeps thinking and text in order, and ends as the last one says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 24 }), async (events) => {
      const result = await turnOf(events, null);
      const { text, usage, answeredBy, finishReason, error: failure } = result;
      expect({
        text,
        requests: result.requests,
        tokens: usage?.totalTokens ?? null,
        answeredBy,
        finishReason,
        code: failure?.code ?? null,
      }).toEqual(expected(events));
      // Nothing is lost or doubled: what was rethought moves from the text to the thinking.
      const moved = join(only(events, "text")).length - text.length;
      expect([result.rethought, result.reasoning.length]).toEqual([
        moved,
        join(only(events, "reasoning")).length + moved,
      ]);
    }),
    { numRuns: 2000 },
  );
});

test("thinking keeps its order, and what was rethought stands where it came", async () => {
  const stretches = fc.array(fc.constantFrom("reasoning", "text", "rethink"), { maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(stretches, async (types) => {
      const events = types.map((type, index) => ({ type, text: `${index} ` }));
      const result = await turnOf(events, null);
      const numbers = (text: string) => text.split(" ").slice(0, -1).map(Number);
      const [thought, said] = [numbers(result.reasoning), numbers(result.text)];
      const last = types.lastIndexOf("rethink");
      expect(said).toEqual(types.flatMap((type, index) => (type === "text" && index > last ? [index] : [])));
      expect([...thought, ...said].sort((one, other) => one - other)).toEqual(
        types.flatMap((type, index) => (type === "rethink" ? [] : [index])),
      );
      const kept = (type: string) => thought.filter((index) => types[index] === type);
      for (const type of ["reasoning", "text"]) expect(kept(type)).toEqual(kept(type).toSorted((a, b) => a - b));
    }),
    { numRuns: 500 },
  );
});

test("a listener that throws ends the turn with all that came before", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 24 }), fc.nat(23), async (events, place) => {
      const failsAt = place % events.length;
      const result = await turnOf(events, failsAt);
      const taken = expected(events.slice(0, failsAt + 1));
      expect({ text: result.text, requests: result.requests.length, code: result.error?.code }).toEqual({
        text: taken.text,
        requests: taken.requests.length,
        code: "internal",
      });
    }),
    { numRuns: 500 },
  );
});
