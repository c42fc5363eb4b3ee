import type { OnBatchEvent } from "../../batch/events.ts";
import type { BatchItem } from "../../batch/item.ts";
import { QueueLink } from "../../batch/queue/queue-link.ts";
import { queueVersion } from "../../batch/queue/queue-job.ts";
import { type ItemOutcome, QueueWorker, type RunWork } from "../../batch/queue/queue-worker.ts";
import { SharedBudget } from "../../batch/queue/shared-budget.ts";
import { SharedGate } from "../../batch/queue/shared-gate.ts";
import type { ItemResult } from "../../batch/result.ts";
import { RunTally } from "../../batch/run-tally.ts";
import { isOfRun, isOfService } from "../../batch/scheduler.ts";
import { AppError } from "../../errors.ts";
import { LocalGate } from "../../providers/resilience/local-gate.ts";
import { refusalRule } from "../../providers/resilience/refusal-pause.ts";
import { deferSignals } from "../../terminal/interrupts.ts";
import { boundedPico } from "../../usage/exact-cost.ts";
import { loadBatchProgressWords, loadBatchWords, loadQueueWords } from "../../words/load.ts";
import type { QueueWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { RateGates } from "../rate-gates.ts";
import { maxCostOf } from "../usage/estimate.ts";
import { isFree } from "../usage/model-price.ts";
import { ItemRequests } from "./item-request.ts";
import { offPeakFor } from "./off-peak-hours.ts";
import { askedItem, flagsOf, type QueueParameters, readQueueParameters } from "./queue-parameters.ts";
import { riskWords } from "./queue-run.ts";
import { queueServer } from "./queue-server.ts";
import type { RunMetrics } from "./run-metrics.ts";
import { openAnswers, type RunAnswers } from "./run-answers.ts";

export interface WorkerOptions {
  /** URL of the Redis server. */
  readonly queue: string;
  /** Items at once. */
  readonly concurrency: number;
  /** Milliseconds after which others get the items of a worker that died. */
  readonly lock: number;
  /** Milliseconds to finish what is held after a signal. */
  readonly grace: number;
  /** Where metrics are served; null: nowhere. */
  readonly metrics: string | null;
}

/** Milliseconds until an item is offered again that waits for cheaper hours, at most, or for money that running ones leave over. */
const longestHold = 60_000;
const budgetHold = 2000;

/** Milliseconds between two lines of what was done. */
const lineEvery = 30_000;

/**
 * Answers items from a queue until a signal comes.
 *
 * @throws AppError `queue_unavailable`, `queue_version`, `worker_unfit`, `bad_value`, `address_unusable`, what is wrong with the settings
 */
export async function runWorker(engine: Engine, console: Console, options: WorkerOptions): Promise<void> {
  const { terminal } = console;
  const words = await loadQueueWords(engine.language);
  const server = queueServer(engine, options.queue);
  await using link = await QueueLink.open(server);
  for (const risk of link.risks) terminal.warn(riskWords(words, risk));
  const tally = new RunTally();
  using metrics = await metricsOf(options, tally);
  if (metrics !== null) terminal.say((await loadBatchProgressWords(engine.language)).metrics({ url: metrics.url }));
  const onEvent: OnBatchEvent = (event) => {
    tally.take(event);
    metrics?.take(event);
    if (event.type === "pause") terminal.say(words.disconnected());
    else if (event.type === "resume") terminal.say(words.connected());
  };
  const runs = new WorkerRuns(engine, console, link, onEvent);
  const { concurrency, lock, grace } = options;
  const worker = new QueueWorker(link, {
    concurrency,
    lock,
    open: runs.open,
    onEvent,
  });
  terminal.say(words.working({ queue: server.shownUrl, concurrency }));
  const release = endsInOrder(engine, console, words, { worker, link, grace });
  let told = "";
  const lines = setInterval(() => {
    const line = words.progress({ ...tally.snapshot(), holding: worker.holding });
    if (line !== told) terminal.say(line);
    told = line;
  }, lineEvery);
  try {
    await worker.run();
  } finally {
    clearInterval(lines);
    await runs.close();
    terminal.say(words.worked(tally.snapshot()));
    release();
  }
}

/** What is ended in order. */
interface EndingWorker {
  readonly worker: QueueWorker;
  readonly link: QueueLink;
  /** Milliseconds to finish what is held. */
  readonly grace: number;
}

/**
 * A first signal lets the worker finish what it holds, for a while; a second one gives it back. Where Redis is away nothing can be given
 * back, and is not waited for longer than that: others get it when the locks end.
 *
 * @returns what ends the listening
 */
function endsInOrder(
  { stop }: Engine,
  { terminal }: Console,
  words: QueueWords,
  { worker, link, grace }: EndingWorker,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const giveBack = () => (link.isConnected ? worker.stop() : worker.leave());
  const release = deferSignals(() => {
    worker.drain();
    if (worker.holding === 0) return link.isConnected ? undefined : worker.leave();
    terminal.say(words.draining({ holding: worker.holding, seconds: Math.round(grace / 1000) }));
    timer = setTimeout(giveBack, grace);
  });
  stop.addEventListener("abort", giveBack);
  if (stop.aborted) giveBack();
  return () => {
    clearTimeout(timer);
    stop.removeEventListener("abort", giveBack);
    release();
  };
}

/** @throws AppError `bad_value`, `address_unusable` */
async function metricsOf({ metrics }: WorkerOptions, tally: RunTally): Promise<RunMetrics | null> {
  if (metrics === null) return null;
  return await (await import("./run-metrics.ts")).serveRunMetrics(metrics, () => tally.snapshot());
}

/** A run that a worker has items of. */
interface OpenedRun {
  readonly parameters: QueueParameters;
  readonly engine: Engine;
  readonly answers: RunAnswers;
  /** Null where the run has no limit of costs. */
  readonly budget: ItemBudget | null;
}

/** The runs that a worker has items of, each with settings of its own. */
class WorkerRuns {
  readonly #engine: Engine;
  readonly #console: Console;
  readonly #link: QueueLink;
  readonly #onEvent: OnBatchEvent;
  readonly #opened: Pick<OpenedRun, "engine" | "answers">[] = [];

  constructor(engine: Engine, console: Console, link: QueueLink, onEvent: OnBatchEvent) {
    [this.#engine, this.#console, this.#link, this.#onEvent] = [engine, console, link, onEvent];
  }

  readonly open = async (run: string, value: unknown): Promise<RunWork> => {
    const parameters = readQueueParameters(value, queueVersion);
    const engine = await this.#engine.beside(flagsOf(parameters));
    engine.useGates(this.#gates(engine, parameters));
    const { itemTimeout, maxCost } = parameters;
    const answers = await openAnswers(engine, this.#console, { itemTimeout, onEvent: this.#onEvent, observe: null });
    this.#opened.push({ engine, answers });
    const budget = maxCost === null ? null : new ItemBudget(engine, this.#link, run, maxCost.currency);
    const work = { parameters, engine, answers, budget };
    return {
      answer: async (item, jobId, signal) => await this.#answer(work, askedItem(parameters, item), jobId, signal),
    };
  };

  async #answer(
    { parameters, engine, answers, budget }: OpenedRun,
    item: BatchItem,
    jobId: string,
    signal: AbortSignal,
  ): Promise<ItemOutcome> {
    const { requests, purse, asked } = answers;
    const to = await requests.modelOf(item).catch(() => null);
    const closed = parameters.offPeak && to !== null ? offPeakFor(engine, to, new Date()) : null;
    if (closed !== null)
      return { type: "hold", ms: Math.min(longestHold, Math.max(1000, closed.getTime() - Date.now())) };
    if (budget !== null && !(await budget.reserve(item, jobId))) return { type: "hold", ms: budgetHold };
    let spent: bigint | null = 0n;
    let result: ItemResult;
    try {
      if (purse !== null && !(await purse.take(item))) {
        const words = await loadBatchWords(this.#engine.language);
        return { type: "unfit", error: new AppError("worker_unfit", { message: words.costReached() }), result: null };
      }
      // Whatever ends it from here on may have cost all that was set aside.
      spent = null;
      this.#onEvent({ type: "start", item });
      result = await answers.answer(item, signal);
      spent = budget?.amountOf(result) ?? null;
    } finally {
      purse?.leave(item);
      await budget?.settle(jobId, spent);
    }
    const { error, model } = result;
    if (error !== null && model.provider === asked.provider && isOfRun(error, item)) {
      return { type: "unfit", error: new AppError("worker_unfit", { message: error.message }), result };
    }
    return { type: "result", result, isTrouble: error !== null && isOfService(error) };
  }

  /** Books what was spent, and closes what was opened. */
  async close(): Promise<void> {
    for (const { engine, answers } of this.#opened) {
      await answers[Symbol.asyncDispose]();
      await engine.close();
    }
  }

  /** Limits in the settings are of the account, which all workers ask with; the run's come first. */
  #gates(engine: Engine, { limits }: QueueParameters): RateGates<SharedGate> {
    const { limits: filed = {} } = this.#engine.file;
    return new RateGates((provider) => {
      const account = Object.hasOwn(filed, provider) ? filed[provider] : {};
      const own = new LocalGate({ limits: {}, learns: true });
      return engine.hold(
        new SharedGate(this.#link, { provider, limits: { ...account, ...limits }, refusals: refusalRule, own }),
      );
    });
  }
}

/** What items may cost, within what all workers may spend on their run. */
class ItemBudget {
  readonly #engine: Engine;
  readonly #requests: ItemRequests;
  readonly #shared: SharedBudget;
  readonly #currency: string;
  /** Never aborted: what was set aside is settled also when the worker is told to stop. */
  readonly #always = new AbortController().signal;

  constructor(engine: Engine, link: QueueLink, run: string, currency: string) {
    this.#engine = engine;
    this.#requests = new ItemRequests(engine);
    this.#shared = new SharedBudget(link, run);
    this.#currency = currency;
  }

  /** @throws AppError `budget_unpriced` */
  async reserve(item: BatchItem, jobId: string): Promise<boolean> {
    const to = await this.#requests.modelOf(item);
    if (isFree(to.provider)) return true;
    const largest = maxCostOf(this.#engine, to, this.#requests.requestOf(item, to));
    if (largest?.cost.currency !== this.#currency) {
      throw new AppError("budget_unpriced", { ...to, currency: this.#currency });
    }
    return await this.#shared.reserve(jobId, boundedPico(largest.cost.amount), this.#always);
  }

  /** What an item cost; null where that is unknown. */
  amountOf({ cost, requests }: ItemResult): bigint | null {
    if (requests === 0) return 0n;
    return cost?.currency === this.#currency ? boundedPico(cost.amount) : null;
  }

  async settle(jobId: string, amount: bigint | null): Promise<void> {
    await this.#shared.settle(jobId, amount, this.#always);
  }
}
