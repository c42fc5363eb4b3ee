import type { BatchEvent, OnBatchEvent, RunEnd } from "../../batch/events.ts";
import type { ItemResult } from "../../batch/result.ts";
import type { RunSnapshot } from "../../batch/run-snapshot.ts";
import { RunTally } from "../../batch/run-tally.ts";
import { BatchDisplay } from "../../terminal/batch-display.ts";
import { batchFigures } from "../../terminal/batch-figures.ts";
import { batchLine, batchSummary } from "../../terminal/batch-summary.ts";
import { sanitize, sanitizeLine } from "../../terminal/sanitize.ts";
import { loadBatchProgressWords } from "../../words/load.ts";
import type { BatchProgressWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import { eventLine, summaryLine } from "./event-lines.ts";
import type { RunMetrics } from "./run-metrics.ts";

export interface RunWatchOptions {
  /** Events go to stdout as lines of JSON, and nothing is drawn. */
  readonly json: boolean;
  /** What `--metrics` says; null without it. */
  readonly metrics: string | null;
}

/** Items that have their line in the answers. */
interface SavedItems {
  readonly answered: number;
  readonly failures: number;
}

interface WatchParts {
  readonly tally: RunTally;
  readonly json: boolean;
  readonly metrics: RunMetrics | null;
}

/** Before the lines of a summary but the first. */
const indent = "  ";
/** Milliseconds between two lines where there is no display. */
const lineEvery = 30_000;
/** Milliseconds that a pause lasts before it gets a line. */
const pauseAfter = 5_000;

/** Shows a run as it goes on: on a terminal below what is written, else a line each half minute, or all events as lines of JSON. */
export class RunWatch implements Disposable {
  readonly #console: Console;
  readonly #words: BatchProgressWords;
  readonly #json: boolean;
  readonly #tally: RunTally;
  readonly #metrics: RunMetrics | null;
  /** What shows how the run stands, until it has ended. */
  readonly #shown = new DisposableStack();
  readonly #isDrawn: boolean;
  /** Until the pause gets its line. */
  #pauseTimer: NodeJS.Timeout | null = null;
  #isPauseSaid = false;

  private constructor(console: Console, words: BatchProgressWords, { tally, json, metrics }: WatchParts) {
    [this.#console, this.#words, this.#tally, this.#json, this.#metrics] = [console, words, tally, json, metrics];
    this.#isDrawn = !json && BatchDisplay.isPossible(console.terminal);
  }

  /** @throws AppError `bad_value`, `address_unusable` for `--metrics` */
  static async open(console: Console, { json, metrics }: RunWatchOptions): Promise<RunWatch> {
    const words = await loadBatchProgressWords(console.words.exporting.language);
    const tally = new RunTally();
    const served =
      metrics === null
        ? null
        : await (await import("./run-metrics.ts")).serveRunMetrics(metrics, () => tally.snapshot());
    const watch = new RunWatch(console, words, { tally, json, metrics: served });
    if (served !== null) watch.#tell({ type: "metrics", url: served.url }, words.metrics({ url: served.url }));
    return watch;
  }

  /** To be called with each event of the run. */
  readonly onEvent: OnBatchEvent = (event) => {
    this.#tally.take(event);
    this.#metrics?.take(event);
    if (event.type === "begin") this.#show();
    if (this.#json) this.#console.terminal.json(eventLine(event));
    else this.#detail(event);
  };

  /**
   * Says how the run ended, once, and lets whoever reads the metrics have the last ones.
   *
   * @param output path of the answers
   * @param saved items that are in it: fewer than came where a disk was full
   * @param stop ends the waiting for that
   */
  async end(why: RunEnd, output: string, saved: SavedItems, stop: AbortSignal): Promise<void> {
    if (this.#tally.snapshot().end !== null) return;
    this.onEvent({ type: "end", why });
    this.#shown.dispose();
    this.#endPause();
    this.#summarise({ ...this.#tally.snapshot(), answered: saved.answered, failed: saved.failures }, output);
    if (why !== "stopped") await this.#metrics?.lastReading(stop);
  }

  #summarise(snapshot: RunSnapshot, output: string): void {
    const { terminal, words } = this.#console;
    if (this.#json) return terminal.json(summaryLine(snapshot, output));
    const { answer, tariff } = words;
    const [first = "", ...others] = batchSummary(
      snapshot,
      { progress: this.#words, answer, tariff },
      sanitize(output),
      (terminal.errIsTerminal ? terminal.columns : Infinity) - indent.length,
    );
    if (snapshot.end === "done" && snapshot.failed === 0) terminal.succeed(first);
    else terminal.say(first);
    for (const line of others) terminal.say(indent + line);
  }

  [Symbol.dispose](): void {
    this.#shown.dispose();
    this.#endPause();
    this.#metrics?.[Symbol.dispose]();
  }

  #show(): void {
    if (this.#json) return;
    if (!this.#isDrawn) {
      this.#shown.adopt(setInterval(() => this.#say(this.#line()), lineEvery).unref(), clearInterval);
      return;
    }
    const words = { progress: this.#words, tariff: this.#console.words.tariff };
    this.#shown.use(new BatchDisplay(this.#console.terminal, () => this.#tally.snapshot(), words));
  }

  #line(): string {
    return batchLine(this.#tally.snapshot(), this.#words, this.#console.words.tariff);
  }

  #say(line: string): void {
    this.#console.terminal.say(line);
  }

  /** What is worth a line of its own: without a display where it pauses, with --verbose each item that fails. */
  #detail(event: BatchEvent): void {
    const { terminal } = this.#console;
    if (event.type === "result") this.#tellFailure(event.result);
    else if (event.type === "retry") {
      const { code, attempt } = event;
      terminal.detail(this.#words.itemRetried({ id: sanitizeLine(event.id), code, attempt }));
    } else if (this.#isDrawn) return;
    else if (event.type === "resume") this.#sayResumed();
    else if (event.type === "pause") this.#pauseTimer ??= setTimeout(() => this.#sayPause(), pauseAfter).unref();
    else if (event.type === "stopping") this.#sayState();
  }

  #sayPause(): void {
    this.#isPauseSaid = true;
    this.#sayState();
  }

  #sayResumed(): void {
    if (this.#isPauseSaid) this.#say(this.#words.resumed);
    this.#endPause();
  }

  #endPause(): void {
    if (this.#pauseTimer !== null) clearTimeout(this.#pauseTimer);
    [this.#pauseTimer, this.#isPauseSaid] = [null, false];
  }

  /** Says that the run pauses or stops. */
  #sayState(): void {
    this.#say(batchFigures(this.#tally.snapshot(), this.#words, this.#console.words.tariff).pause ?? "");
  }

  #tellFailure({ id, error }: ItemResult): void {
    if (error === null) return;
    const { code, message } = error;
    const line = this.#words.itemFailed({ id: sanitizeLine(id), code, message: sanitizeLine(message) });
    this.#console.terminal.detail(line);
  }

  #tell(line: object, text: string): void {
    if (this.#json) this.#console.terminal.json(line);
    else this.#say(text);
  }
}
