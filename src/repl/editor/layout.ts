import { type Cell, type Label, lineCells } from "./cells.ts";

/** One row of the screen. */
export interface ScreenRow {
  readonly cells: readonly Cell[];
  /** Columns taken; never more than the screen has, unless one cluster alone is wider. */
  readonly width: number;
  /** Offset in the text of the line this is a row of; the cells count from there. */
  readonly line: number;
  /** Offset in the text of the last place for the caret in this row. */
  readonly end: number;
}

export interface ScreenPosition {
  readonly row: number;
  readonly column: number;
}

/** What the screen is to show from the row the prompt starts in. */
export interface Frame {
  readonly rows: readonly (readonly Cell[])[];
  /** Where the hardware cursor goes, so that input methods open in place. */
  readonly caret: ScreenPosition;
}

export interface Layout {
  readonly rows: readonly ScreenRow[];
  readonly caret: ScreenPosition;
}

export interface LayoutInput {
  readonly text: string;
  readonly caret: number;
  readonly columns: number;
  /** Before the first line, and before each further line of the text. */
  readonly prompt: readonly Cell[];
  readonly continuation: readonly Cell[];
}

/** A line of the text cut into rows, as if it were the only one. */
function wrap(line: string, cells: readonly Cell[], columns: number): ScreenRow[] {
  const rows: ScreenRow[] = [];
  let current: Cell[] = [];
  let width = 0;
  for (const cell of cells) {
    if (width + cell.width > columns && current.length > 0) {
      rows.push({ cells: current, width, line: 0, end: Math.max(current.at(-1)?.offset ?? 0, 0) });
      [current, width] = [[], 0];
    }
    current.push(cell);
    width += cell.width;
  }
  rows.push({ cells: current, width, line: 0, end: line.length });
  return rows;
}

/** The column of an offset of a line within the row that holds it. */
function columnOf(row: ScreenRow, offset: number): number {
  let column = 0;
  for (const cell of row.cells) {
    if (cell.offset >= offset) break;
    column += cell.width;
  }
  return column;
}

/** Lays out what is written at one prompt. Lines that did not change since the last time are not measured again. */
export class TextLayout {
  readonly #label: Label;
  #known = new Map<string, readonly ScreenRow[]>();

  constructor(label: Label) {
    this.#label = label;
  }

  lay(input: LayoutInput): Layout {
    const known = new Map<string, readonly ScreenRow[]>();
    const rows: ScreenRow[] = [];
    let caret: ScreenPosition = { row: 0, column: 0 };
    let offset = 0;
    for (const [index, line] of input.text.split("\n").entries()) {
      const lead = index === 0 ? input.prompt : input.continuation;
      const key = `${input.columns} ${lead.map(({ text }) => text).join("")} ${line}`;
      const lineRows = this.#known.get(key) ?? wrap(line, [...lead, ...lineCells(line, this.#label)], input.columns);
      known.set(key, lineRows);
      const within = input.caret - offset;
      if (within >= 0 && within <= line.length) {
        const place = locate(lineRows, within, input.columns);
        caret = { row: rows.length + place.row, column: place.column };
      }
      for (const row of lineRows) rows.push({ ...row, line: offset, end: row.end + offset });
      // The caret behind a full row stands at the start of the next one, which need not have anything in it yet.
      if (caret.row === rows.length) {
        rows.push({ cells: [], width: 0, line: offset, end: input.caret });
      }
      offset += line.length + 1;
    }
    this.#known = known;
    return { rows, caret };
  }
}

/** Where the caret at an offset of a line stands; one row past the last when that is full. */
function locate(rows: readonly ScreenRow[], offset: number, columns: number): ScreenPosition {
  const found = rows.findIndex((row) => row.cells.some((cell) => cell.offset >= offset));
  const index = found < 0 ? rows.length - 1 : found;
  const row = rows[index];
  const column = row === undefined ? 0 : columnOf(row, offset);
  return column >= columns ? { row: index + 1, column: 0 } : { row: index, column };
}

/** The place in the text that a column of a row shows; beyond its end the last place in it. */
export function offsetAt(row: ScreenRow, column: number): number {
  let left = 0;
  for (const cell of row.cells) {
    left += cell.width;
    if (cell.offset >= 0 && left > column) return row.line + cell.offset;
  }
  return row.end;
}
