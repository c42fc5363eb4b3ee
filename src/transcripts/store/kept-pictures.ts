import type { KeptImage, SavedImage } from "../format/types.ts";
import { limits } from "../limits.ts";
import { mediaTypeOf } from "./picture-endings.ts";
import { lossReason, PictureFolder } from "./picture-folder.ts";

/** A picture whose copy is not used. */
export interface LostImage {
  readonly name: string;
  readonly file: string;
  /** The folder that it belongs in, by the name of the transcript. */
  readonly folder: string;
  /** As `PictureFolder.read` has it; `missing`, and `too_many` where all together are too large. */
  readonly reason: string;
}

/** The pictures of a transcript, read where they are needed. */
export class KeptPictures {
  /** Those that were needed and can't be had, each file once. */
  readonly lost: LostImage[] = [];
  readonly #transcript: string;
  #folder: PictureFolder | null = null;
  readonly #urls = new Map<string, string | null>();
  #bytes = 0;

  /** @param transcript its path */
  constructor(transcript: string) {
    this.#transcript = transcript;
  }

  /** A picture with its copy as a data URL; as it is where it has none, or that can't be had. */
  readonly resolve = (image: SavedImage): SavedImage => {
    if ("url" in image) return image;
    const { name, file, digest } = image;
    const key = `${file}\n${digest}`;
    const known = this.#urls.get(key);
    const url = known === undefined ? this.#read(image) : known;
    this.#urls.set(key, url);
    return url === null ? image : { name, url };
  };

  #read(image: KeptImage): string | null {
    const { name, file } = image;
    try {
      if (this.#bytes + image.bytes > limits.picturesBytes) throw Object.assign(new Error(), { code: "too_many" });
      const mediaType = mediaTypeOf(file);
      if (mediaType === null) throw Object.assign(new Error(), { code: "bad_name" });
      this.#folder ??= new PictureFolder(this.#transcript);
      const bytes = this.#folder.read(image);
      this.#bytes += bytes.length;
      return `data:${mediaType};base64,${bytes.toString("base64")}`;
    } catch (error) {
      this.lost.push({ name, file, folder: `${this.#transcript}.files`, reason: lossReason(error) });
      return null;
    }
  }
}
