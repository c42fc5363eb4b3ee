import { randomUUID } from "node:crypto";
import { type Job, Worker } from "bullmq";
import { AppError, asAppError } from "../../errors.ts";
import type { OnBatchEvent } from "../events.ts";
import type { ItemResult } from "../result.ts";
import type { BatchItem } from "../item.ts";
import { type QueuedItem, type QueuedResult, queueVersion, readQueuedItem, unreadable } from "./queue-job.ts";
import { type QueueLink, queueName, queuePrefix } from "./queue-link.ts";

/** What becomes of an item at a worker. */
export type ItemOutcome =
  /** `isTrouble`: the way to the service failed, or the service as a whole, and not the item: it is tried again in a while. */
  | { readonly type: "result"; readonly result: ItemResult; readonly isTrouble: boolean }
  /** It may not be asked now, and is offered again after so many milliseconds. */
  | { readonly type: "hold"; readonly ms: number }
  /** This worker can ask for no item of the run. `result`: of this one; null where it was not begun. */
  | { readonly type: "unfit"; readonly error: AppError; readonly result: ItemResult | null };

/** What a worker does with the items of one run. */
export interface RunWork {
  /** Tells by itself when the item is begun. @param jobId the same each time */
  readonly answer: (item: BatchItem, jobId: string, signal: AbortSignal) => Promise<ItemOutcome>;
}

export interface QueueWorkerOptions {
  /** Items at once. */
  readonly concurrency: number;
  /** Milliseconds after which a job goes to another worker, once this one does not speak any more. */
  readonly lock: number;
  /** @param parameters of a run, as its submitter wrote them @throws AppError where they cannot be used here */
  readonly open: (run: string, parameters: unknown) => Promise<RunWork>;
  /** What becomes of items that were begun, and of the connection. */
  readonly onEvent: OnBatchEvent;
}

/** How often a job may be begun by workers that die, before it is given up. */
const maxStalls = 2;
/** Seconds for which one look for jobs waits. */
const lookSeconds = 1;
/** Milliseconds until a job is offered again that nobody can take for now. */
const holdMs = 2000;

/** How often an item is tried again where the service was the trouble, and the milliseconds of the longest pause after that. */
const maxReturns = 4;
const longestPause = 30_000;

/** A job that is held. */
interface Held {
  readonly job: Job;
  readonly token: string;
  readonly stop: AbortController;
}

/** Takes jobs from the queue, answers them and leaves the results there, until it is told to stop. */
export class QueueWorker {
  readonly #link: QueueLink;
  readonly #options: QueueWorkerOptions;
  readonly #worker: Worker;
  readonly #held = new Map<string, Held>();
  readonly #runs = new Map<string, Promise<RunWork>>();
  readonly #drained = new AbortController();
  /** Ends what waits for Redis. */
  readonly #left = new AbortController();
  #failure: AppError | null = null;
  /** Troubles since the last result, and when the next item may be taken after them. */
  #troubles = 0;
  #pausedUntil = -Infinity;
  #wake: () => void = () => {};

  constructor(link: QueueLink, options: QueueWorkerOptions) {
    this.#link = link;
    this.#options = options;
    const { lock } = options;
    this.#worker = new Worker(queueName, null, {
      connection: link.client,
      prefix: queuePrefix,
      autorun: false,
      skipVersionCheck: true,
      drainDelay: lookSeconds,
      lockDuration: lock,
      stalledInterval: Math.max(100, lock / 2),
      maxStalledCount: maxStalls,
    });
    // What fails is seen where it is awaited.
    this.#worker.on("error", () => {});
  }

  /** How many items it holds. */
  get holding(): number {
    return this.#held.size;
  }

  /**
   * Works until it is drained or stopped, and gives back what it holds then.
   *
   * @throws AppError what keeps this worker from working: a run of another version, a key that is missing, a server that refuses
   */
  async run(): Promise<void> {
    const { onEvent, lock } = this.#options;
    using _listening = this.#link.listen((isConnected) =>
      onEvent(isConnected ? { type: "resume" } : { type: "pause", why: "disconnected", until: null }),
    );
    const renewal = setInterval(() => void this.#renew(), lock / 3);
    await this.#worker.startStalledCheckTimer();
    try {
      await this.#takeAll();
      while (this.#held.size > 0) await this.#change();
    } catch (error) {
      this.#fail(asAppError(error));
      this.stop();
      while (this.#held.size > 0) await this.#change();
    } finally {
      clearInterval(renewal);
      await this.#worker.close(true).catch(() => {});
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Takes nothing more; what it holds is finished. */
  drain(): void {
    this.#drained.abort();
    this.#wake();
  }

  /** Gives back what it holds. */
  stop(): void {
    this.drain();
    for (const { stop } of this.#held.values()) stop.abort();
  }

  /** Leaves everything as it is: other workers get what it holds when its locks end. */
  leave(): void {
    this.stop();
    this.#left.abort();
  }

  async #takeAll(): Promise<void> {
    const { signal } = this.#drained;
    while (!signal.aborted) {
      if (this.#held.size >= this.#options.concurrency) {
        await this.#change();
        continue;
      }
      const pause = this.#pausedUntil - performance.now();
      if (pause > 0) {
        await this.#change(pause);
        continue;
      }
      const token = randomUUID();
      const job = await this.#next(token);
      if (job === null) continue;
      const held = { job, token, stop: new AbortController() };
      this.#held.set(token, held);
      if (signal.aborted) held.stop.abort();
      void this.#handle(held).finally(() => {
        this.#held.delete(token);
        this.#wake();
      });
    }
  }

  /** The next job; null where none came for a while. */
  async #next(token: string): Promise<Job | null> {
    return await this.#use(async () => {
      try {
        return (await this.#worker.getNextJob(token, { block: true })) ?? null;
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return await this.#damaged(token);
      }
    });
  }

  /** The job that was taken with that token, and is not JSON: empty, so that it is refused like others that cannot be read. */
  async #damaged(token: string): Promise<Job | null> {
    const { client, queue } = this.#link;
    for (const id of await client.lRange(queue.toKey("active"), 0, -1)) {
      const key = queue.toKey(id);
      if ((await client.get(`${key}:lock`)) !== token) continue;
      await client.hSet(key, { data: "null", opts: "{}", progress: "0" });
      return (await queue.getJob(id)) ?? null;
    }
    return null;
  }

  async #handle(held: Held): Promise<void> {
    try {
      await this.#work(held);
    } catch (error) {
      if (this.#left.signal.aborted) return;
      this.#fail(asAppError(error));
      this.drain();
      await this.#giveBack(held, 0).catch(() => {});
    }
  }

  async #work(held: Held): Promise<void> {
    const { job } = held;
    if (job.deferredFailure) return await this.#refuse(held, job.deferredFailure);
    const queued = readQueuedItem(job.data);
    if (queued === null) return await this.#refuse(held, unreadable);
    if (held.stop.signal.aborted) return await this.#giveBack(held, 0);
    const { run, item } = queued;
    // It was answered, when the lock had ended.
    const { late } = this.#link.keysOf(run);
    const known = await this.#use(async () => await this.#link.client.hExists(late, String(item.index)));
    if (known === 1) return await this.#hold(held);
    const work = await this.#runOf(run);
    if (work === null) return await this.#hold(held);
    const { onEvent } = this.#options;
    const outcome = await work.answer(item, job.id!, held.stop.signal);
    if (outcome.type === "hold") return await this.#hold(held, outcome.ms);
    if (outcome.type === "unfit") {
      if (outcome.result !== null) onEvent({ type: "return", result: outcome.result });
      throw outcome.error;
    }
    const { result, isTrouble } = outcome;
    const isInterrupted = result.error?.code === "interrupted";
    if (isInterrupted || (isTrouble && queued.returns < maxReturns)) {
      onEvent({ type: "return", result });
      return await (isInterrupted ? this.#giveBack(held, result.requests) : this.#putBack(held, queued));
    }
    this.#troubles = 0;
    const repeats = queued.resent + job.stalledCounter;
    await this.#finish(held, queued, { result, repeats });
    onEvent({ type: "result", result });
  }

  /** What a run's items need; null where its submitter has not written it down again yet. @throws AppError `queue_version` */
  async #runOf(run: string): Promise<RunWork | null> {
    const known = this.#runs.get(run);
    if (known !== undefined) return await known;
    const { record } = this.#link.keysOf(run);
    const fields = ["version", "parameters"];
    const [version, parameters] = await this.#use(async () => await this.#link.client.hmGet(record, fields));
    if (version === null || version === undefined) return null;
    if (version !== String(queueVersion)) {
      throw new AppError("queue_version", { theirs: version, ours: queueVersion });
    }
    const opened = this.#options.open(run, JSON.parse(parameters ?? "null"));
    this.#runs.set(run, opened);
    return await opened;
  }

  /** Leaves the result in the queue. Where another worker may have the job meanwhile, it goes where the submitter looks besides. */
  async #finish({ job, token }: Held, { run, item }: QueuedItem, queued: QueuedResult): Promise<void> {
    try {
      await this.#use(async () => await job.moveToCompleted(queued, token, false));
    } catch (error) {
      if (!isLost(error)) throw error;
      const { late } = this.#link.keysOf(run);
      const value = JSON.stringify(queued);
      await this.#use(async () => await this.#link.client.hSet(late, String(item.index), value));
    }
  }

  /** Nobody can do it. */
  async #refuse({ job, token }: Held, why: string): Promise<void> {
    await this.#move(async () => await job.moveToFailed(new Error(why), token, false));
  }

  /** It is offered again in a while. */
  async #hold({ job, token }: Held, ms = holdMs): Promise<void> {
    await this.#move(async () => await job.moveToDelayed(Date.now() + ms, token));
  }

  /** Another worker may have a better way to the service; this one waits, so that it does not try all items in vain. */
  async #putBack(held: Held, queued: QueuedItem): Promise<void> {
    const pause = Math.min(1000 * 2 ** this.#troubles++, longestPause);
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + pause);
    await this.#move(async () => await held.job.updateData({ ...queued, returns: queued.returns + 1 }));
    await this.#hold(held, pause);
  }

  /** It is offered again at once. @param requests that were sent for it here */
  async #giveBack({ job, token }: Held, requests: number): Promise<void> {
    await this.#move(async () => {
      if (requests > 0) {
        const data = job.data as QueuedItem;
        await job.updateData({ ...data, resent: data.resent + 1 });
      }
      await job.moveToWait(token);
    });
  }

  async #renew(): Promise<void> {
    const held = [...this.#held.values()];
    if (held.length === 0 || !this.#link.client.isReady) return;
    const ids = held.map(({ job }) => job.id!);
    const tokens = held.map(({ token }) => token);
    await this.#worker.extendJobLocks(ids, tokens, this.#options.lock).catch(() => {});
  }

  /** Does nothing where the job is another worker's meanwhile, or gone. */
  async #move(work: () => Promise<unknown>): Promise<void> {
    try {
      await this.#use(work);
    } catch (error) {
      if (!isLost(error)) throw error;
    }
  }

  async #use<T>(work: () => Promise<T>): Promise<T> {
    return await this.#link.use(work, this.#left.signal);
  }

  #fail(error: AppError): void {
    if (error.code !== "interrupted") this.#failure ??= error;
  }

  /** Resolves when something ends, or it is to stop, or after so many milliseconds. */
  async #change(ms: number | null = null): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== null) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }
}

/** Whether a job is another worker's meanwhile, or gone: BullMQ's own errors have numbers. */
function isLost(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "number";
}
