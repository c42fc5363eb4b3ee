import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { AppError } from "../../src/errors.ts";
import { SharedBudget } from "../../src/batch/queue/shared-budget.ts";
import { SharedGate } from "../../src/batch/queue/shared-gate.ts";
import { readQueueState } from "../../src/batch/queue/queue-state.ts";
import { QueueLink } from "../../src/batch/queue/queue-link.ts";
import { QueueWorker, type RunWork } from "../../src/batch/queue/queue-worker.ts";
import { Submission, type SubmissionOptions } from "../../src/batch/queue/submission.ts";
import type { BatchItem, ItemSource } from "../../src/batch/item.ts";
import type { AnswerItem, ItemResult, ResultSink } from "../../src/batch/result.ts";
import type { RateGate } from "../../src/providers/resilience/rate-gate.ts";
import { refusalRule } from "../../src/providers/resilience/refusal-pause.ts";
import { type RedisServer, startRedis } from "../support/redis.ts";
import { hasProgram } from "../support/system-programs.ts";

const itemAt = (index: number): BatchItem => ({
  index,
  id: `item ${index}`,
  model: null,
  messages: [{ role: "user", content: [{ type: "text", text: `question ${index}` }] }],
  sampling: {},
  thinking: null,
  tools: [],
  toolChoice: null,
});

function resultOf({ index, id }: BatchItem, more: Partial<ItemResult> = {}): ItemResult {
  const answer = {
    text: `answer ${index}`,
    reasoning: "",
    calls: [],
    finishReason: "stop",
    data: null,
    requestId: null,
  };
  return {
    index,
    id,
    model: { provider: "p", model: "m" },
    answer,
    error: null,
    usage: null,
    cost: null,
    requests: 1,
    cached: false,
    startedAt: 0,
    firstMs: null,
    totalMs: 1,
    ...more,
  };
}

const failure = (item: BatchItem, code: string): ItemResult =>
  resultOf(item, {
    answer: null,
    error: { code, message: "", status: null, requestId: null, isPassing: true, partial: "" },
    requests: code === "interrupted" ? 0 : 1,
  });

/** A run of so many items, whose results are kept. */
function runOf(count: number, done: ReadonlySet<number> = new Set()) {
  const results: ItemResult[] = [];
  const source: ItemSource = {
    total: count,
    missing: count - done.size,
    async *items() {
      for (let index = 0; index < count; index++) if (!done.has(index)) yield itemAt(index);
    },
  };
  const sink: ResultSink = { put: (result) => void results.push(result), flush: async () => {} };
  const options = (run: string): SubmissionOptions => ({
    run,
    name: `${run}.jsonl`,
    parameters: { greeting: "hello" },
    budget: null,
    source,
    sink,
    onEvent: () => {},
    failed: (item, error) => failure(item, "why" in error.details ? error.details.why : error.code),
  });
  return { results, options, indexes: () => results.map(({ index }) => index).sort((one, other) => one - other) };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe.skipIf(!hasProgram("redis-server"))("a queue", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => redis[Symbol.asyncDispose]());

  const open = async () => await QueueLink.open({ url: redis.url, shownUrl: "redis://shown" });
  const answering = (answer: AnswerItem, lock = 1000, concurrency = 4) => ({
    concurrency,
    lock,
    open: async (): Promise<RunWork> => ({
      answer: async (item, _id, signal) => ({ type: "result", result: await answer(item, signal), isTrouble: false }),
    }),
    onEvent: () => {},
  });

  const work = (worker: QueueWorker) => {
    const ended = worker.run();
    return {
      async [Symbol.asyncDispose]() {
        worker.stop();
        await ended;
      },
    };
  };
  const forever = new AbortController().signal;
  /** An answer that takes until it is stopped. */
  const stuck = async (item: BatchItem, signal: AbortSignal) =>
    await new Promise<ItemResult>((resolve) => {
      const stopped = () => resolve(failure(item, "interrupted"));
      if (signal.aborted) stopped();
      signal.addEventListener("abort", stopped);
    });

  test("brings each item to one worker, and its result back, and leaves nothing of the run", async () => {
    await using link = await open();
    await using other = await open();
    const seen: number[] = [];
    const answer: AnswerItem = async (item) => (seen.push(item.index), resultOf(item));
    await using _one = work(new QueueWorker(link, answering(answer)));
    await using _two = work(new QueueWorker(other, answering(answer)));
    const run = runOf(120);
    expect(await new Submission(link, run.options("first")).run(forever)).toBe("done");
    expect([run.indexes(), seen.length]).toEqual([upTo(120), 120]);
    expect((await link.client.keys("*")).filter((key) => key.includes("first"))).toEqual([]);
  });

  test("keeps results for a submitter that comes back, which sends only what is missing", async () => {
    await using link = await open();
    const seen: number[] = [];
    const gone = new AbortController();
    const half = Promise.withResolvers<void>();
    const answer: AnswerItem = async (item) => {
      if (seen.push(item.index) === 10) half.resolve();
      return resultOf(item);
    };
    const first = runOf(30);
    const submitted = new Submission(link, first.options("back")).run(gone.signal);
    const worker = new QueueWorker(link, answering(answer));
    const working = worker.run();
    await half.promise;
    gone.abort();
    expect(await submitted).toBe("stopped");
    const second = runOf(30, new Set(first.indexes()));
    expect(await new Submission(link, second.options("back")).run(forever)).toBe("done");
    worker.drain();
    await working;
    const all = [...first.indexes(), ...second.indexes()].sort((one, other) => one - other);
    expect([all, seen.length]).toEqual([upTo(30), 30]);
  });

  test("gives a dead worker's job to another one, counts it, and takes the dead one's answer where it comes first", async () => {
    await using link = await open();
    await using dead = await open();
    const taken = Promise.withResolvers<BatchItem>();
    const dying = new QueueWorker(
      dead,
      answering(async (item, signal) => (taken.resolve(item), stuck(item, signal)), 500),
    );
    const died = dying.run();
    const run = runOf(1);
    const submission = new Submission(link, run.options("dead"));
    const submitted = submission.run(forever);
    await taken.promise;
    dying.leave();
    await died;
    await using _worker = work(
      new QueueWorker(
        link,
        answering(async (item) => resultOf(item), 500),
      ),
    );
    expect(await submitted).toBe("done");
    expect([run.indexes(), submission.repeats]).toEqual([[0], 1]);
  });

  test("gives up an item over which several workers die, and one that is damaged", async () => {
    await using link = await open();
    const run = runOf(2);
    const { queue } = link;
    await queue.add(
      "item",
      { run: "poison", item: { ...itemAt(1), path: "/etc/passwd" }, resent: 0, returns: 0 },
      { jobId: "poison-1" },
    );
    const submitted = new Submission(link, run.options("poison")).run(forever);
    let deaths = 0;
    const die = async (): Promise<void> => {
      await using other = await open();
      const dying: QueueWorker = new QueueWorker(
        other,
        answering(async (item, signal) => (deaths++, dying.leave(), stuck(item, signal)), 300, 1),
      );
      await dying.run();
    };
    for (let times = 0; times < 3; times++) await die();
    await using _worker = work(
      new QueueWorker(
        link,
        answering(async (item) => resultOf(item), 300),
      ),
    );
    expect(await submitted).toBe("done");
    const codes = run.results.toSorted((one, other) => one.index - other.index).map(({ error }) => error?.code);
    expect([codes, deaths]).toEqual([["stalled", "unreadable"], 3]);
  });

  test("tells of each run how its items stand", async () => {
    await using link = await open();
    const stop = new AbortController();
    const run = runOf(3, new Set([1]));
    const submitted = new Submission(link, run.options("seen")).run(stop.signal);
    await vi.waitFor(async () => expect(await link.client.lLen(link.queue.toKey("wait"))).toBe(2), 5000);
    const counts = { waiting: 2, active: 0, held: 0, finished: 0 };
    expect(await readQueueState(link, forever)).toEqual({
      ...counts,
      workers: 0,
      runs: [{ run: "seen", name: "seen.jsonl", total: 3, done: 1, ...counts }],
    });
    stop.abort();
    await submitted;
    await link.queue.obliterate({ force: true });
    await link.client.del(link.keysOf("seen").record);
  });

  test("refuses a job that is not JSON, and goes on", async () => {
    await using link = await open();
    const { client, queue } = link;
    await queue.add("item", {}, { jobId: "foreign" });
    await client.hSet(queue.toKey("foreign"), { data: "{not JSON", opts: "neither", progress: "nor this" });
    await using _worker = work(
      new QueueWorker(
        link,
        answering(async (item) => resultOf(item)),
      ),
    );
    const run = runOf(2);
    expect(await new Submission(link, run.options("beside")).run(forever)).toBe("done");
    expect(run.indexes()).toEqual([0, 1]);
    expect(await queue.getJobState("foreign")).toBe("failed");
    await queue.obliterate({ force: true });
  });

  test("a worker gives a job back where answering it fails by itself", async () => {
    await using link = await open();
    const run = runOf(1);
    const submitted = new Submission(link, run.options("thrown")).run(forever);
    const interrupted = new AppError("interrupted", {});
    const worker: QueueWorker = new QueueWorker(
      link,
      answering(async () => {
        worker.stop();
        throw interrupted;
      }, 60_000),
    );
    await worker.run();
    // Its lock would last for a minute.
    await using _other = work(
      new QueueWorker(
        link,
        answering(async (item) => resultOf(item)),
      ),
    );
    expect(await submitted).toBe("done");
  });

  test("loses no answer where the server is restarted without its data", async () => {
    await using link = await open();
    await using other = await open();
    const [began, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pauses: string[] = [];
    const run = runOf(12);
    const onEvent: SubmissionOptions["onEvent"] = ({ type }) => void pauses.push(type);
    const submitted = new Submission(link, { ...run.options("lost"), onEvent }).run(forever);
    let asked = 0;
    const answer: AnswerItem = async (item) => {
      if (++asked === 4) began.resolve();
      await free.promise;
      return resultOf(item);
    };
    await using _worker = work(new QueueWorker(other, answering(answer)));
    await began.promise;
    await redis.stop();
    await redis.restart();
    free.resolve();
    expect(await submitted).toBe("done");
    expect(run.indexes()).toEqual(upTo(12));
    // What was under way may have been asked for again.
    expect(asked).toBeLessThanOrEqual(12 + 4);
    expect(pauses.filter((type) => type === "pause" || type === "resume")).toEqual(["pause", "resume"]);
  });

  test("takes one submitter of a run at a time", async () => {
    await using link = await open();
    const stop = new AbortController();
    const started = Promise.withResolvers<void>();
    const onEvent: SubmissionOptions["onEvent"] = ({ type }) => type === "start" && started.resolve();
    const first = new Submission(link, { ...runOf(1).options("twice"), onEvent }).run(stop.signal);
    await using _worker = work(
      new QueueWorker(
        link,
        answering(async (item, signal) => await stuck(item, signal)),
      ),
    );
    await started.promise;
    await link.client.set(link.keysOf("twice").lease, "4711.0.elsewhere");
    await expect(new Submission(link, runOf(1).options("twice")).run(forever)).rejects.toMatchObject({
      code: "queue_busy",
    });
    stop.abort();
    expect(await first).toBe("stopped");
    await link.queue.obliterate({ force: true });
  });

  test("a worker that stops gives back what it holds; one that drains finishes it", async () => {
    await using link = await open();
    await using other = await open();
    const run = runOf(3);
    const submission = new Submission(link, run.options("stop"));
    const submitted = submission.run(forever);
    let held = 0;
    const three = Promise.withResolvers<void>();
    const stopping = new QueueWorker(
      other,
      answering(async (item, signal) => (++held === 3 && three.resolve(), await stuck(item, signal)), 60_000),
    );
    const stopped = stopping.run();
    await three.promise;
    stopping.stop();
    await stopped;
    const draining: QueueWorker = new QueueWorker(
      link,
      answering(async (item) => (draining.drain(), resultOf(item)), 60_000, 1),
    );
    await draining.run();
    await using _last = work(
      new QueueWorker(
        link,
        answering(async (item) => resultOf(item)),
      ),
    );
    expect(await submitted).toBe("done");
    // Nothing had been sent.
    expect([run.indexes(), submission.repeats]).toEqual([upTo(3), 0]);
  });

  test("a worker leaves runs of another version alone, and says so", async () => {
    await using link = await open();
    const stop = new AbortController();
    const submitted = new Submission(link, runOf(1).options("newer")).run(stop.signal);
    await vi.waitFor(async () => expect(await link.client.lLen(link.queue.toKey("wait"))).toBe(1), 5000);
    await link.client.hSet(link.keysOf("newer").record, "version", "99");
    const worker = new QueueWorker(
      link,
      answering(async (item) => resultOf(item)),
    );
    await expect(worker.run()).rejects.toMatchObject({ code: "queue_version", details: { theirs: "99" } });
    stop.abort();
    await submitted;
    expect(await link.client.lLen(link.queue.toKey("wait"))).toBe(1);
    await link.queue.obliterate({ force: true });
  });

  test("shares limits: requests at once, and a minute", async () => {
    await using link = await open();
    await using other = await open();
    const own: RateGate = { mayWait: false, enter: async () => ({ leave: () => {} }) };
    const gates = [link, other].map(
      (each) =>
        new SharedGate(each, { provider: "p", limits: { rpm: 1800, concurrency: 3 }, refusals: refusalRule, own }),
    );
    let [running, most] = [0, 0];
    const start = performance.now();
    const ask = async (gate: SharedGate) => {
      const permit = await gate.enter(10, forever);
      most = Math.max(most, ++running);
      await new Promise((resolve) => {
        setTimeout(resolve, 2);
      });
      running--;
      permit.leave({ kind: "answered", tokens: 10, firstMs: 1 });
    };
    await Promise.all(upTo(40).map((at) => ask(gates[at % 2]!)));
    for (const gate of gates) gate[Symbol.dispose]();
    expect(most).toBe(3);
    // 30 at once, then 29.5 a second: whatever the machine does, no sooner.
    expect(performance.now() - start).toBeGreaterThan(300);
  });

  test("lets all workers pause where the service refuses everything, and not for one refusal", async () => {
    await using one = await open();
    await using two = await open();
    const own: RateGate = { mayWait: false, enter: async () => await Promise.resolve({ leave: () => {} }) };
    const gates = [one, two].map(
      (link) => new SharedGate(link, { provider: "pausing", limits: {}, refusals: refusalRule, own }),
    );
    const key = "deepseek-chat:batch-limit:{pausing}";
    const refused = { kind: "refused", retryAfter: 150 } as const;
    const refuse = async (gate: SharedGate) => (await gate.enter(1, forever)).leave(refused);
    const state = async (field: string) => await one.client.hGet(key, field);
    await refuse(gates[0]!);
    await vi.waitFor(async () => expect(await state("refusals")).toBe("1"));
    await refuse(gates[1]!);
    await vi.waitFor(async () => expect(await state("refusals")).toBe("2"));
    expect(await state("paused")).toBeNull();
    await refuse(gates[0]!);
    await vi.waitFor(async () => expect(await state("paused")).not.toBeNull());
    // Then one at a time, at whichever worker, until one is answered.
    const start = performance.now();
    const permit = await gates[1]!.enter(1, forever);
    expect(performance.now() - start).toBeGreaterThan(50);
    let isIn = false;
    const enterNext = async () => {
      const each = await gates[0]!.enter(1, forever);
      isIn = true;
      each.leave({ kind: "answered", tokens: 1, firstMs: 1 });
    };
    const next = enterNext();
    await one.client.ping();
    expect(isIn).toBe(false);
    permit.leave({ kind: "answered", tokens: 1, firstMs: 1 });
    await next;
    await vi.waitFor(async () => expect(await state("refusals")).toBeNull());
    for (const gate of gates) gate[Symbol.dispose]();
  });

  test("shares a budget, in which what a dead worker reserved counts as spent", async () => {
    await using link = await open();
    const [one, two] = [new SharedBudget(link, "money"), new SharedBudget(link, "money")];
    await link.client.hSet(link.keysOf("money").record, "limit", "100");
    expect(await one.reserve("a", 60n, forever)).toBe(true);
    expect(await two.reserve("b", 60n, forever)).toBe(false);
    await one.settle("a", 10n, forever);
    expect(await two.reserve("b", 60n, forever)).toBe(true);
    expect(await one.reserve("b", 25n, forever)).toBe(true);
    expect(await two.spending(forever)).toEqual({ spent: 70n, reserved: 25n, limit: 100n, isReached: true });
    await two.settle("b", null, forever);
    expect(await one.spending(forever)).toMatchObject({ spent: 95n, reserved: 0n });
  });
});
