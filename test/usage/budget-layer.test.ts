import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { ChatEvent, RequestReason } from "../../src/chat/events.ts";
import type { Admission, Model } from "../../src/chat/layers.ts";
import type { ChatRequest, Cost, ModelRef, Usage } from "../../src/chat/model.ts";
import { runTurn } from "../../src/chat/turn.ts";
import { AppError } from "../../src/errors.ts";
import { type BudgetOptions, withBudget } from "../../src/usage/budget-layer.ts";
import { Budget } from "../../src/usage/budget.ts";
import type { BudgetState } from "../../src/usage/budget-state.ts";
import { Ledger } from "../../src/usage/ledger.ts";
import { ledgerPath, ledgerRow, yuan } from "../support/ledger-rows.ts";

const now = new Date();
const asked: ModelRef = { provider: "deepseek", model: "m" };
const request: ChatRequest = { model: "m", messages: [], sampling: {}, thinking: null, stream: true };
const usage: Usage = { promptTokens: 10, cachedTokens: 0, completionTokens: 5, reasoningTokens: 0, totalTokens: 15 };
const finish: ChatEvent = { type: "finish", reason: "stop" };
const said: ChatEvent = { type: "text", text: "a" };
const counted: ChatEvent = { type: "usage", usage };

function opened(why: RequestReason, to = asked): ChatEvent {
  return { type: "request", to, sent: { ...request, model: to.model }, sentAt: now, why, error: null };
}

/** A budget of one yuan a day, of which an answer may take 0.4, and an answer made of some events. */
function answerOf(events: readonly (ChatEvent | (() => void))[], more: Partial<BudgetOptions> = {}, spent = 0) {
  const path = ledgerPath();
  const ledger = Ledger.open(path);
  if (spent > 0) ledger.book([ledgerRow("before", { sentAt: new Date(), cost: yuan(spent) })]);
  const none = { day: null, month: null, conversation: null };
  const limits = { currency: "CNY", all: { ...none, day: 1 }, providers: {}, command: null };
  const budget = new Budget(ledger, limits, "UTC");
  const questions: string[] = [];
  const settled: { warnings: readonly BudgetState[]; error: AppError | null }[] = [];
  let sent = 0;
  // As the failover does.
  const open = (admit: Admission): Model =>
    async function* () {
      sent++;
      for (const event of events) {
        if (typeof event === "function") event();
        else yield event;
        if (typeof event === "function" || event.type !== "request" || event.why === "retry") continue;
        const error = await admit(event.to, event.sent, event.why.startsWith("continue"));
        if (error !== null) yield { type: "text", text: error.code };
      }
    };
  const options: BudgetOptions = {
    budget,
    provider: "deepseek",
    purpose: "question",
    conversation: () => "c1",
    maxCostOf: () => Promise.resolve({ cost: yuan(0.4), atPeak: true }),
    mayGoOut: (error) => {
      questions.push(error.code);
      return Promise.resolve(false);
    },
    isBilled: ({ producedOutput }) => producedOutput,
    rowsOf: async (requests) =>
      requests
        .filter(({ producedOutput }) => producedOutput)
        .map(({ to, sentAt, usage }, index) =>
          ledgerRow(`r${index}`, { to, sentAt, usage, cost: usage === null ? null : yuan(0.1) }),
        ),
    onSettled: (warnings, error) => settled.push({ warnings, error }),
    ...more,
  };
  const reserved = () => budget.states("deepseek", "c1", new Date())[0]!.reserved;
  const run = async (signal = new AbortController().signal) =>
    await runTurn(withBudget(options)(open), request, [], signal, asked);
  return { path, ledger, budget, questions, settled, reserved, run, sent: () => sent };
}

describe("an answer under a budget", () => {
  test("has its largest cost reserved while it runs, and its cost booked once it ends", async () => {
    const during: number[] = [];
    const answer = answerOf([opened("first"), () => during.push(answer.reserved()), said, counted, finish]);
    const { requests, text } = await answer.run();
    expect([text, during, answer.reserved(), answer.settled]).toEqual(["a", [0.4], 0, [{ warnings: [], error: null }]]);
    expect([...answer.ledger.rows()]).toEqual([ledgerRow("r0", { sentAt: now, to: asked, usage, cost: yuan(0.1) })]);
    expect(requests[0]!.sentAt).toEqual(now);
  });

  test("is booked before its end is known, and warned of", async () => {
    const answer = answerOf([opened("first"), said, counted, finish], {}, 0.75);
    const allowed = answerOf([opened("first"), said, counted, finish], { mayGoOut: () => Promise.resolve(true) }, 0.75);
    expect((await answer.run()).error?.code).toBe("budget_exceeded");
    await allowed.run();
    expect([answer.sent(), answer.questions, answer.settled]).toEqual([0, ["budget_exceeded"], []]);
    expect([allowed.sent(), [...allowed.ledger.rows()].length, allowed.reserved()]).toEqual([1, 2, 0]);
  });

  test("that could go beyond it is refused with the facts, as a setting", async () => {
    const answer = answerOf([], {}, 0.7);
    const { error, status, requests } = await answer.run();
    expect([status, error?.kind, requests.length]).toEqual(["failed", "config", 1]);
    expect(error?.details).toEqual({
      scope: "day",
      limited: null,
      currency: "CNY",
      limit: 1,
      spent: 0.7,
      uncounted: 0,
      reserved: 0,
      amount: 0.4,
      atPeak: true,
    });
  });

  test.each([
    ["unknown", null],
    ["in another currency", { currency: "USD", amount: 0.1 }],
  ])("whose price is %s asks, and goes out where it may", async (_, cost: Cost | null) => {
    const maxCostOf = () => Promise.resolve(cost && { cost, atPeak: false });
    const refused = answerOf([], { maxCostOf });
    expect((await refused.run()).error?.details).toEqual({ ...asked, currency: "CNY" });
    const allowed = answerOf([opened("first"), said, finish], {
      maxCostOf,
      mayGoOut: () => Promise.resolve(true),
    });
    expect((await allowed.run()).status).toBe("complete");
    expect([...allowed.ledger.rows()]).toMatchObject([{ id: "r0", cost: null }]);
  });

  test("that continues or fails over adds to what is reserved, and is never cut", async () => {
    const during: number[] = [];
    const look = () => during.push(answer.reserved());
    const other = { provider: "siliconflow", model: "n" };
    const answer = answerOf([
      opened("first"),
      look,
      // Not billed, and asked again: the same money.
      opened("retry"),
      look,
      said,
      opened("continue-prefix"),
      look,
      // Not billed, and another provider takes over.
      opened("continue-prefix", other),
      look,
      said,
      opened("continue-prefix", other),
      look,
      said,
      counted,
      finish,
    ]);
    expect((await answer.run()).status).toBe("complete");
    expect(during).toEqual([0.4, 0.4, 0.8, 0.8, 1.2]);
    expect([answer.reserved(), answer.questions, [...answer.ledger.rows()].length]).toEqual([0, [], 3]);
  });

  test("that another provider takes over before any output is refused there as anywhere", async () => {
    const other = { provider: "siliconflow", model: "n" };
    const free = { provider: "ollama", model: "l" };
    const takeover = [opened("first"), opened("failover", other), opened("failover", free), said, finish];
    const costs = { deepseek: 0.4, siliconflow: 0.6, ollama: 0 };
    const maxCostOf: BudgetOptions["maxCostOf"] = async (_, { provider }) => ({
      cost: yuan(costs[provider as "ollama"]),
      atPeak: false,
    });
    const refused = answerOf(takeover, { maxCostOf }, 0.5);
    expect((await refused.run()).text).toBe("budget_exceededa");
    expect([refused.questions, refused.reserved()]).toEqual([["budget_exceeded"], 0]);
    const known = answerOf(takeover, {
      maxCostOf: async (sent, to) => (to === other ? null : await maxCostOf(sent, to)),
    });
    expect((await known.run()).text).toBe("budget_unpriceda");
    const allowed = answerOf(takeover, { maxCostOf, mayGoOut: async () => true }, 0.5);
    expect((await allowed.run()).text).toBe("a");
  });

  test("that brought nothing gives back what was reserved", async () => {
    const error: ChatEvent = { type: "error", error: new AppError("no_key", { provider: "deepseek", variable: "K" }) };
    const answer = answerOf([opened("first"), error]);
    expect((await answer.run()).error?.code).toBe("no_key");
    expect([answer.reserved(), [...answer.ledger.rows()]]).toEqual([0, []]);
  });

  test("whose consumer leaves is booked all the same", async () => {
    const answer = answerOf([opened("first"), said, said, finish]);
    const failing = () => {
      throw new RangeError("no");
    };
    const none = { day: null, month: null, conversation: null };
    const budget = new Budget(answer.ledger, { currency: "CNY", all: none, providers: {}, command: null }, "UTC");
    const layer = withBudget({
      budget,
      provider: "deepseek",
      purpose: "question",
      conversation: () => null,
      maxCostOf: () => Promise.resolve({ cost: yuan(0.4), atPeak: true }),
      mayGoOut: () => Promise.resolve(false),
      isBilled: () => true,
      rowsOf: async (requests) => requests.map(({ to, sentAt }) => ledgerRow("left", { to, sentAt })),
      onSettled: () => {},
    });
    const model: Model = async function* () {
      yield opened("first");
      yield said;
    };
    await runTurn(
      layer(() => model),
      request,
      [failing],
      new AbortController().signal,
      asked,
    );
    expect([...answer.ledger.rows()]).toHaveLength(1);
    expect(answer.reserved()).toBe(0);
  });

  test("asks before it goes out where the ledger is out of reach, and keeps the answer where it cannot be booked", async () => {
    const answer = answerOf([opened("first"), () => spoil(answer.path), said, counted, finish]);
    const { text, status } = await answer.run();
    expect([text, status]).toEqual(["a", "complete"]);
    expect(answer.settled).toMatchObject([{ warnings: [], error: { code: "ledger_damaged" } }]);
    expect((await answer.run()).error?.code).toBe("ledger_damaged");
    expect(answer.questions).toEqual(["ledger_damaged"]);
  });

  test("that is stopped while the ledger is held by another program ends as stopped", async () => {
    const answer = answerOf([]);
    const other = new DatabaseSync(answer.path);
    other.exec("BEGIN IMMEDIATE");
    expect((await answer.run(AbortSignal.abort())).error?.code).toBe("interrupted");
    expect([answer.sent(), answer.questions]).toEqual([0, []]);
    other.close();
  });
});

/** Takes a table away, as damage may. */
function spoil(path: string): void {
  const other = new DatabaseSync(path);
  other.exec("DROP TABLE reservations");
  other.close();
}
