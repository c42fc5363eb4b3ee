import { beside, leastBeside, paintedWidth } from "./own-line.ts";

/**
 * Rows lined up by what the terminal shows; the last column is as wide as it is. Cells must be harmless already, and may have colours.
 *
 * @param alignRight columns whose cells end below each other
 * @param room maximum columns of a line; longer text continues in the last column or, if that would be too narrow, below the first
 */
export function table(
  given: readonly (readonly string[])[],
  alignRight: readonly number[] = [],
  room = Infinity,
): string {
  // A line break in a name would look like a row of its own.
  const rows = given.some((row) => row.some((cell) => cell.includes("\n")))
    ? given.map((row) => row.map((cell) => cell.replaceAll("\n", " ")))
    : given;
  const right = new Set(alignRight);
  // What nothing stands behind is as wide as it is.
  const isFree = (row: readonly string[], column: number) => column === row.length - 1 && !right.has(column);
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      if (!isFree(row, column)) widths[column] = Math.max(widths[column] ?? 0, paintedWidth(cell));
    }
  }
  const fit = (row: readonly string[], column: number) => {
    const cell = row[column]!;
    if (isFree(row, column)) return cell;
    const space = " ".repeat(widths[column]! - paintedWidth(cell));
    return right.has(column) ? space + cell : cell + space;
  };
  // A file has room for any line: nothing more is measured, and no lists of thousands of rows are made.
  if (room === Infinity) {
    let text = "";
    for (const row of rows) {
      for (let column = 0; column < row.length; column++) text += (column === 0 ? "" : "  ") + fit(row, column);
      text += "\n";
    }
    return text;
  }
  const lines = rows.map((row) => row.map((_, column) => fit(row, column)));
  const isNarrow = lines.some((line) => paintedWidth(line.slice(0, -1).join("  ")) + leastBeside > room);
  const isTooWide = lines.some((line) => paintedWidth(line.join("  ")) > room);
  if (isTooWide && isNarrow && rows[0]!.length > 2) {
    // Two columns: what the row is about, and the rest of it.
    return table(
      rows.map(([first = "", ...others]) => [first, others.filter((cell) => cell !== "").join("  ")]),
      [],
      room,
    );
  }
  return lines
    .flatMap((line) => {
      if (paintedWidth(line.join("  ")) <= room) return line.join("  ");
      return beside(`${line.slice(0, -1).join("  ")}  `, line.at(-1)!, room);
    })
    .map((line) => `${line}\n`)
    .join("");
}

/** `1.2 kB` and the like. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  return size < 1_000_000 ? `${(size / 1000).toFixed(1)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
