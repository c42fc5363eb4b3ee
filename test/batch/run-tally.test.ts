import { expect, test } from "vitest";
import { RunTally } from "../../src/batch/run-tally.ts";
import { failedItem, itemResult } from "../support/batch-events.ts";

/** A tally on a clock that the test moves. */
function tallyAt(total: number): { tally: RunTally; pass: (ms: number) => void } {
  let now = 5_000;
  const tally = new RunTally(() => now);
  tally.take({ type: "begin", total, done: 10, failed: { timeout: 1, request_refused: 1 } });
  return { tally, pass: (ms) => (now += ms) };
}

const start = { type: "start", item: { index: 0, id: "1" } } as const;

test("counts answers, failures by code, tokens, money by currency and what is under way", () => {
  const { tally } = tallyAt(100);
  for (let item = 0; item < 6; item += 1) tally.take(start);
  tally.take({ type: "limit", provider: "deepseek", concurrency: 8, why: "start" });
  tally.take({ type: "limit", provider: "siliconflow", concurrency: 4, why: "start" });
  tally.take(itemResult());
  tally.take(itemResult({ cost: { currency: "USD", amount: 2 } }));
  tally.take(itemResult({ cached: true, requests: 0, cost: { currency: "CNY", amount: 0 } }));
  tally.take(failedItem("timeout"));
  tally.take(failedItem("rate_limited"));
  tally.take(failedItem("rate_limited"));
  expect(tally.snapshot()).toMatchObject({
    total: 100,
    answered: 13,
    failed: 5,
    failures: [
      { code: "timeout", items: 2 },
      { code: "rate_limited", items: 2 },
      { code: "request_refused", items: 1 },
    ],
    inFlight: 0,
    concurrency: 12,
    cached: 1,
    requests: 5,
    usage: { promptTokens: 200, cachedTokens: 120, completionTokens: 100 },
    spent: [
      { currency: "CNY", amount: 0.5 },
      { currency: "USD", amount: 2 },
    ],
    costUnknown: 3,
  });
});

test("what is taken back is neither under way nor finished", () => {
  const { tally } = tallyAt(100);
  tally.take(start);
  tally.take(start);
  tally.take({ ...failedItem("rate_limited", { requests: 4, cost: { currency: "CNY", amount: 1 } }), type: "return" });
  const spent = [{ currency: "CNY", amount: 1 }];
  expect(tally.snapshot()).toMatchObject({ answered: 10, failed: 2, inFlight: 1, rate: null, requests: 4, spent });
});

test("knows the pace and the time left, without the pauses", () => {
  const { tally, pass } = tallyAt(112);
  expect(tally.snapshot()).toMatchObject({ rate: null, leftMs: null });
  for (let second = 0; second < 10; second += 1) {
    pass(1000);
    tally.take(itemResult());
    tally.take(itemResult());
  }
  expect(tally.snapshot()).toMatchObject({ rate: 2, tokenRate: 100, leftMs: 40_000, elapsedMs: 10_000 });
  tally.take({ type: "pause", why: "off-peak", until: null });
  pass(1_900);
  expect(tally.snapshot().pause).toBeNull();
  pass(3_600_000 - 1_900);
  expect(tally.snapshot()).toMatchObject({ rate: 2, leftMs: null, pause: { why: "off-peak" } });
  tally.take({ type: "resume" });
  expect(tally.snapshot()).toMatchObject({ rate: 2, leftMs: 40_000, pause: null, elapsedMs: 3_610_000 });
  tally.take({ type: "end", why: "done" });
  pass(60_000);
  expect(tally.snapshot()).toMatchObject({ end: "done", elapsedMs: 3_610_000 });
});

test("a change of the pace is seen within a minute, and slow items do not make it jump", () => {
  const { tally, pass } = tallyAt(100_000);
  const run = (seconds: number, items: number) => {
    for (let second = 0; second < seconds; second += 1) {
      pass(1000);
      for (let item = 0; item < items; item += 1) tally.take(itemResult());
      tally.snapshot();
    }
  };
  run(3 * 3600, 1);
  expect(tally.snapshot().rate).toBeCloseTo(1);
  run(60, 4);
  expect(tally.snapshot().rate).toBeCloseTo(4);
  // One in ten minutes: the pace is that of the last twenty items at least.
  for (let item = 0; item < 30; item += 1) {
    run(599, 0);
    run(1, 1);
  }
  expect(tally.snapshot().rate).toBeGreaterThan(0);
  expect(tally.snapshot().rate).toBeLessThan(0.1);
});

test("what a provider has as batches: the upload, and what is done of those that run", () => {
  const { tally } = tallyAt(100);
  expect(tally.snapshot().atProvider).toBeNull();
  const part = {
    number: 1,
    model: "m",
    lines: 5,
    bytes: 200,
    stage: "waiting",
    writtenAt: 0,
    file: "f",
    batch: "b",
  } as const;
  const batch = {
    id: "b",
    status: "in_progress",
    isEnded: false,
    inputFile: "f",
    outputFile: null,
    errorFile: null,
    counts: null,
    createdAt: null,
    expiresAt: null,
    label: null,
    mistakes: [],
  };
  tally.take({ type: "upload", part, sent: 250 });
  expect(tally.snapshot().atProvider).toEqual({ upload: { sent: 200, size: 200 }, batches: 0, done: 0, items: 0 });
  tally.take({ type: "created", part, batch });
  const counts = { total: 5, completed: 2, failed: 1 };
  tally.take({ type: "progress", part, batch: { ...batch, counts } });
  expect(tally.snapshot().atProvider).toEqual({ upload: null, batches: 1, done: 3, items: 5 });
  const count = { answered: 4, failed: 1, left: 0, unknown: 0, doubled: 0, unreadable: 0, gone: 0 };
  tally.take({ type: "collected", part, batch, count });
  expect(tally.snapshot().atProvider).toEqual({ upload: null, batches: 0, done: 0, items: 0 });
});
