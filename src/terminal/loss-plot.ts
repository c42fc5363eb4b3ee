import { displayWidth } from "./width.ts";

/** Losses beyond it are drawn at it: what is larger cannot be summed up. */
const maxLoss = 1e100;

/** A line of a plot. */
export interface PlotSeries {
  /** By their places on the axis; y is a finite number. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly paint: (text: string) => string;
  /** What stands for a point where dots of a character cannot be told apart by a colour; null: dots. */
  readonly sign: string | null;
}

export interface PlotLook {
  /** Columns and rows of the whole, the axes included. */
  readonly columns: number;
  readonly rows: number;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  readonly muted: (text: string) => string;
}

/** Rows of the axis and its labels; columns and rows of the lines that say something. */
const axisRows = 2;
const [leastColumns, leastRows] = [16, 3];
/** Dots of a character of the block Braille Patterns, by column and row; U+2800 has none. */
const braille = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const brailleBlank = 0x28_00;

/**
 * Losses over steps, as lines of dots that a cell has eight of; in ASCII a cell is one.
 *
 * @param given later ones are drawn over earlier ones
 * @returns rows with colours, none wider than the look says; none where there is nothing to draw, or no room
 */
export function lossPlot(given: readonly PlotSeries[], { columns, rows, unicode, muted }: PlotLook): string[] {
  const series = given.map(bounded);
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) return [];
  const range = rangeOf(all);
  const height = rows - axisRows;
  const labels = heightLabels(range, height);
  const gutter = Math.max(...labels.map((label) => label.length));
  const width = columns - gutter - 2;
  if (width < leastColumns || height < leastRows) return [];
  const cells = Array.from({ length: height }, () => Array.from({ length: width }, (): string | null => null));
  for (const each of series) draw(each, range, cells, unicode);
  const [tick, bar, corner, rule] = unicode ? ["┤", "│", "└", "─"] : ["|", "|", "+", "-"];
  const lines = cells.map((row, index) => {
    const text = row
      .map((cell) => cell ?? " ")
      .join("")
      .trimEnd();
    const label = labels[index]!;
    return `${muted(`${label.padStart(gutter)} ${label === "" ? bar : tick}`)}${text}`;
  });
  const first = String(range.x0);
  const last = String(range.x1);
  const steps = first === last ? first : first + last.padStart(width - displayWidth(first));
  const indent = " ".repeat(gutter + 1);
  return [...lines, muted(`${indent}${corner}${rule.repeat(width)}`), muted(`${indent} ${steps}`)];
}

function bounded({ points, ...look }: PlotSeries): PlotSeries {
  return { ...look, points: points.map(({ x, y }) => ({ x, y: Math.min(Math.max(y, -maxLoss), maxLoss) })) };
}

interface PlotRange {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

function rangeOf(points: PlotSeries["points"]): PlotRange {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  // A list of arguments has its limits.
  for (const { x, y } of points) {
    [x0, x1, y0, y1] = [Math.min(x0, x), Math.max(x1, x), Math.min(y0, y), Math.max(y1, y)];
  }
  const room = y1 > y0 ? 0 : Math.abs(y0) * 0.1 || 1;
  return { x0, x1, y0: y0 - room, y1: y1 + room };
}

/** The greatest, the middle and the least value beside their rows. */
function heightLabels({ y0, y1 }: PlotRange, height: number): string[] {
  const at = new Map([
    [0, y1],
    [Math.floor((height - 1) / 2), y1 - (Math.floor((height - 1) / 2) / Math.max(1, height - 1)) * (y1 - y0)],
    [height - 1, y0],
  ]);
  return Array.from({ length: height }, (_, row) => (at.has(row) ? shortNumber(at.get(row)!) : ""));
}

/** Three digits: `2.31`, `0.0123`, `1.2e-5`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 100_000)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));
}

/** Draws a line into cells; what was in one before is drawn over. */
function draw(
  { points, paint, sign }: PlotSeries,
  range: PlotRange,
  cells: (string | null)[][],
  unicode: boolean,
): void {
  const isDotted = unicode && sign === null;
  const [across, down] = isDotted ? [braille.length, braille[0].length] : [1, 1];
  const [width, height] = [cells[0]!.length * across, cells.length * down];
  const dots = new Map<string, number>();
  const put = (x: number, y: number) => {
    const key = `${Math.floor(y / down)} ${Math.floor(x / across)}`;
    const dot = isDotted ? braille[x % 2]![y % 4]! : 1;
    dots.set(key, (dots.get(key) ?? 0) | dot);
  };
  const places = averages(points, range, width, height);
  for (const [index, place] of places.entries()) {
    const before = places[index - 1];
    if (before === undefined || sign !== null) put(place.x, place.y);
    else line(before, place, put);
  }
  for (const [key, value] of dots) {
    const [row, column] = key.split(" ").map(Number) as [number, number];
    cells[row]![column] = paint(isDotted ? String.fromCodePoint(brailleBlank + value) : (sign ?? "*"));
  }
}

type Place = { readonly x: number; readonly y: number };

/** The place of each column of dots that has points: that of their mean, as thousands of steps share some hundred columns. */
function averages(points: PlotSeries["points"], { x0, x1, y0, y1 }: PlotRange, width: number, height: number): Place[] {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { x, y } of points) {
    const column = x1 > x0 ? Math.round(((x - x0) / (x1 - x0)) * (width - 1)) : 0;
    const known = sums.get(column) ?? { sum: 0, count: 0 };
    sums.set(column, { sum: known.sum + y, count: known.count + 1 });
  }
  return [...sums]
    .sort(([one], [other]) => one - other)
    .map(([x, { sum, count }]) => ({ x, y: Math.round(((y1 - sum / count) / (y1 - y0)) * (height - 1)) }));
}

/** Each dot on the way from one place to another, the first one left out. */
function line(from: Place, to: Place, put: (x: number, y: number) => void): void {
  const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
  for (let step = 1; step <= steps; step++) {
    const part = step / steps;
    put(Math.round(from.x + (to.x - from.x) * part), Math.round(from.y + (to.y - from.y) * part));
  }
}
