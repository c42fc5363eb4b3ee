import { closeSync, fstatSync, ftruncateSync, realpathSync, type Stats, truncateSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { decodeFile, identify, keptBytes } from "../format/decode.ts";
import { parseTranscript } from "../format/parse.ts";
import { repair } from "../format/repair.ts";
import { createFile, openFile, readInto, writeAll } from "./fs.ts";
import { Lock } from "../../file-lock.ts";

/** After this long without a write a machine may have slept, and others may have taken us for dead; milliseconds. */
const doubt = 60_000;
/** Between two looks at whether the file is still there, while much is written; milliseconds. */
const lookInterval = 100;

export interface Opened {
  readonly channel: Channel;
  /**
   * Id of the conversation in the file, null where there is none; `ours` when its end is our own last word, `unread` when a look at
   * its end was enough.
   */
  readonly held: { readonly id: string | null } | "ours" | "unread";
}

/** A file opened for appending, with its lock held: for the length of one exchange. */
export class Channel {
  readonly #descriptor: number;
  /** Null for a device such as /dev/null, which is shared by nature. */
  readonly #lock: Lock | null;
  #open = true;
  #lastWrite = Date.now();
  #lookedAt = -Infinity;

  private constructor(descriptor: number, lock: Lock | null) {
    this.#descriptor = descriptor;
    this.#lock = lock;
  }

  /** Makes a new file; null when the name is taken. Throws the system's error. */
  static create(path: string): Channel | null {
    const lock = Lock.take(join(realpathSync.native(dirname(path)), basename(path)));
    if (lock === null) return null;
    let descriptor: number | null = null;
    try {
      descriptor = createFile(path);
      return descriptor === null ? null : new Channel(descriptor, lock);
    } finally {
      if (descriptor === null) lock.release();
    }
  }

  /**
   * Opens a file, making it where `create` says so, and closes an exchange in it that breaks off; null while another program
   * is writing to it. `size` is what it had when this program last wrote to it, null when it never did; an unchanged file
   * needs no look at its end. Throws the system's error.
   */
  static open(path: string, create: boolean, size: number | null): Opened | null {
    const descriptor = openFile(path, create);
    let lock: Lock | null = null;
    let opened: Opened | null = null;
    try {
      const isFile = fstatSync(descriptor).isFile();
      const real = realpathSync.native(path);
      lock = isFile ? Lock.take(real) : null;
      if (isFile && lock === null) return null;
      const held = !isFile ? "unread" : fstatSync(descriptor).size === size ? "ours" : settle(descriptor, real);
      opened = { channel: new Channel(descriptor, lock), held };
      return opened;
    } finally {
      if (opened === null) {
        closeSync(descriptor);
        lock?.release();
      }
    }
  }

  /** Whether it is a device such as /dev/null, beside which nothing belongs. */
  get isShared(): boolean {
    return this.#lock === null;
  }

  /** Whether another program has meanwhile taken the file over from us. */
  isLost(): boolean {
    return this.#lock !== null && Date.now() - this.#lastWrite > doubt && !this.#lock.isOurs();
  }

  /**
   * What was given is in the file when this returns. Throws the system's error; ENOENT when the file was deleted, which a later
   * write or `close` finds out where the file was looked at less than 100 ms ago.
   */
  write(text: string): void {
    writeAll(this.#descriptor, text);
    const now = Date.now();
    this.#lastWrite = now;
    // The clock may have been set back.
    if (Math.abs(now - this.#lookedAt) < lookInterval) return;
    this.#lookedAt = now;
    this.#look();
  }

  /**
   * The same for what is worth nothing in part: after a failure none of it is in the file.
   *
   * @param path of the file
   */
  writeWhole(text: string, path: string): void {
    const { size } = fstatSync(this.#descriptor);
    try {
      this.write(text);
    } catch (error) {
      if (fstatSync(this.#descriptor).size > size) shorten(this.#descriptor, path, size);
      throw error;
    }
  }

  /** Ends it, after a failure too; a second call does nothing. */
  release(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
    this.#lock?.release();
  }

  /** Ends it, and gives the file's size after our last word. Throws ENOENT when the file was deleted, and is still open then. */
  close(): number {
    const { size } = this.#look();
    this.release();
    return size;
  }

  #look(): Stats {
    const stat = fstatSync(this.#descriptor);
    const isDeleted = this.#lock !== null && stat.nlink === 0;
    if (isDeleted) throw Object.assign(new Error("The file was deleted."), { code: "ENOENT" });
    return stat;
  }
}

/** Enough for the last lines of any exchange but one that failed with a very long message. */
const tailLength = 16_384;
const wholeTail =
  /\n-{40}\n<!-- deepseek-chat end \{[^\n]*\} -->\n\n(?:<!-- deepseek-chat (?:title|pin|tags) \{[^\n]*\} -->\n\n)*$/;

/** Makes an open file ready to be appended to: closes an exchange that breaks off. Gives what `Opened` holds. */
function settle(descriptor: number, path: string): Opened["held"] {
  const { size, mtime } = fstatSync(descriptor);
  const tail = readInto(Buffer.allocUnsafe(tailLength), descriptor, Math.max(0, size - tailLength));
  if (wholeTail.test(tail.toString("utf8"))) return "unread";
  const bytes = readInto(Buffer.allocUnsafe(size), descriptor, 0);
  const text = decodeFile(bytes);
  const parsed = parseTranscript(text);
  const { keep, addition } = repair(text, parsed, mtime);
  shorten(descriptor, path, keptBytes(bytes, keep));
  writeAll(descriptor, addition);
  return { id: identify(parsed) };
}

function shorten(descriptor: number, path: string, length: number): void {
  // Windows does not shorten a file by a descriptor that was opened for appending.
  if (process.platform === "win32") truncateSync(path, length);
  else ftruncateSync(descriptor, length);
}
