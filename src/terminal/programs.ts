import { accessSync, constants, statSync } from "node:fs";
import { delimiter, extname, isAbsolute, join } from "node:path";

type ProgramVariables = Readonly<Record<string, string | undefined>>;

/** Folders of programs where the environment names none, as systems have it. */
const usualFolders = "/usr/bin:/bin";

/**
 * Where a program of the system is: looked for in the absolute folders of `PATH` alone, and run by its full path. A project may
 * have laid one of its own in the working directory, where a relative folder of `PATH` leads, and where Windows looks for a bare
 * name first.
 *
 * @param name one with a folder in it is taken verbatim, but on Windows only where that is absolute
 * @param windows default: this system
 * @returns null where there is no such program
 */
export function findProgram(
  name: string,
  variables: ProgramVariables,
  windows = process.platform === "win32",
): string | null {
  if (isAbsolute(name) || (!windows && name.includes("/"))) return name;
  const { folders, names } = windows ? onWindows(name, variables) : elsewhere(name, variables);
  for (const folder of folders) {
    if (!isAbsolute(folder)) continue;
    for (const each of names) {
      const path = join(folder, each);
      if (isProgram(path, windows)) return path;
    }
  }
  return null;
}

/** Where to look, in this order, and for which names. */
interface Places {
  readonly folders: readonly string[];
  readonly names: readonly string[];
}

function elsewhere(name: string, { PATH = usualFolders }: ProgramVariables): Places {
  return { folders: PATH.split(":"), names: [name] };
}

function onWindows(name: string, variables: ProgramVariables): Places {
  const entries = Object.entries(variables);
  const valueOf = (wanted: string) => entries.find(([each]) => each.toUpperCase() === wanted)?.[1] ?? "";
  const root = valueOf("SYSTEMROOT");
  const folders = [...(root === "" ? [] : [join(root, "System32")]), ...valueOf("PATH").split(delimiter)];
  const extensions = (valueOf("PATHEXT") || ".COM;.EXE;.BAT;.CMD").split(";");
  return {
    folders: folders.map((folder) => folder.replace(/^"(.*)"$/u, "$1")),
    names: extname(name) === "" ? extensions.map((extension) => name + extension) : [name],
  };
}

function isProgram(path: string, windows: boolean): boolean {
  try {
    // Windows marks nothing as a program.
    if (!windows) accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
