import type { TuningSnapshot } from "../finetune/tuning-snapshot.ts";
import type { LossPoint } from "../providers/fine-tuning/tuning-job.ts";
import type { TuningWords } from "../words/types.ts";
import { factRows } from "./fact-rows.ts";
import { LiveRow } from "./live-row.ts";
import { timeLeft } from "./local-time.ts";
import { lossPlot, type PlotLook, shortNumber } from "./loss-plot.ts";
import { paintedWidth } from "./own-line.ts";
import { sanitizeLine } from "./sanitize.ts";
import type { Terminal } from "./terminal.ts";
import type { Ink } from "./theme.ts";
import { clipped } from "./width.ts";

/** Rows of a plot, most of all; rows of a screen that are left to what was written before. */
const mostRows = 16;
const rowsLeft = 3;
/** Columns of a plot, most of all: beyond that a line is no easier to read. */
const mostColumns = 120;

type TuningLook = Pick<Terminal, "columns" | "rows" | "symbols" | "unicode"> & { readonly ink: Ink };

/** How a job stands, below all that is written: its losses as a plot and a row of figures, written over only where they have changed. */
export class TuningDisplay implements Disposable {
  readonly #terminal: Terminal;
  readonly #snapshot: () => TuningSnapshot | null;
  readonly #words: TuningWords;
  readonly #stopListening: () => void;
  /** What is on the screen. */
  #shown = "";

  /** @param snapshot null before anything is known */
  constructor(terminal: Terminal, snapshot: () => TuningSnapshot | null, words: TuningWords) {
    [this.#terminal, this.#snapshot, this.#words] = [terminal, snapshot, words];
    // The terminal has taken the rows away.
    this.#stopListening = terminal.onResize(() => this.redraw());
  }

  /** Whether it can be seen here: on a terminal that can move its cursor, and not under `--quiet`. */
  static isPossible(terminal: Terminal): boolean {
    return terminal.outIsTerminal && new LiveRow(terminal).isPossible;
  }

  [Symbol.dispose](): void {
    this.#stopListening();
    this.#terminal.below(null);
  }

  /** Draws all of it once more. */
  redraw(): void {
    this.#shown = "";
    this.draw();
  }

  /** To be called when something has changed. */
  readonly draw = (): void => {
    const { columns, rows, symbols, unicode, ink } = this.#terminal;
    const snapshot = this.#snapshot();
    if (snapshot === null) return;
    const texts = tuningRows(snapshot, this.#words, { columns, rows: rows - rowsLeft, symbols, unicode, ink: ink.err });
    const text = texts.join("\n");
    if (text === this.#shown) return;
    this.#shown = text;
    const drawn = texts.map((row) => ({ text: row, width: paintedWidth(row) }));
    this.#terminal.below({ rows: drawn, caret: { row: drawn.length - 1, column: drawn.at(-1)!.width } });
  };
}

/** The rows of a job's display: what a low or narrow screen has no room for is the plot. */
function tuningRows(snapshot: TuningSnapshot, words: TuningWords, look: TuningLook): string[] {
  const room = look.columns - 1;
  const figures = factRows(figuresOf(snapshot, words, look), look, room);
  const { pause } = snapshot;
  const notes = [
    ...(pause === null ? [] : [look.ink.warning(clipped(pause, room))]),
    look.ink.muted(clipped(words.keys, room)),
  ];
  const below = [...figures, ...notes].slice(0, Math.max(1, look.rows));
  return [...plotOf(snapshot.points, { ...look, rows: look.rows - below.length }), ...below];
}

/** The losses of a job as a plot. */
export function plotOf(points: readonly LossPoint[], { columns, rows, unicode, ink }: TuningLook): string[] {
  const look: PlotLook = {
    columns: Math.min(columns - 1, mostColumns),
    rows: Math.min(rows, mostRows),
    unicode,
    muted: ink.muted,
  };
  const series = (["train", "valid"] as const).map((name) => ({
    points: points.flatMap(({ step, [name]: y }) => (y === null ? [] : [{ x: step, y }])),
    paint: paintOf(name, ink),
    sign: signOf(name, ink, unicode),
  }));
  return lossPlot(series, look);
}

function paintOf(name: "train" | "valid", ink: Ink): (text: string) => string {
  return name === "train" ? ink.accent : ink.warning;
}

/** Without colours, or without dots, the lines are told apart by their signs. */
function signOf(name: "train" | "valid", ink: Ink, unicode: boolean): string | null {
  if (!unicode) return name === "train" ? "*" : "o";
  return name === "valid" && ink.palette === null ? "○" : null;
}

/** How a job stands, the most important first. */
export function figuresOf(
  { job, points }: Omit<TuningSnapshot, "pause">,
  words: TuningWords,
  { ink, unicode }: TuningLook,
): string[] {
  const last = points.at(-1);
  const newest = (name: "train" | "valid") => points.findLast((point) => point[name] !== null)?.[name] ?? null;
  const loss = (name: "train" | "valid") => {
    const value = newest(name);
    if (value === null) return [];
    const sign = signOf(name, ink, unicode) ?? "━";
    return [`${paintOf(name, ink)(sign)} ${words.loss[name]({ loss: shortNumber(value) })}`];
  };
  const left = job.expectedAt === null ? null : job.expectedAt.getTime() - Date.now();
  return [
    ink.strong(sanitizeLine(job.status)),
    ...(last === undefined ? [] : [words.step({ step: last.step, steps: last.steps })]),
    ...loss("train"),
    ...loss("valid"),
    ...(job.outcome === null && left !== null && left > 0 ? [words.left({ time: timeLeft(left) })] : []),
  ];
}
