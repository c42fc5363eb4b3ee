import { closeSync, openSync, rmSync, writeSync } from "node:fs";

/** Bytes: of what is under way when a disk is full. */
const length = 1 << 20;

/** Room on the disk that is given back when it is full, so that answers which are paid for still go there. */
export class DiskReserve {
  readonly #path: string;
  #isHeld = false;

  /** @param path of a file that holds nothing but its place */
  constructor(path: string) {
    this.#path = path;
  }

  /** Takes the room, without which nothing is asked. @throws Error the system's, where there is none */
  take(): void {
    try {
      const descriptor = openSync(this.#path, "w", 0o600);
      this.#isHeld = true;
      try {
        // Zeros take no room on some disks.
        for (let at = 0, block = Buffer.alloc(1 << 16, "reserve "); at < length; at += block.length)
          writeSync(descriptor, block);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Gives the room back; false where there was none. */
  release(): boolean {
    const wasHeld = this.#isHeld;
    if (wasHeld) rmSync(this.#path, { force: true });
    this.#isHeld = false;
    return wasHeld;
  }
}
