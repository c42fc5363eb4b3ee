import { dirname, extname, join, resolve } from "node:path";
import { AtomicFile } from "../../atomic-file.ts";
import { expandHome } from "../../config/home.ts";
import { AppError, systemReason } from "../../errors.ts";
import { isFolder, makeFolder } from "../../files.ts";
import { slug } from "../../transcripts/store/names.ts";
import { endingOf, type PictureData } from "./picture-data.ts";

/** Files of one name that are tried. */
const maxTries = 10_000;

/** Saves pictures, each under a name that nothing has yet. */
export class PictureFiles {
  readonly #folder: string;
  /** Without the ending. */
  readonly #name: string;
  /** As it was given, with its dot; null: what the picture is. */
  readonly #ending: string | null;
  #next = 1;

  /**
   * @param output a file or a folder, as it was typed; null: the working directory
   * @param prompt what files are named after in a folder
   */
  constructor(workingFolder: string, output: string | null, prompt: string) {
    const path = resolve(workingFolder, expandHome(output ?? "."));
    const ending = extname(path);
    const isPlace = output === null || /[/\\]$/u.test(output) || isFolder(path) || ending === "";
    this.#folder = isPlace ? path : dirname(path);
    this.#name = isPlace
      ? slug(prompt) || "picture"
      : path
          .slice(this.#folder.length)
          .replace(/^[/\\]/u, "")
          .slice(0, -ending.length);
    this.#ending = isPlace ? null : ending;
  }

  /**
   * Writes a picture whole or not at all; the file is 0600, folders that are missing 0700.
   *
   * @returns its path
   * @throws AppError `storage_failed`
   */
  save({ bytes, mediaType }: PictureData): string {
    const ending = this.#ending ?? `.${endingOf(mediaType)}`;
    makeFolderFor(this.#folder);
    for (; this.#next < maxTries; this.#next++) {
      const path = join(this.#folder, `${this.#name}${this.#next === 1 ? "" : `-${this.#next}`}${ending}`);
      try {
        const file = AtomicFile.open(path, false);
        file.write(bytes);
        file.commit();
        this.#next++;
        return path;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "output_exists") throw error;
      }
    }
    throw new AppError("storage_failed", { path: this.#folder, reason: "EEXIST" });
  }
}

function makeFolderFor(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
}
