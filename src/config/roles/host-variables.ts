import { basename } from "node:path";
import type { Variables } from "../variables.ts";

const systems: Readonly<Record<string, string>> = { darwin: "macOS", linux: "Linux", win32: "Windows" };
const languages = { en: "English", zh: "Simplified Chinese" } as const;

/**
 * Variables that every role has: the system, the shell that commands are run in, and the language of the person.
 *
 * @param language of the program's words
 */
export function hostVariables(
  variables: Variables,
  language: keyof typeof languages,
): Readonly<Record<"os" | "shell" | "language", string>> {
  const os = systems[process.platform] ?? process.platform;
  return { os, shell: basename(shellOf(variables)).replace(/\.exe$/iu, ""), language: languages[language] };
}

/** The program that runs a person's commands: `$SHELL`, or the shell of Windows. */
export function shellOf(variables: Variables): string {
  return process.platform === "win32" ? variables["ComSpec"] || "cmd.exe" : variables["SHELL"] || "/bin/sh";
}
