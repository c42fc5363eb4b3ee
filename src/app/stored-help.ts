import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openTerminal } from "./startup.ts";

/** Columns of a page of help, however wide the terminal: long lines are hard to read. */
export const widestHelp = 80;

/** Stand in a stored page where a colour begins, and where it ends. */
export const colorMarks = { heading: "\u0001", muted: "\u0002", end: "\u0003" } as const;

const colored = new RegExp(`([${colorMarks.heading}${colorMarks.muted}])([^${colorMarks.end}]*)${colorMarks.end}`, "g");

/** Paints the headings of a page, and what is less important. */
export interface HelpInk {
  readonly heading: (text: string) => string;
  readonly muted: (text: string) => string;
}

/** The pages of `--help` by the names that lead to the command, `transcripts list`; the program's own by none. */
export type StoredHelp = Readonly<Record<string, string>>;

/** The file in the folder of the build that has the pages in a language. */
export function helpFile(language: "en" | "zh"): string {
  return `help-${language}.json`;
}

/**
 * A page of help that was laid out when the program was built (scripts/help-pages.ts).
 *
 * @param build the folder of the build
 * @param command the names that lead to the command, separated by blanks
 * @returns null where there is no such command
 */
export function storedPage(build: string, language: "en" | "zh", command: string, ink: HelpInk): string | null {
  const pages = JSON.parse(readFileSync(join(build, helpFile(language)), "utf8")) as StoredHelp;
  if (!Object.hasOwn(pages, command)) return null;
  return pages[command]!.replaceAll(colored, (_, mark: string, text: string) =>
    mark === colorMarks.heading ? ink.heading(text) : ink.muted(text),
  );
}

/**
 * Prints a stored page, for which no command need be declared.
 *
 * @param build the folder of the build
 * @returns false where the arguments ask for anything else, the terminal is narrower than a page, or stdout does not take it
 */
export function printStoredHelp(args: readonly string[], language: "en" | "zh", build: string): boolean {
  const command = commandOfHelp(args);
  if (command === null) return false;
  const terminal = openTerminal({ color: true, verbosity: "normal", onClosed: () => {} });
  if (terminal.outIsTerminal && terminal.columns < widestHelp) return false;
  const page = storedPage(build, language, command, terminal.ink.out);
  if (page !== null) terminal.out(page);
  return page !== null && !terminal.lost;
}

/** The names of the command that `… --help` or `help …` asks about; null where the arguments may say anything else. */
function commandOfHelp(args: readonly string[]): string | null {
  const last = args.at(-1);
  const names = last === "--help" || last === "-h" ? args.slice(0, -1) : args[0] === "help" ? args.slice(1) : null;
  return names?.every((name) => /^[a-z]+$/u.test(name)) === true ? names.join(" ") : null;
}
