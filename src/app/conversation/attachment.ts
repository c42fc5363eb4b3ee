import type { DocumentPart, FilePart, ImagePart } from "../../chat/messages.ts";
import type { PageRange } from "../../documents/page-range.ts";
import { AppError } from "../../errors.ts";
import type { PictureChanges } from "../../pictures/outgoing-picture.ts";
import type { TextEncoding } from "../../text-encoding.ts";
import type { DocumentRequest, DocumentText } from "../documents/document-reader.ts";
import type { PicturePlace } from "../pictures/picture-thread.ts";

/** A file that goes with a question, read. */
export interface Attachment {
  /** Absolute. */
  readonly path: string;
  /** Relative to the working directory where it lies in it. */
  readonly name: string;
  /** Of the picture, or of the text. */
  readonly bytes: number;
  /** The picture, the document, or what the file says, decoded. */
  readonly part: FilePart | ImagePart | DocumentPart;
  /** The encoding it was converted from; null for UTF-8 and for pictures. */
  readonly convertedFrom: TextEncoding | null;
  /** Whether U+FFFD stands for some of its bytes. */
  readonly damaged: boolean;
  /** What was done to a picture before it is sent; absent for nothing. */
  readonly changes?: PictureChanges;
  /** An estimate; null for a picture and a document that is not read here: what that costs is the service's to say. */
  readonly tokens: number | null;
  /** What the text was taken out of; null for pictures and text files. */
  readonly document: DocumentFacts | null;
}

/** What is said of a document beside its text. */
export type DocumentFacts = Omit<DocumentText, "text">;

/** What a file holds, as a question sends it. */
export type AttachedContent = Pick<
  Attachment,
  "bytes" | "part" | "convertedFrom" | "damaged" | "tokens" | "document" | "changes"
>;

/** Takes the text out of documents. */
export type ReadDocument = (
  request: Pick<DocumentRequest, "source" | "form" | "name" | "range" | "maxLength">,
  signal: AbortSignal,
) => Promise<DocumentText>;

/** Where content comes from. */
export interface ContentSource extends PicturePlace {
  /** What messages and the model call it. */
  readonly name: string;
  /** Absolute, or a URL. */
  readonly path: string;
  /** Of the system, for texts whose encoding is not plain. */
  readonly locale: string;
  /** The pages that are wanted; null for all there are. */
  readonly range: PageRange | null;
  /** Bytes of text at most. */
  readonly maxBytes: number;
  readonly readDocument: ReadDocument;
}

/** Content that is neither converted from another encoding or form, nor damaged. */
export const unchanged = { convertedFrom: null, damaged: false, document: null };

/**
 * An error for content that cannot be sent.
 *
 * @param reason as in `input_unreadable`
 * @param limit the form, or the size, that the reason is about
 */
export function refusedContent({ name }: Pick<ContentSource, "name">, reason: string, limit?: string): AppError {
  return new AppError("input_unreadable", { path: name, reason, ...(limit !== undefined && { limit }) });
}

/** Whether what was typed names a web page. */
export function isPageUrl(path: string): boolean {
  return /^https?:\/\//iu.test(path);
}

/** Each file once. */
export function onceEach(files: readonly Attachment[]): Attachment[] {
  const known = new Set<string>();
  return files.filter(({ path }) => known.size < known.add(path).size);
}
