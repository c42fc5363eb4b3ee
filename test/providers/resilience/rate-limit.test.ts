import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { layered, type Model } from "../../../src/chat/layers.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { runTurn } from "../../../src/chat/turn.ts";
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

interface Serving {
  readonly start?: number;
  readonly max: number;
  /** Milliseconds. */
  readonly until: number;
  /** Requests at once, beyond which all are refused. */
  readonly hidden?: (now: number) => number;
  /** Share of requests that are refused whatever runs. */
  readonly share?: number;
  readonly retryAfter?: number;
  /** Requests at once from which on answers take longer. */
  readonly slowFrom?: number;
  readonly seed?: number;
}

/** A service, and a batch that asks it: an item keeps its place while it waits to be sent again. The clock is the test's. */
function serve(serving: Serving) {
  const {
    start = 8,
    max,
    until,
    hidden = () => Infinity,
    share = 0,
    retryAfter,
    slowFrom = Infinity,
    seed = 1,
  } = serving;
  let [now, answered, refused, accepted, state] = [0, 0, 0, 0, seed];
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const limits: { at: number; limit: number }[] = [];
  const onChange = (limit: number) => void limits.push({ at: now, limit });
  const learnt = new LearntConcurrency({ start, max, onChange }, now);
  type Kind = "answer" | "refusal" | "wait";
  const running: { kind: Kind; sentAt: number; endsAt: number; attempt: number }[] = [];
  const send = (attempt: number) => {
    const isRefused = accepted >= hidden(now) || random() < share;
    if (!isRefused) accepted++;
    const ms = isRefused ? 5 : 500 * (0.75 + random() / 2) * Math.max(1, accepted / slowFrom);
    running.push({ kind: isRefused ? "refusal" : "answer", sentAt: now, endsAt: now + ms, attempt });
  };
  while (now < until) {
    while (running.length < learnt.limit) send(1);
    const next = running.reduce((first, one) => (one.endsAt < first.endsAt ? one : first));
    const isFull = running.length >= learnt.limit;
    running.splice(running.indexOf(next), 1);
    now = next.endsAt;
    const { kind, sentAt, attempt } = next;
    if (kind === "answer") {
      [answered, accepted] = [answered + 1, accepted - 1];
      learnt.answered(sentAt, now - sentAt, isFull, now);
    } else if (kind === "refusal") {
      refused++;
      learnt.refused(sentAt, now);
      const wait = retryAfter ?? random() * 500 * 2 ** (attempt - 1);
      running.push({ kind: "wait", sentAt, endsAt: now + wait, attempt: attempt + 1 });
    } else if (running.filter((one) => one.kind !== "wait").length < learnt.limit) send(attempt);
    else running.push({ ...next, endsAt: now + 20 });
  }
  const atOnce = (answered * 500) / until;
  return { atOnce, refusedShare: refused / (answered + refused), limits, last: learnt.limit };
}

describe("learnt concurrency", () => {
  const seeds = fc.integer({ min: 1, max: 1e9 });

  test("keeps its pace where a few in a hundred are refused whatever runs", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 8, max: 100 }),
        fc.double({ min: 0, max: 0.05, noNaN: true }),
        (seed, max, share) => {
          const { atOnce } = serve({ start: max, max, share, seed, retryAfter: 250, until: 60_000 });
          expect(atOnce).toBeGreaterThan(0.7 * max);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("grows as far as it may where a few are refused", () => {
    expect(serve({ max: 64, share: 0.05, retryAfter: 250, until: 60_000 }).atOnce).toBeGreaterThan(0.7 * 64);
  });

  test("finds a hidden limit, and uses most of it with few refusals", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 40, max: 150 }), (seed, limit) => {
        const { atOnce, refusedShare } = serve({ hidden: () => limit, max: 500, until: 60_000, seed });
        expect(atOnce).toBeGreaterThan(0.8 * limit);
        expect(refusedShare).toBeLessThan(0.05);
      }),
      { numRuns: 20 },
    );
  });

  test("follows within some rounds a limit that falls, and recovers when it rises again", () => {
    const hidden = (now: number) => (now < 30_000 ? 60 : now < 60_000 ? 20 : 60);
    const { limits } = serve({ hidden, max: 500, until: 120_000 });
    const low = limits.filter(({ at }) => at > 33_000 && at < 60_000);
    expect(Math.max(...low.map(({ limit }) => limit))).toBeLessThan(30);
    expect(limits.at(-1)!.limit).toBeGreaterThan(40);
  });

  test("stops where answers only take longer the more there are at once", () => {
    const { last } = serve({ max: 500, until: 300_000, slowFrom: 20 });
    expect(last).toBeGreaterThanOrEqual(16);
    expect(last).toBeLessThan(100);
  });

  test("does not grow beyond its maximum, nor while fewer run than may", () => {
    expect(Math.max(...serve({ max: 30, until: 60_000 }).limits.map(({ limit }) => limit))).toBe(30);
    const learnt = new LearntConcurrency({ start: 8, max: 500, onChange: () => {} }, 0);
    for (let now = 1; now < 1000; now++) learnt.answered(now, 1, false, now + 1);
    expect(learnt.limit).toBe(8);
  });

  test("is halved once by refusals of requests that were sent together, and goes down to one where all are refused", () => {
    const learnt = new LearntConcurrency({ start: 8, max: 500, onChange: () => {} }, 0);
    for (let request = 0; request < 8; request++) learnt.refused(1, 10);
    expect(learnt.limit).toBe(4);
    for (let now = 11; now < 30; now++) learnt.refused(now, now + 1);
    expect(learnt.limit).toBe(1);
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

  test("does not pause for a refusal among answers", async () => {
    const changes: GateChange[] = [];
    const gate = new LocalGate({ limits: {}, learns: true });
    gate.onChange((change) => changes.push(change));
    const permits = await Promise.all(Array.from({ length: 8 }, async () => await gate.enter(1, never)));
    for (const [index, permit] of permits.entries()) {
      if (index % 3 === 0) permit.leave({ kind: "refused", retryAfter: 60_000 });
      else permit.leave({ kind: "answered", tokens: null, firstMs: 1 });
    }
    expect(gate.mayWait).toBe(false);
    expect(changes.some(({ type }) => type === "pause")).toBe(false);
  });

  test("after refusals without an answer pauses for as long as the service says, or longer each time, then sends one at a time", async () => {
    let now = 0;
    const changes: GateChange[] = [];
    const gate = new LocalGate({ limits: {}, learns: false, now: () => now });
    gate.onChange((change) => changes.push(change));
    const refuse = async (retryAfter: number | null) => {
      (await gate.enter(1, never)).leave({ kind: "refused", retryAfter });
      now = 1e6 * (changes.length + 1);
    };
    for (const retryAfter of [null, null, 3000, null, null, null]) await refuse(retryAfter);
    const pauses = changes.flatMap((change) => (change.type === "pause" ? [change.ms] : []));
    expect(pauses).toEqual([3000, 500, 1000, 2000]);
    const probe = await gate.enter(1, never);
    expect([gate.concurrency, gate.mayWait]).toEqual([1, true]);
    probe.leave({ kind: "answered", tokens: null, firstMs: 1 });
    expect(changes.at(-1)).toEqual({ type: "answered" });
    expect([gate.concurrency, gate.mayWait]).toEqual([Infinity, false]);
    for (const retryAfter of [null, null, null]) await refuse(retryAfter);
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

test("a request that waits has the time when it goes out, by which it is charged", async () => {
  const gate: RateGate = { mayWait: true, enter: async () => ({ leave: () => {} }) };
  const to = { provider: "p", model: "m" };
  const model = layered([withRateLimit(gate)], async function* () {
    yield { type: "text", text: "answer" };
    yield { type: "finish", reason: "stop" };
  });
  const opened: Model = async function* (asked, signal) {
    yield { type: "request", to, sent: asked, sentAt: new Date(0), why: "first", error: null };
    yield* model(asked, signal);
  };
  const before = Date.now();
  const { requests } = await runTurn(opened, request, [], never, to);
  expect(requests.map(({ sentAt }) => sentAt.getTime() >= before)).toEqual([true]);
});
