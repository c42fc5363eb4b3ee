import { inline } from "./inline.ts";
import { prefixed, roomBeside, type Leaf, type Prefix, type MarkdownView } from "./leaf.ts";
import { tableCells, type Alignment } from "./recognition.ts";
import { plain, StyledText, withSgr, type MarkdownRow } from "./styled-text.ts";
import { type ColumnNeed, needOf, recordLines, rowLines, ruleLine, shapeOf, type TableShape } from "./table-layout.ts";
import type { MarkdownTheme } from "./theme.ts";
import { wrap } from "./wrap.ts";

/** Rows of a table that are waited for, however high they are, before the widths of its columns are fixed. */
const fewest = 3;

/**
 * A table. Its columns are as wide as their cells until the table fills half the screen; from then on their widths are
 * fixed, its rows are final one by one, and wider cells wrap. The row being written is shown as its source.
 */
export class Table implements Leaf {
  readonly kind = "table";
  readonly #prefix: Prefix;
  readonly #alignments: readonly Alignment[];
  /** Rows as they came, not yet read; the header is the first. */
  #sources: string[];
  #header: StyledText[] = [];
  /** The cells of the rows not yet given out. */
  #body: StyledText[][] = [];
  /** What each column would like; fixed once a row was given out. */
  readonly #needs: ColumnNeed[];
  /** Rows were given out: how many of the body, or null as long as everything may still change. */
  #given: number | null = null;
  #drawn: { columns: number; rows: MarkdownRow[] } | null = null;

  constructor(prefix: Prefix, header: string, alignments: readonly Alignment[]) {
    this.#prefix = prefix;
    this.#sources = [header];
    this.#alignments = alignments;
    this.#needs = alignments.map(() => ({ natural: 1, least: 1 }));
  }

  add(line: string): void {
    this.#sources.push(line);
    this.#drawn = null;
  }

  /** A row too long to wait for is a row for each of its pieces. */
  extend(text: string): void {
    this.add(text);
  }

  settle(view: MarkdownView): MarkdownRow[] {
    const rows = this.rows(view);
    const enough = Math.max(8, Math.floor(view.options.rows / 2));
    if (this.#given === null && (rows.length < enough || this.#body.length < fewest)) return [];
    this.#given = (this.#given ?? 0) + this.#body.length;
    this.#body = [];
    this.#drawn = null;
    return rows;
  }

  rows(view: MarkdownView): MarkdownRow[] {
    const { columns } = view.options;
    if (this.#drawn?.columns !== columns) this.#drawn = { columns, rows: this.#draw(view) };
    return this.#drawn.rows;
  }

  preview(view: MarkdownView, partial: string | null): MarkdownRow[] {
    const rows = this.rows(view);
    if (partial === null) return rows;
    const lines = wrap(StyledText.of(partial), roomBeside(this.#prefix, view.options.columns));
    return [...rows, ...prefixed(lines, this.#prefix, true, view.options.columns)];
  }

  #draw(view: MarkdownView): MarkdownRow[] {
    this.#read(view.theme);
    const room = roomBeside(this.#prefix, view.options.columns);
    const shape = shapeOf(this.#needs, room, view.theme);
    const lines = this.#given === null ? this.#headLines(shape, view.theme, room) : [];
    for (const [index, cells] of this.#body.entries()) {
      if (shape.ruled && index + (this.#given ?? 0) > 0) lines.push(ruleLine(shape.widths ?? [3], view.theme));
      if (shape.widths === null) lines.push(...recordLines(this.#header, cells, room));
      else lines.push(...rowLines(cells, shape.widths, this.#alignments, view.theme));
    }
    return prefixed(lines, this.#prefix, this.#given !== null, view.options.columns);
  }

  #headLines({ widths }: TableShape, theme: MarkdownTheme, room: number): StyledText[] {
    if (widths !== null) return [...rowLines(this.#header, widths, this.#alignments, theme), ruleLine(widths, theme)];
    if (this.#body.length > 0) return [];
    const line = new StyledText();
    for (const [index, cell] of this.#header.entries()) line.add(index > 0 ? " | " : "").addAll(cell);
    return wrap(line, room);
  }

  #read(theme: MarkdownTheme): void {
    for (const source of this.#sources) {
      const heads = this.#header.length === 0;
      const cells = this.#cells(source, theme, heads ? theme.look("tableHead") : "");
      if (heads) this.#header = cells;
      else this.#body.push(cells);
      if (this.#given !== null) continue;
      for (const [column, cell] of cells.entries()) {
        const [before, own] = [this.#needs[column], needOf(cell)];
        this.#needs[column] = {
          natural: Math.max(before?.natural ?? 1, own.natural),
          least: Math.max(before?.least ?? 1, own.least),
        };
      }
    }
    this.#sources = [];
  }

  #cells(source: string, theme: MarkdownTheme, look: string): StyledText[] {
    const texts = tableCells(source);
    const columns = this.#alignments.length;
    // GFM drops cells beyond the last column; nothing a model wrote is dropped here.
    if (texts.length > columns) texts.push(texts.splice(columns - 1).join(" | "));
    return texts.map((text) => inline(text, theme, withSgr(plain, look)));
  }
}
