import { basename, extname, resolve, sep } from "node:path";
import type { FilePart, ImagePart, UserMessage } from "../../chat/messages.ts";
import { estimateTokens } from "../../chat/usage.ts";
import { AppError } from "../../errors.ts";
import { userMessage } from "../../chat/message-text.ts";
import { decodeText, type TextEncoding } from "../../text-encoding.ts";
import { findFiles } from "./file-search.ts";
import { maxInputBytes, readInput } from "./input-file.ts";
import { nearPath } from "../../files.ts";
import { contentOf, isPictureName } from "./picture.ts";
import type { WebPages } from "../web/web-page.ts";

/** A file that goes with a question, read. */
export interface Attachment {
  /** Absolute. */
  readonly path: string;
  /** Relative to the working directory where it lies in it. */
  readonly name: string;
  readonly bytes: number;
  /** The picture, or what the file says, decoded. */
  readonly part: FilePart | ImagePart;
  /** The encoding it was converted from; null for UTF-8 and for pictures. */
  readonly convertedFrom: TextEncoding | null;
  /** Whether U+FFFD stands for some of its bytes. */
  readonly damaged: boolean;
  /** An estimate; null for a picture: what that costs is the service's to say. */
  readonly tokens: number | null;
}

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

/** Whether what was typed names a web page. */
export function isPageUrl(path: string): boolean {
  return /^https?:\/\//iu.test(path);
}

/** A web page as it goes with a question: named by its URL, a picture as one. */
async function readPage(path: string, { pages, stop }: AttachOptions): Promise<Attachment> {
  const { url, bytes, text, mediaType, convertedFrom } = await (await pages()).read(path, stop);
  const name = url.replaceAll("`", "%60");
  const facts = { path: name, name, bytes: bytes.length, damaged: false };
  if (text !== null) {
    return { ...facts, part: { type: "file", name, text }, convertedFrom, tokens: estimateTokens(text) };
  }
  const content = contentOf(bytes);
  if (content.kind === "picture" && content.whole) return { ...facts, ...pictureOf(bytes, content.mediaType, name) };
  const detail = content.kind === "foreign" ? content.form : mediaType || "?";
  throw new AppError("url_unreadable", { url, reason: "type", detail });
}

function pictureOf(
  bytes: Buffer,
  mediaType: string,
  name: string,
): Pick<Attachment, "part" | "convertedFrom" | "tokens"> {
  const url = `data:${mediaType};base64,${bytes.toString("base64")}`;
  return { part: { type: "image", name, url }, convertedFrom: null, tokens: null };
}

const plain = { convertedFrom: null, damaged: false };

async function readAttachment(path: string, options: AttachOptions & { maxBytes: number }): Promise<Attachment> {
  const { folder, stop, locale, maxBytes, onSilence } = options;
  const name = nameOf(path, folder);
  const refused = (reason: string, limit?: string) =>
    new AppError("input_unreadable", { path: name, reason, ...(limit !== undefined && { limit }) });
  const bytes = await readInput(path, { name, maxBytes, stop, onSilence: () => onSilence?.(name) });
  const content = contentOf(bytes);
  const facts = { path, name, bytes: bytes.length };
  if (content.kind === "picture") {
    if (!content.whole) throw refused("picture_broken");
    return { ...facts, damaged: false, ...pictureOf(bytes, content.mediaType, basename(path)) };
  }
  if (content.kind === "foreign")
    throw refused(content.form === "PDF" ? "document_form" : "picture_form", content.form);
  if (isPictureName(extname(path))) throw refused(bytes.length === 0 ? "picture_empty" : "picture_broken");
  const decoded = decodeText(bytes, locale);
  if (typeof decoded === "string") throw refused(decoded);
  const { text, encoding, damaged } = decoded;
  const convertedFrom = encoding === "UTF-8" ? null : encoding;
  return { ...facts, part: { type: "file", name, text }, convertedFrom, damaged, tokens: estimateTokens(text) };
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
  return { path: resolve(folder, name), name: part.name, part, ...plain, bytes, tokens: estimateTokens(text) };
}

/** A picture that is in memory already; it has a path that no other has of its name. */
export function pictureAttachment(part: ImagePart, folder: string): Attachment {
  const bytes = Math.floor((part.url.length - part.url.indexOf(",") - 1) * 0.75);
  return { path: resolve(folder, part.name), name: part.name, part, ...plain, bytes, tokens: null };
}

/** What went with a question asked before. */
export function attachmentsOf({ content }: UserMessage, folder: string): Attachment[] {
  return content.flatMap((part): Attachment[] => {
    if (part.type === "text") return [];
    if (part.type === "image") return [pictureAttachment(part, folder)];
    const { name, text } = part;
    const facts = { path: isPageUrl(name) ? name : resolve(folder, name), name, part, ...plain };
    return [{ ...facts, bytes: Buffer.byteLength(text), tokens: estimateTokens(text) }];
  });
}

/** Each file once. */
export function onceEach(files: readonly Attachment[]): Attachment[] {
  const known = new Set<string>();
  return files.filter(({ path }) => known.size < known.add(path).size);
}

function nameOf(path: string, folder: string): string {
  // A name may hold whatever the system allows, line breaks too.
  return (nearPath(folder, path) ?? basename(path)).replaceAll(sep, "/").replace(/[\0-\x1f\x7f`]/gu, "?");
}
