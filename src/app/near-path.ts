import { isAbsolute, relative, sep } from "node:path";

/**
 * A path as seen from a folder that it lies in; null where it lies elsewhere. `..foo` is a name like any other.
 *
 * @returns empty for the folder itself
 */
export function nearPath(folder: string, path: string): string | null {
  const near = relative(folder, path);
  return near === ".." || near.startsWith(`..${sep}`) || isAbsolute(near) ? null : near;
}

/** A path as it is shown: relative where it lies in the folder. */
export function shownPath(folder: string, path: string): string {
  return nearPath(folder, path) || path;
}
