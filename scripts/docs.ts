/**
 * Writes the reference of the command line, docs/cli.md and docs/cli.zh.md, and the man page, from the very declarations that
 * the program parses with. `--check` writes nothing and fails when one of them is stale.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Option } from "commander";
import manifest from "../package.json" with { type: "json" };
import { HelpPage } from "../src/app/help-page.ts";
import type { Verb } from "../src/commands/command.ts";
import { builtIn, type SettingName, settingSchemas, settingVariables } from "../src/config/schema.ts";
import { buildProgram } from "../src/commands/program.ts";
import { groups } from "../src/repl/slash/command.ts";
import { slashCommands } from "../src/repl/slash/table.ts";
import { loadHelpExamples, loadWords } from "../src/words/load.ts";
import type { Words } from "../src/words/types.ts";
import { exitCodeRows, headings } from "./docs-words.ts";
import { verbsOf } from "./help-pages.ts";
import { settingWords } from "./setting-words.ts";

type Language = keyof typeof headings;

/** The help as it is shown, line by line of any width. */
async function helpIn(language: Language): Promise<HelpPage> {
  const same = (text: string) => text;
  const look = { columns: Infinity, heading: same, muted: same };
  return new HelpPage((await loadWords(language)).help, await loadHelpExamples(language), look);
}

/** The options of a command by the heading they stand under. */
function optionGroups(help: HelpPage, verb: Verb): ReadonlyMap<string, readonly Option[]> {
  return Map.groupBy(help.visibleOptions(verb), (option) => option.helpGroupHeading ?? verb.words.help.titles.options);
}

function fullName(verb: Verb): string {
  return verb.parent === null ? verb.name() : `${fullName(verb.parent as Verb)} ${verb.name()}`;
}

const cell = (text: string) => text.replaceAll("|", "\\|");

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");
}

function commandSection(verb: Verb, help: HelpPage, language: Language): string {
  const titles = headings[language];
  const parts = [`### ${fullName(verb)}`, verb.description(), `\`${help.commandUsage(verb)}\``];
  const terms = help
    .visibleArguments(verb)
    .map((argument) => [`\`${help.argumentTerm(argument)}\``, argument.description]);
  if (terms.length > 0) parts.push(table([[titles.argument, titles.meaning], ...terms]));
  for (const [group, options] of optionGroups(help, verb)) {
    const rows = options.map((option) => [`\`${help.optionTerm(option)}\``, help.optionDescription(option)]);
    parts.push(table([[group.replace(/[:：]$/u, ""), titles.meaning], ...rows]));
  }
  const examples = help.examplesOf(verb).map(([does, line]) => `# ${does}\n${line}`);
  parts.push(`\`\`\`sh\n${examples.join("\n")}\n\`\`\``);
  return parts.join("\n\n");
}

function settingSection(language: Language): string {
  const titles = headings[language];
  const rows = (Object.keys(settingSchemas) as SettingName[]).map((name) => {
    const variable = Object.keys(settingVariables).find((key) => settingVariables[key] === name);
    const value = name in builtIn ? `\`${String(builtIn[name as keyof typeof builtIn])}\`` : "";
    return [`\`${name}\``, settingWords[language][name], value, variable === undefined ? "" : `\`${variable}\``];
  });
  return table([[titles.setting, titles.meaning, titles.builtIn, titles.variable], ...rows]);
}

function slashSection(words: Words): string {
  return groups
    .map((group) => {
      const rows = slashCommands
        .filter((command) => command.group === group)
        .map(({ name, usage, aliases }) => {
          const others = aliases.map((alias) => `\`/${alias}\``).join(" ");
          return [`\`/${name}${usage === "" ? "" : ` ${usage}`}\``, words.slash[name], others];
        });
      return `### ${words.slashGroups[group]}\n\n${table([["", "", ""], ...rows])}`;
    })
    .join("\n\n");
}

async function reference(language: Language): Promise<string> {
  const [words, help] = [await loadWords(language), await helpIn(language)];
  const program = buildProgram(words, new AbortController());
  const titles = headings[language];
  const sections = [
    `# ${titles.title}`,
    titles.generated,
    `## ${titles.commands}`,
    ...verbsOf(program).map((verb) => commandSection(verb, help, language)),
    `## ${titles.slash}`,
    slashSection(words),
    `## ${titles.settings}`,
    titles.settingsIntro,
    settingSection(language),
    `## ${titles.models}`,
    titles.modelsText,
    titles.aliasesText,
    `## ${titles.roles}`,
    titles.rolesText,
    `## ${titles.exitCodes}`,
    table([[titles.code, titles.meaning], ...exitCodeRows(language)]),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** Characters that mean something to roff. */
const roff = (text: string) =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gmu, "\\&$1");

async function manPage(language: Language): Promise<string> {
  const words = await loadWords(language);
  const { manual } = headings[language];
  const program = buildProgram(words, new AbortController());
  const lines = [
    `.TH DEEPSEEK\\-CHAT 1 "" "deepseek\\-chat ${manifest.version}" "${manual.title}"`,
    `.SH ${manual.name}`,
  ];
  lines.push(`deepseek\\-chat \\- ${roff(words.help.program)}`, `.SH ${manual.synopsis}`);
  const help = await helpIn(language);
  for (const verb of verbsOf(program)) lines.push(`.B ${roff(help.commandUsage(verb))}`, ".br");
  lines.pop();
  lines.push(`.SH ${manual.commands}`);
  for (const verb of verbsOf(program).slice(1)) {
    lines.push(`.SS ${roff(fullName(verb))}`, `${roff(verb.description())}${manual.stop}`);
    for (const argument of help.visibleArguments(verb))
      lines.push(".TP", `.I ${roff(help.argumentTerm(argument))}`, roff(argument.description));
    for (const [group, options] of optionGroups(help, verb)) {
      lines.push(".PP", `.I ${roff(group)}`);
      for (const option of options)
        lines.push(".TP", `.B ${roff(help.optionTerm(option))}`, roff(help.optionDescription(option)));
    }
    lines.push(".PP", `.I ${roff(words.help.titles.examples)}`, ".nf");
    for (const [does, line] of help.examplesOf(verb)) lines.push(roff(`# ${does}`), roff(line));
    lines.push(".fi");
  }
  lines.push(`.SH ${manual.options}`);
  for (const option of help.visibleOptions(program))
    lines.push(".TP", `.B ${roff(help.optionTerm(option))}`, roff(help.optionDescription(option)));
  lines.push(`.SH ${manual.environment}`);
  for (const [name, text] of environmentRows(language)) lines.push(".TP", `.B ${roff(name)}`, roff(text));
  lines.push(`.SH ${manual.exitStatus}`);
  for (const [code = "", text = ""] of exitCodeRows(language)) lines.push(".TP", `.B ${code}`, roff(text));
  return `${lines.join("\n")}\n`;
}

function environmentRows(language: Language): (readonly [string, string])[] {
  const own = Object.entries(settingVariables).map(
    ([variable, name]) => [variable, settingWords[language][name]] as const,
  );
  return [...headings[language].keys, ...own];
}

const outputs: Readonly<Record<string, string>> = {
  "../docs/cli.md": await reference("en"),
  "../docs/cli.zh.md": await reference("zh"),
  "../man/deepseek-chat.1": await manPage("en"),
  "../man/zh_CN/man1/deepseek-chat.1": await manPage("zh"),
};
const stale: string[] = [];
for (const [place, text] of Object.entries(outputs)) {
  const path = fileURLToPath(new URL(place, import.meta.url));
  if ((await readFile(path, "utf8").catch(() => "")) === text) continue;
  stale.push(place.slice(3));
  if (process.argv.includes("--check")) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
if (process.argv.includes("--check") && stale.length > 0) {
  console.error(`Stale: ${stale.join(", ")}. Run: npm run docs`);
  process.exitCode = 1;
}
