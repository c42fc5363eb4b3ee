import type { FooterFrame } from "../../terminal/footer.ts";
import { type Cell, widthOf } from "./cells.ts";
import type { Frame } from "./layout.ts";

/** Clusters that have the same width in every terminal; after any other the column is set explicitly. */
const certain = /^[\x20-\x7e\u2e80-\u9fff\uac00-\ud7a3\uff01-\uff60]$/;

export function isUncertain(cell: Cell): boolean {
  return cell.text !== "" && !certain.test(cell.text) && cell.text.trim() !== "";
}

/**
 * Cells as they are written to a terminal.
 *
 * @param start the column of the first cell, for setting the column after uncertain clusters; null leaves it alone
 * @param muted SGR parameters; null without colours
 */
export function styledCells(cells: readonly Cell[], start: number | null, muted: string | null): string {
  const looks = muted === null ? null : { "": "", muted, chosen: "7" };
  let out = "";
  let style = "";
  let column = start;
  for (const cell of cells) {
    const next = looks?.[cell.style] ?? "";
    if (next !== style) out += next === "" ? "\x1b[0m" : `\x1b[0;${next}m`;
    style = next;
    if (column === null) out += cell.text;
    else {
      column += cell.width;
      out += isUncertain(cell) ? `\x1b[${cell.width}X${cell.text}\x1b[${column + 1}G` : cell.text;
    }
  }
  return style === "" ? out : `${out}\x1b[0m`;
}

/** A frame as rows below what is written. */
export function footerOf({ rows, caret }: Frame, muted: string | null): FooterFrame {
  return { rows: rows.map((cells) => ({ text: styledCells(cells, 0, muted), width: widthOf(cells) })), caret };
}
