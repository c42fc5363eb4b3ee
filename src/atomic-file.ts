import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { AppError, systemReason } from "./errors.ts";
import { isUntrustedLink, makeFolder } from "./files.ts";

/** Tells apart what this process writes at the same time. */
let count = 0;

/**
 * A file that appears whole or not at all: it is written under another name beside its place, for its owner alone. Devices
 * and pipes are written to as they are.
 */
export class AtomicFile {
  readonly #path: string;
  readonly #force: boolean;
  readonly #descriptor: number;
  /** Null: it is the place itself. */
  readonly #temporary: string | null;
  #open = true;

  private constructor(path: string, force: boolean, descriptor: number, temporary: string | null) {
    this.#path = path;
    this.#force = force;
    this.#descriptor = descriptor;
    this.#temporary = temporary;
  }

  /**
   * @param force replaces a file that is there, or a link to one
   * @throws AppError `output_exists`; `storage_failed` when nothing can be written there
   */
  static open(path: string, force: boolean): AtomicFile {
    return orFailed(path, () => {
      const there = (isUntrustedLink(path) ? lstatSync : statSync)(path, { throwIfNoEntry: false });
      const isReplaced = there === undefined || there.isFile() || there.isDirectory() || there.isSymbolicLink();
      if (!isReplaced) return new AtomicFile(path, force, openSync(path, "w"), null);
      if (there !== undefined && !force) throw new AppError("output_exists", { path });
      if (there?.isDirectory() === true) throw new AppError("storage_failed", { path, reason: "EISDIR" });
      const temporary = join(dirname(path), `.${process.pid}-${Date.now().toString(36)}-${count++}.part`);
      // Created exclusively, so that no link in its place is followed.
      const descriptor = openSync(temporary, "wx", 0o600);
      // A umask may have taken more away.
      if (process.platform !== "win32") fchmodSync(descriptor, 0o600);
      return new AtomicFile(path, force, descriptor, temporary);
    });
  }

  /** @throws AppError `storage_failed`; nothing is left then */
  write(content: string | Uint8Array): void {
    this.#orDiscard(() => writeFileSync(this.#descriptor, content));
  }

  /**
   * @param durable waits until the disk has it, so that not even a power cut leaves a part of it
   * @throws AppError `output_exists` when somebody else made the file meanwhile, `storage_failed`; nothing is left then
   */
  commit(durable = true): void {
    this.#orDiscard(() => {
      if (durable && this.#temporary !== null) fsyncSync(this.#descriptor);
      this.#close();
      if (this.#temporary === null) return;
      if (this.#force) renameSync(this.#temporary, this.#path);
      else this.#place(this.#temporary);
    });
  }

  /** Gives it up; nothing is left. */
  discard(): void {
    this.#close();
    if (this.#temporary !== null && existsSync(this.#temporary)) unlinkSync(this.#temporary);
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
  }

  /** Unlike renaming, linking replaces nothing; some file systems know no links. */
  #place(temporary: string): void {
    try {
      linkSync(temporary, this.#path);
    } catch (error) {
      if (systemReason(error) === "EEXIST" || existsSync(this.#path)) {
        throw new AppError("output_exists", { path: this.#path }, { cause: error });
      }
      renameSync(temporary, this.#path);
      return;
    }
    unlinkSync(temporary);
  }

  #orDiscard(work: () => void): void {
    try {
      orFailed(this.#path, work);
    } catch (error) {
      this.discard();
      throw error;
    }
  }
}

/**
 * Writes a file whole or not at all. The file is 0600, folders that are missing 0700; a link in its place is replaced.
 *
 * @param durable whether it must outlive a power cut whole; not so what can be made again and is looked at before it is believed
 * @throws AppError `storage_failed`; what was there before stays as it was
 */
export function replaceFile(path: string, text: string, durable = true): void {
  orFailed(path, () => makeFolder(dirname(path)));
  const draft = AtomicFile.open(path, true);
  draft.write(text);
  draft.commit(durable);
}

function orFailed<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
}
