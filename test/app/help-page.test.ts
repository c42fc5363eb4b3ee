import { join } from "node:path";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { HelpPage, pathOf } from "../../src/app/help-page.ts";
import { buildProgram } from "../../src/commands/program.ts";
import { storedPage, widestHelp } from "../../src/app/stored-help.ts";
import { createInk } from "../../src/terminal/theme.ts";
import { loadHelpExamples } from "../../src/words/load.ts";
import { verbsOf } from "../../scripts/help-pages.ts";
import { published, run } from "../support/program.ts";
import { en, zh } from "../support/words.ts";

const same = (text: string) => text;
const languages = [en, zh];

const cases = await Promise.all(
  languages.map(async (words) => {
    const { language } = words.exporting;
    const examples = await loadHelpExamples(language);
    const page = (columns: number) => new HelpPage(words.help, examples, { columns, heading: same, muted: same });
    return { language, words, examples, page, verbs: verbsOf(buildProgram(words, new AbortController())) };
  }),
);

describe.each(cases)("the help of every command ($language)", ({ language, words, examples, page, verbs }) => {
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

  test.each([
    ["plain", { heading: same, muted: same }],
    ["painted", { heading: (text: string) => `<h>${text}</h>`, muted: (text: string) => `<m>${text}</m>` }],
  ])("each page of the build is what would be laid out, %s", (_, ink) => {
    const layout = new HelpPage(words.help, examples, { columns: widestHelp, ...ink });
    for (const verb of verbs) {
      const name = pathOf(verb).slice(1).join(" ");
      expect(storedPage(join(published, "dist"), language, name, ink)).toBe(layout.formatHelp(verb));
    }
  });

  test.each<[readonly string[], string, 0 | 3]>([
    [["ask", "--help"], "ask", 0],
    [["help", "transcripts", "list"], "transcripts list", 0],
    [["-h"], "", 3],
  ])("the program prints them: %j", async (args, name, level) => {
    const env = { DEEPSEEK_CHAT_LANG: language, FORCE_COLOR: String(level) };
    const ink = createInk({ name: "auto", level, background: null });
    const verb = verbs.find((each) => pathOf(each).slice(1).join(" ") === name)!;
    const layout = new HelpPage(words.help, examples, { columns: widestHelp, ...ink });
    expect(await run(args, { env })).toMatchObject({ code: 0, stdout: layout.formatHelp(verb), stderr: "" });
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
