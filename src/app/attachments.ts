import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { Image } from "../chat/model.ts";
import { AppError, systemReason } from "../errors.ts";
import type { Question } from "./dialogue.ts";

const pictures: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
};

/**
 * A question with files: text files stand after the words, fenced and named; pictures go beside them.
 *
 * @throws AppError `input_unreadable` for a file that cannot be read or is neither text nor a picture
 */
export async function withFiles(text: string, paths: readonly string[]): Promise<Question> {
  const parts: string[] = text === "" ? [] : [text];
  const images: Image[] = [];
  for (const path of paths) {
    const bytes = await readFile(path).catch((error: unknown): never => {
      throw new AppError("input_unreadable", { path, reason: systemReason(error) }, { cause: error });
    });
    const mediaType = pictures[extname(path).toLowerCase()];
    if (mediaType === undefined) parts.push(fenced(path, bytes));
    else images.push({ name: basename(path), url: `data:${mediaType};base64,${bytes.toString("base64")}` });
  }
  return { text: parts.join("\n\n"), ...(images.length > 0 && { images }) };
}

function fenced(path: string, bytes: Buffer): string {
  if (bytes.subarray(0, 8000).includes(0)) throw new AppError("input_unreadable", { path, reason: "binary" });
  const text = bytes.toString("utf8");
  const longest = Math.max(2, ...[...text.matchAll(/^`{3,}/gmu)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${basename(path)}:\n${fence}${extname(path).slice(1)}\n${text.replace(/\n$/u, "")}\n${fence}`;
}
