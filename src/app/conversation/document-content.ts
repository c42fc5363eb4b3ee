import { open, stat } from "node:fs/promises";
import { estimateTokens } from "../../chat/usage.ts";
import type { DocumentForm } from "../../documents/document-form.ts";
import type { DocumentBytes } from "../../documents/document-text.ts";
import { type AttachedContent, type ContentSource, refusedContent } from "./attachment.ts";

/** Bytes of a document's file: what is in it beside text, pictures most of all, is not sent. */
const maxFileBytes = 200 * 1024 * 1024;

/**
 * The text of a document that is in memory, known by its content; null for what is none.
 *
 * @throws AppError `input_unreadable` for a document that cannot be read, or has more text than is wanted; `interrupted`
 */
export async function documentContent(bytes: Buffer, source: ContentSource): Promise<AttachedContent | null> {
  const form = await formOf(bytes);
  return form === null ? null : await contentOf({ bytes }, form, source);
}

/**
 * The text of a document in a file, which may be larger than what is sent of it; null for what is none, pipes too.
 *
 * @throws AppError as `documentContent`
 */
export async function documentFile(source: ContentSource): Promise<AttachedContent | null> {
  const { path } = source;
  const sample = await sampleOf(path);
  const form = sample === null ? null : await formOf(sample.bytes);
  if (sample === null || form === null) return null;
  if (sample.size > maxFileBytes) throw refusedContent(source, "too_large", `${maxFileBytes / 1_048_576} MiB`);
  return await contentOf({ path }, form, source);
}

/** Beginnings of files that may be documents: for others nothing is loaded. */
const starts = /^(?:(?:\xef\xbb\xbf)?[\s\0]*%PDF-|PK\x03\x04|\xd0\xcf\x11\xe0|\{\\rtf)/u;

async function formOf(bytes: Buffer): Promise<DocumentForm | null> {
  if (!starts.test(bytes.toString("latin1", 0, 64))) return null;
  return (await import("../../documents/document-form.ts")).documentForm(bytes);
}

async function contentOf(file: DocumentBytes, form: DocumentForm, source: ContentSource): Promise<AttachedContent> {
  const { name, range, maxBytes, stop } = source;
  if (form.obstacle !== null) throw refusedContent(source, form.obstacle, form.label);
  const { text, ...document } = await source.readDocument(
    { source: file, form, name, range, maxLength: maxBytes },
    stop,
  );
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw refusedContent(source, "too_large", `${Math.floor(maxBytes / 1_048_576)} MiB`);
  const part = { type: "file", name, text } as const;
  return { bytes, part, convertedFrom: null, damaged: false, tokens: estimateTokens(text), document };
}

/** The beginning and the end of a file that may be a document; null for others. What cannot be read is told by who reads it next. */
async function sampleOf(path: string): Promise<{ readonly bytes: Buffer; readonly size: number } | null> {
  try {
    // A pipe that is opened and closed again is lost.
    if (!(await stat(path)).isFile()) return null;
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const read = async (length: number, at: number) => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at);
      return buffer.subarray(0, bytesRead);
    };
    if (!starts.test((await read(64, 0)).toString("latin1"))) return null;
    const { head, tail } = (await import("../../documents/document-form.ts")).sampleLengths;
    if (size <= head + tail) return { bytes: await read(size, 0), size };
    return { bytes: Buffer.concat([await read(head, 0), await read(tail, size - tail)]), size };
  } catch {
    return null;
  }
}
