import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { cleanText } from "./paste.ts";

const newestEntries = 10_000;
/** Characters. A longer entry is remembered in this session and not written: the file is for recalling, not for keeping. */
const longestEntry = 200_000;
/** Characters of all entries together that are kept when the file is made smaller. */
const mostCharacters = 8_000_000;

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

  /** Remembers a text; blank ones are passed over. Writing goes on behind, and a failure of it is not reported. */
  add(text: string): void {
    if (text.trim() === "") return;
    this.#entries = newestOnce([...this.#entries, text], this.#limit);
    const path = this.#path;
    if (path === null || text.length > longestEntry) return;
    this.#writing = this.#writing.then(() => append(path, text)).catch(() => undefined);
  }

  /** Resolves when all that was added is in the file, or has failed to be. */
  async settled(): Promise<void> {
    await this.#loading;
    await this.#writing;
  }

  async #read(): Promise<void> {
    const path = this.#path;
    if (path === null) return;
    const stored = parse(await readFile(path, "utf8").catch(() => ""));
    this.#entries = newestOnce([...stored, ...this.#entries], this.#limit);
    // Only when much of the file is of no use any more is it worth writing anew.
    if (stored.length > this.#limit + Math.max(this.#limit / 4, 100)) {
      this.#writing = this.#writing.then(() => compact(path, this.#limit)).catch(() => undefined);
    }
  }
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
    if (kept.size >= limit || (characters > mostCharacters && kept.size > 0)) break;
    kept.add(text);
  }
  return [...kept].reverse();
}

/**
 * Adds one line by one write at the end, which does not mix with those of other sessions. If another session replaced the file
 * meanwhile, the line went to the old one, and is added again.
 */
async function append(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < 3; attempt++) {
    const file = await open(path, "a", 0o600);
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
  const fresh = `${path}.${randomUUID()}`;
  const old = await open(path, "r");
  try {
    const content = await old.readFile();
    // A last line that another session is in the middle of writing belongs to what is carried over.
    const whole = content.lastIndexOf("\n") + 1;
    const file = await open(fresh, "wx", 0o600);
    try {
      const kept = newestOnce(parse(content.toString("utf8", 0, whole)), limit);
      await file.writeFile(kept.map((text) => `${JSON.stringify(text)}\n`).join(""));
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    const { size } = await old.stat();
    if (size > whole) {
      const late = Buffer.alloc(size - whole);
      await old.read(late, 0, late.length, whole);
      for (const text of parse(late.toString("utf8"))) await append(path, text);
    }
  } finally {
    await old.close();
    await rm(fresh, { force: true });
  }
}
