import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isTranscriptName } from "./folder.ts";
import { copiesIn, pictureEnding } from "./picture-folder.ts";

/** Copies of pictures whose transcript is gone. */
export interface LeftoverPictures {
  /** Their folder. */
  readonly path: string;
  readonly bytes: number;
}

/** Folders of pictures in a folder of transcripts that have no transcript beside them. One that cannot be read has none. */
export function leftoverPictures(folder: string): LeftoverPictures[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      const transcript = name.endsWith(pictureEnding) ? name.slice(0, -pictureEnding.length) : "";
      if (!isTranscriptName(transcript) || existsSync(join(folder, transcript))) return [];
      const copies = copiesIn(path);
      const bytes = copies.reduce((sum, copy) => sum + lstatSync(join(path, copy)).size, 0);
      return copies.length === 0 ? [] : [{ path, bytes }];
    });
  } catch {
    return [];
  }
}
