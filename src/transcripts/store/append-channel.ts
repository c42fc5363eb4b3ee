import { closeSync, fstatSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createFile, isGone, openFile, writeAll } from "./fs.ts";
import { Lock } from "./lock.ts";
import { settle, settleWaiting, type Held } from "./merge-side-files.ts";
import { hasWaiting, openWaiting } from "./side-files.ts";

/** After this long without a write a machine may have slept, and others may have taken us for dead; milliseconds. */
const doubt = 60_000;

export interface Opened {
  readonly channel: Channel;
  /** What the file held; `ours` when its end is our own last word, `unread` when a look at its end was enough. */
  readonly held: Held | "ours" | "unread";
}

/** The way into a file for the length of one exchange: straight, with the lock held, or by a side file. */
export class Channel {
  /** False: what is written goes to a side file and waits there. */
  readonly live: boolean;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #lock: Lock | null;
  #open = true;
  #lastWrite = Date.now();

  private constructor(path: string, descriptor: number, lock: Lock | null, live: boolean) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#lock = lock;
    this.live = live;
  }

  /** Makes a new file; null when the name is taken. Throws the system's error. */
  static create(path: string): Channel | null {
    const real = join(realpathSync.native(dirname(path)), basename(path));
    const lock = Lock.take(real);
    if (lock === null) return null;
    try {
      const descriptor = createFile(path);
      if (descriptor !== null) return new Channel(real, descriptor, lock, true);
    } catch (error) {
      lock.release();
      throw error;
    }
    lock.release();
    return null;
  }

  /**
   * Opens a file, making it where `create` says so. `size` is what it had when this program last wrote to it, null when it
   * never did; an unchanged file needs no look at its end. Throws the system's error.
   */
  static open(path: string, create: boolean, size: number | null, id: string): Opened {
    const descriptor = openFile(path, create);
    const real = realpathSync.native(path);
    // A device such as /dev/null is shared by nature.
    const lock = fstatSync(descriptor).isFile() ? Lock.take(real) : null;
    const channel = new Channel(real, descriptor, lock, true);
    try {
      if (!fstatSync(descriptor).isFile()) return { channel, held: "unread" };
      if (lock === null) {
        channel.release();
        return { channel: Channel.aside(real, id), held: "unread" };
      }
      const touched = fstatSync(descriptor).size !== size || hasWaiting(real);
      return { channel, held: touched ? (settle(descriptor, real) ?? "unread") : "ours" };
    } catch (error) {
      channel.release();
      throw error;
    }
  }

  /** A side file for the exchange `id` that the file at `path` (its real path) cannot take now. */
  static aside(path: string, id: string): Channel {
    return new Channel(path, openWaiting(path, id), null, false);
  }

  /** Where the file really is. */
  get path(): string {
    return this.#path;
  }

  /** Whether another program has meanwhile taken the file over from us. */
  isLost(): boolean {
    return this.#lock !== null && Date.now() - this.#lastWrite > doubt && !this.#lock.isOurs();
  }

  /** What was given is in the file when this returns. Throws the system's error; ENOENT when the file was deleted. */
  write(text: string): void {
    writeAll(this.#descriptor, text);
    this.#lastWrite = Date.now();
    if (this.live && isGone(this.#descriptor)) {
      throw Object.assign(new Error("The file was deleted."), { code: "ENOENT" });
    }
  }

  /** Ends it, after a failure too; a second call does nothing. */
  release(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
    this.#lock?.release();
  }

  /**
   * Ends it, and takes over what waits for the file: our own side file, or what others wrote aside while we held the lock.
   * Gives the file's size after our own last write, null when that went aside. Throws the system's error where our own
   * words did not get into the file.
   */
  close(): number | null {
    const size = this.live ? fstatSync(this.#descriptor).size : null;
    this.release();
    try {
      if (!this.live || hasWaiting(this.#path)) settleWaiting(this.#path);
    } catch (error) {
      // What others wrote is safe in their side files.
      if (!this.live) throw error;
    }
    return size;
  }
}
