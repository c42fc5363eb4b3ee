import { AppError } from "../errors.ts";
import type { DocumentForm } from "./document-form.ts";
import type { PageRange } from "./page-range.ts";

/** Where a document's bytes are. */
export type DocumentBytes = { readonly path: string } | { readonly bytes: Uint8Array };

/** What is to be taken out of a document. It is data, so that a thread can be given it. */
export interface DocumentOrder {
  readonly source: DocumentBytes;
  readonly form: DocumentForm;
  /** What errors call it. */
  readonly name: string;
  /** Null for all of it. */
  readonly range: PageRange | null;
  /** Null where none is known. */
  readonly password: string | null;
  /** Characters of all text together. */
  readonly maxLength: number;
}

/** What a document is read with. */
export interface DocumentReading extends DocumentOrder {
  /** Says that the work goes on. */
  readonly sign: () => void;
}

/** What comes out of a document, in order: first how many parts it has, then the text of each that is wanted. */
export type DocumentPiece =
  /** `hasPictures`: whether there are any; null where nobody looked. */
  | { readonly type: "parts"; readonly count: number; readonly hasPictures: boolean | null }
  /** `number` counts from 1; `title` of a sheet, empty for others. */
  | { readonly type: "part"; readonly number: number; readonly title: string; readonly text: string };

/**
 * An error for a document that cannot be read.
 *
 * @param reason as in `input_unreadable`
 * @param limit what the reason is about: the form, a count, a size
 */
export function documentRefusal({ name }: Pick<DocumentOrder, "name">, reason: string, limit?: string): AppError {
  return new AppError("input_unreadable", { path: name, reason, ...(limit !== undefined && { limit }) });
}

/** An error for a document whose text is larger than wanted. */
export function textTooLarge(order: Pick<DocumentOrder, "name" | "maxLength">): AppError {
  return documentRefusal(order, "too_large", `${Math.round(order.maxLength / 1_048_576)} MiB`);
}
