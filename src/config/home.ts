import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { AppError } from "../errors.ts";

/**
 * `$HOME`; where that is empty or relative, the account's home folder.
 *
 * @throws AppError `no_home`
 */
export function home(): string {
  for (const find of [homedir, () => userInfo().homedir]) {
    try {
      const found = find();
      if (isAbsolute(found)) return found;
    } catch {
      // In a container the account may be a mere number.
    }
  }
  throw new AppError("no_home", {});
}

/** A path as a person reads it: with `~` for the home folder where it lies in it, as shells take it back. */
export function shortenHome(path: string): string {
  if (process.platform === "win32") return path;
  try {
    const folder = home();
    return folder !== "/" && path.startsWith(`${folder}/`) ? `~${path.slice(folder.length)}` : path;
  } catch {
    return path;
  }
}

/** `~` and `~/…` as a shell would read them; shells leave them alone in config files and after `=`. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") || path.startsWith("~\\") ? join(home(), path.slice(1)) : path;
}
