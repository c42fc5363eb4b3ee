import { existsSync, lstatSync, readdirSync, realpathSync, rmdirSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AtomicFile } from "../../atomic-file.ts";
import { systemReason } from "../../errors.ts";
import { makeFolder, readRegular } from "../../files.ts";
import type { KeptImage } from "../format/types.ts";
import { limits } from "../limits.ts";

/** What the name of a copy looks like: nothing that leads elsewhere, and no name that a system has for itself. */
const copyName = /^[0-9a-f]{16,64}\.[a-z0-9]{1,5}$/u;
/** A copy that was being written when its program was killed. */
const unfinished = /^\.[0-9]+-[0-9a-z]+-[0-9]+\.part$/u;
const mayBeMissing = { throwIfNoEntry: false } as const;

/** What the folder is named by, behind the name of its transcript. */
export const pictureEnding = ".files";

/** Names of the copies in a folder, and of those that were not finished; none where it is no folder. Throws the system's error. */
export function copiesIn(folder: string): string[] {
  if (lstatSync(folder, mayBeMissing)?.isDirectory() !== true) return [];
  return readdirSync(folder).filter((name) => copyName.test(name) || unfinished.test(name));
}

/** SHA-256 in hexadecimal digits. */
export function digestOf(bytes: Uint8Array): string {
  // Loaded here: few conversations have pictures, and loading takes milliseconds of every start.
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(bytes).digest("hex");
}

/** The folder of a transcript's pictures: beside the file that a link leads to. */
export function pictureFolderOf(transcript: string): string {
  return `${realPathOf(transcript)}${pictureEnding}`;
}

function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // It is not written yet.
    return existsSync(dirname(path)) ? join(realpathSync.native(dirname(path)), basename(path)) : path;
  }
}

/** The copies of a transcript's pictures. Nothing outside of their folder is read or written, whatever the transcript names. */
export class PictureFolder {
  readonly path: string;

  /** @param transcript its path */
  constructor(transcript: string) {
    this.path = pictureFolderOf(transcript);
  }

  /**
   * The bytes of a copy.
   *
   * @throws the system's error, or one whose `code` says why it is not read: `ENOENT`, `not_a_file`, `too_large`, `ELOOP` for a link,
   *   `bad_name`, `changed`
   */
  read({ file, digest, bytes }: KeptImage): Buffer {
    if (!copyName.test(file)) throw refused("bad_name");
    if (this.#stat()?.isDirectory() !== true) throw refused(this.#stat() === undefined ? "ENOENT" : "not_a_file");
    const path = join(this.path, file);
    const size = lstatSync(path).size;
    if (lstatSync(path).isFile() && size !== bytes) throw refused("changed");
    const found = readRegular(path, { maxBytes: limits.pictureBytes, noLinks: true });
    if (found.length !== bytes || digestOf(found) !== digest) throw refused("changed");
    return found;
  }

  /** Whether the copy is there as it was written. */
  has(image: KeptImage): boolean {
    try {
      this.read(image);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Writes a copy, whole or not at all, where it is not there already. The folder is made 0700, the file 0600.
   *
   * @throws the system's error; `not_a_file` where something else than a folder or a file is in its place
   */
  write(image: KeptImage, bytes: Uint8Array): void {
    if (this.has(image)) return;
    makeFolder(this.path);
    const path = join(this.path, image.file);
    const there = lstatSync(path, mayBeMissing);
    if (this.#stat()?.isDirectory() !== true || (there !== undefined && !there.isFile())) throw refused("not_a_file");
    const draft = AtomicFile.open(path, true);
    draft.write(bytes);
    draft.commit(false);
  }

  /** Removes the copies, and the folder if nothing else is in it. What it holds besides stays. Throws the system's error. */
  remove(): void {
    if (this.#stat()?.isDirectory() !== true) return;
    for (const name of copiesIn(this.path)) unlinkSync(join(this.path, name));
    if (readdirSync(this.path).length === 0) rmdirSync(this.path);
  }

  /** Of the folder itself: a link could lead anywhere. */
  #stat() {
    return lstatSync(this.path, mayBeMissing);
  }
}

function refused(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Why a copy is not read; `missing` where it is not there. */
export function lossReason(error: unknown): string {
  const reason = systemReason(error);
  return reason === "ENOENT" ? "missing" : reason;
}
