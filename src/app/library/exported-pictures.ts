import { basename } from "node:path";
import { AppError, systemReason } from "../../errors.ts";
import { withImages } from "../../transcripts/format/exchange-images.ts";
import type { SavedImage, Transcript } from "../../transcripts/format/types.ts";
import { KeptPictures, type LostImage } from "../../transcripts/store/kept-pictures.ts";
import { PictureCopies } from "../../transcripts/store/picture-copies.ts";
import { pictureFolderOf } from "../../transcripts/store/picture-folder.ts";

/** A conversation as it is exported, with its pictures. */
export interface WithPictures {
  readonly transcript: Transcript;
  readonly lost: readonly LostImage[];
  /**
   * Writes what belongs beside the exported file.
   *
   * @throws AppError `storage_failed`
   */
  readonly writeCopies: () => void;
}

/**
 * A conversation whose pictures stand in it themselves; or, for a file that refers to them, by the addresses of copies beside it.
 *
 * @param file that the copies go beside; null for none
 */
export function withPictures(transcript: Transcript, file: string | null): WithPictures {
  const kept = new KeptPictures(transcript.path);
  const copies = new PictureCopies();
  const beside = (image: SavedImage): SavedImage => {
    const copy = "url" in image ? copies.add(image) : image;
    return "url" in copy || copy === image ? image : { name: copy.name, url: addressOf(file!, copy.file) };
  };
  const resolve = (image: SavedImage) => (file === null ? kept.resolve(image) : beside(kept.resolve(image)));
  const exchanges = transcript.exchanges.map((exchange) => withImages(exchange, resolve));
  return {
    transcript: { ...transcript, exchanges },
    lost: kept.lost,
    writeCopies() {
      if (file === null) return;
      try {
        copies.writeBeside(file);
      } catch (error) {
        if (error instanceof AppError) throw error;
        throw new AppError(
          "storage_failed",
          { path: pictureFolderOf(file), reason: systemReason(error) },
          { cause: error },
        );
      }
    },
  };
}

/** Relative to the file, and without what could end a link. */
function addressOf(file: string, copy: string): string {
  return `${encodeURIComponent(`${basename(file)}.files`).replace(/[()]/gu, (sign) => (sign === "(" ? "%28" : "%29"))}/${copy}`;
}
