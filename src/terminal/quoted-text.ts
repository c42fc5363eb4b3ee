import { ownRows } from "./own-line.ts";
import { sanitize } from "./sanitize.ts";
import type { Terminal } from "./terminal.ts";

/** Rows of the screen that are left for what stands around the text. */
const rowsAround = 14;
const maxRows = 30;

/**
 * Somebody else's text below a question of the program's own: each row behind a bar, so that none can look like the program's.
 *
 * @param summary is shown where the text is too long; empty: its beginning
 * @param more words for how many rows are left out
 * @returns rows with colours, each ended; whether that is all of the text
 */
export function quoted(
  { ink, symbols, columns, rows }: Terminal,
  text: string,
  summary: string,
  more: (facts: { rows: number }) => string,
): { readonly text: string; readonly isWhole: boolean } {
  const room = Math.max(1, columns - 5);
  const rowsOf = (part: string) => ownRows(sanitize(part).replaceAll("\t", "    ").replace(/\n+$/u, ""), room, "cut");
  const all = rowsOf(text);
  const height = Math.min(maxRows, Math.max(4, rows - rowsAround));
  const isWhole = all.length <= height;
  const shown = (isWhole || summary === "" ? all : rowsOf(summary)).slice(0, height);
  const bar = `  ${ink.err.muted(symbols.bar)} `;
  const lines = shown.map((row) => `${bar}${row}`);
  if (!isWhole) lines.push(`${bar}${ink.err.muted(more({ rows: all.length }))}`);
  return { text: lines.map((line) => `${line.trimEnd()}\n`).join(""), isWhole };
}
