import { paintedWidth } from "./own-line.ts";
import { table } from "./table.ts";
import { shortened } from "./width.ts";

/** A column of a table that has to fit a terminal. */
export interface FittedColumn {
  readonly head: string;
  /** Without colours. */
  readonly cells: readonly string[];
  /** The same in fewer characters, used in all columns that have them where the whole is too wide. */
  readonly short?: readonly string[];
  /** Columns that don't fit are left out in this order, the lowest first; a column without a rank is always shown. */
  readonly rank?: number;
}

/** Columns of the first column that stay before another column is left out for it; fewest of all. */
const [wantedLabel, leastLabel] = [30, 8];

/**
 * A table in lines no longer than the terminal's: where it is too wide, numbers are shortened, then columns left out, then the labels
 * of the first column cut in their middle.
 *
 * @param columns the first one is the label, on the left; the others are on the right
 * @param room columns of a line; Infinity where it does not go to a terminal
 * @param paint colours a cell; row 0 is the head
 */
export function fittedTable(
  columns: readonly FittedColumn[],
  room: number,
  paint: (cell: string, row: number) => string,
): string {
  const [label, ...values] = columns.map(({ head, cells, short, rank }) => ({
    rank,
    full: [head, ...cells],
    short: [head, ...(short ?? cells)],
  }));
  const labelWidth = widest(label!.full);
  let shown = values;
  let form: "full" | "short" = "full";
  const left = () => room - shown.reduce((sum, column) => sum + widest(column[form]) + 2, 0);
  if (left() < labelWidth) form = "short";
  while (left() < Math.min(labelWidth, wantedLabel)) {
    const ranks = shown.flatMap(({ rank }) => rank ?? []);
    if (ranks.length === 0) break;
    const lowest = Math.min(...ranks);
    shown = shown.filter(({ rank }) => rank !== lowest);
  }
  const labelRoom = Math.max(leastLabel, left());
  const labels = label!.full.map((text) => shortened(text, labelRoom));
  const cells = [labels, ...shown.map((column) => column[form])];
  return table(
    label!.full.map((_, row) => cells.map((column) => paint(column[row]!, row))),
    shown.map((_, index) => index + 1),
    room,
  );
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, paintedWidth(text)), 0);
}
