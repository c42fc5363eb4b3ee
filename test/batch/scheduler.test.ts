import { expect, test } from "vitest";
import type { BatchEvent } from "../../src/batch/events.ts";
import type { BatchItem } from "../../src/batch/item.ts";
import type { Throttle } from "../../src/batch/lane.ts";
import type { AnswerItem, ItemError, ItemResult } from "../../src/batch/result.ts";
import { runItems, type ScheduleOptions } from "../../src/batch/scheduler.ts";
import { userMessage } from "../../src/chat/message-text.ts";
import { AppError } from "../../src/errors.ts";
import type { OnGateChange } from "../../src/providers/resilience/rate-gate.ts";

const never = new AbortController().signal;

function itemsOf(count: number, prompt = (index: number) => `q${index}`): BatchItem[] {
  const none = { model: null, sampling: {}, thinking: null, tools: [], toolChoice: null };
  return Array.from({ length: count }, (_, index) => ({
    index,
    id: `i${index}`,
    messages: [userMessage(prompt(index))],
    ...none,
  }));
}

function resultOf({ index, id }: BatchItem, code: string | null = null): ItemResult {
  const error: ItemError = { code: code!, message: "", status: null, requestId: null, isPassing: true, partial: "" };
  const answer = { text: "a", reasoning: "", calls: [], finishReason: "stop", data: null, requestId: null };
  return {
    index,
    id,
    model: { provider: "p", model: "m" },
    ...(code === null ? { answer, error: null } : { answer: null, error }),
    usage: null,
    cost: null,
    requests: 1,
    cached: false,
    startedAt: 0,
    firstMs: null,
    totalMs: 0,
  };
}

/** A throttle that a test tells what to say. */
class TestThrottle implements Throttle {
  concurrency: number;
  listener: OnGateChange = () => {};

  constructor(concurrency: number) {
    this.concurrency = concurrency;
  }

  readonly onChange = (listener: OnGateChange) => {
    this.listener = listener;
    return () => {};
  };
}

/** Runs items; gives what was put, in order, with what happened. */
async function runOver(items: readonly BatchItem[], answer: AnswerItem, options: Partial<ScheduleOptions> = {}) {
  const put: ItemResult[] = [];
  const events: BatchEvent[] = [];
  const throttle = new TestThrottle(4);
  const end = await runItems({
    source: {
      total: items.length,
      missing: items.length,
      items: async function* read() {
        yield* items;
      },
    },
    sink: { put: (result) => void put.push(result), flush: async () => {} },
    answer,
    providerOf: async () => "p",
    throttleOf: () => throttle,
    purse: null,
    closedUntil: () => null,
    maxTrouble: 60_000,
    grace: 50,
    onEvent: (event) => events.push(event),
    stop: never,
    abort: never,
    ...options,
  });
  return { end, put: put.map(({ id }) => id), results: put, events };
}

const turn = async () => await new Promise((resolve) => setImmediate(resolve));

test("each item is answered once, with no more of them at once than the provider takes", async () => {
  let [running, most] = [0, 0];
  const { end, put } = await runOver(itemsOf(500), async (item) => {
    most = Math.max(most, ++running);
    await turn();
    running--;
    return resultOf(item);
  });
  expect(end).toEqual({ why: "done", error: null });
  expect([put.length, new Set(put).size, most]).toEqual([500, 500, 4]);
});

test("of items that begin alike the first one goes alone, and the others after it", async () => {
  const common = "context ".repeat(200);
  const items = itemsOf(12, (index) => (index % 2 === 0 ? `${common}${index}` : `short ${index}`));
  const started: number[] = [];
  let alone: number[] = [];
  const first = Promise.withResolvers<void>();
  const { put } = await runOver(items, async (item) => {
    started.push(item.index);
    if (item.index === 0) await first.promise;
    else if (item.index === 11) {
      alone = started.filter((index) => index % 2 === 0);
      first.resolve();
    }
    await turn();
    return resultOf(item);
  });
  expect([put.length, alone]).toEqual([12, [0]]);
});

test("an item that the provider refused for now is put back, and one that it always refuses fails", async () => {
  const asked = new Map<number, number>();
  const { results, end } = await runOver(itemsOf(40), async (item) => {
    const times = (asked.get(item.index) ?? 0) + 1;
    asked.set(item.index, times);
    await turn();
    const isRefused = item.index === 7 || (item.index % 5 === 0 && times === 1);
    return resultOf(item, isRefused ? "rate_limited" : null);
  });
  expect(end.why).toBe("done");
  expect(new Set(results.map(({ id }) => id)).size).toBe(40);
  expect(results.filter(({ error }) => error !== null).map(({ index }) => index)).toEqual([7]);
  expect(asked.get(7)).toBeLessThan(12);
});

test("a provider that refuses everything ends the run after a while, with all items kept", async () => {
  const throttle = new TestThrottle(4);
  const { end, put, events } = await runOver(
    itemsOf(10),
    async (item) => {
      throttle.listener({ type: "refused" });
      throttle.listener({ type: "pause", ms: 1500 });
      await turn();
      return resultOf(item, "rate_limited");
    },
    { throttleOf: () => throttle, maxTrouble: 500 },
  );
  expect(end).toMatchObject({ why: "failed", error: { code: "no_answers", details: { last: "rate_limited" } } });
  expect(put).toEqual([]);
  expect(events.filter(({ type }) => type === "start").length).toBeLessThanOrEqual(4);
  expect(events.find(({ type }) => type === "pause")).toMatchObject({ why: "rate" });
});

test.each(["key_rejected", "no_balance", "forbidden", "model_not_found"])("%s ends the run at once", async (code) => {
  const { end, put, events } = await runOver(itemsOf(50), async (item) => {
    await turn();
    return resultOf(item, item.index === 2 ? code : null);
  });
  expect(end).toMatchObject({ why: "failed", error: { code } });
  expect(put).not.toContain("i2");
  expect(events.filter(({ type }) => type === "start").length).toBeLessThan(20);
});

test("an item's own failure is its result, and the run goes on", async () => {
  const { end, results } = await runOver(itemsOf(20), async (item) =>
    resultOf(item, item.index < 5 ? "request_refused" : null),
  );
  expect(end.why).toBe("done");
  expect(results.filter(({ error }) => error !== null)).toHaveLength(5);
});

test("what fails while a service is down is asked again after the pause, the first ones too; what fails amid answers is its own failure", async () => {
  let calls = 0;
  const { results, events, end } = await runOver(itemsOf(30), async (item) => {
    await turn();
    calls++;
    if (item.index === 25) return resultOf(item, "service_failed");
    return resultOf(item, calls <= 12 ? "service_failed" : null);
  });
  expect(end.why).toBe("done");
  expect(events).toContainEqual(expect.objectContaining({ type: "pause", why: "disconnected" }));
  expect(results).toHaveLength(30);
  expect(results.filter(({ error }) => error !== null).map(({ index }) => index)).toEqual([25]);
});

test("few failures at the end of a run are the items' own", async () => {
  const { results } = await runOver(itemsOf(3), async (item) => resultOf(item, "timeout"));
  expect(results.map(({ error }) => error?.code)).toEqual(Array(3).fill("timeout"));
});

test("a stopped run lets what is under way end, and gives up what takes longer", async () => {
  const stop = new AbortController();
  const { end, put } = await runOver(
    itemsOf(100),
    async (item, signal) => {
      if (item.index === 5) stop.abort();
      if (item.index !== 4) {
        await turn();
        return resultOf(item);
      }
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return resultOf(item, "interrupted");
    },
    { stop: stop.signal },
  );
  expect(end).toEqual({ why: "stopped", error: null });
  expect(put).toContain("i5");
  expect(put).not.toContain("i4");
  expect(put.length).toBeLessThan(15);
});

test("money that is set aside for running items keeps others waiting, and ends the run where none runs", async () => {
  let [left, least] = [10, 10];
  const taken = new Set<number>();
  const purse = {
    async take({ index }: BatchItem) {
      if (left < 3) return false;
      left -= 3;
      least = Math.min(least, left);
      taken.add(index);
      return true;
    },
    leave() {
      // It cost 1.
      left += 2;
    },
  };
  const answer: AnswerItem = async (item) => {
    await turn();
    return resultOf(item);
  };
  const { end, put } = await runOver(itemsOf(20), answer, { purse });
  expect(end).toEqual({ why: "cost", error: null });
  // After the eighth 2 are left, which is too little.
  expect([put.length, least, taken.size]).toEqual([8, 0, 8]);
});

test("an error of the disk, or of what knows the costs, ends the run with it", async () => {
  const answer: AnswerItem = async (item) => resultOf(item);
  const full = () => {
    throw new AppError("storage_failed", { path: "o", reason: "ENOSPC" });
  };
  const sink = { put: full, flush: async () => {} };
  await expect(runOver(itemsOf(5), answer, { sink })).rejects.toMatchObject({ code: "storage_failed" });
  const purse = { take: async () => full(), leave() {} };
  await expect(runOver(itemsOf(5), answer, { purse })).rejects.toMatchObject({ code: "storage_failed" });
});

test("nothing is sent at peak hours, and what is under way ends", async () => {
  let until: Date | null = null;
  const events: BatchEvent[] = [];
  const { end, put } = await runOver(
    itemsOf(30),
    async (item) => {
      if (item.index === 10) until = new Date(Date.now() + 3_600_000);
      await turn();
      return resultOf(item);
    },
    {
      closedUntil: () => until,
      onEvent(event) {
        events.push(event);
        // As if somebody set the clock.
        if (event.type === "pause") setTimeout(() => (until = null), 50);
      },
    },
  );
  expect([end.why, put.length]).toEqual(["done", 30]);
  const order = events.flatMap(({ type }) => (type === "pause" || type === "resume" ? [type] : []));
  expect(order).toEqual(["pause", "resume"]);
});
