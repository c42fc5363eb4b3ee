import { readFileSync, statSync } from "node:fs";
import { AppError, systemReason } from "../../errors.ts";
import { readAichat } from "./aichat.ts";
import { decodeText, headOf, isUtf16, utf8ChunksOf } from "./bytes.ts";
import { readChatGpt } from "./chatgpt.ts";
import { readDeepSeek } from "./deepseek.ts";
import { skip, type FormReader, type Item } from "./found.ts";
import { jsonItems } from "./json-items.ts";
import { readLlm } from "./llm.ts";
import { readMessages } from "./openai.ts";
import { readOurs } from "./ours.ts";
import { readTranscriptText } from "./plain.ts";
import { conversationsInZip } from "./zip.ts";

/** The forms of one JSON value; the first that knows it reads it. To add one, add a row. */
const jsonForms: readonly FormReader[] = [readDeepSeek, readChatGpt, readOurs, readMessages];

/** Bytes of a text that is read as a whole: nobody has a longer transcript or session. */
const longestText = 256 * 1024 * 1024;

/**
 * The conversations in a file of any form that is known; the file's name plays no part in it. Throws `input_unreadable`
 * where the system or the file itself refuses.
 */
export async function* conversationsIn(path: string): AsyncGenerator<Item> {
  try {
    const writtenAt = new Date(statSync(path).mtimeMs);
    const head = headOf(path, 4096);
    if (head.subarray(0, 16).toString("latin1") === "SQLite format 3\0") yield* readLlm(path);
    else if (head.subarray(0, 4).toString("latin1") === "PK\x03\x04") {
      for await (const chunks of conversationsInZip(path)) yield* fromJson(chunks, writtenAt);
    } else if (isJson(head)) yield* fromJson(utf8ChunksOf(path), writtenAt);
    else yield await fromText(path, writtenAt);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("input_unreadable", { path, reason: systemReason(error) }, { cause: error });
  }
}

/** An array of anything but numbers, or an object: `[2026-11-20 23:41:07] Question:` begins a transcript. */
function isJson(head: Buffer): boolean {
  const text = isUtf16(head) ? head.toString("utf16le", 2) : head.toString("utf8");
  return /^\ufeff?\s*(?:\{\s*["}]|\[\s*[[{"\]])/.test(text);
}

async function* fromJson(chunks: AsyncIterable<Uint8Array>, writtenAt: Date): AsyncGenerator<Item> {
  for await (const item of jsonItems(chunks)) {
    if ("reason" in item) yield skip(item.reason);
    else yield fromValue(item.value, writtenAt);
  }
}

function fromValue(value: unknown, writtenAt: Date): Item {
  for (const read of jsonForms) {
    const item = read(value, { writtenAt });
    if (item !== null) return item;
  }
  return skip("unknown");
}

async function fromText(path: string, writtenAt: Date): Promise<Item> {
  if (statSync(path).size > longestText) return skip("too-large");
  const text = decodeText(readFileSync(path));
  return readTranscriptText(text) ?? (await readAichat(text, writtenAt)) ?? skip("unknown");
}
