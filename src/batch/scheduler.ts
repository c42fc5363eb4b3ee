import { AppError, kindOf } from "../errors.ts";
import type { OnBatchEvent, RunEnd } from "./events.ts";
import type { BatchItem, ItemSource } from "./item.ts";
import { Lane, type Suspect, type Throttle } from "./lane.ts";
import type { AnswerItem, ItemError, ResultSink } from "./result.ts";

/** Money that is set aside for each item before it is sent. */
export interface Purse {
  /**
   * @returns whether it may be sent; false where it has to wait for what running ones leave over. Where none runs, the money is used up.
   * @throws AppError where nobody knows what it can cost, or the ledger fails
   */
  readonly take: (item: BatchItem) => Promise<boolean>;
  /** The item is over; what it cost is known by now. */
  readonly leave: (item: BatchItem) => void;
}

export interface ScheduleOptions {
  readonly source: ItemSource;
  readonly sink: ResultSink;
  readonly answer: AnswerItem;
  /** The provider that an item is put to. @throws AppError where its model is not known */
  readonly providerOf: (item: BatchItem) => Promise<string>;
  readonly throttleOf: (provider: string) => Throttle;
  /** Null: nothing limits what is spent. */
  readonly purse: Purse | null;
  /** When an item may be sent that has to wait for cheaper hours; null for now. */
  readonly closedUntil: (item: BatchItem) => Date | null;
  /** Milliseconds in which a provider answers nothing, after which the run ends. */
  readonly maxTrouble: number;
  /** Milliseconds that items under way have to end once the run is stopped. */
  readonly grace: number;
  readonly onEvent: OnBatchEvent;
  /** Stops the run: nothing more is sent, and what is under way may end. */
  readonly stop: AbortSignal;
  /** Ends it at once. */
  readonly abort: AbortSignal;
}

/** How a run ended. `error`: what kept it from going on; null where nothing did. */
export interface ScheduleEnd {
  readonly why: RunEnd;
  readonly error: AppError | ItemError | null;
}

/** Items that are read ahead, for each that may be under way, and at least. */
const lookahead = { factor: 2, least: 64 } as const;
/** Times that an item is put back while others are answered: then it is the item. */
const maxReturns = 4;
/** Milliseconds between two looks at what time alone decides. The clock on the wall may be set. */
const pause = 1_000;

/** Failures of the way to a service, or of a whole service, that are no fault of the item. */
const troubles: ReadonlySet<string> = new Set(["rate_limited", "no_connection", "model_loading"]);
/** Failures of settings and accounts that are one item's own. */
const ownFailures: ReadonlySet<string> = new Set(["tool_not_allowed", "budget_unpriced"]);

/**
 * Answers the items of a source, as many at once as their providers take. Nothing is put to the sink for an item that was not answered
 * because of the run: it is still missing in the next one.
 *
 * @throws AppError as the source, the sink and the purse
 */
export async function runItems(options: ScheduleOptions): Promise<ScheduleEnd> {
  const scheduler = new Scheduler(options);
  return await scheduler.run();
}

interface Returned {
  count: number;
  /** Answers of the provider when it was put back first. */
  readonly answers: number;
}

class Scheduler {
  readonly #options: ScheduleOptions;
  readonly #lanes = new Map<string, Lane>();
  /** Ends what is under way. */
  readonly #kill = new AbortController();
  readonly #returned = new Map<number, Returned>();
  #running = 0;
  #isRead = false;
  #end: ScheduleEnd | null = null;
  #failure: unknown = null;
  #wake: () => void = () => {};
  #isWoken = false;
  /** Told as waiting for cheaper hours. */
  #closedUntil: Date | null = null;
  /** Lets the reader go on. */
  #room: () => void = () => {};

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  async run(): Promise<ScheduleEnd> {
    const { stop, abort, grace } = this.#options;
    const onStop = () => this.#finish({ why: "stopped", error: null });
    const onAbort = () => {
      onStop();
      this.#kill.abort();
    };
    stop.addEventListener("abort", onStop, { once: true });
    abort.addEventListener("abort", onAbort, { once: true });
    if (stop.aborted) onStop();
    if (abort.aborted) onAbort();
    const reading = this.#read();
    const clock = setInterval(() => this.#look(), pause);
    try {
      await this.#dispatchAll();
      if (this.#running > 0) await this.#drain(grace);
      await reading;
      for (const lane of this.#lanes.values()) {
        for (const suspect of lane.takeSuspects()) {
          if (this.#end === null) this.#put(suspect);
          else this.#miss(suspect);
        }
      }
    } finally {
      clearInterval(clock);
      stop.removeEventListener("abort", onStop);
      abort.removeEventListener("abort", onAbort);
      for (const lane of this.#lanes.values()) lane.close();
    }
    if (this.#failure !== null) throw this.#failure;
    return this.#end ?? { why: "done", error: null };
  }

  /** Sends items until none is left or the run ends. */
  async #dispatchAll(): Promise<void> {
    while (this.#end === null) {
      this.#isWoken = false;
      const isBlocked = await this.#dispatch();
      if (this.#end !== null) return;
      const isEmpty = this.#waiting === 0;
      if (isEmpty && this.#isRead && this.#running === 0) return;
      if (isBlocked && this.#running === 0) return this.#finish({ why: "cost", error: null });
      if (!this.#isWoken) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  get #waiting(): number {
    return this.#lanes.values().reduce((sum, lane) => sum + lane.waiting, 0);
  }

  /** Sends what may be sent now. @returns whether the money keeps anything from being sent */
  async #dispatch(): Promise<boolean> {
    let isBlocked = false;
    for (const lane of this.#lanes.values()) {
      while (this.#end === null && lane.isOpen) {
        const item = lane.next;
        if (item === null || this.#isClosed(item)) break;
        if (!(await this.#mayPay(item))) {
          isBlocked = true;
          break;
        }
        lane.shift();
        void this.#run(lane, item);
      }
    }
    if (this.#waiting < this.#lookahead) this.#room();
    return isBlocked;
  }

  async #mayPay(item: BatchItem): Promise<boolean> {
    const { purse } = this.#options;
    if (purse === null) return true;
    try {
      return await purse.take(item);
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Whether it waits for cheaper hours, which is told once. */
  #isClosed(item: BatchItem): boolean {
    const { closedUntil, onEvent } = this.#options;
    const until = closedUntil(item);
    if (until !== null && this.#closedUntil?.getTime() !== until.getTime()) {
      onEvent({ type: "pause", why: "off-peak", until });
    }
    if (until === null && this.#closedUntil !== null) onEvent({ type: "resume" });
    this.#closedUntil = until;
    return until !== null;
  }

  /** Looks whether what time alone decides has changed. */
  #look(): void {
    const { maxTrouble } = this.#options;
    for (const lane of this.#lanes.values()) {
      if (lane.troubledSince === null || performance.now() - lane.troubledSince < maxTrouble) continue;
      const { provider, lastTrouble: last } = lane;
      const error = new AppError("no_answers", { provider, seconds: Math.round(maxTrouble / 1000), last });
      this.#finish({ why: "failed", error });
      // What is under way waits for the provider like all else.
      this.#kill.abort();
    }
    this.#notify();
  }

  async #run(lane: Lane, item: BatchItem): Promise<void> {
    const { answer, purse, onEvent } = this.#options;
    lane.running++;
    this.#running++;
    onEvent({ type: "start", item });
    try {
      const result = await answer(item, this.#kill.signal);
      purse?.leave(item);
      this.#take(lane, { item, result });
    } catch (error) {
      this.#fail(error);
    }
    lane.running--;
    this.#running--;
    lane.release(item);
    this.#notify();
  }

  #take(lane: Lane, ended: Suspect): void {
    const { item, result } = ended;
    const { error } = result;
    if (error === null) {
      lane.succeeded();
      // The service is there: what it failed at since its last answer it fails at.
      for (const suspect of lane.takeSuspects()) this.#put(suspect);
      return this.#put(ended);
    }
    if (error.code === "interrupted") return this.#miss(ended);
    if (isOfRun(error, item)) {
      this.#finish({ why: "failed", error });
      return this.#miss(ended);
    }
    if (isOfService(error)) return this.#mayReturn(lane, item) ? this.#return(lane, ended) : this.#put(ended);
    if (kindOf(error.code) !== "service") return this.#put(ended);
    if (!lane.failed()) return lane.suspect(ended);
    for (const suspect of [...lane.takeSuspects(), ended]) {
      if (this.#mayReturn(lane, suspect.item)) this.#return(lane, suspect);
      else this.#put(suspect);
    }
  }

  /** Its result is the item's. */
  #put({ item, result }: Suspect): void {
    this.#returned.delete(item.index);
    this.#options.sink.put(result);
    this.#options.onEvent({ type: "result", result });
  }

  /** It is still to be answered, in another run. */
  #miss({ result }: Suspect): void {
    this.#options.onEvent({ type: "return", result });
  }

  /** Its provider is in trouble: it is asked again in a while. */
  #return(lane: Lane, { item, result }: Suspect): void {
    lane.lastTrouble = result.error!.code;
    lane.putBack(item);
    if (result.error!.code !== "rate_limited") lane.disconnected();
    this.#options.onEvent({ type: "return", result });
  }

  /** Whether an item may be put back once more. */
  #mayReturn(lane: Lane, { index }: BatchItem): boolean {
    const returned = this.#returned.get(index) ?? { count: 0, answers: lane.answers };
    if (returned.answers < lane.answers && ++returned.count > maxReturns) return false;
    this.#returned.set(index, returned);
    return true;
  }

  async #read(): Promise<void> {
    const { source, providerOf } = this.#options;
    try {
      for await (const item of source.items(this.#kill.signal)) {
        if (this.#end !== null) return;
        this.#lane(await providerOf(item)).add(item);
        this.#notify();
        while (this.#waiting >= this.#lookahead && this.#end === null) {
          await new Promise<void>((resolve) => (this.#room = resolve));
        }
      }
    } catch (error) {
      if (!this.#kill.signal.aborted) this.#fail(error);
    }
    this.#isRead = true;
    this.#notify();
  }

  #lane(provider: string): Lane {
    const known = this.#lanes.get(provider);
    if (known !== undefined) return known;
    const { throttleOf, onEvent } = this.#options;
    const lane = new Lane(provider, throttleOf(provider), onEvent, () => this.#notify());
    this.#lanes.set(provider, lane);
    return lane;
  }

  get #lookahead(): number {
    const atOnce = this.#lanes.values().reduce((sum, { throttle }) => sum + Math.min(throttle.concurrency, 10_000), 0);
    return Math.max(lookahead.least, lookahead.factor * atOnce);
  }

  /** Waits for what is under way, and gives up what takes longer. */
  async #drain(grace: number): Promise<void> {
    const timer = setTimeout(() => this.#kill.abort(), grace);
    while (this.#running > 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    clearTimeout(timer);
  }

  #finish(end: ScheduleEnd): void {
    this.#end ??= end;
    this.#room();
    this.#notify();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#finish({ why: "failed", error: null });
  }

  #notify(): void {
    this.#isWoken = true;
    this.#wake();
  }
}

/** Whether all other items would fail as well: for want of a key, of money, of the model that all are put to. */
export function isOfRun({ code }: ItemError, { model }: BatchItem): boolean {
  return (kindOf(code) === "config" && !ownFailures.has(code)) || (code === "model_not_found" && model === null);
}

/** Whether the way to a service failed, or the service refuses everybody: the item may be answered later. */
export function isOfService({ code }: ItemError): boolean {
  return troubles.has(code);
}
