/** The pages of `--help`, laid out when the program is built: `printStoredHelp` prints them without declaring a command. */
import { loadHelpPage, pathOf } from "../src/app/help-page.ts";
import { colorMarks, helpFile, type StoredHelp, widestHelp } from "../src/app/stored-help.ts";
import type { Verb } from "../src/commands/command.ts";
import { buildProgram } from "../src/commands/program.ts";
import { loadWords } from "../src/words/load.ts";

const look = {
  columns: widestHelp,
  heading: (text: string) => `${colorMarks.heading}${text}${colorMarks.end}`,
  muted: (text: string) => `${colorMarks.muted}${text}${colorMarks.end}`,
};

/** All commands that can be seen, the program itself first. */
export function verbsOf(verb: Verb): Verb[] {
  const children = verb.createHelp().visibleCommands(verb) as Verb[];
  return [verb, ...children.filter((child) => child.name() !== "help").flatMap(verbsOf)];
}

/** Each file of pages: its name, and its text. */
export async function helpPages(): Promise<readonly (readonly [name: string, text: string])[]> {
  return await Promise.all(
    (["en", "zh"] as const).map(async (language) => {
      const words = await loadWords(language);
      const layout = await loadHelpPage(words, look);
      const verbs = verbsOf(buildProgram(words, new AbortController()));
      const pages: StoredHelp = Object.fromEntries(
        verbs.map((verb) => [pathOf(verb).slice(1).join(" "), layout.formatHelp(verb)]),
      );
      return [helpFile(language), JSON.stringify(pages)] as const;
    }),
  );
}
