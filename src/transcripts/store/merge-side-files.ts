import { fstatSync, ftruncateSync, readSync, realpathSync, truncateSync } from "node:fs";
import { openFile, using, writeAll } from "./fs.ts";
import { Lock } from "./lock.ts";
import { mend } from "../format/repair.ts";
import { parseTranscript } from "../format/parse.ts";
import { decodeFile, identify, keptBytes } from "../format/decode.ts";
import { discard, hasWaiting, listWaiting } from "./side-files.ts";

export interface Held {
  /** Of the conversation in the file; null when there is none. */
  readonly id: string | null;
  /** The system prompt in force at its end; undefined when that is not known. */
  readonly system: string | null | undefined;
}

/** Enough for the last lines of any exchange but one that failed with a very long message. */
const tailLength = 16_384;
const wholeTail = /\n-{40}\n<!-- deepseek-chat end \{[^\n]*\} -->\n\n$/;

/**
 * Makes an open file ready to be appended to; call it with the file's lock held. Closes an exchange that breaks off, and
 * takes over what waits. Null: a look at its end was enough.
 */
export function settle(descriptor: number, path: string): Held | null {
  const waits = hasWaiting(path);
  const { size, mtime } = fstatSync(descriptor);
  if (!waits && wholeTail.test(readPart(descriptor, Math.max(0, size - tailLength), size).toString("utf8")))
    return null;

  const bytes = readPart(descriptor, 0, size);
  const text = decodeFile(bytes);
  const parsed = parseTranscript(text);
  const waiting = waits ? listWaiting(path) : [];
  const written = new Set(parsed.exchanges.map(({ id }) => id));
  const last = parsed.exchanges.at(-1)?.id;
  // Somebody died while taking over a side file: it is taken over again, from its beginning.
  const halfTaken = parsed.tear !== null && waiting.some(({ id }) => id === last);
  if (halfTaken) written.delete(last!);
  const { keep, addition } = halfTaken ? { keep: parsed.tear.start, addition: "" } : mend(text, parsed, mtime);
  const taken = waiting.filter(({ id }) => !written.has(id)).map((one) => one.text);

  const kept = keptBytes(bytes, keep);
  if (kept < bytes.length) shorten(descriptor, path, kept);
  writeAll(descriptor, addition + taken.join(""));
  discard(path, waiting);
  return { id: identify(parsed), system: taken.length === 0 ? parsed.system : undefined };
}

/** Takes over what waits for the file at `path`, unless somebody else is writing to it, who will do so. */
export function settleWaiting(path: string): void {
  const real = realpathSync.native(path);
  // What becomes finished between our look and our release would else wait until the next exchange.
  for (let round = 0; round < 3 && listWaiting(real).length > 0; round++) {
    const lock = Lock.take(real);
    if (lock === null) return;
    try {
      using(openFile(path, false), (descriptor) => settle(descriptor, real));
    } finally {
      lock.release();
    }
  }
}

function shorten(descriptor: number, path: string, length: number): void {
  // Windows does not shorten a file by a descriptor that was opened for appending.
  if (process.platform === "win32") truncateSync(path, length);
  else ftruncateSync(descriptor, length);
}

function readPart(descriptor: number, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from);
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, from + length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
