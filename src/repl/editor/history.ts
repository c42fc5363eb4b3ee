import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { replaceFile } from "../../atomic-file.ts";
import { flagsIn, isOwn, makeFolder } from "../../files.ts";
import { cleanText } from "./paste.ts";

const newestEntries = 10_000;
/** Characters. A longer entry is remembered in this session and not written: the file is for recalling, not for keeping. */
const longestEntry = 200_000;
/** Characters of all entries together that are kept when the file is made smaller. */
const maxCharacters = 8_000_000;

/** What was typed in earlier prompts, oldest first, each text once, where it was last used. */
export class History {
  readonly #path: string | null;
  readonly #limit: number;
  #entries: string[] = [];
  #loading: Promise<void> | null = null;
  #writing: Promise<void> = Promise.resolve();

  /**
   * @param path the private file, one JSON string a line; null keeps the history in memory alone
   * @param limit how many entries are kept
   */
  constructor(path: string | null, limit = newestEntries) {
    this.#path = path;
    this.#limit = limit;
  }

  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Reads the file, once. A file that is missing, unreadable or damaged in places never disturbs: what can be read is there. */
  async load(): Promise<void> {
    this.#loading ??= this.#read();
    await this.#loading;
  }

  /**
   * Remembers a text; blank ones are passed over. It is written after what the text leads to in this turn of the event loop, a
   * question's request above all; a failure of that is not reported.
   */
  add(text: string): void {
    if (text.trim() === "") return;
    this.#entries = newestOnce([...this.#entries, text], this.#limit);
    const path = this.#path;
    if (path === null || text.length > longestEntry) return;
    this.#writing = Promise.all([this.#writing, setImmediate()])
      .then(() => append(path, text))
      .catch(() => undefined);
  }

  /** Resolves when all that was added is in the file, or has failed to be. */
  async settled(): Promise<void> {
    await this.#loading;
    await this.#writing;
  }

  async #read(): Promise<void> {
    const path = this.#path;
    if (path === null) return;
    const { bytes, start } = await readFrom(path).catch(() => ({ bytes: Buffer.alloc(0), start: 0 }));
    const stored = parse(bytes.toString("utf8"));
    this.#entries = newestOnce([...stored, ...this.#entries], this.#limit);
    // Rewriting pays only when much of the file is obsolete.
    if (start > 0 || stored.length > this.#limit + Math.max(this.#limit / 4, 100)) {
      this.#writing = this.#writing.then(() => compact(path, this.#limit)).catch(() => undefined);
    }
  }
}

/** Bytes of the file that are read, from its end: more than what is kept can fill. */
const maxBytes = 64 * 1024 * 1024;

interface NewestPart {
  readonly bytes: Buffer;
  /** Where it begins in the file. */
  readonly start: number;
}

async function readNewest(file: FileHandle): Promise<NewestPart> {
  const { size } = await file.stat();
  const start = Math.max(0, size - maxBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  return { bytes: buffer.subarray(0, bytesRead), start };
}

async function readFrom(path: string): Promise<NewestPart> {
  await using file = await openOwn(path, constants.O_RDONLY);
  return await readNewest(file);
}

/** Opens the file, if it is a regular one of the person's own; nothing waits on a pipe. */
async function openOwn(path: string, flags: number): Promise<FileHandle> {
  const file = await open(path, flags | flagsIn(dirname(path)), 0o600);
  const found = await file.stat();
  if (found.isFile() && isOwn(found)) return file;
  await file.close();
  throw new Error("It is no history of this user.");
}

function parse(content: string): string[] {
  return content.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === "string" ? [cleanText(value)] : [];
    } catch {
      return [];
    }
  });
}

/** Each text once, at its last place; the newest that fit the bounds. */
function newestOnce(texts: readonly string[], limit: number): string[] {
  const kept = new Set<string>();
  let characters = 0;
  for (const text of texts.toReversed()) {
    if (kept.has(text)) continue;
    characters += text.length;
    if (kept.size >= limit || (characters > maxCharacters && kept.size > 0)) break;
    kept.add(text);
  }
  return [...kept].reverse();
}

/**
 * Adds one line by one write at the end, which does not mix with those of other sessions. If another session replaced the file
 * meanwhile, the line went to the old one, and is added again.
 */
async function append(path: string, text: string): Promise<void> {
  makeFolder(dirname(path));
  for (let attempt = 0; attempt < 3; attempt++) {
    const file = await openOwn(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
    try {
      await file.write(`${JSON.stringify(text)}\n`);
      const [written, current] = await Promise.all([file.stat(), stat(path).catch(() => null)]);
      if (current?.ino === written.ino) return;
    } finally {
      await file.close();
    }
  }
}

/** Replaces the file by one without what is not kept. What others append to the old file meanwhile is carried over. */
async function compact(path: string, limit: number): Promise<void> {
  const old = await openOwn(path, constants.O_RDONLY);
  try {
    const { bytes, start } = await readNewest(old);
    // A last line that another session is in the middle of writing belongs to what is carried over.
    const length = bytes.lastIndexOf("\n") + 1;
    const whole = start + length;
    const kept = newestOnce(parse(bytes.toString("utf8", 0, length)), limit);
    replaceFile(path, kept.map((text) => `${JSON.stringify(text)}\n`).join(""));
    const { size } = await old.stat();
    if (size > whole) {
      const late = Buffer.alloc(size - whole);
      await old.read(late, 0, late.length, whole);
      for (const text of parse(late.toString("utf8"))) await append(path, text);
    }
  } finally {
    await old.close();
  }
}
