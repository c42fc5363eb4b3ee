import { basename, resolve, sep } from "node:path";
import { userMessage } from "../../chat/message-text.ts";
import type { UserMessage } from "../../chat/messages.ts";
import { estimateTokens } from "../../chat/usage.ts";
import { AppError } from "../../errors.ts";
import { nearPath } from "../../files.ts";
import type { WebPages } from "../web/web-page.ts";
import { type AttachedContent, type Attachment, type ContentSource, isPageUrl, unchanged } from "./attachment.ts";
import { documentContent } from "./document-content.ts";
import { findFiles } from "./file-search.ts";
import { maxInputBytes, readInput } from "./input-file.ts";
import { pictureAttachment, pictureContent } from "./picture-content.ts";
import { textContent } from "./text-content.ts";

/** What came of a path, a folder or a pattern. */
export interface Attached {
  readonly files: readonly Attachment[];
  /** What was left out of a folder or a pattern, by name: `reason` as in `input_unreadable`. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

export interface AttachOptions {
  /** The working directory. */
  readonly folder: string;
  readonly stop: AbortSignal;
  /** Of the system, for texts whose encoding is not plain. */
  readonly locale: string;
  /** Reads a resource of an MCP server, as `server:uri` names it; null for what names none. Absent where there are no servers. */
  readonly readResource?: ((name: string, signal: AbortSignal) => Promise<string | null>) | undefined;
  /** Called for a pipe that gives nothing for a second. */
  readonly onSilence?: (path: string) => void;
  /** Fetches web pages. */
  readonly pages: () => Promise<WebPages>;
}

/**
 * Reads the files that a path, a folder or a pattern means, each once; or the web page of a URL.
 *
 * @param path as it was typed
 * @throws AppError `input_unreadable` where there is nothing that can be sent, or too much; `interrupted`; as `WebPages.read`
 */
export async function attach(path: string, options: AttachOptions): Promise<Attached> {
  const { folder, stop } = options;
  if (isPageUrl(path)) return { files: [await readPage(path, options)], leftOut: [] };
  const found = await findFiles(path, folder, stop);
  const files: Attachment[] = [];
  const name = (full: string) => nameOf(full, folder);
  const leftOut = [
    ...found.links.map((full) => ({ name: name(full), reason: "link" })),
    ...found.closed.map((full) => ({ name: name(full), reason: "EACCES" })),
  ];
  let room = maxInputBytes;
  for (const full of found.files) {
    try {
      const file = await readAttachment(full, { ...options, maxBytes: room });
      room -= file.bytes;
      files.push(file);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "input_unreadable" || found.single) throw error;
      const { reason } = (error as AppError<"input_unreadable">).details;
      if (reason === "too_large") throw error;
      leftOut.push({ name: name(full), reason });
    }
  }
  if (files.length === 0) throw new AppError("input_unreadable", { path, reason: leftOut[0]?.reason ?? "no_match" });
  return { files, leftOut };
}

/** A web page as it goes with a question: named by its URL, a picture or a document as such. */
async function readPage(path: string, { pages, stop, locale }: AttachOptions): Promise<Attachment> {
  const { url, bytes, text, mediaType, convertedFrom } = await (await pages()).read(path, stop);
  const name = url.replaceAll("`", "%60");
  const facts = { path: name, name, bytes: bytes.length };
  if (text !== null) {
    const part = { type: "file", name, text } as const;
    return { ...facts, part, convertedFrom, damaged: false, tokens: estimateTokens(text) };
  }
  try {
    const content = await specialContent(bytes, { path: name, name, locale, stop });
    if (content !== null) return { ...facts, ...content };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "input_unreadable") throw error;
    const { limit } = (error as AppError<"input_unreadable">).details;
    throw new AppError(
      "url_unreadable",
      { url, reason: "type", detail: limit ?? (mediaType || "?") },
      { cause: error },
    );
  }
  throw new AppError("url_unreadable", { url, reason: "type", detail: mediaType || "?" });
}

/** What is no plain text: a document or a picture; null for what is neither. */
async function specialContent(bytes: Buffer, source: ContentSource): Promise<AttachedContent | null> {
  return (await documentContent(bytes, source)) ?? (await pictureContent(bytes, source));
}

async function readAttachment(path: string, options: AttachOptions & { maxBytes: number }): Promise<Attachment> {
  const { folder, stop, locale, maxBytes, onSilence } = options;
  const name = nameOf(path, folder);
  const bytes = await readInput(path, { name, maxBytes, stop, onSilence: () => onSilence?.(name) });
  const source = { path, name, locale, stop };
  const content = (await specialContent(bytes, source)) ?? textContent(bytes, source);
  return { path, name, bytes: bytes.length, ...content };
}

/** A question with its files. */
export function withAttachments(words: string, files: readonly Attachment[]): UserMessage {
  return { role: "user", content: [...userMessage(words).content, ...files.map(({ part }) => part)] };
}

/**
 * A text that no file holds.
 *
 * @throws AppError `input_unreadable` where it is too large
 */
export function textAttachment(name: string, text: string, folder: string): Attachment {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxInputBytes) throw new AppError("input_unreadable", { path: name, reason: "too_large" });
  const part = { type: "file", name: nameOf(resolve(folder, name), folder), text } as const;
  return { path: resolve(folder, name), name: part.name, part, ...unchanged, bytes, tokens: estimateTokens(text) };
}

/** What went with a question asked before. */
export function attachmentsOf({ content }: UserMessage, folder: string): Attachment[] {
  return content.flatMap((part): Attachment[] => {
    if (part.type === "text") return [];
    if (part.type === "image") return [pictureAttachment(part, folder)];
    const { name, text } = part;
    const facts = { path: isPageUrl(name) ? name : resolve(folder, name), name, part, ...unchanged };
    return [{ ...facts, bytes: Buffer.byteLength(text), tokens: estimateTokens(text) }];
  });
}

function nameOf(path: string, folder: string): string {
  // A name may hold whatever the system allows, line breaks too.
  return (nearPath(folder, path) ?? basename(path)).replaceAll(sep, "/").replace(/[\0-\x1f\x7f`]/gu, "?");
}
