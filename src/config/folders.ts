import { statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import envPaths from "env-paths";
import type { Variables } from "./environment.ts";

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

/** The platform's folders (XDG on Linux); `DEEPSEEK_CHAT_CONFIG` names another config file, and keys lie beside it. */
export function findFolders(variables: Variables): Folders {
  const paths = envPaths("deepseek-chat", { suffix: "" });
  const named = variables["DEEPSEEK_CHAT_CONFIG"];
  const configFile = named ? resolve(expandHome(named)) : join(paths.config, "config.yaml");
  return {
    configFile,
    keyFile: join(dirname(configFile), "keys.json"),
    data: paths.data,
    historyFile: join(paths.data, "history"),
    cache: paths.cache,
  };
}

/** Where transcripts go: the folder somebody set, else `transcripts/` here where there is one, else the data folder. */
export function transcriptsFolder(set: string | undefined, folders: Folders, workingFolder: string): string {
  if (set !== undefined) return resolve(workingFolder, expandHome(set));
  const local = join(workingFolder, "transcripts");
  return statSync(local, { throwIfNoEntry: false })?.isDirectory() ? local : join(folders.data, "transcripts");
}

/** `~` and `~/…` as a shell would read them; shells leave them alone in config files and after `=`. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") || path.startsWith("~\\") ? join(homedir(), path.slice(1)) : path;
}
