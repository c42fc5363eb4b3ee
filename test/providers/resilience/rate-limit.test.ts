import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { layered, type Model } from "../../../src/chat/layers.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { AppError } from "../../../src/errors.ts";
import { LearntConcurrency } from "../../../src/providers/resilience/learnt-concurrency.ts";
import { LocalGate } from "../../../src/providers/resilience/local-gate.ts";
import type { GateChange, RateGate, RequestOutcome } from "../../../src/providers/resilience/rate-gate.ts";
import { withRateLimit } from "../../../src/providers/resilience/rate-limit.ts";
import { withRetries } from "../../../src/providers/resilience/retry.ts";
import { TokenBucket } from "../../../src/providers/resilience/token-bucket.ts";
import { gather } from "../../support/transcripts.ts";

const request: ChatRequest = { model: "m", messages: [], sampling: {}, thinking: null, stream: true };
const minute = 60_000;
const never = new AbortController().signal;

describe("a token bucket", () => {
  const steps = fc.array(
    fc.record({
      pass: fc.integer({ min: -1000, max: 20_000 }),
      jump: fc.boolean(),
      count: fc.integer({ min: 1, max: 5 }),
    }),
    { minLength: 1, maxLength: 60 },
  );

  test("gives no more in any minute than the limit, whatever the clock does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), steps, (perMinute, all) => {
        let now = 0;
        const bucket = new TokenBucket(perMinute, now);
        const taken: { at: number; count: number }[] = [];
        let [latest, largest] = [0, 1];
        for (const { pass, jump, count } of all) {
          now += jump ? pass * 100 : pass;
          if (bucket.wait(count, now) > 0) continue;
          bucket.take(count, now);
          // A clock that goes back shows an earlier time: the bucket goes by the latest one.
          latest = Math.max(latest, now);
          largest = Math.max(largest, count);
          taken.push({ at: latest, count });
        }
        for (const { at: begin } of taken) {
          const within = taken.filter(({ at }) => at >= begin && at < begin + minute);
          const sum = within.reduce((total, { count }) => total + count, 0);
          expect(sum).toBeLessThanOrEqual(perMinute + largest - 1);
        }
      }),
    );
  });

  test("gives all of the limit to who takes as soon as there is something", () => {
    for (const perMinute of [1, 7, 60, 6000]) {
      let now = 0;
      const bucket = new TokenBucket(perMinute, now);
      let taken = 0;
      while (now < 10 * minute) {
        const wait = bucket.wait(1, now);
        if (wait === 0) {
          bucket.take(1, now);
          taken++;
        } else now += wait;
      }
      expect(taken).toBeGreaterThanOrEqual(10 * perMinute * 0.98 - 1);
    }
  });
});

/** A service that refuses what goes beyond its limit, and takes its time for all else; the clock is the test's. */
function serve(hidden: () => number, options: { max: number; until: number; slowFrom?: number }) {
  let now = 0;
  const limits: number[] = [];
  const learnt = new LearntConcurrency({ start: 8, max: options.max, onChange: () => {} }, now);
  const running: { sentAt: number; endsAt: number; ms: number; isRefused: boolean }[] = [];
  let [answered, refused] = [0, 0];
  while (now < options.until) {
    while (running.length < learnt.limit) {
      const accepted = running.filter(({ isRefused }) => !isRefused).length;
      const isRefused = accepted >= hidden();
      const load = Math.max(1, accepted / (options.slowFrom ?? Infinity));
      const ms = isRefused ? 20 : (800 + ((answered * 37) % 400)) * load;
      running.push({ sentAt: now, endsAt: now + ms, ms, isRefused });
    }
    running.sort((one, other) => one.endsAt - other.endsAt);
    const ended = running.shift()!;
    now = ended.endsAt;
    const isFull = running.length + 1 >= learnt.limit;
    if (ended.isRefused) {
      refused++;
      learnt.refused(ended.sentAt, now);
    } else {
      answered++;
      learnt.answered(ended.sentAt, ended.ms, isFull, now);
    }
    limits.push(learnt.limit);
  }
  return { answered, refused, limits, last: learnt.limit };
}

describe("learnt concurrency", () => {
  test("finds a hidden limit, and uses most of it with few refusals", () => {
    const { answered, refused } = serve(() => 40, { max: 500, until: 600_000 });
    const possible = (600_000 / 1000) * 40;
    expect(answered / possible).toBeGreaterThan(0.85);
    expect(refused / answered).toBeLessThan(0.02);
  });

  test("follows a limit that falls, and recovers when it rises again", () => {
    let served = 0;
    const hidden = () => (served++ < 4000 ? 60 : served < 8000 ? 10 : 60);
    const { limits } = serve(hidden, { max: 500, until: 1_200_000 });
    expect(Math.min(...limits.slice(4200, 7800))).toBeLessThan(11);
    expect(limits.at(-1)).toBeGreaterThan(40);
  });

  test("stops where answers only take longer the more there are at once", () => {
    const { last } = serve(() => Infinity, { max: 500, until: 600_000, slowFrom: 20 });
    expect(last).toBeGreaterThanOrEqual(16);
    expect(last).toBeLessThan(100);
  });

  test("does not grow beyond its maximum, nor while fewer run than may", () => {
    expect(Math.max(...serve(() => Infinity, { max: 30, until: 60_000 }).limits)).toBe(30);
    const learnt = new LearntConcurrency({ start: 8, max: 500, onChange: () => {} }, 0);
    for (let now = 1; now < 1000; now++) learnt.answered(now, 1, false, now + 1);
    expect(learnt.limit).toBe(8);
  });

  test("is halved once by refusals of requests that were sent together", () => {
    const learnt = new LearntConcurrency({ start: 8, max: 500, onChange: () => {} }, 0);
    expect([learnt.refused(1, 10), learnt.refused(2, 11), learnt.refused(12, 13)]).toEqual([true, false, true]);
    expect(learnt.limit).toBe(2);
  });
});

describe("a gate", () => {
  test("lets no more requests be under way than it says, in the order in which they came", async () => {
    const gate = new LocalGate({ limits: { concurrency: 2 }, learns: false });
    const order: number[] = [];
    const enter = async (number: number) => {
      const permit = await gate.enter(1, never);
      order.push(number);
      return permit;
    };
    const [one, two] = [await enter(1), await enter(2)];
    const [three, four] = [enter(3), enter(4)];
    expect(gate.mayWait).toBe(true);
    one.leave({ kind: "failed" });
    one.leave({ kind: "failed" });
    const third = await three;
    expect(order).toEqual([1, 2, 3]);
    two.leave({ kind: "failed" });
    third.leave({ kind: "failed" });
    (await four).leave({ kind: "failed" });
    expect(order).toEqual([1, 2, 3, 4]);
  });

  test("forgets a request that is given up while it waits", async () => {
    const gate = new LocalGate({ limits: { concurrency: 1 }, learns: false });
    const permit = await gate.enter(1, never);
    const giving = new AbortController();
    const waiting = gate.enter(1, giving.signal);
    const next = gate.enter(1, never);
    giving.abort(new Error("given up"));
    await expect(waiting).rejects.toThrow("given up");
    permit.leave({ kind: "failed" });
    (await next).leave({ kind: "failed" });
    expect(gate.mayWait).toBe(false);
  });

  test("pauses for as long as the service says, and longer each time where it says nothing", async () => {
    let now = 0;
    const changes: GateChange[] = [];
    const gate = new LocalGate({ limits: {}, learns: false, now: () => now });
    gate.onChange((change) => changes.push(change));
    const refuse = async (retryAfter: number | null) => {
      (await gate.enter(1, never)).leave({ kind: "refused", retryAfter });
      now = 1e6 * (changes.length + 1);
    };
    for (const retryAfter of [3000, null, null, null]) await refuse(retryAfter);
    const pauses = changes.flatMap((change) => (change.type === "pause" ? [change.ms] : []));
    expect(pauses).toEqual([3000, 500, 1000, 2000]);
    (await gate.enter(1, never)).leave({ kind: "answered", tokens: null, firstMs: 1 });
    expect(changes.at(-1)).toEqual({ type: "answered" });
    await refuse(null);
    expect(changes.findLast(({ type }) => type === "pause")).toEqual({ type: "pause", ms: 250 });
  });

  test("counts the tokens that the service counted, in the place of the estimate", async () => {
    let now = 0;
    const gate = new LocalGate({ limits: { tpm: 60_000 }, learns: false, now: () => now });
    (await gate.enter(100, never)).leave({ kind: "answered", tokens: 31_000, firstMs: 1 });
    expect(gate.mayWait).toBe(true);
    now = 29_000;
    expect(gate.mayWait).toBe(true);
    now = 31_500;
    expect(gate.mayWait).toBe(false);
  });
});

test("each attempt passes the gate, and it hears of each refusal", async () => {
  const outcomes: RequestOutcome[] = [];
  const entered: number[] = [];
  const gate: RateGate = {
    mayWait: false,
    enter: async (tokens) => {
      entered.push(tokens);
      return { leave: (outcome) => outcomes.push(outcome) };
    },
  };
  const refusal = new AppError("rate_limited", { provider: "p", reason: "", wait: null }, { retryAfter: 5 });
  const usage = { promptTokens: 3, cachedTokens: 0, completionTokens: 4, reasoningTokens: 0, totalTokens: 7 };
  const attempts: ChatEvent[][] = [
    [{ type: "error", error: refusal }],
    [
      { type: "text", text: "a" },
      { type: "usage", usage },
      { type: "finish", reason: "stop" },
    ],
  ];
  const wire: Model = async function* play() {
    yield* attempts.shift()!;
  };
  const retrying = withRetries({ provider: "p", retries: 2, maxWait: 1000, loadingTimeout: 0 });
  const events = await gather(layered([retrying, withRateLimit(gate)], wire)(request, never));
  expect(events.at(-1)).toMatchObject({ type: "finish" });
  expect(entered).toHaveLength(2);
  expect(outcomes).toMatchObject([
    { kind: "refused", retryAfter: 5 },
    { kind: "answered", tokens: 7 },
  ]);
});
