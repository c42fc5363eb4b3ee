import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { HelpPage } from "../../src/app/help-page.ts";
import type { Verb } from "../../src/commands/command.ts";
import { buildProgram } from "../../src/main.ts";
import { loadHelpExamples } from "../../src/words/load.ts";
import { en, zh } from "../support/words.ts";

const same = (text: string) => text;
const languages = [en, zh];

function verbsOf(verb: Verb): Verb[] {
  const children = verb.createHelp().visibleCommands(verb) as Verb[];
  return [verb, ...children.filter((child) => child.name() !== "help").flatMap(verbsOf)];
}

const cases = await Promise.all(
  languages.map(async (words) => {
    const { language } = words.exporting;
    const examples = await loadHelpExamples(language);
    const page = (columns: number) => new HelpPage(words.help, examples, { columns, heading: same, muted: same });
    return { language, words, examples, page, verbs: verbsOf(buildProgram(words, new AbortController())) };
  }),
);

describe.each(cases)("the help of every command ($language)", ({ words, examples, page, verbs }) => {
  const named = verbs.map((verb) => ({ verb, name: page(80).commandUsage(verb) }));

  test.each(named)("$name fits its columns, in groups, with examples at the end", ({ verb }) => {
    const { titles, groups } = words.help;
    for (const columns of [80, 40]) {
      const lines = page(columns).formatHelp(verb).split("\n");
      // Only a URL is wider than the narrowest screen: it is copied whole.
      const tooWide = lines.filter((line) => stringWidth(line) > columns && !/^ +https?:\S+$/u.test(line));
      expect(tooWide).toEqual([]);
      expect(lines.filter((line) => line.endsWith(" "))).toEqual([]);
      const headings = lines.filter((line) => /^\S.*[:：]$/u.test(line));
      expect(headings.at(-1)).toBe(titles.examples);
      expect([titles.options, titles.globalOptions]).toContain(headings.at(-2));
      const known = new Set([...Object.values(titles), ...Object.values(groups)]);
      expect(headings.filter((heading) => !known.has(heading))).toEqual([]);
    }
    expect(page(80).examplesOf(verb).length).toBeGreaterThanOrEqual(2);
  });

  test("descriptions end without a full stop, and every option has one", () => {
    const said = verbs.flatMap((verb) => [
      verb.description(),
      ...verb.registeredArguments.map(({ description }) => description),
      ...page(80)
        .visibleOptions(verb)
        .map((option) => page(80).optionDescription(option)),
    ]);
    expect(said.filter((text) => text === "" || /[.。]$/u.test(text))).toEqual([]);
    // A command begins with an imperative and a capital.
    expect(verbs.filter((verb) => /^[a-z]/u.test(verb.description()))).toEqual([]);
  });

  test("examples are of commands that there are, with options that they have", () => {
    const names = verbs.map((verb) =>
      page(80)
        .commandUsage(verb)
        .replace(/ [<[].*$/u, ""),
    );
    expect(Object.keys(examples).map((name) => `deepseek-chat ${name}`.trim())).toEqual(expect.arrayContaining(names));
    expect(Object.keys(examples)).toHaveLength(names.length);
    for (const line of Object.values(examples).flatMap((each) => each.map(([, typed]) => typed))) {
      const [, rest = ""] = /deepseek-chat ?([^|)]*)/u.exec(line) ?? [];
      const typed = rest
        .replaceAll(/"[^"]*"|'[^']*'/gu, "x")
        .split(" ")
        .filter(Boolean);
      const name = names.findLast((each) => `deepseek-chat ${typed.join(" ")} `.startsWith(`${each} `))!;
      const verb = verbs[names.indexOf(name)]!;
      const flags = [...page(80).visibleOptions(verb), ...page(80).visibleGlobalOptions(verb)].flatMap(
        ({ long, short }) => [long, short],
      );
      expect(flags).toEqual(expect.arrayContaining(typed.filter((word) => /^--?[a-zA-Z]/u.test(word))));
    }
  });
});

test("examples are the same commands in both languages", () => {
  const [english, chinese] = cases.map(({ examples }) =>
    Object.entries(examples).map(([name, lines]) => [name, lines.length]),
  );
  expect(chinese).toEqual(english);
});
