import type { LossHistory } from "../../finetune/loss-history.ts";
import type { TuningSnapshot } from "../../finetune/tuning-snapshot.ts";
import type { AppError } from "../../errors.ts";
import type { TuningEvent, TuningJob } from "../../providers/fine-tuning/tuning-job.ts";
import { localDay, timeLeft } from "../../terminal/local-time.ts";
import { shortNumber } from "../../terminal/loss-plot.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import { factRows } from "../../terminal/fact-rows.ts";
import { figuresOf, plotOf, TuningDisplay } from "../../terminal/tuning-display.ts";
import { isoWithOffset } from "../../transcripts/format/times.ts";
import type { TuningWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import { eventFields, jobFields } from "./job-fields.ts";

/** Events of before that are printed again on a terminal, where the plot tells the most. */
const maxEarlier = 12;

/** Shows a job: on a terminal its losses as a plot below what it says, elsewhere a line each event, or all as lines of JSON. */
export class JobView implements Disposable {
  readonly #console: Console;
  readonly #words: TuningWords;
  readonly #provider: string;
  readonly #json: boolean;
  readonly #history: LossHistory;
  readonly #display: TuningDisplay | null;
  #job: TuningJob | null = null;
  #pause: string | null = null;
  #status = "";

  constructor(
    console: Console,
    words: TuningWords,
    { provider, history, json }: { readonly provider: string; readonly history: LossHistory; readonly json: boolean },
  ) {
    [this.#console, this.#words, this.#provider, this.#json, this.#history] = [console, words, provider, json, history];
    const { terminal } = console;
    const isDrawn = !json && TuningDisplay.isPossible(terminal);
    this.#display = isDrawn ? new TuningDisplay(terminal, this.#snapshot, words) : null;
  }

  /** What was seen of the job before: the plot is there at once, whether the service answers or not. */
  begin(job: TuningJob): void {
    this.#job = job;
    const { events } = this.#history;
    const told = this.#display === null ? events : events.filter(isWorthALine).slice(-maxEarlier);
    for (const event of told) this.#print(event);
    if (events.length > 0) this.#display?.draw();
  }

  readonly onJob = (job: TuningJob): void => {
    this.#job = job;
    const { terminal } = this.#console;
    if (this.#json) terminal.json({ type: "job", ...jobFields(this.#provider, job) });
    else if (this.#display !== null) this.#display.draw();
    else if (job.status !== this.#status) terminal.say(this.#words.status({ status: sanitizeLine(job.status) }));
    this.#status = job.status;
  };

  readonly onEvent = (event: TuningEvent): void => {
    if (this.#display === null || isWorthALine(event)) this.#print(event);
    this.#display?.draw();
  };

  readonly onPause = (error: AppError, until: Date): void => {
    const { terminal, words } = this.#console;
    if (this.#json) return terminal.json({ type: "pause", code: error.code, until: isoWithOffset(until) });
    const time = timeLeft(until.getTime() - Date.now());
    const text = this.#words.paused({ reason: sanitizeLine(describe(error, words.errors)), time });
    if (this.#display === null && this.#pause === null) terminal.say(text);
    this.#pause = text;
    this.#display?.draw();
  };

  readonly onResume = (): void => {
    const { terminal } = this.#console;
    this.#pause = null;
    if (this.#json) terminal.json({ type: "resume" });
    else if (this.#display === null) terminal.say(this.#words.resumed());
    else this.#display.draw();
  };

  /** The screen may hold something else by now. */
  redraw(): void {
    this.#display?.redraw();
  }

  /** Takes the rows away, and leaves the plot as it was last. */
  end(): void {
    this[Symbol.dispose]();
    const snapshot = this.#snapshot();
    if (this.#display === null || snapshot === null) return;
    const { terminal } = this.#console;
    const { columns, rows, symbols, unicode } = terminal;
    const look = { columns, rows, symbols, unicode, ink: terminal.ink.out };
    const plot = plotOf(snapshot.points, look);
    if (plot.length === 0) return;
    const figures = factRows(figuresOf(snapshot, this.#words, look), look, columns - 1);
    terminal.out(["", ...plot, ...figures, ""].join("\n"));
  }

  [Symbol.dispose](): void {
    this.#display?.[Symbol.dispose]();
  }

  readonly #snapshot = (): TuningSnapshot | null =>
    this.#job === null ? null : { job: this.#job, points: this.#history.points, pause: this.#pause };

  #print(event: TuningEvent): void {
    const { terminal } = this.#console;
    if (this.#json) return terminal.json(eventFields(event));
    const { at, level, loss } = event;
    const { muted, warning, error } = terminal.ink.out;
    const paint = level === "error" ? error : level.startsWith("warn") ? warning : (text: string) => text;
    const message = event.message === "" && loss !== null ? lossLine(loss, this.#words) : sanitizeLine(event.message);
    const time = at === null ? "" : `${muted(this.#display === null ? `${localDay(at)} ${clock(at)}` : clock(at))}  `;
    terminal.print(`${time}${paint(message)}`);
  }
}

/** Losses are in the plot. */
function isWorthALine({ loss }: TuningEvent): boolean {
  return loss === null;
}

function lossLine({ step, steps, train, valid }: NonNullable<TuningEvent["loss"]>, words: TuningWords): string {
  const parts = [
    words.step({ step, steps }),
    ...(train === null ? [] : [words.loss.train({ loss: shortNumber(train) })]),
    ...(valid === null ? [] : [words.loss.valid({ loss: shortNumber(valid) })]),
  ];
  return parts.join(" · ");
}

function clock(moment: Date): string {
  return [moment.getHours(), moment.getMinutes(), moment.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
