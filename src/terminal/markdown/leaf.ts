import type { Languages } from "./languages.ts";
import type { MarkdownOptions } from "./options.ts";
import { row, type MarkdownRow, type StyledText } from "./styled-text.ts";
import type { MarkdownTheme } from "./theme.ts";

/** What a block needs to know of the terminal; `options` changes with a resize. */
export interface MarkdownView {
  options: MarkdownOptions;
  readonly theme: MarkdownTheme;
  readonly languages: Languages;
}

/**
 * A block that holds text, while it is open. Its rows come out in order: first what `settle` gives, which no later text
 * can change, at the end what `rows` gives. Both depend on the text alone, not on the pieces it came in.
 */
export interface Leaf {
  readonly kind: "paragraph" | "heading" | "html" | "formula" | "code" | "table";
  /**
   * A line of its content, without containers' marks.
   * @param goesOn it is only the line's beginning: lines too long to wait for come in pieces
   */
  add(line: string, goesOn: boolean): void;
  /** More of the line that was added last. */
  extend(text: string, goesOn: boolean): void;
  /** Takes out the rows that are final. */
  settle(view: MarkdownView): MarkdownRow[];
  /** The rows that would follow if the block ended here. */
  rows(view: MarkdownView): MarkdownRow[];
  /** The same while the block is open and `partial`, if not null, is the line being written: marks not yet closed are taken as closed. */
  preview(view: MarkdownView, partial: string | null): MarkdownRow[];
}

/** What stands before a block's first row (with the marks of list items that begin here) and before the others. */
export interface Prefix {
  readonly first: StyledText;
  readonly rest: StyledText;
}

/** Columns that text may take. */
export function textColumns({ columns, width }: MarkdownOptions): number {
  return Math.min(columns, width);
}

/** Columns that marks and indentation leave for text in any case: the outer ones of many are cut off. */
const leastForText = (columns: number) => Math.min(16, Math.ceil(columns / 2));

/** Columns left for text beside the prefix. */
export function roomBeside(prefix: Prefix, columns: number): number {
  return Math.max(columns - prefix.rest.text.length, leastForText(columns));
}

/** Lines of text under a prefix; `begun` when the block's first row was given before. */
export function prefixed(lines: readonly StyledText[], prefix: Prefix, begun: boolean, columns: number): MarkdownRow[] {
  return lines.map((line, index) => {
    const before = index === 0 && !begun ? prefix.first : prefix.rest;
    const cut = Math.max(0, before.text.length - (columns - leastForText(columns)));
    return row(before.slice(cut).addAll(line));
  });
}
