import { shortenHome } from "../config/home.ts";
import { nearPath } from "../files.ts";
import { sanitize } from "../terminal/sanitize.ts";

/** A path as it is told to programs: relative where it lies in the folder. */
export function shownPath(folder: string, path: string): string {
  return nearPath(folder, path) || path;
}

/** Returns a path for display: relative, or abbreviated with `~`, and sanitized. */
export function displayPath(folder: string, path: string): string {
  return sanitize(shortenHome(shownPath(folder, path)));
}
