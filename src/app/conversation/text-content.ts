import { estimateTokens } from "../../chat/usage.ts";
import { decodeText } from "../../text-encoding.ts";
import { type AttachedContent, type ContentSource, refusedContent } from "./attachment.ts";

/**
 * A text file, decoded.
 *
 * @throws AppError `input_unreadable` for what is no text
 */
export function textContent(bytes: Buffer, source: ContentSource): AttachedContent {
  const decoded = decodeText(bytes, source.locale);
  if (typeof decoded === "string") throw refusedContent(source, decoded);
  const { text, encoding, damaged } = decoded;
  const convertedFrom = encoding === "UTF-8" ? null : encoding;
  return { part: { type: "file", name: source.name, text }, convertedFrom, damaged, tokens: estimateTokens(text) };
}
