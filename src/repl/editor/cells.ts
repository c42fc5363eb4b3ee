import { sanitize } from "../../terminal/sanitize.ts";
import { displayWidth, graphemes } from "../../terminal/width.ts";
import { isPasteMark } from "./paste.ts";

/** How a cell is drawn; empty as other text is. */
export type CellStyle = "" | "muted" | "chosen";

/** One cluster as it is drawn. */
export interface Cell {
  /** What is written; empty for what has no width, which would only disturb its neighbours. */
  readonly text: string;
  /** Columns. */
  readonly width: number;
  readonly style: CellStyle;
  /** Where in the line or text the cluster starts; -1 for what is not part of it, such as a prompt. */
  readonly offset: number;
}

/** How a tab is shown: the same everywhere in a line, so that a line's cells do not depend on where it starts. */
const tab = "    ";

/** The label of a shortened paste. */
export type Label = (mark: string) => string;

export function cellsOf(text: string, style: CellStyle, offset = -1): Cell[] {
  return graphemes(text).map((cluster) => cell(cluster, style, offset));
}

function cell(cluster: string, style: CellStyle, offset: number): Cell {
  const text = drawable(cluster);
  const width = displayWidth(text);
  return { text: width === 0 ? "" : text, width, style, offset };
}

/** Without the invisible characters that a cluster may carry along (tags, selectors, joiners) where they mean nothing. */
function drawable(cluster: string): string {
  if (sanitize(cluster) === cluster) return cluster;
  const base = String.fromCodePoint(cluster.codePointAt(0) ?? 0).toWellFormed();
  return sanitize(base) === base ? base : "";
}

/** The cells of one line of the text; a tab and a shortened paste have several, all at one offset. */
export function lineCells(line: string, label: Label): Cell[] {
  const cells: Cell[] = [];
  let offset = 0;
  for (const cluster of graphemes(line)) {
    if (isPasteMark(cluster)) cells.push(...cellsOf(label(cluster), "muted", offset));
    else if (cluster === "\t") cells.push(...cellsOf(tab, "", offset));
    else cells.push(cell(cluster, "", offset));
    offset += cluster.length;
  }
  return cells;
}

export function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}

/** As many cells from the start as fit, with `…` for the rest. */
export function fitted(cells: readonly Cell[], columns: number): readonly Cell[] {
  if (widthOf(cells) <= columns) return cells;
  const kept: Cell[] = [];
  let width = 1;
  for (const next of cells) {
    width += next.width;
    if (width > columns) break;
    kept.push(next);
  }
  return columns < 1 ? [] : [...kept, { text: "…", width: 1, style: cells[0]?.style ?? "", offset: -1 }];
}
