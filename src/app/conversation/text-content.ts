import { estimateTokens } from "../../chat/usage.ts";
import { decodeText } from "../../text-encoding.ts";
import { type AttachedContent, type ContentSource, refusedContent } from "./attachment.ts";

/**
 * A text file, decoded.
 *
 * @throws AppError `input_unreadable` for what is no text, and where pages of it are wanted
 */
export function textContent(bytes: Buffer, source: ContentSource): AttachedContent {
  if (source.range !== null) throw refusedContent(source, "document_no_pages");
  const decoded = decodeText(bytes, source.locale);
  if (typeof decoded === "string") throw refusedContent(source, decoded);
  const { text, encoding, damaged } = decoded;
  const convertedFrom = encoding === "UTF-8" ? null : encoding;
  const part = { type: "file", name: source.name, text } as const;
  return { bytes: bytes.length, part, convertedFrom, damaged, tokens: estimateTokens(text), document: null };
}
