import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunSnapshot } from "../../src/batch/run-snapshot.ts";
import { batchFigures } from "../../src/terminal/batch-figures.ts";
import { batchRows } from "../../src/terminal/batch-rows.ts";
import { paintedWidth } from "../../src/terminal/own-line.ts";
import { symbolsOf } from "../../src/terminal/symbols.ts";
import { createInk } from "../../src/terminal/theme.ts";
import { batchProgress as en } from "../../src/words/en/batch-progress.ts";
import { batchProgress as zh } from "../../src/words/zh/batch-progress.ts";
import { en as english, zh as chinese } from "../support/words.ts";

const ink = createInk({ level: 2, name: "auto", background: null });

function snapshotOf(more: Partial<RunSnapshot> = {}): RunSnapshot {
  return {
    total: 20_000,
    answered: 12_388,
    failed: 43,
    failures: [
      { code: "rate_limited", items: 31 },
      { code: "timeout", items: 12 },
    ],
    inFlight: 30,
    concurrency: 32,
    atProvider: null,
    cached: 0,
    requests: 13_000,
    retries: 600,
    usage: { promptTokens: 1000, cachedTokens: 710, completionTokens: 300, reasoningTokens: 0, totalTokens: 1300 },
    spent: [{ currency: "CNY", amount: 12.34 }],
    costUnknown: 0,
    budget: null,
    rate: 38,
    tokenRate: 3100,
    elapsedMs: 312_000,
    leftMs: 199_000,
    pause: null,
    stopping: false,
    end: null,
    ...more,
  };
}

function rowsOf(snapshot: RunSnapshot, columns: number, rows: number, language: "en" | "zh" = "en"): string[] {
  const [words, { tariff }] = language === "en" ? [en, english] : [zh, chinese];
  const look = { columns, rows, ink, symbols: symbolsOf(true), unicode: true };
  return batchRows(batchFigures(snapshot, words, tariff), 0.62, look);
}

const plain = (rows: readonly string[]) => rows.map((row) => row.replaceAll(/\u001b\[[\d;]*m/gu, ""));

test("80 columns show the bar, the pace, the money and the failures by code", () => {
  expect(plain(rowsOf(snapshotOf(), 80, 20))).toEqual([
    `${"━".repeat(16)}${"─".repeat(10)}   62%  12,431/20,000 · 5:12 · ${en.left({ days: 0, hours: 0, minutes: 4, seconds: 0 })}`,
    [
      en.done({ items: "12,388" }),
      en.failed({ items: "43" }),
      en.perSecond({ items: "38" }),
      en.tokensPerSecond({ tokens: "3.1k" }),
      en.cacheHit({ share: "71" }),
    ].join(" · "),
    `${en.spent({ cost: "¥12.34" })} · ${en.inFlight({ items: "30", limit: "32" })}`,
    "✗ 31 rate_limited · 12 timeout",
  ]);
});

test("a pause stands directly below the bar, with the time it lasts", () => {
  const until = new Date();
  until.setMinutes(until.getMinutes() + 1, 0, 0);
  const [, pause] = plain(rowsOf(snapshotOf({ pause: { why: "off-peak", until } }), 120, 5));
  const clock = [until.getHours(), until.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
  expect(pause).toContain(clock);
});

test("the bar is as wide whatever the figures beside it are", () => {
  const widths = [100, 1234, 19_000].map((answered) => {
    const [row = ""] = plain(rowsOf(snapshotOf({ answered, leftMs: answered * 900 }), 80, 5));
    return row.replaceAll(/[^━─]/gu, "").length;
  });
  expect(new Set(widths).size).toBe(1);
});

test("no row is as wide as the screen, and there are no more than it has room for", () => {
  const amounts = fc.array(fc.record({ currency: fc.constantFrom("CNY", "USD", "EUR"), amount: fc.nat(1e7) }), {
    maxLength: 3,
  });
  const cost = fc.record({ currency: fc.constant("CNY"), amount: fc.double({ min: 0, max: 1e5, noNaN: true }) });
  const snapshots = fc.record({
    total: fc.nat(2_000_000),
    answered: fc.nat(1_000_000),
    failed: fc.nat(1_000_000),
    failures: fc.array(fc.record({ code: fc.constantFrom("rate_limited", "service_failed", "x"), items: fc.nat() })),
    inFlight: fc.nat(5000),
    concurrency: fc.option(fc.nat(5000)),
    cached: fc.nat(1000),
    spent: amounts,
    costUnknown: fc.nat(50),
    budget: fc.option(fc.record({ reserved: cost, limit: cost })),
    rate: fc.option(fc.double({ min: 1e-5, max: 1e5, noNaN: true })),
    tokenRate: fc.option(fc.double({ min: 0, max: 1e7, noNaN: true })),
    elapsedMs: fc.nat(1e9),
    leftMs: fc.option(fc.nat(1e9)),
    pause: fc.option(
      fc.record({
        why: fc.constantFrom("rate", "off-peak", "disconnected"),
        until: fc.option(fc.date({ min: new Date(), max: new Date("2030-01-01"), noInvalidDate: true })),
      }),
    ),
  });
  fc.assert(
    fc.property(
      snapshots,
      fc.integer({ min: 20, max: 200 }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom("en", "zh"),
      (more, columns, rows, language) => {
        const drawn = rowsOf(snapshotOf(more), columns, rows, language);
        expect(drawn.length).toBeLessThanOrEqual(rows);
        for (const row of drawn) expect(paintedWidth(row)).toBeLessThan(columns);
      },
    ),
    { numRuns: 300 },
  );
});
