import { isAbsolute, relative, sep } from "node:path";
import { shortenHome } from "../config/home.ts";
import { sanitize } from "../terminal/sanitize.ts";

/**
 * A path as seen from a folder that it lies in; null where it lies elsewhere. `..foo` is a name like any other.
 *
 * @returns empty for the folder itself
 */
export function nearPath(folder: string, path: string): string | null {
  const near = relative(folder, path);
  return near === ".." || near.startsWith(`..${sep}`) || isAbsolute(near) ? null : near;
}

/** A path as it is told to programs: relative where it lies in the folder. */
export function shownPath(folder: string, path: string): string {
  return nearPath(folder, path) || path;
}

/** A path as it stands in a sentence for a person: relative, or from `~` on, and harmless to a terminal. */
export function toldPath(folder: string, path: string): string {
  return sanitize(shortenHome(shownPath(folder, path)));
}
