import type { Gap } from "./gap-window.ts";

/** A place in a file, both numbers from 1. */
export interface GapPlace {
  /** Null: what is piped in. */
  readonly file: string | null;
  readonly line: number;
  /** Unicode characters; null: behind the last one of the line. */
  readonly column: number | null;
}

/** Reads `file:line` or `file:line:column`, where no file stands for what is piped in; null for another text. */
export function readPlace(text: string): GapPlace | null {
  const [, file, line, column] = /^(.*?):(\d{1,9})(?::(\d{1,9}))?$/su.exec(text) ?? [];
  if (file === undefined || Number(line) < 1 || (column !== undefined && Number(column) < 1)) return null;
  return { file: file === "" ? null : file, line: Number(line), column: column === undefined ? null : Number(column) };
}

/** Where a text ends before the place that was asked for. */
export type MissingPlace =
  | { readonly what: "line"; readonly lines: number }
  | { readonly what: "column"; readonly columns: number };

/**
 * Parts a text at a place. Lines end with `\n` or `\r\n`, which stays with what is behind the gap; columns count Unicode characters, as
 * Vim's `charcol()` does.
 */
export function gapAt(text: string, { line, column }: Pick<GapPlace, "line" | "column">): Gap | MissingPlace {
  let start = 0;
  for (let number = 1; number < line; number++) {
    const feed = text.indexOf("\n", start);
    if (feed === -1) return { what: "line", lines: number };
    start = feed + 1;
  }
  const feed = text.indexOf("\n", start);
  const end = feed === -1 ? text.length : feed > start && text[feed - 1] === "\r" ? feed - 1 : feed;
  const at = column === null ? end : placeIn(text, start, end, column - 1);
  if (at === null) return { what: "column", columns: Array.from(text.slice(start, end)).length + 1 };
  return { prefix: text.slice(0, at), suffix: text.slice(at) };
}

/** The place behind so many characters; null behind the end. */
function placeIn(text: string, start: number, end: number, characters: number): number | null {
  let at = start;
  for (let passed = 0; passed < characters; passed++) {
    if (at >= end) return null;
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  return at;
}
