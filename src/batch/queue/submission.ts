import type { Cost } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import { isAlive, thisOwner } from "../../process-identity.ts";
import type { OnBatchEvent, RunEnd } from "../events.ts";
import type { BatchItem, ItemSource } from "../item.ts";
import type { ItemResult, ResultSink } from "../result.ts";
import { indexOf, jobIdOf, type QueuedItem, queueVersion, readQueuedResult, unreadable } from "./queue-job.ts";
import type { QueueLink } from "./queue-link.ts";
import { SharedBudget } from "./shared-budget.ts";

export interface SubmissionOptions {
  /** Unique; the same whenever the run is taken up again. */
  readonly run: string;
  /** Of the output, for whoever looks at the queue. */
  readonly name: string;
  /** What workers need besides the items; JSON. */
  readonly parameters: unknown;
  /** What all workers together may spend; null for no limit. */
  readonly budget: Cost | null;
  readonly source: ItemSource;
  readonly sink: ResultSink;
  readonly onEvent: OnBatchEvent;
  /** The result of an item that has none of a worker: `queue_job_failed`, or `interrupted` where it waits again. */
  readonly failed: (item: BatchItem, error: AppError) => ItemResult;
}

/** What is in the queue at once, at most: items, and bytes of what they hold. */
const window = { items: 1000, bytes: 32 * 1024 * 1024 };

/** Milliseconds between two looks for results, and between two looks for jobs that the server lost. */
const pause = 200;
const checkEvery = 5000;
/** Results that are taken at once. */
const portion = 200;
/** Milliseconds after which another submitter may take over a run whose submitter does not speak any more. */
const leaseMs = 30_000;

/** What a worker left of a job: the result as JSON, or why it failed. */
interface FinishedJob {
  readonly text: string | null;
  readonly failure: string | null;
}

interface Outstanding {
  readonly item: BatchItem;
  readonly bytes: number;
  isStarted: boolean;
}

const renewLease = `
  local owner = redis.call('GET', KEYS[1])
  if owner and owner ~= ARGV[1] then return owner end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return false`;
const releaseLease = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
  return 0`;

/** Brings a run's items to the workers, and their results to its sink. */
export class Submission {
  readonly #link: QueueLink;
  readonly #options: SubmissionOptions;
  readonly #keys: ReturnType<QueueLink["keysOf"]>;
  readonly #owner = thisOwner();
  /** Items that are in the queue, or on their way to it, by their index. */
  readonly #outstanding = new Map<number, Outstanding>();
  #bytes = 0;
  /** Index of the last item that came from the source. */
  #last = -1;
  #leasedAt = -Infinity;
  #checkedAt = performance.now();
  #repeats = 0;
  /** Items whose results came. */
  #taken = 0;
  /** Those of them that the run's record does not have yet. */
  #untold = 0;
  readonly #budget: SharedBudget;
  /** Spent and reserved, as it was told last. */
  #spending = 0n;

  constructor(link: QueueLink, options: SubmissionOptions) {
    this.#budget = new SharedBudget(link, options.run);
    this.#link = link;
    this.#options = options;
    this.#keys = link.keysOf(options.run);
  }

  /** How often items may have been paid besides, as a worker died or stopped over them. */
  get repeats(): number {
    return this.#repeats;
  }

  /**
   * Runs until every item has its result, or the budget is spent. What is in the queue when the signal is aborted stays there, for
   * the workers and for the next start.
   *
   * @throws AppError `queue_unavailable`, `queue_busy`, `storage_failed`, what the source throws
   */
  async run(signal: AbortSignal): Promise<RunEnd> {
    const { onEvent } = this.#options;
    using _listening = this.#link.listen((isConnected) => {
      // What was lost with the server is looked for at once.
      if (isConnected) this.#checkedAt = -Infinity;
      onEvent(isConnected ? { type: "resume" } : { type: "pause", why: "disconnected", until: null });
    });
    try {
      await this.#register(signal);
      return await this.#exchange(signal);
    } catch (error) {
      if (error instanceof AppError && error.code === "interrupted") return "stopped";
      throw error;
    } finally {
      await this.#link.client
        .eval(releaseLease, { keys: [this.#keys.lease], arguments: [this.#owner] })
        .catch(() => {});
    }
  }

  async #exchange(signal: AbortSignal): Promise<RunEnd> {
    const items = this.#options.source.items(signal)[Symbol.asyncIterator]();
    let isRead = false;
    try {
      while (true) {
        if (!isRead) isRead = !(await this.#fill(items, signal));
        await this.#renewLease(signal);
        const taken = await this.#collect(signal);
        if (isRead && this.#outstanding.size === 0) break;
        if (await this.#isBudgetSpent(signal)) return await this.#withdraw(signal);
        if (taken === 0) await rest(pause, signal);
        await this.#check(signal);
      }
    } finally {
      await items.return?.();
    }
    await this.#forget(signal);
    return "done";
  }

  /** Adds items until the window is full. @returns whether there may be more */
  async #fill(items: AsyncIterator<BatchItem>, signal: AbortSignal): Promise<boolean> {
    const added: BatchItem[] = [];
    let isMore = true;
    while (this.#outstanding.size < window.items && this.#bytes < window.bytes) {
      const next = await items.next();
      if (next.done === true) {
        isMore = false;
        break;
      }
      const item = next.value;
      const bytes = JSON.stringify(item).length;
      this.#last = item.index;
      this.#bytes += bytes;
      this.#outstanding.set(item.index, { item, bytes, isStarted: false });
      added.push(item);
    }
    await this.#add(added, signal);
    return isMore;
  }

  /** One that is there already, in whatever state, stays as it is. */
  async #add(items: readonly BatchItem[], signal: AbortSignal): Promise<void> {
    const { queue } = this.#link;
    const { run } = this.#options;
    await this.#link.use(
      async () =>
        await Promise.all(
          items.map(async (item) => {
            const data: QueuedItem = { run, item, resent: 0, returns: 0 };
            await queue.add("item", data, { jobId: jobIdOf(run, item.index), attempts: 1, stackTraceLimit: 0 });
          }),
        ),
      signal,
    );
  }

  /** Takes results of this run that are there. @returns how many */
  async #collect(signal: AbortSignal): Promise<number> {
    const { client, queue } = this.#link;
    // Those under way first: what is finished meanwhile is then in both, and not in neither.
    const [active, completed, failed, late] = await this.#link.use(
      async () =>
        await Promise.all([
          client.lRange(queue.toKey("active"), 0, -1),
          client.zRange(queue.toKey("completed"), 0, -1),
          client.zRange(queue.toKey("failed"), 0, -1),
          client.hGetAll(this.#keys.late),
        ]),
      signal,
    );
    const lateIndexes = Object.keys(late)
      .map(Number)
      .filter((index) => index <= this.#last);
    const ended = this.#ours([...completed, ...failed]);
    this.#follow(this.#ours(active), [...ended, ...lateIndexes]);
    const finished = ended.slice(0, portion);
    if (finished.length + lateIndexes.length === 0) return 0;
    const read = await this.#link.use(
      async () =>
        await Promise.all(
          finished.map(async (index) => client.hmGet(this.#jobKey(index), ["returnvalue", "failedReason"])),
        ),
      signal,
    );
    const results = new Map<number, FinishedJob>();
    for (const [at, index] of finished.entries()) {
      results.set(index, { text: read[at]![0] ?? null, failure: read[at]![1] ?? null });
    }
    for (const index of lateIndexes) results.set(index, { text: late[String(index)]!, failure: null });
    for (const [index, job] of results) this.#take(index, job);
    await this.#options.sink.flush();
    await this.#countRepeats(signal);
    // Only what is on the disk goes from the queue.
    await this.#remove([...results.keys()], lateIndexes, signal);
    return results.size;
  }

  #jobKey(index: number): string {
    return this.#link.queue.toKey(jobIdOf(this.#options.run, index));
  }

  /** Indexes of jobs of this run. An item that the source did not come to yet is left alone: it is taken when it comes. */
  #ours(jobIds: readonly string[]): number[] {
    return jobIds
      .map((id) => indexOf(this.#options.run, id))
      .filter((index) => index !== null)
      .filter((index) => index <= this.#last);
  }

  /** Tells which items workers have, and which they gave back. */
  #follow(active: readonly number[], ended: readonly number[]): void {
    const known = new Set([...active, ...ended]);
    for (const [index, outstanding] of this.#outstanding) if (!known.has(index)) this.#return(outstanding);
    for (const index of active) this.#start(index);
  }

  #return(outstanding: Outstanding): void {
    if (!outstanding.isStarted) return;
    outstanding.isStarted = false;
    const { onEvent, failed } = this.#options;
    onEvent({ type: "return", result: failed(outstanding.item, new AppError("interrupted", {})) });
  }

  #start(index: number): void {
    const outstanding = this.#outstanding.get(index);
    if (outstanding === undefined || outstanding.isStarted) return;
    outstanding.isStarted = true;
    this.#options.onEvent({ type: "start", item: outstanding.item });
  }

  /** One that was taken before, or answered twice, is dropped. */
  #take(index: number, { text, failure }: FinishedJob): void {
    const { sink, onEvent, failed } = this.#options;
    const outstanding = this.#outstanding.get(index);
    if (outstanding === undefined) return;
    this.#start(index);
    const { item, bytes } = outstanding;
    const read = text === null ? null : readQueuedResult(text);
    const isItsOwn = read !== null && read.result.index === index && read.result.id === item.id;
    const result = isItsOwn
      ? read.result
      : failed(
          item,
          new AppError("queue_job_failed", {
            why: failure === null || failure === unreadable ? "unreadable" : "stalled",
          }),
        );
    this.#untold += isItsOwn ? read.repeats : 0;
    sink.put(result);
    this.#taken++;
    this.#outstanding.delete(index);
    this.#bytes -= bytes;
    onEvent({ type: "result", result });
  }

  /** Kept in the run's record, as a submitter may die too. */
  async #countRepeats(signal: AbortSignal): Promise<void> {
    const { client } = this.#link;
    const more = this.#untold;
    this.#untold = 0;
    if (more > 0) {
      const add = async () => await client.hIncrBy(this.#keys.record, "repeats", more);
      this.#repeats = await this.#link.use(add, signal);
    }
  }

  async #remove(indexes: readonly number[], late: readonly number[], signal: AbortSignal): Promise<void> {
    const { client, queue } = this.#link;
    await this.#link.use(async () => {
      await Promise.all(indexes.map(async (index) => queue.remove(jobIdOf(this.#options.run, index))));
      if (late.length > 0) await client.hDel(this.#keys.late, late.map(String));
    }, signal);
  }

  /** Whether an item was held back; tells what is spent. */
  async #isBudgetSpent(signal: AbortSignal): Promise<boolean> {
    const { budget, onEvent } = this.#options;
    if (budget === null) return false;
    const { spent, reserved, isReached } = await this.#budget.spending(signal);
    if (spent + reserved !== this.#spending) {
      const { currency, amount } = budget;
      const cost = (pico: bigint) => ({ currency, amount: Number(pico) / 1e12 });
      onEvent({ type: "spending", spent: cost(spent), reserved: cost(reserved), limit: { currency, amount } });
    }
    this.#spending = spent + reserved;
    return isReached;
  }

  /** Brings back what the server lost: it was restarted without its data, or dropped some. */
  async #check(signal: AbortSignal): Promise<void> {
    if (performance.now() - this.#checkedAt < checkEvery) return;
    this.#checkedAt = performance.now();
    await this.#register(signal);
    const { client } = this.#link;
    const outstanding = [...this.#outstanding.values()];
    const counts = await this.#link.use(
      async () => await Promise.all(outstanding.map(async ({ item }) => client.exists(this.#jobKey(item.index)))),
      signal,
    );
    await this.#add(
      outstanding.filter((_, at) => counts[at] === 0).map(({ item }) => item),
      signal,
    );
  }

  /** Writes down the run for the workers, unless it is there. */
  async #register(signal: AbortSignal): Promise<void> {
    await this.#renewLease(signal);
    const { name, parameters, source, budget } = this.#options;
    const fields = {
      version: queueVersion,
      parameters: JSON.stringify(parameters),
      name,
      total: source.total,
      done: source.total - source.missing + this.#taken,
      // One that was reached is to be reached again.
      reached: "0",
      ...(budget !== null && { limit: String(BigInt(Math.round(budget.amount * 1e6)) * 1_000_000n) }),
    };
    await this.#link.use(async () => await this.#link.client.hSet(this.#keys.record, fields), signal);
  }

  /** @throws AppError `queue_busy` where another submitter has the run */
  async #renewLease(signal: AbortSignal): Promise<void> {
    if (performance.now() - this.#leasedAt < leaseMs / 3) return;
    const { client } = this.#link;
    const { lease } = this.#keys;
    const owner = await this.#link.use(
      async () => await client.eval(renewLease, { keys: [lease], arguments: [this.#owner, String(leaseMs)] }),
      signal,
    );
    if (typeof owner === "string") {
      if (isAlive(owner) !== false) throw new AppError("queue_busy", { owner, seconds: leaseMs / 1000 });
      await this.#link.use(async () => await client.del(lease), signal);
      return await this.#renewLease(signal);
    }
    this.#leasedAt = performance.now();
  }

  /** The budget is spent: takes back what no worker has begun, and waits for what they hold. */
  async #withdraw(signal: AbortSignal): Promise<RunEnd> {
    const { client, queue } = this.#link;
    while (this.#outstanding.size > 0) {
      const [waiting, held] = await this.#link.use(
        async () =>
          await Promise.all([client.lRange(queue.toKey("wait"), 0, -1), client.zRange(queue.toKey("delayed"), 0, -1)]),
        signal,
      );
      const back = this.#ours([...waiting, ...held]);
      await this.#remove(back, [], signal);
      for (const index of back) {
        const outstanding = this.#outstanding.get(index);
        if (outstanding === undefined) continue;
        this.#return(outstanding);
        this.#bytes -= outstanding.bytes;
        this.#outstanding.delete(index);
      }
      await this.#renewLease(signal);
      if ((await this.#collect(signal)) === 0) await rest(pause, signal);
    }
    await this.#forget(signal);
    return "cost";
  }

  /** Removes all that the run left. */
  async #forget(signal: AbortSignal): Promise<void> {
    const { client, queue } = this.#link;
    const repeats = async () => await client.hGet(this.#keys.record, "repeats");
    this.#repeats = Number((await this.#link.use(repeats, signal)) ?? 0);
    const [completed, failed] = await this.#link.use(
      async () =>
        await Promise.all([
          client.zRange(queue.toKey("completed"), 0, -1),
          client.zRange(queue.toKey("failed"), 0, -1),
        ]),
      signal,
    );
    this.#last = Infinity;
    await this.#remove(this.#ours([...completed, ...failed]), [], signal);
    const { record, late, reserved } = this.#keys;
    await this.#link.use(async () => await client.del([record, late, reserved]), signal);
  }
}

/** @throws AppError `interrupted` */
async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const ended = new AbortController();
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { signal: ended.signal });
    function done() {
      clearTimeout(timer);
      ended.abort();
      resolve();
    }
  });
  if (signal.aborted) throw new AppError("interrupted", {});
}
