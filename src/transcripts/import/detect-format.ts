import { statSync } from "node:fs";
import { AppError, systemReason } from "../../errors.ts";
import { readRegular } from "../../files.ts";
import { readAichat } from "./aichat.ts";
import { bounds } from "./bounds.ts";
import { headOf, textOf, utf8ChunksOf } from "./bytes.ts";
import { readChatGpt } from "./chatgpt.ts";
import { TooMuch } from "./database.ts";
import { readDeepSeek } from "./deepseek.ts";
import { skip, type FormReader, type Item } from "./types.ts";
import { jsonItems } from "./json-items.ts";
import { readLlm } from "./llm.ts";
import { readMessages } from "./openai.ts";
import { readOurs } from "./own-json.ts";
import { readTranscriptText } from "./own-text.ts";
import { conversationsInZip } from "./zip.ts";

/** The forms of one JSON value; the first that knows it reads it. To add one, add a row. */
const jsonForms: readonly FormReader[] = [readDeepSeek, readChatGpt, readOurs, readMessages];

/**
 * The conversations in a file of any form that is known, as far as `bounds` go; the file's name plays no part in it. Throws
 * `input_unreadable` where the system or the file itself refuses, `input_too_heavy`.
 *
 * @param sign called while a large file is read
 */
export async function* conversationsIn(path: string, sign: () => void = () => {}): AsyncGenerator<Item> {
  let count = 0;
  for await (const item of allIn(path, sign)) {
    if (++count > bounds.conversations) return yield skip("too-many");
    yield item;
  }
}

async function* allIn(path: string, sign: () => void): AsyncGenerator<Item> {
  try {
    const stat = statSync(path);
    // A pipe might be waited for without end, and a device never ends.
    if (!stat.isFile())
      throw Object.assign(new Error("It is no file."), { code: stat.isDirectory() ? "EISDIR" : "not_a_file" });
    const writtenAt = new Date(stat.mtimeMs);
    const head = headOf(path, 4096);
    if (head.subarray(0, 16).toString("latin1") === "SQLite format 3\0") yield* readLlm(path, sign);
    else if (head.subarray(0, 4).toString("latin1") === "PK\x03\x04") {
      for await (const chunks of conversationsInZip(path)) {
        if (chunks === null) yield skip("too-large");
        else yield* fromJson(signed(chunks, sign), writtenAt);
      }
    } else if (isJson(head)) yield* fromJson(signed(utf8ChunksOf(path), sign), writtenAt);
    else yield await fromText(path, writtenAt);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof TooMuch) throw new AppError("input_too_heavy", { path, why: "time" }, { cause: error });
    throw new AppError("input_unreadable", { path, reason: systemReason(error) }, { cause: error });
  }
}

/** An array of anything but numbers, or an object: `[2026-11-20 23:41:07] Question:` begins a transcript. */
function isJson(head: Buffer): boolean {
  const text = textOf(head);
  return /^\ufeff?\s*(?:\{\s*["}]|\[\s*[[{"\]])/.test(text);
}

/** Pieces of a text, with a sign for each. */
async function* signed(chunks: AsyncIterable<Uint8Array>, sign: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    sign();
    yield chunk;
  }
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
  if (statSync(path).size > bounds.conversation) return skip("too-large");
  const text = textOf(readRegular(path, { maxBytes: bounds.conversation }));
  return readTranscriptText(text) ?? (await readAichat(text, writtenAt)) ?? skip("unknown");
}
