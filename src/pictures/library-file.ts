import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * The path of a file that a library brings beside its code. The build puts it beside the program's scripts; in a checkout it lies in its
 * package.
 *
 * @param name in the build
 * @param place in `node_modules`
 */
export function libraryFile(name: string, place: string): string {
  const built = join(import.meta.dirname, name);
  return existsSync(built) ? built : join(import.meta.dirname, "../../node_modules", place);
}
