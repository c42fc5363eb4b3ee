import type { BatchItem } from "../item.ts";

/** An item as its line says it: without its place, and with no id where the line names none. */
export type ItemDraft = Omit<BatchItem, "index" | "id"> & {
  /** Null: the line's number makes one. */
  readonly id: string | null;
  /** Fields of the line that mean nothing here. */
  readonly ignored: readonly string[];
};

/** The id of an item whose line names none. */
export function idOfLine(line: number): string {
  return `line-${line}`;
}
