import fc from "fast-check";
import { expect, test } from "vitest";
import { countedAfter, Spending } from "../../../src/app/usage/cost-meter.ts";
import { userMessage } from "../../../src/chat/message-text.ts";
import type { RequestRecord } from "../../../src/chat/requests.ts";
import { AppError } from "../../../src/errors.ts";
import { runTurn, type TurnResult } from "../../../src/chat/turn.ts";

const noon = new Date("2026-11-20T04:00:00Z");
const rates = { cached: 1, input: 2, output: 4 };
const providers = { p: { base_url: "http://p.test" } };
const sent = { model: "m", messages: [], sampling: {}, thinking: null, stream: true } as const;
const engine = {
  file: { models: { "p/priced": { CNY: rates } }, providers },
  reported: new Map(),
  settings: { currency: "CNY" as const },
};

const usage = fc.record({ cachedTokens: fc.nat(99), fresh: fc.nat(99), completionTokens: fc.nat(99) });
const record: fc.Arbitrary<RequestRecord> = fc
  .record({ model: fc.constantFrom("priced", "free"), counted: fc.option(usage), producedOutput: fc.boolean() })
  .map(({ model, counted, producedOutput }) => ({
    to: { provider: "p", model },
    why: "first",
    error: null,
    at: 0,
    thought: 0,
    sent,
    sentAt: new Date(),
    failure: null,
    producedOutput,
    outputBytes: producedOutput ? 5 : 0,
    usage: counted && {
      promptTokens: counted.cachedTokens + counted.fresh,
      cachedTokens: counted.cachedTokens,
      completionTokens: counted.completionTokens,
      reasoningTokens: 0,
      totalTokens: counted.cachedTokens + counted.fresh + counted.completionTokens,
    },
  }));

const first = {
  sent,
  why: "first",
  error: null,
  failure: null,
  at: 0,
  thought: 0,
  producedOutput: true,
  outputBytes: 1,
} as const;

/** A turn that ended without a word, with other requests. */
async function turnOf(requests: readonly RequestRecord[]): Promise<TurnResult> {
  async function* nothing() {}
  const request = { model: "m", messages: [], sampling: {}, thinking: null, stream: true };
  const asked = { provider: "p", model: "priced" };
  return { ...(await runTurn(nothing, request, [], new AbortController().signal, asked)), requests };
}

/** Of one request; null where nobody knows it. */
function costOf({ to, usage: count }: RequestRecord): number | null {
  if (to.model !== "priced" || count === null) return null;
  const { cachedTokens, promptTokens, completionTokens } = count;
  return (cachedTokens * 1 + (promptTokens - cachedTokens) * 2 + completionTokens * 4) / 1e6;
}

const sum = (numbers: readonly (number | null)[]) => numbers.reduce<number>((total, each) => total + (each ?? 0), 0);

test("each billed request is charged once, at the price of whom it went to, and what is not known is counted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(record, { maxLength: 4 }), { maxLength: 4 }), async (turns) => {
      const spending = new Spending(engine, null);
      for (const requests of turns) {
        const { cost, unknownCost } = await spending.add(await turnOf(requests), "question");
        const costs = requests.filter((each) => each.producedOutput || each.usage !== null).map(costOf);
        const isKnown = costs.length > 0 && !costs.includes(null);
        expect(cost === null).toBe(!isKnown);
        expect(cost?.amount ?? 0).toBeCloseTo(isKnown ? sum(costs) : 0, 10);
        const uncounted = requests.some(({ usage: count, to }) => to.model === "priced" && count === null);
        expect([null, "price", ...(uncounted ? ["usage"] : [])]).toContain(unknownCost);
      }
      const billed = turns.flat().filter((each) => each.producedOutput || each.usage !== null);
      const { total } = spending;
      expect(sum(total.costs.map(({ amount }) => amount))).toBeCloseTo(sum(billed.map(costOf)), 10);
      expect(total.requests).toHaveLength(billed.length);
      expect({ ...total, requests: null, costs: total.costs.length, usage: total.usage?.totalTokens ?? null }).toEqual({
        requests: null,
        usage: billed.every((each) => each.usage === null)
          ? null
          : sum(billed.map((each) => each.usage?.totalTokens ?? 0)),
        costs: billed.some((each) => costOf(each) !== null) ? 1 : 0,
        questions: turns.filter((requests) => requests.some((each) => billed.includes(each))).length,
        unknown: billed.filter((each) => costOf(each) === null).length,
        uncounted: billed.filter((each) => each.usage === null).length,
      });
    }),
  );
});

test("an answer is priced in the currency of the settings, by the price in that currency", async () => {
  const usage = { promptTokens: 1e6, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0, totalTokens: 1e6 };
  const requests: RequestRecord[] = [{ ...first, to: { provider: "p", model: "m" }, usage, sentAt: noon }];
  const file = { providers, models: { m: { CNY: rates, USD: { ...rates, input: 0.25 } } } };
  const billIn = async (currency: "CNY" | "USD") =>
    (await new Spending({ ...engine, file, settings: { currency } }, null).add(await turnOf(requests), "question"))
      .cost;
  expect(await billIn("CNY")).toEqual({ currency: "CNY", amount: 2 });
  expect(await billIn("USD")).toEqual({ currency: "USD", amount: 0.25 });
});

test("a request of the program's own is no question, and a day that may be a holiday has no known price", async () => {
  const counted = { promptTokens: 9, cachedTokens: 0, completionTokens: 5, reasoningTokens: 2, totalTokens: 14 };
  const to = { provider: "deepseek", model: "deepseek-flash" };
  const requests = [{ ...first, to, usage: counted, sentAt: new Date("2031-02-03T02:00:00Z") }];
  const spending = new Spending(engine, null);
  const turn = await turnOf(requests);
  expect(await spending.add(turn, "title")).toMatchObject({ cost: null, unknownCost: "holiday", tariff: "unknown" });
  expect(spending.total).toMatchObject({ questions: 0, unknown: 1, uncounted: 0 });
  expect(countedAfter(turn)).toBe(12);
  expect(countedAfter({ ...turn, requests: [...requests, { ...requests[0]!, usage: null }] })).toBeNull();
});

test("a request without a count has cost at most its prompt's bytes and the output that came, at the rate of its hour", async () => {
  const to = { provider: "p", model: "priced" };
  const uncounted = { ...first, to, usage: null, sentAt: noon };
  const file = { ...engine.file, models: { "p/priced": { CNY: rates, peak_factor: 2 } } };
  const atMost = async (more: Partial<RequestRecord>) =>
    (await new Spending({ ...engine, file }, null).add(await turnOf([{ ...uncounted, ...more }]), "question"))
      .billed[0]!.atMost;
  const [less, more] = [(await atMost({ outputBytes: 10 }))!, (await atMost({ outputBytes: 110 }))!];
  expect(less.amount).toBeGreaterThan(10 * 4e-6);
  expect(more.amount - less.amount).toBeCloseTo(100 * 4e-6, 10);
  const long = { ...sent, messages: [userMessage("x".repeat(1000))] };
  expect((await atMost({ outputBytes: 10, sent: long }))!.amount - less.amount).toBeGreaterThan(1000 * 2e-6);
  // 10 o'clock in Beijing.
  const peak = await atMost({ outputBytes: 10, sentAt: new Date("2026-11-20T02:00:00Z") });
  expect(peak!.amount).toBeCloseTo(less.amount * 2, 10);
  // What was there of the answer may have come again.
  expect((await atMost({ outputBytes: 10, why: "continue-prompt", at: 100 }))!.amount).toBeGreaterThan(more.amount);
  // How much of it the service had made, nobody knows.
  const unseen = { ...sent, stream: false, sampling: { max_tokens: 5000 } };
  expect(
    (await atMost({ producedOutput: false, outputBytes: 0, sent: unseen, failure: new AppError("interrupted", {}) }))!
      .amount,
  ).toBeGreaterThan(5000 * 4e-6);
  expect(await atMost({ to: { provider: "p", model: "free" } })).toBeNull();
  const counted = { promptTokens: 1, cachedTokens: 0, completionTokens: 1, reasoningTokens: 0, totalTokens: 2 };
  expect(await atMost({ usage: counted })).toBeNull();
});
