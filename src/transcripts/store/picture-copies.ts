import type { KeptImage, SavedImage } from "../format/types.ts";
import { limits } from "../limits.ts";
import { endingOf } from "./picture-endings.ts";
import { digestOf, PictureFolder } from "./picture-folder.ts";

const dataUrl = /^data:([a-z]+\/[a-z0-9.+-]+);base64,/iu;
/** Digits of the digest in a copy's name: pictures of the same name are the same. */
const nameLength = 32;

/** Pictures of which a transcript is to have copies, each once. They are held as they came, and written when their folder is known. */
export class PictureCopies {
  readonly #pictures = new Map<string, { readonly image: KeptImage; readonly url: string }>();
  /** Files that are still to be written to `#written`. */
  readonly #left = new Set<string>();
  /** Those that could not be written there; the next picture is a reason to try again. */
  readonly #failed = new Set<string>();
  /** The transcript that they were written beside last. */
  #written: string | null = null;

  /** Takes a picture in; gives what the transcript names it by. What is no picture in itself stays as it is. */
  readonly add = (picture: SavedImage): SavedImage => {
    if (!("url" in picture)) return picture;
    const { name, url } = picture;
    const [start, mediaType = ""] = dataUrl.exec(url) ?? [];
    const ending = endingOf(mediaType);
    if (start === undefined || ending === null) return { name, url };
    const bytes = Buffer.from(url.slice(start.length), "base64");
    if (bytes.length === 0 || bytes.length > limits.pictureBytes) return { name, url };
    const digest = digestOf(bytes);
    const file = `${digest.slice(0, nameLength)}.${ending}`;
    const image = { name, file, digest, bytes: bytes.length };
    this.#pictures.set(file, { image, url });
    for (const each of [file, ...this.#failed]) this.#left.add(each);
    this.#failed.clear();
    return image;
  };

  /**
   * Writes those beside a transcript that are not there yet. After a failure the others are still written; what failed is tried again
   * with the next picture.
   *
   * @throws the first failure: the system's error, AppError `storage_failed`
   */
  writeBeside(transcript: string): void {
    if (transcript !== this.#written) for (const file of this.#pictures.keys()) this.#left.add(file);
    this.#written = transcript;
    if (this.#left.size === 0) return;
    const folder = new PictureFolder(transcript);
    const left = [...this.#left];
    this.#left.clear();
    tryEach(left, (file) => {
      this.#failed.add(file);
      const { image, url } = this.#pictures.get(file)!;
      folder.write(image, Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
      this.#failed.delete(file);
    });
  }
}

/**
 * Copies the pictures of one transcript beside another. What is missing, or was changed, is left out.
 *
 * @throws the first failure to write, after the others were copied
 */
export function copyPictures(images: readonly SavedImage[], from: string, to: string): void {
  const kept = images.flatMap((image) => ("url" in image ? [] : [image]));
  if (kept.length === 0) return;
  const [source, target] = [new PictureFolder(from), new PictureFolder(to)];
  tryEach(kept, (image) => {
    if (target.has(image)) return;
    let bytes: Buffer;
    try {
      bytes = source.read(image);
    } catch {
      return;
    }
    target.write(image, bytes);
  });
}

/** @throws the first failure, after all */
function tryEach<Item>(items: Iterable<Item>, work: (item: Item) => void): void {
  let failure: { readonly error: unknown } | null = null;
  for (const item of items) {
    try {
      work(item);
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== null) throw failure.error;
}
