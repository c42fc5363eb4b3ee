import type { Variables } from "./environment.ts";
import { findFolders } from "./folders.ts";
import { readOwnSettings } from "./text-file.ts";

/**
 * The language of the program's own words, needed before anything is parsed, so that --help and errors speak it too:
 * `--lang`, `DEEPSEEK_CHAT_LANG`, the config file's `lang`, then `LC_ALL`, `LC_MESSAGES`, `LANG`.
 */
export function readLanguage(args: readonly string[], variables: Variables): "en" | "zh" {
  return (
    known(flagOf(args)) ??
    known(variables["DEEPSEEK_CHAT_LANG"]) ??
    known(configured(variables)) ??
    (/^zh/iu.test(variables["LC_ALL"] || variables["LC_MESSAGES"] || variables["LANG"] || "") ? "zh" : "en")
  );
}

function known(value: string | undefined): "en" | "zh" | null {
  return value === "en" || value === "zh" ? value : null;
}

function flagOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === "--lang" || arg.startsWith("--lang="));
  return at < 0 ? undefined : args[at] === "--lang" ? args[at + 1] : args[at]!.slice("--lang=".length);
}

/** One line of the file is all that is wanted here; it is read in earnest, and checked, later. */
function configured(variables: Variables): string | undefined {
  try {
    const text = readOwnSettings(findFolders(variables).configFile) ?? "";
    return /^lang:\s*["']?(en|zh)\b/mu.exec(text)?.[1];
  } catch {
    return undefined;
  }
}
