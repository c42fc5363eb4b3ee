import { basename, resolve, sep } from "node:path";
import { userMessage } from "../../chat/message-text.ts";
import type { DocumentPart, UserMessage } from "../../chat/messages.ts";
import { estimateTokens } from "../../chat/usage.ts";
import type { PageRange } from "../../documents/page-range.ts";
import { AppError } from "../../errors.ts";
import { nearPath } from "../../files.ts";
import type { WebPages } from "../web/web-page.ts";
import {
  type AttachedContent,
  type Attachment,
  type ContentSource,
  isPageUrl,
  type ReadDocument,
  unchanged,
} from "./attachment.ts";
import { documentContent, documentFile } from "./document-content.ts";
import { findFiles, type FoundFiles } from "./file-search.ts";
import { maxInputBytes, readInput } from "./input-file.ts";
import { pictureAttachment, pictureContent } from "./picture-content.ts";
import type { PicturePlace } from "../pictures/picture-thread.ts";
import { textContent } from "./text-content.ts";

/** What came of a path, a folder or a pattern. */
export interface Attached {
  readonly files: readonly Attachment[];
  /** What was left out of a folder or a pattern, by name: `reason` as in `input_unreadable`. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

export interface AttachOptions extends PicturePlace {
  /** The working directory. */
  readonly folder: string;
  /** Of the system, for texts whose encoding is not plain. */
  readonly locale: string;
  /** Reads a resource of an MCP server, as `server:uri` names it; null for what names none. Absent where there are no servers. */
  readonly readResource?: ((name: string, signal: AbortSignal) => Promise<string | null>) | undefined;
  /** Called for a pipe that gives nothing for a second. */
  readonly onSilence?: (path: string) => void;
  /** Whether documents go to the provider as files. */
  readonly uploads: boolean;
  /** Fetches web pages. */
  readonly pages: () => Promise<Pick<WebPages, "read">>;
  readonly readDocument: ReadDocument;
}

/**
 * Reads the files that a path, a folder or a pattern means, each once; or the web page of a URL.
 *
 * @param path as it was typed; `#3-5` behind it, where no file is called so, means these pages of documents
 * @throws AppError `input_unreadable` where there is nothing that can be sent, or too much; `interrupted`; as `WebPages.read`
 */
export async function attach(path: string, options: AttachOptions): Promise<Attached> {
  const { folder, stop } = options;
  if (isPageUrl(path)) return { files: [await readPage(path, options)], leftOut: [] };
  const { found, pages } = await findWithPages(path, folder, stop);
  const files: Attachment[] = [];
  const name = (full: string) => nameOf(full, folder);
  const leftOut = [
    ...found.links.map((full) => ({ name: name(full), reason: "link" })),
    ...found.closed.map((full) => ({ name: name(full), reason: "EACCES" })),
  ];
  let room = maxInputBytes;
  for (const full of found.files) {
    try {
      const file = await readAttachment(full, pages, { ...options, maxBytes: room });
      // A document goes out by itself, and is not read here.
      if (file.part.type !== "document") room -= file.bytes;
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

/** Pages of documents that are wanted. */
interface WantedPages {
  /** Null for all there are. */
  readonly range: PageRange | null;
  /** As they were typed, with the `#`; empty for all. */
  readonly suffix: string;
  /** What was typed before them; empty for all. */
  readonly path: string;
}

const allPages: WantedPages = { range: null, suffix: "", path: "" };

async function findWithPages(
  path: string,
  folder: string,
  stop: AbortSignal,
): Promise<{ readonly found: FoundFiles; readonly pages: WantedPages }> {
  try {
    return { found: await findFiles(path, folder, stop), pages: allPages };
  } catch (error) {
    const pages = await pagesIn(path);
    if (pages === allPages || !(error instanceof AppError) || error.code !== "input_unreadable") throw error;
    // What was typed is what an error names.
    const found = await findFiles(pages.path, folder, stop).catch((other: unknown) => {
      throw stop.aborted ? other : error;
    });
    return { found, pages };
  }
}

/** The pages that a path or a URL ends with. */
async function pagesIn(path: string): Promise<WantedPages> {
  if (!path.includes("#")) return allPages;
  const { parseRange, splitRange } = await import("../../documents/page-range.ts");
  const named = splitRange(path);
  const range = named === null ? null : parseRange(named.written);
  return named === null || range === null ? allPages : { path: named.path, range, suffix: `#${named.written.trim()}` };
}

/** A web page as it goes with a question: named by its URL, a picture or a document as such. */
async function readPage(path: string, options: AttachOptions): Promise<Attachment> {
  const { pages, stop, thread, locale, readDocument } = options;
  const { url, bytes, text, mediaType, convertedFrom } = await (await pages()).read(path, stop);
  const name = url.replaceAll("`", "%60");
  if (text !== null) {
    const facts = { ...unchanged, convertedFrom, bytes: bytes.length, tokens: estimateTokens(text) };
    return { path: name, name, part: { type: "file", name, text }, ...facts };
  }
  const { range, suffix } = await pagesIn(path);
  const called = name.endsWith(suffix) ? name : name + suffix;
  const source = { path: called, name: called, locale, range, maxBytes: maxInputBytes, readDocument, stop, thread };
  try {
    const content = await specialContent(bytes, source);
    if (content !== null) return { path: called, name: called, ...content };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "input_unreadable") throw error;
    const { limit, reason } = (error as AppError<"input_unreadable">).details;
    if (reason.startsWith("document_")) throw error;
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

async function readAttachment(
  path: string,
  { range, suffix }: WantedPages,
  options: AttachOptions & { maxBytes: number },
): Promise<Attachment> {
  const { folder, stop, thread, locale, maxBytes, onSilence, readDocument } = options;
  const name = nameOf(path, folder) + suffix;
  if (options.uploads && range === null) {
    const { attachedDocument } = await import("../files/attached-document.ts");
    const uploaded = await attachedDocument(path, name, stop);
    if (uploaded !== null) return uploaded;
  }
  const source = { path, name, locale, range, maxBytes, readDocument, stop, thread };
  const document = await documentFile(source);
  // Other pages of the same document are another attachment.
  if (document !== null) return { path: path + suffix, name, ...document };
  const bytes = await readInput(path, { name, maxBytes, stop, onSilence: () => onSilence?.(name) });
  return { path, name, ...((await specialContent(bytes, source)) ?? textContent(bytes, source)) };
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
    if (part.type === "document") return [documentAttachment(part, folder)];
    if (part.type === "image") return [pictureAttachment(part, folder)];
    const { name, text } = part;
    const facts = { path: isPageUrl(name) ? name : resolve(folder, name), name, part, ...unchanged };
    return [{ ...facts, bytes: Buffer.byteLength(text), tokens: estimateTokens(text) }];
  });
}

function documentAttachment(part: DocumentPart, folder: string): Attachment {
  const { name, size: bytes } = part;
  return { path: part.path ?? resolve(folder, name), name, part, ...unchanged, bytes, tokens: null };
}

function nameOf(path: string, folder: string): string {
  // A name may hold whatever the system allows, line breaks too.
  return (nearPath(folder, path) ?? basename(path)).replaceAll(sep, "/").replace(/[\0-\x1f\x7f`]/gu, "?");
}
