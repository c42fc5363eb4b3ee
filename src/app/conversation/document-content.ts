import { type AttachedContent, type ContentSource, refusedContent } from "./attachment.ts";

/**
 * A document, known by its content; null for what is none.
 *
 * @throws AppError `input_unreadable` for a document that cannot be sent
 */
export function documentContent(bytes: Buffer, source: ContentSource): Promise<AttachedContent | null> {
  if (bytes.toString("latin1", 0, 5) === "%PDF-") throw refusedContent(source, "document_form", "PDF");
  return Promise.resolve(null);
}
