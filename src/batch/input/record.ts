/** How an input is written: a JSON object a line, a prompt a line, or a table with a header. */
export type InputForm = "jsonl" | "text" | "csv" | "tsv";

/** What a line, or a row of a table, holds. */
export type RecordContent =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "row"; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: "mistake"; readonly mistake: LineMistake };

/** One record of an input: a line that is not blank, or a row of a table. */
export interface InputRecord {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** CRC-32 of its bytes: tells whether it is still what was checked. */
  readonly crc: number;
  /** Decoded when it is asked for. */
  readonly content: () => RecordContent;
}

/** Reads an input from its beginning; several records at once. */
export type RecordReader = (signal: AbortSignal) => AsyncIterable<readonly InputRecord[]>;

/** What can be wrong with a line; the words have a sentence for each. */
export type LineFault =
  | "not_utf8"
  | "too_long"
  | "not_json"
  | "not_object"
  | "no_prompt"
  | "empty_prompt"
  | "bad_id"
  | "duplicate_id"
  | "bad_method"
  | "bad_url"
  | "bad_field"
  | "bad_message"
  | "bad_picture"
  | "picture_outside"
  | "bad_header"
  | "bad_row"
  | "no_column";

/** Why a line is no prompt. */
export class LineMistake extends Error {
  readonly fault: LineFault;
  /** The value that is wrong, a limit, or a parser's sentence; empty where the fault says it all. */
  readonly detail: string;

  constructor(fault: LineFault, detail = "") {
    super(`${fault} ${detail}`);
    [this.fault, this.detail] = [fault, detail];
  }
}

/** A line that cannot be used. */
export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly fault: LineFault;
  readonly detail: string;
}
