import { shortenHome } from "../config/home.ts";
import { nearPath } from "../files.ts";
import { sanitize } from "../terminal/sanitize.ts";

/** A path as it is told to programs: relative where it lies in the folder. */
export function shownPath(folder: string, path: string): string {
  return nearPath(folder, path) || path;
}

/** A path as it stands in a sentence for a person: relative, or from `~` on, and harmless to a terminal. */
export function toldPath(folder: string, path: string): string {
  return sanitize(shortenHome(shownPath(folder, path)));
}
