import fc from "fast-check";
import { expect, test } from "vitest";
import { countedAfter, Spending } from "../../../src/app/usage/cost-meter.ts";
import type { RequestRecord } from "../../../src/chat/requests.ts";
import { runTurn, type TurnResult } from "../../../src/chat/turn.ts";

const noon = new Date("2026-11-20T04:00:00Z");
const rates = { cached: 1, input: 2, output: 4 };
const engine = {
  file: { models: { "p/priced": { CNY: rates } } },
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
    sentAt: new Date(),
    producedOutput,
    usage: counted && {
      promptTokens: counted.cachedTokens + counted.fresh,
      cachedTokens: counted.cachedTokens,
      completionTokens: counted.completionTokens,
      reasoningTokens: 0,
      totalTokens: counted.cachedTokens + counted.fresh + counted.completionTokens,
    },
  }));

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
        const { cost, unknownCost } = spending.add(await turnOf(requests), "question");
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
  const requests: RequestRecord[] = [
    { to: { provider: "p", model: "m" }, why: "first", error: null, at: 0, usage, producedOutput: true, sentAt: noon },
  ];
  const file = { models: { m: { CNY: rates, USD: { ...rates, input: 0.25 } } } };
  const billIn = async (currency: "CNY" | "USD") =>
    new Spending({ ...engine, file, settings: { currency } }, null).add(await turnOf(requests), "question").cost;
  expect(await billIn("CNY")).toEqual({ currency: "CNY", amount: 2 });
  expect(await billIn("USD")).toEqual({ currency: "USD", amount: 0.25 });
});

test("a request of the program's own is no question, and a day that may be a holiday has no known price", async () => {
  const counted = { promptTokens: 9, cachedTokens: 0, completionTokens: 5, reasoningTokens: 2, totalTokens: 14 };
  const first = {
    to: { provider: "deepseek", model: "deepseek-flash" },
    why: "first",
    error: null,
    at: 0,
    usage: counted,
    sentAt: new Date("2031-02-03T02:00:00Z"),
  } as const;
  const requests = [{ ...first, producedOutput: true }];
  const spending = new Spending(engine, null);
  const turn = await turnOf(requests);
  expect(spending.add(turn, "title")).toMatchObject({ cost: null, unknownCost: "holiday", tariff: "unknown" });
  expect(spending.total).toMatchObject({ questions: 0, unknown: 1, uncounted: 0 });
  expect(countedAfter(turn)).toBe(12);
  expect(countedAfter({ ...turn, requests: [...requests, { ...requests[0]!, usage: null }] })).toBeNull();
});
