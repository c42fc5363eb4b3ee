import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { expandHome } from "../../config/home.ts";
import { AppError } from "../../errors.ts";
import type { Mention } from "../../repl/mentions.ts";
import { isPageUrl } from "./attachment.ts";
import { attach, type Attached, type AttachOptions, textAttachment } from "./attachments.ts";

interface Mentioned {
  readonly attached: readonly Attached[];
  /** Those that name a file and are only text, because nobody typed them. */
  readonly asText: readonly { readonly path: string }[];
}

/** Mentions of one line that are looked up: a long paste may have thousands. */
const maxMentions = 100;

/** Reasons for which a mention is no file, but a name, a decorator or an address: plain text. */
const absent: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ENAMETOOLONG",
  "EINVAL",
  "no_match",
  "url",
  "document_no_pages",
]);

/**
 * Reads the files that a line mentions. What is no file is text; a link that leads out of the working directory is left out.
 *
 * @throws AppError `input_unreadable` for a file that is there and cannot be sent, as `WebPages.read` for a web page;
 *   `interrupted`
 */
export async function readMentions(mentions: readonly Mention[], options: AttachOptions): Promise<Mentioned> {
  const attached: Attached[] = [];
  const asText: { path: string }[] = [];
  for (const mention of mentions.slice(0, maxMentions)) {
    if (mention.typed) {
      const found = await read(mention, options);
      if (found !== null) attached.push(found);
    } else {
      const path = await existing(mention, options.folder);
      if (path !== null) asText.push({ path });
    }
  }
  return { attached, asText };
}

async function read({ paths }: Mention, options: AttachOptions): Promise<Attached | null> {
  for (const path of paths) {
    try {
      return await attach(path, options);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "input_unreadable") throw error;
      const { reason } = (error as AppError<"input_unreadable">).details;
      if (reason === "link") return { files: [], leftOut: [{ name: path, reason }] };
      if (!absent.has(reason)) throw error;
    }
    const text = (await options.readResource?.(path, options.stop)) ?? null;
    if (text !== null) return { files: [textAttachment(path, text, options.folder)], leftOut: [] };
  }
  return null;
}

async function existing({ paths }: Mention, folder: string): Promise<string | null> {
  for (const path of paths) {
    if (isPageUrl(path)) return path;
    if ((await stat(resolve(folder, expandHome(path))).catch(() => null)) !== null) return path;
  }
  return null;
}
