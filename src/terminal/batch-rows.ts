import type { BatchFigures } from "./batch-figures.ts";
import { factRows } from "./fact-rows.ts";
import type { Symbols } from "./symbols.ts";
import type { Ink } from "./theme.ts";
import { clipped, displayWidth } from "./width.ts";

export interface BatchLook {
  readonly columns: number;
  /** Maximum rows. */
  readonly rows: number;
  readonly ink: Ink;
  readonly symbols: Symbols;
  readonly unicode: boolean;
}

/** Columns of the bar, fewest and most. */
const [leastBar, mostBar] = [8, 32];
/** Columns of `100%`, of the times with their dots, and between the parts of the row. */
const [percentWidth, timesWidth, gap] = [4, 32, 2];

/**
 * The rows of a run's display, the most important first, so that what a low screen has no room for is the least: the bar, why it
 * pauses, what is done and how fast, money and what is under way, failures by their code.
 *
 * @param share of the items that are finished, 0 to 1
 * @returns rows with colours, each narrower than the screen
 */
export function batchRows(figures: BatchFigures, share: number, look: BatchLook): string[] {
  const { ink, columns } = look;
  const { done, failed, pace, money, flight, failures, pause } = figures;
  // A row as wide as the screen would wait there for its wrap.
  const room = columns - 1;
  const rows = barRows(figures, share, look, room);
  if (pause !== null) rows.push(ink.warning(clipped(pause, room)));
  rows.push(...factRows([done, failed === null ? [] : ink.error(failed), pace].flat(), look, room));
  rows.push(...factRows([...money, ...flight], look, room));
  const [first, ...others] = failures;
  if (first !== undefined) {
    const byCode = [`${look.symbols.error} ${first}`, ...others].map(ink.muted);
    rows.push(...factRows(byCode, look, room).slice(0, 2));
  }
  return rows.slice(0, Math.max(1, look.rows));
}

/** The bar with its figures beside it, or above them where the screen is narrow. */
function barRows(
  { percent, progress, elapsed, left }: BatchFigures,
  share: number,
  look: BatchLook,
  room: number,
): string[] {
  const { ink, symbols } = look;
  const facts = [progress, elapsed, left].filter((fact) => fact !== null).join(` ${symbols.dot} `);
  const total = displayWidth(progress.slice(progress.indexOf("/") + 1));
  // As wide at 5% as at 100%, and whatever time is left: the bar stands still.
  const widest = 2 * total + 1 + timesWidth;
  const beside = room - gap - percentWidth - gap - widest;
  const isBeside = beside >= leastBar;
  const cells = Math.max(leastBar, Math.min(mostBar, isBeside ? beside : room - gap - percentWidth));
  const first = `${bar(cells, share, look)}${" ".repeat(gap)}${ink.strong(percent.padStart(percentWidth))}`;
  const used = cells + gap + percentWidth + gap;
  return isBeside ? [`${first}${" ".repeat(gap)}${clipped(facts, room - used)}`] : [first, clipped(facts, room)];
}

function bar(cells: number, share: number, { ink, unicode }: BatchLook): string {
  const full = Math.floor(share * cells);
  const [filled, empty] = unicode ? ["━", "─"] : ["=", "-"];
  return ink.accent(filled.repeat(full)) + ink.muted(empty.repeat(cells - full));
}
