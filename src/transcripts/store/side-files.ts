import { existsSync, lstatSync, readdirSync, realpathSync, renameSync, rmdirSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";

/** A side file's time, its owner and the id of its exchange. */
const sideName = /^[\d-]+\..+\.([0-9a-z]+)\.md$/;

/**
 * Makes transcripts of the side files that an older version left for the file at `path`. That version wrote an exchange for which
 * it did not get the lock to the folder `.<name>.waiting`, to append it later; killed before that, it left it there. Each is a
 * transcript without a header, so that moving it next to the file is enough. What cannot be moved stays.
 */
export function releaseSideFiles(path: string): void {
  try {
    const real = realpathSync.native(path);
    const folder = join(dirname(real), `.${basename(real)}.waiting`);
    // A link could lead to files of the person's that are none of this folder's.
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return;
    for (const name of readdirSync(folder)) {
      const [side, id] = [join(folder, name), sideName.exec(name)?.[1]];
      const place = join(dirname(real), `${basename(real, extname(real))}-${id}.md`);
      if (id !== undefined && lstatSync(side).isFile() && !existsSync(place)) renameSync(side, place);
    }
    rmdirSync(folder);
  } catch {
    // Reading or writing the conversation itself does not depend on it.
  }
}
