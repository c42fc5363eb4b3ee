import { paintedWidth } from "./own-line.ts";
import type { Symbols } from "./symbols.ts";
import type { Ink } from "./theme.ts";

/**
 * Facts with dots between them, in as few rows as they fit into; one that is wider than a row is left out.
 *
 * @param facts with colours
 * @param room columns of a row
 */
export function factRows(
  facts: readonly string[],
  { symbols, ink }: { readonly symbols: Symbols; readonly ink: Ink },
  room: number,
): string[] {
  const dot = ink.muted(` ${symbols.dot} `);
  const rows: string[] = [];
  for (const fact of facts) {
    const longer = rows.length === 0 ? fact : `${rows.at(-1)!}${dot}${fact}`;
    if (rows.length > 0 && paintedWidth(longer) <= room) rows[rows.length - 1] = longer;
    else if (paintedWidth(fact) <= room) rows.push(fact);
  }
  return rows;
}
