import { readFile, stat } from "node:fs/promises";
import { basename, extname, relative, resolve } from "node:path";
import type { Image } from "../chat/model.ts";
import { expandHome } from "../config/folders.ts";
import { AppError, systemReason } from "../errors.ts";
import type { Question } from "./dialogue.ts";

const pictures: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
};

/** More files than anybody means to send: most likely a folder that was not meant. */
const mostFiles = 500;

/**
 * A question with files: text files stand after the words, fenced and named; pictures go beside them.
 *
 * @throws AppError `input_unreadable` for a file that cannot be read or is neither text nor a picture
 */
export async function withFiles(text: string, paths: readonly string[], folder: string): Promise<Question> {
  const parts: string[] = text === "" ? [] : [text];
  const images: Image[] = [];
  for (const path of paths) {
    const bytes = await readFile(path).catch((error: unknown): never => {
      throw new AppError("input_unreadable", { path, reason: systemReason(error) }, { cause: error });
    });
    const mediaType = pictures[extname(path).toLowerCase()];
    if (mediaType === undefined) parts.push(fenced(nameOf(path, folder), bytes));
    else images.push({ name: basename(path), url: `data:${mediaType};base64,${bytes.toString("base64")}` });
  }
  return { text: parts.join("\n\n"), ...(images.length > 0 && { images }) };
}

/**
 * The files that a path, a folder or a pattern means; of a folder those that its `.gitignore` files do not leave out.
 *
 * @param folder the working directory
 * @throws AppError `input_unreadable` when there are none, or too many
 */
export async function findFiles(path: string, folder: string): Promise<string[]> {
  const full = resolve(folder, expandHome(path));
  const found = await stat(full).catch(() => null);
  if (found?.isFile() === true) return [full];
  const { globby } = await import("globby");
  const files =
    found?.isDirectory() === true
      ? await globby("**/*", { cwd: full, gitignore: true, absolute: true, ignore: [".git"], dot: false })
      : await globby(expandHome(path).replaceAll("\\", "/"), { cwd: folder, gitignore: true, absolute: true });
  if (files.length === 0) throw new AppError("input_unreadable", { path, reason: "ENOENT" });
  if (files.length > mostFiles) throw new AppError("input_unreadable", { path, reason: `${files.length} files` });
  return await textsAndPictures(files.toSorted());
}

/** Of many files the ones that can be sent; a folder has others too, and nobody named them. */
async function textsAndPictures(files: readonly string[]): Promise<string[]> {
  if (files.length === 1) return [...files];
  const kept: string[] = [];
  for (const file of files) {
    const known = pictures[extname(file).toLowerCase()] !== undefined;
    if (known || !isBinary(await readFile(file))) kept.push(file);
  }
  return kept;
}

/** `@path` in a question, at its start or after a blank; quotes hold a path with blanks: `@"my notes.md"`. */
export function mentionedPaths(text: string): string[] {
  return [...text.matchAll(/(?:^|\s)@(?:"([^"\n]+)"|(\S+))/gu)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/**
 * The files mentioned in a question. A mention that is no file (a name, a decorator, a mail address) is only text, unless it
 * looks like a path.
 */
export async function mentionedFiles(text: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const mention of mentionedPaths(text)) {
    const path = mention.replace(/[,.;:!?)，。；：！？）]+$/u, "") || mention;
    const looksLikePath = /[/*\\]|\.[A-Za-z0-9]{1,5}$/u.test(path);
    const found = await findFiles(path, folder).catch((error: unknown) => {
      if (looksLikePath && !path.includes("@")) throw error;
      return [];
    });
    files.push(...found);
  }
  return [...new Set(files)];
}

function nameOf(path: string, folder: string): string {
  const near = relative(folder, path);
  return near.startsWith("..") ? basename(path) : near;
}

function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 8000).includes(0);
}

function fenced(name: string, bytes: Buffer): string {
  if (isBinary(bytes)) throw new AppError("input_unreadable", { path: name, reason: "binary" });
  const text = bytes.toString("utf8");
  const longest = Math.max(2, ...[...text.matchAll(/^`{3,}/gmu)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${name}:\n${fence}${extname(name).slice(1)}\n${text.replace(/\n$/u, "")}\n${fence}`;
}
