import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { DocumentPart } from "../../chat/messages.ts";
import type { DocumentFormName } from "../../documents/document-form.ts";
import { AppError, systemReason } from "../../errors.ts";
import { type Attachment, unchanged } from "../conversation/attachment.ts";
import { refuseTooLarge, sendableFile } from "./sendable-file.ts";

/** Forms of which DeepSeek's Files API reads the text (api-docs.deepseek.com). The text of others is taken out on this machine. */
const uploadable: ReadonlySet<DocumentFormName> = new Set(["pdf", "docx", "doc", "pptx", "ppt", "xlsx", "xls"]);

/**
 * A document that is to go to a service as a file. It is read once, for its digest.
 *
 * @param path absolute
 * @returns null for what is none, or none that services read
 * @throws AppError `input_unreadable`; `interrupted`
 */
export async function attachedDocument(path: string, name: string, stop: AbortSignal): Promise<Attachment | null> {
  // A pipe that is opened and closed again is lost. What cannot be read is told by who reads it next.
  if (!(await stat(path).catch(() => null))?.isFile()) return null;
  const file = await sendableFile(path, "/", name).catch(() => null);
  if (file === null || file.form === null || !uploadable.has(file.form.name)) return null;
  refuseTooLarge(file, name);
  const digest = await digestOf(path, name, stop);
  const part: DocumentPart = { type: "document", name, digest, size: file.size, path, place: null };
  return { path, name, bytes: file.size, part, ...unchanged, tokens: null };
}

/**
 * SHA-256 of a file in hex.
 *
 * @throws AppError `input_unreadable`; `interrupted`
 */
export async function digestOf(path: string, name: string, stop: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path, { signal: stop, highWaterMark: 1024 * 1024 })) {
      hash.update(piece as Buffer);
    }
    return hash.digest("hex");
  } catch (error) {
    if (stop.aborted) throw new AppError("interrupted", {}, { cause: error });
    throw new AppError("input_unreadable", { path: name, reason: systemReason(error) }, { cause: error });
  }
}
