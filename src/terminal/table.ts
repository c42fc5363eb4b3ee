import { displayWidth } from "./width.ts";

/** Rows lined up by what the terminal shows; the last column is as wide as it is. Cells must be harmless already. */
export function table(rows: readonly (readonly string[])[], alignRight: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const space = " ".repeat(widths[column]! - displayWidth(cell));
          if (alignRight.includes(column)) return space + cell;
          return column === row.length - 1 ? cell : cell + space;
        })
        .join("  "),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** `1.2 kB` and the like. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  return size < 1_000_000 ? `${(size / 1000).toFixed(1)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
