import type { Variables } from "./variables.ts";
import { findFolders } from "./folders.ts";
import { type ConfigText, readOwnSettings } from "./text-file.ts";

export interface LanguageRead {
  readonly language: "en" | "zh";
  /** Null where the config file was not needed, or cannot be read. */
  readonly config: ConfigText | null;
}

/**
 * The language of the program's own words, needed before anything is parsed, so that --help and errors speak it too:
 * `--lang`, `DEEPSEEK_CHAT_LANG`, the config file's `lang`, then `LC_ALL`, `LC_MESSAGES`, `LANG`.
 */
export function readLanguage(args: readonly string[], variables: Variables): LanguageRead {
  const language = known(flagOf(args)) ?? known(variables["DEEPSEEK_CHAT_LANG"]);
  if (language !== null) return { language, config: null };
  const config = readConfig(variables);
  const fromLocale = /^zh/iu.test(variables["LC_ALL"] || variables["LC_MESSAGES"] || variables["LANG"] || "");
  return { language: known(configured(config)) ?? (fromLocale ? "zh" : "en"), config };
}

function known(value: string | undefined): "en" | "zh" | null {
  return value === "en" || value === "zh" ? value : null;
}

function flagOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === "--lang" || arg.startsWith("--lang="));
  return at < 0 ? undefined : args[at] === "--lang" ? args[at + 1] : args[at]!.slice("--lang=".length);
}

function readConfig(variables: Variables): ConfigText | null {
  try {
    const path = findFolders(variables).configFile;
    return { path, text: readOwnSettings(path) };
  } catch {
    // A command that needs the settings reads the file again, and reports the error.
    return null;
  }
}

/** One line of the file is all that is wanted here; it is parsed and checked later. */
function configured(config: ConfigText | null): string | undefined {
  return /^lang:\s*["']?(en|zh)\b/mu.exec(config?.text ?? "")?.[1];
}
