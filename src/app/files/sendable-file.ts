import { type FileHandle, open, readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { expandHome } from "../../config/home.ts";
import { type DocumentForm, documentForm, sampleLengths } from "../../documents/document-form.ts";
import { PictureFault } from "../../pictures/picture-fault.ts";
import { pictureForm } from "../../pictures/picture-form.ts";
import { AppError, systemReason } from "../../errors.ts";
import type { OutgoingFile } from "../../providers/files/uploaded-file.ts";

/** A document or a picture that a service can be sent as a file. */
export interface SendableFile extends OutgoingFile {
  /** Null for a picture. */
  readonly form: DocumentForm | null;
}

const mebibyte = 1024 * 1024;
/** Bytes that DeepSeek takes (api-docs.deepseek.com). */
const limits = { document: 100 * mebibyte, table: 32 * mebibyte, picture: 64 * mebibyte } as const;

/**
 * What a file is that is to be sent, by its content; it is not read as a whole.
 *
 * @param path as it was typed
 * @param name what errors call it
 * @returns null for what is neither a document nor a picture
 * @throws AppError `input_unreadable`
 */
export async function sendableFile(path: string, folder: string, name = path): Promise<SendableFile | null> {
  const full = resolve(folder, expandHome(path));
  const refused = (reason: string, limit?: string) =>
    new AppError("input_unreadable", { path: name, reason, ...(limit !== undefined && { limit }) });
  try {
    await using handle = await open(full, "r");
    const stat = await handle.stat();
    if (!stat.isFile()) throw refused(stat.isDirectory() ? "EISDIR" : "not_a_file");
    const sample = await sampleOf(handle, stat.size);
    const form = documentForm(sample);
    const picture = form === null ? pictureForm(sample) : null;
    const mediaType = form?.mediaType ?? (picture?.isSent === true ? picture.mediaType : null);
    if (mediaType === null) return null;
    return { path: full, name: basename(full), size: stat.size, mediaType, form };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refused(systemReason(error));
  }
}

/**
 * A picture without its metadata, which may tell where it was taken; its pixels stay as they are, so that small letters can be read.
 *
 * @param name what errors call it
 * @throws AppError `input_unreadable`
 */
export async function cleanedPicture(file: SendableFile, name: string): Promise<SendableFile> {
  const { withoutMetadata } = await import("../../pictures/metadata.ts");
  try {
    const bytes = await readFile(file.path);
    const form = pictureForm(bytes);
    if (form?.isSent !== true) throw new AppError("input_unreadable", { path: name, reason: "picture_broken" });
    const content = withoutMetadata(bytes, form);
    return { ...file, content, size: content.length };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = error instanceof PictureFault ? error.reason : systemReason(error);
    throw new AppError("input_unreadable", { path: name, reason }, { cause: error });
  }
}

/** @throws AppError `input_unreadable` for what is larger than the service takes */
export function refuseTooLarge({ form, size }: SendableFile, name: string): void {
  const limit = form === null ? limits.picture : form.unit === "sheet" ? limits.table : limits.document;
  if (size <= limit) return;
  throw new AppError("input_unreadable", { path: name, reason: "too_large", limit: `${limit / mebibyte} MiB` });
}

/** Its beginning and its end. */
async function sampleOf(handle: FileHandle, size: number): Promise<Buffer> {
  const { head, tail } = sampleLengths;
  if (size <= head + tail) return await readAt(handle, 0, size);
  return Buffer.concat([await readAt(handle, 0, head), await readAt(handle, size - tail, tail)]);
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
