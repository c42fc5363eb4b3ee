import { displayWidth } from "./width.ts";

/**
 * Rows lined up by what the terminal shows, each on one line; the last column is as wide as it is. Cells must be harmless already.
 */
export function table(given: readonly (readonly string[])[], alignRight: readonly number[] = []): string {
  // A line break in a name would look like a row of its own.
  const rows = given.map((row) => row.map((cell) => cell.replaceAll("\n", " ")));
  const right = new Set(alignRight);
  // What nothing stands behind is as wide as it is.
  const isFree = (row: readonly string[], column: number) => column === row.length - 1 && !right.has(column);
  const all = rows.map((row) => row.map((cell, column) => (isFree(row, column) ? 0 : displayWidth(cell))));
  const widths: number[] = [];
  for (const row of all) {
    for (const [column, width] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width);
  }
  const cells = (row: readonly string[], index: number) =>
    row.map((cell, column) => {
      if (isFree(row, column)) return cell;
      const space = " ".repeat(widths[column]! - all[index]![column]!);
      return right.has(column) ? space + cell : cell + space;
    });
  return rows.map((row, index) => `${cells(row, index).join("  ")}\n`).join("");
}

/** `1.2 kB` and the like. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  return size < 1_000_000 ? `${(size / 1000).toFixed(1)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
