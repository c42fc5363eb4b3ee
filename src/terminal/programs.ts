import { statSync } from "node:fs";
import { delimiter, extname, isAbsolute, join } from "node:path";

type ProgramVariables = Readonly<Record<string, string | undefined>>;

/**
 * Where a program of the system is. Windows looks for a bare name in the working directory first, where a project may have
 * laid one of its own; so there it is looked for in absolute folders of `Path` alone, and run by its full path.
 *
 * @param windows default: this system
 * @returns the name itself on other systems; null where there is no such program
 */
export function findProgram(
  name: string,
  variables: ProgramVariables,
  windows = process.platform === "win32",
): string | null {
  if (!windows || isAbsolute(name)) return name;
  const entries = Object.entries(variables);
  const valueOf = (wanted: string) => entries.find(([each]) => each.toUpperCase() === wanted)?.[1] ?? "";
  const root = valueOf("SYSTEMROOT");
  const folders = [...(root === "" ? [] : [join(root, "System32")]), ...valueOf("PATH").split(delimiter)]
    .map((folder) => folder.replace(/^"(.*)"$/u, "$1"))
    .filter((folder) => isAbsolute(folder));
  const extensions = (valueOf("PATHEXT") || ".COM;.EXE;.BAT;.CMD").split(";");
  const names = extname(name) === "" ? extensions.map((extension) => name + extension) : [name];
  for (const folder of folders) {
    for (const each of names) {
      const path = join(folder, each);
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
    }
  }
  return null;
}
