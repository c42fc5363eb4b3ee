import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isFolder, isInside, isLink } from "../files.ts";
import type { Variables } from "./variables.ts";
import { expandHome, home } from "./home.ts";

export interface Folders {
  /** Path of the config file, which need not exist. */
  readonly configFile: string;
  /** Path of the file with stored keys, which need not exist. */
  readonly keyFile: string;
  /** Transcripts and history of a person, where the working directory has no `transcripts/`. */
  readonly data: string;
  readonly historyFile: string;
  /** Derived data; may be deleted at any time. */
  readonly cache: string;
}

/**
 * The platform's folders (XDG on Linux); `DEEPSEEK_CHAT_CONFIG` names another config file, and keys lie beside it.
 *
 * @throws AppError `no_home` where there is no home folder
 */
export function findFolders(variables: Variables): Folders {
  const { config, data, cache } = platformFolders(variables);
  const named = variables["DEEPSEEK_CHAT_CONFIG"];
  const configFile = named ? resolve(expandHome(named)) : join(config, "config.yaml");
  return {
    configFile,
    keyFile: join(dirname(configFile), "keys.json"),
    data,
    historyFile: join(data, "history"),
    cache,
  };
}

const program = "deepseek-chat";

/** Relative paths in XDG variables count as not set, as its specification says: they would differ from folder to folder. */
function platformFolders(variables: Variables): { config: string; data: string; cache: string } {
  const place = (variable: string, ...usual: string[]) => {
    const named = variables[variable];
    return named && isAbsolute(named) ? named : join(home(), ...usual);
  };
  if (process.platform === "darwin") {
    const library = join(home(), "Library");
    return {
      config: join(library, "Preferences", program),
      data: join(library, "Application Support", program),
      cache: join(library, "Caches", program),
    };
  }
  if (process.platform === "win32") {
    const local = join(place("LOCALAPPDATA", "AppData", "Local"), program);
    return {
      config: join(place("APPDATA", "AppData", "Roaming"), program, "Config"),
      data: join(local, "Data"),
      cache: join(local, "Cache"),
    };
  }
  return {
    config: join(place("XDG_CONFIG_HOME", ".config"), program),
    data: join(place("XDG_DATA_HOME", ".local", "share"), program),
    cache: join(place("XDG_CACHE_HOME", ".cache"), program),
  };
}

/** Where transcripts go: the folder somebody set, else `transcripts/` here where there is one, else the data folder. */
export function transcriptsFolder(set: string | undefined, folders: Folders, workingFolder: string): string {
  if (set !== undefined) return resolve(workingFolder, expandHome(set));
  const local = join(workingFolder, "transcripts");
  return isFolder(local) && strangeTranscripts(workingFolder) === null ? local : join(folders.data, "transcripts");
}

/**
 * Where `transcripts` in the working directory leads, if it is a link out of it; else null. The link may come from the
 * folder's author: through it, conversations of other folders would be read and sent, and new ones written anywhere.
 */
export function strangeTranscripts(workingFolder: string): string | null {
  const local = join(workingFolder, "transcripts");
  if (!isLink(local) || isInside(workingFolder, local)) return null;
  try {
    return realpathSync.native(local);
  } catch {
    // It leads nowhere, so nothing is used that could be strange.
    return null;
  }
}
