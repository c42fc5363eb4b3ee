import type { ImagePart } from "../../chat/messages.ts";
import { AppError } from "../../errors.ts";
import type { Console } from "../console.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import type { Engine } from "../engine.ts";
import { warnOf } from "../startup.ts";
import { dataOf } from "./picture-data.ts";
import { PictureFiles } from "./picture-files.ts";

/** Where pictures of answers lie: with the transcript; in the working directory where there is none, or where they were saved as files. */
export class PicturePlaces {
  readonly #engine: Pick<Engine, "workingFolder">;
  readonly #console: Console;
  readonly #dialogue: Pick<ChatSession, "pictureFile">;
  /** Null for what could not be saved. */
  readonly #known = new WeakMap<ImagePart, string | null>();

  constructor(engine: Pick<Engine, "workingFolder">, console: Console, dialogue: Pick<ChatSession, "pictureFile">) {
    this.#engine = engine;
    this.#console = console;
    this.#dialogue = dialogue;
  }

  /** Where a picture lies; null where it could not be saved, which is told. */
  of(image: ImagePart): string | null {
    const known = this.#known.get(image);
    return known === undefined ? (this.#dialogue.pictureFile(image) ?? this.save(image, this.#files(image))) : known;
  }

  /** Saves a picture as a file of its own. */
  save(image: ImagePart, files: PictureFiles): string | null {
    const path = this.#saved(image, files);
    this.#known.set(image, path);
    return path;
  }

  #saved(image: ImagePart, files: PictureFiles): string | null {
    try {
      return files.save(dataOf(image));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      warnOf(this.#console, error);
      return null;
    }
  }

  #files({ name }: ImagePart): PictureFiles {
    return new PictureFiles(this.#engine.workingFolder, null, name.replace(/\.\w+$/u, ""));
  }
}
