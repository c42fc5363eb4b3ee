import { expect, onTestFinished, test } from "vitest";
import { itemAnswer } from "../../../src/app/batch/item-answer.ts";
import { ItemRequests } from "../../../src/app/batch/item-request.ts";
import { openStructuredForm } from "../../../src/app/ask/structured-form.ts";
import { createToolbox } from "../../../src/app/tools/toolbox.ts";
import { Books } from "../../../src/app/usage/books.ts";
import type { BatchItem } from "../../../src/batch/item.ts";
import type { ChatEvent } from "../../../src/chat/events.ts";
import type { Model } from "../../../src/chat/layers.ts";
import { textOf, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest, ModelRef } from "../../../src/chat/model.ts";
import type { SettingName } from "../../../src/config/schema.ts";
import { AppError } from "../../../src/errors.ts";
import type { Tool } from "../../../src/tools/tool.ts";
import type { LedgerRow } from "../../../src/usage/ledger-row.ts";
import { enter, scriptedEngine } from "../../support/app.ts";
import { newPlace } from "../../support/program.ts";
import { usageOf } from "../../support/usage.ts";
import { en } from "../../support/words.ts";

const never = new AbortController().signal;

function item(text: string, more: Partial<BatchItem> = {}): BatchItem {
  const none = { sampling: {}, thinking: null, tools: [], toolChoice: null };
  return { index: 0, id: "a", model: null, messages: [userMessage(text)], ...none, ...more };
}

type Reply = readonly ChatEvent[] | ((request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatEvent>);

const said = (text: string, reason = "stop"): ChatEvent[] => [
  { type: "start", traceId: "trace" },
  { type: "text", text },
  { type: "usage", usage: usageOf(10, 0, 5) },
  { type: "finish", reason },
];

/** What answers items with these replies, one for each request; with all that was sent and booked. */
async function answering(
  replies: Reply[],
  settings: { readonly [Name in SettingName]?: unknown } = {},
  more: { readonly timeout?: number; readonly tool?: "allowed" | "refused"; readonly hasForm?: boolean } = {},
) {
  enter(newPlace());
  const sent: ChatRequest[] = [];
  const opened: ModelRef[] = [];
  const open = (to: ModelRef): Model => {
    opened.push(to);
    return async function* (request, signal) {
      sent.push(request);
      yield { type: "request", to, sent: request, sentAt: new Date(), why: "first", error: null };
      const reply = replies.shift()!;
      if (typeof reply === "function") yield* reply(request, signal);
      else yield* reply;
    };
  };
  const engine = await scriptedEngine(open, { provider: "deepseek", model: "deepseek-flash", ...settings });
  onTestFinished(async () => await engine.close());
  const form = more.hasForm === true ? await openStructuredForm(engine, engine.settings.schema!) : null;
  if (form !== null) engine.schema = form.asked;
  const look: Tool = {
    definition: { name: "look", description: "", parameters: { type: "object" } },
    origin: { kind: "built-in", source: "", identity: "" },
    approval: "ask",
    describe: () => "",
    run: async () => ({ content: [{ type: "text", text: "seen" }], isError: false }),
  };
  const decide = async () =>
    more.tool === "allowed"
      ? ({ isAllowed: true } as const)
      : ({ isAllowed: false, reason: null, isUnasked: true } as const);
  const booked: LedgerRow[] = [];
  using books = new Books(engine.folders);
  const answer = itemAnswer({
    engine,
    console: { words: en },
    requests: new ItemRequests(engine),
    form,
    toolbox: more.tool === undefined ? null : createToolbox([look], decide, 3, null),
    itemTimeout: more.timeout ?? null,
    books,
    book: (rows) => booked.push(...rows),
    onEvent() {},
    observe: null,
  });
  return { answer, sent, opened, booked };
}

test("an item is sent with what the settings say and it does not, and its requests are booked once each", async () => {
  const { answer, sent, opened, booked } = await answering([said("one"), said("two"), said("three")], {
    system: "Be brief.",
    temperature: 0.5,
    body: { user: "me", seed: 1 },
  });
  const results = [
    await answer(item("q"), never),
    await answer(item("q", { model: "deepseek/deepseek-pro", sampling: { temperature: 1, body: { seed: 2 } } }), never),
    await answer(item("q", { messages: [{ role: "system", content: "Own." }, userMessage("q")] }), never),
  ];
  expect(results.map(({ answer }) => answer?.text)).toEqual(["one", "two", "three"]);
  expect(results[0]).toMatchObject({
    id: "a",
    model: { provider: "deepseek", model: "deepseek-flash" },
    answer: { reasoning: "", calls: [], finishReason: "stop", data: null, requestId: "trace" },
    error: null,
    usage: { promptTokens: 10, completionTokens: 5 },
    requests: 1,
    cached: false,
  });
  expect(results[0]!.cost!.amount).toBeGreaterThan(0);
  expect(sent.map(({ messages }) => messages.map(({ content }) => textOf(content)))).toEqual([
    ["Be brief.", "q"],
    ["Be brief.", "q"],
    ["Own.", "q"],
  ]);
  expect(sent.map(({ model, sampling }) => [model, sampling])).toEqual([
    ["deepseek-flash", { temperature: 0.5, body: { user: "me", seed: 1 } }],
    ["deepseek-pro", { temperature: 1, body: { user: "me", seed: 2 } }],
    ["deepseek-flash", { temperature: 0.5, body: { user: "me", seed: 1 } }],
  ]);
  expect(opened.map(({ model }) => model)).toEqual(["deepseek-flash", "deepseek-pro"]);
  expect(new Set(booked.map(({ id }) => id)).size).toBe(3);
  expect(booked.every(({ purpose, conversation }) => purpose === "batch" && conversation === null)).toBe(true);
});

test("calls of an item's own tools are its answer, and nothing runs", async () => {
  const call = { type: "tool_call", id: "c", name: "look", arguments: "{}" } as const;
  const { answer } = await answering(
    [[{ type: "finish", reason: "tool_calls", calls: [call] }]],
    {},
    { tool: "allowed" },
  );
  const own = { name: "look", description: "", parameters: { type: "object" } };
  const { answer: given, error } = await answer(item("q", { tools: [own] }), never);
  expect({ calls: given?.calls, reason: given?.finishReason, error }).toEqual({
    calls: [call],
    reason: "tool_calls",
    error: null,
  });
});

test("allowed tools run, and one that nobody allowed is told as the reason where no answer comes", async () => {
  const call = { type: "tool_call", id: "c", name: "look", arguments: "{}" } as const;
  const calling: ChatEvent[] = [{ type: "finish", reason: "tool_calls", calls: [call] }];
  const allowed = await answering([calling, said("seen")], {}, { tool: "allowed" });
  expect(await allowed.answer(item("q"), never)).toMatchObject({ answer: { text: "seen", calls: [] }, requests: 2 });
  const refused = await answering([calling, said("")], {}, { tool: "refused" });
  expect(await refused.answer(item("q"), never)).toMatchObject({ answer: null, error: { code: "tool_not_allowed" } });
});

test("an answer that does not fit its schema is corrected once", async () => {
  const settings = { schema: "name, age int" };
  const fits = '{"name":"Li","age":9}';
  const corrected = await answering([said("no"), said(fits)], settings, { hasForm: true });
  const result = await corrected.answer(item("q"), never);
  expect(result).toMatchObject({ answer: { data: fits, text: fits }, requests: 2, usage: { promptTokens: 20 } });
  expect(corrected.sent[1]!.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect(new Set(corrected.booked.map(({ id }) => id)).size).toBe(2);
  const wrong = await answering([said("no"), said('{"name":1}')], settings, { hasForm: true });
  expect(await wrong.answer(item("q"), never)).toMatchObject({
    answer: null,
    error: { code: "schema_misfit", isPassing: false, partial: '{"name":1}' },
  });
});

test("an error says whether it may pass, with its status and what had come", async () => {
  const failure = new AppError("service_failed", { provider: "p", status: 503, reason: "busy" }, { traceId: "t" });
  const events: ChatEvent[] = [
    { type: "text", text: "half" },
    { type: "error", error: failure },
  ];
  const { answer, booked } = await answering([events]);
  expect(await answer(item("q"), never)).toMatchObject({
    answer: null,
    error: { code: "service_failed", status: 503, requestId: "t", isPassing: true, partial: "half" },
  });
  // It returned something, so that it was billed, and not counted.
  expect(booked).toMatchObject([{ usage: null, cost: null }]);
});

test("an item has its own time limit, in which waiting for the account's limits does not count", async () => {
  const hang = async function* (_: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent> {
    yield { type: "text", text: "beginning" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    yield { type: "error", error: new AppError("interrupted", {}) };
  };
  const wait = async function* (): AsyncGenerator<ChatEvent> {
    yield { type: "waiting", why: "limit", sentAt: null };
    await new Promise((resolve) => setTimeout(resolve, 60));
    yield* said("answer");
  };
  const { answer } = await answering([hang, wait], {}, { timeout: 30 });
  expect(await answer(item("q"), never)).toMatchObject({
    error: { code: "item_timeout", isPassing: true, partial: "beginning" },
  });
  expect(await answer(item("q"), never)).toMatchObject({ answer: { text: "answer" } });
});

test("a stopped item is told as such", async () => {
  const stop = new AbortController();
  const stopped = async function* (): AsyncGenerator<ChatEvent> {
    stop.abort();
    yield { type: "error", error: new AppError("interrupted", {}) };
  };
  const { answer } = await answering([stopped], {}, { timeout: 10_000 });
  expect(await answer(item("q"), stop.signal)).toMatchObject({ error: { code: "interrupted" } });
});
