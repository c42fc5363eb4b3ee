import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { onTestFinished } from "vitest";
import type { LedgerRow } from "../../src/usage/ledger-row.ts";

/** A path for a ledger in a folder that is gone after the test. */
export function ledgerPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "ledger-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "data", "ledger.db");
}

export const noon = new Date("2026-11-20T12:00:00.250Z");
export const yuan = (amount: number) => ({ currency: "CNY", amount });

/** A row with nothing special about it. */
export function ledgerRow(id: string, more: Partial<LedgerRow> = {}): LedgerRow {
  return {
    id,
    sentAt: noon,
    to: { provider: "deepseek", model: "deepseek-flash" },
    purpose: "question",
    usage: { promptTokens: 100, cachedTokens: 64, completionTokens: 20, reasoningTokens: 5, totalTokens: 120 },
    cost: yuan(0.0001234),
    atMost: null,
    conversation: "c1",
    turn: "t1",
    ...more,
  };
}

const tokens = fc.nat(2_000_000);
const usage = fc.tuple(tokens, tokens, tokens, tokens).map(([cachedTokens, fresh, reasoningTokens, text]) => ({
  promptTokens: cachedTokens + fresh,
  cachedTokens,
  completionTokens: reasoningTokens + text,
  reasoningTokens,
  totalTokens: cachedTokens + fresh + reasoningTokens + text,
}));
/** As prices make them: tokens at some hundredths of a yuan a million. */
const amount = fc.tuple(fc.nat(1e9), fc.constantFrom(1e-8, 1e-6, 1e-3)).map(([count, unit]) => count * unit);

const money = fc.record({
  currency: fc.constantFrom("CNY", "USD"),
  amount: amount.map((value) => Number(value.toPrecision(12))),
});
/** Known, at most, or neither. */
const costs = fc.oneof(
  { weight: 3, arbitrary: money.map((cost) => ({ cost, atMost: null })) },
  money.map((atMost) => ({ cost: null, atMost })),
  fc.constant({ cost: null, atMost: null }),
);

/** Any row that can be: with little choice in what rows are grouped by, so that groups have several. */
export const anyRow: fc.Arbitrary<LedgerRow> = fc
  .record({
    id: fc.uuid(),
    sentAt: fc.date({ min: new Date("2026-02-20T00:00Z"), max: new Date("2026-04-10T00:00Z"), noInvalidDate: true }),
    to: fc.record({ provider: fc.constantFrom("deepseek", "siliconflow"), model: fc.constantFrom("m", "n/o") }),
    purpose: fc.constantFrom("question", "title", "retry"),
    usage: fc.option(usage),
    costs,
    conversation: fc.option(fc.constantFrom("c1", "c2", "c3")),
    turn: fc.option(fc.constantFrom("t1", "t2")),
  })
  .map(({ costs: paid, ...row }) => Object.assign(row, paid));
