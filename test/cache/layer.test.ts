import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AnswerStore } from "../../src/cache/answer-store.ts";
import { FileStore } from "../../src/cache/file-store.ts";
import { GuardedStore } from "../../src/cache/guarded-store.ts";
import { withCache } from "../../src/cache/layer.ts";
import { userMessage } from "../../src/chat/message-text.ts";
import type { ChatEvent } from "../../src/chat/events.ts";
import type { Model } from "../../src/chat/layers.ts";
import type { ChatRequest } from "../../src/chat/model.ts";
import { runTurn, type TurnResult } from "../../src/chat/turn.ts";
import { AppError } from "../../src/errors.ts";
import { temporaryFolder } from "../support/transcripts.ts";

const to = { provider: "p", model: "m" };
const request: ChatRequest = { model: "m", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true };
const usage = { promptTokens: 3, cachedTokens: 1, completionTokens: 2, reasoningTokens: 0, totalTokens: 5 };
const sentAt = new Date();
const begin: ChatEvent = { type: "request", to, sent: request, sentAt, why: "first", error: null };
const said: ChatEvent = { type: "text", text: "yes" };
const stopped: ChatEvent = { type: "finish", reason: "stop" };
const broken = new AppError("incomplete_answer", { provider: "p" });

interface Scene {
  /** How often the model was asked. */
  readonly asked: () => number;
  readonly ask: (more?: Partial<ChatRequest>, signal?: AbortSignal) => Promise<TurnResult>;
}

/** A model that gives the same events each time, behind a cache. */
function scene(events: readonly ChatEvent[] | Model, store = guarded()): Scene {
  let asked = 0;
  let owners = 0;
  const scripted: Model = async function* (given, signal) {
    asked++;
    yield* typeof events === "function" ? events(given, signal) : events;
  };
  const options = { to, ttl: 60_000, keyOf: () => "key", newOwner: () => `owner ${owners++}` };
  const model = withCache(store, options)(scripted);
  const never = new AbortController().signal;
  return {
    asked: () => asked,
    ask: async (more = {}, signal = never) => await runTurn(model, { ...request, ...more }, [], signal, to),
  };
}

function fileStore(): FileStore {
  return new FileStore({
    path: join(temporaryFolder(), "answers.db"),
    maxSize: 1e6,
    isAlive: () => null,
    onDamage: () => {},
  });
}

function guarded(open: () => AnswerStore = fileStore): GuardedStore {
  return new GuardedStore(async () => open());
}

test("a stored answer is the one that was given, is no request, and costs no time of the model's", async () => {
  const { ask, asked } = scene([
    begin,
    { type: "reasoning", text: "h" },
    { type: "reasoning", text: "m" },
    said,
    { type: "text", text: ", indeed" },
    { type: "title", title: "T" },
    { type: "usage", usage },
    stopped,
  ]);
  const [first, second] = [await ask(), await ask()];
  const { text, reasoning, title, answeredBy, finishReason, status } = second;
  expect({ text, reasoning, title, answeredBy, finishReason, status }).toEqual({
    text: "yes, indeed",
    reasoning: "hm",
    title: "T",
    answeredBy: to,
    finishReason: "stop",
    status: "complete",
  });
  expect([first.cached, second.cached]).toEqual([false, true]);
  expect([first.requests.length, second.requests.length, asked()]).toEqual([1, 0, 1]);
  expect(second.usage).toEqual(usage);
});

test("text that turned out to be thinking is stored as thinking", async () => {
  const { ask } = scene([begin, { type: "text", text: "hm" }, { type: "rethink" }, said, stopped]);
  await ask();
  expect(await ask()).toMatchObject({ cached: true, reasoning: "hm", text: "yes", rethought: 0 });
});

test("a refresh asks, and its answer takes the place of the one before", async () => {
  let text = "one";
  const { ask, asked } = scene(async function* () {
    yield begin;
    yield { type: "text", text };
    yield stopped;
  });
  await ask();
  text = "two";
  expect(await ask({ refresh: true })).toMatchObject({ cached: false, text: "two" });
  expect(await ask()).toMatchObject({ cached: true, text: "two" });
  expect(asked()).toBe(2);
});

const calling = { type: "tool_call", id: "1", name: "f", arguments: "{}" } as const;
describe("is asked again", () => {
  test.each<readonly [string, readonly ChatEvent[]]>([
    ["cut by its length", [begin, said, { type: "finish", reason: "length" }]],
    ["filtered", [begin, said, { type: "finish", reason: "content_filter" }]],
    ["a call of tools", [begin, said, { type: "finish", reason: "tool_calls", calls: [calling] }]],
    ["a call of tools that is called finished", [begin, said, { type: "finish", reason: "stop", calls: [calling] }]],
    ["a refusal", [begin, said, { type: "finish", reason: "stop", refused: true }]],
    ["empty", [begin, { type: "reasoning", text: "hm" }, { type: "text", text: "\n" }, stopped]],
    ["broken off", [begin, said, { type: "error", error: broken }]],
    ["cut without an end", [begin, said]],
    [
      "another provider's",
      [
        begin,
        { type: "request", to: { provider: "o", model: "m" }, sent: request, sentAt, why: "failover", error: broken },
        said,
        stopped,
      ],
    ],
    [
      "continued",
      [
        begin,
        said,
        { type: "request", to, sent: request, sentAt, why: "continue-prompt", error: broken },
        said,
        stopped,
      ],
    ],
  ])("what was answered by an answer that is %s", async (_what, events) => {
    const { ask, asked } = scene(events);
    await ask();
    expect((await ask()).cached).toBe(false);
    expect(asked()).toBe(2);
  });
});

test("of many that ask the same at once one asks the model, and all get its answer", async () => {
  const gate = Promise.withResolvers<void>();
  const { ask, asked } = scene(async function* () {
    yield begin;
    await gate.promise;
    yield said;
    yield stopped;
  });
  const many = Array.from({ length: 20 }, async () => await ask());
  gate.resolve();
  const answers = await Promise.all(many);
  expect(asked()).toBe(1);
  expect(answers.map(({ text }) => text)).toEqual(Array<string>(20).fill("yes"));
  expect(answers.filter(({ cached }) => cached)).toHaveLength(19);
});

test("where the one that asks fails, the next one asks", async () => {
  let failing = true;
  const { ask, asked } = scene(async function* () {
    yield begin;
    if (failing) {
      failing = false;
      yield { type: "error", error: broken };
      return;
    }
    yield said;
    yield stopped;
  });
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(asked()).toBe(2);
  expect(answers.map(({ status }) => status).sort()).toEqual(["complete", "complete", "failed"]);
});

test("who waits for another's answer stops at once when told to", async () => {
  const store = guarded();
  const begun = Promise.withResolvers<void>();
  const { ask } = scene(async function* (_request, signal) {
    if (signal.aborted) return yield { type: "error", error: new AppError("interrupted", {}) };
    yield begin;
    begun.resolve();
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
    });
    yield { type: "error", error: new AppError("interrupted", {}) };
  }, store);
  const [first, second] = [new AbortController(), new AbortController()];
  const asking = ask({}, first.signal);
  await begun.promise;
  const waiting = ask({}, second.signal);
  second.abort();
  expect((await waiting).status).toBe("interrupted");
  first.abort();
  expect((await asking).status).toBe("interrupted");
  expect(await store.use(async (each) => each.find("key", 1, "x"))).toEqual({ state: "claimed" });
});

test("a store that fails is left alone for the rest of the run, and that is said once", async () => {
  const trouble = new AppError("cache_unavailable", { store: "s", reason: "EIO" });
  const real = fileStore();
  let failing = false;
  const uses: string[] = [];
  const store: AnswerStore = new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => {
        uses.push(String(name));
        if (failing && typeof name === "string") throw trouble;
        return Reflect.apply(value, target, given);
      };
    },
  });
  const { ask, asked } = scene(
    [begin, said, stopped],
    guarded(() => store),
  );
  expect(await ask()).toMatchObject({ cached: false, cacheError: null });
  failing = true;
  expect(await ask()).toMatchObject({ cached: false, cacheError: trouble, text: "yes", status: "complete" });
  const before = uses.length;
  failing = false;
  expect(await ask()).toMatchObject({ cached: false, cacheError: null });
  expect([asked(), uses.length]).toEqual([3, before]);
});
