/**
 * Writes the reference of the command line, docs/cli.md and docs/cli.zh.md, and the man page, from the very declarations that
 * the program parses with. `--check` writes nothing and fails when one of them is stale.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import type { Verb } from "../src/commands/command.ts";
import { builtIn, type SettingName, settingSchemas, settingVariables } from "../src/config/schema.ts";
import { buildProgram } from "../src/main.ts";
import { groups } from "../src/repl/slash/command.ts";
import { slashCommands } from "../src/repl/slash/table.ts";
import { loadWords } from "../src/words/load.ts";
import type { Words } from "../src/words/types.ts";
import { exitCodeRows, headings } from "./docs-words.ts";
import { settingWords } from "./setting-words.ts";

type Language = keyof typeof headings;

/** All commands that can be seen, the program itself first. */
function verbsOf(verb: Verb): Verb[] {
  const children = verb.createHelp().visibleCommands(verb) as Verb[];
  return [verb, ...children.filter((child) => child.name() !== "help").flatMap(verbsOf)];
}

function fullName(verb: Verb): string {
  return verb.parent === null ? verb.name() : `${fullName(verb.parent as Verb)} ${verb.name()}`;
}

const cell = (text: string) => text.replaceAll("|", "\\|");

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");
}

function commandSection(verb: Verb, language: Language): string {
  const titles = headings[language];
  const help = verb.createHelp();
  const parts = [`### ${fullName(verb)}`, verb.description(), `\`${help.commandUsage(verb)}\``];
  const terms = help
    .visibleArguments(verb)
    .map((argument) => [`\`${help.argumentTerm(argument)}\``, argument.description]);
  if (terms.length > 0) parts.push(table([[titles.argument, titles.meaning], ...terms]));
  const options = help
    .visibleOptions(verb)
    .map((option) => [`\`${help.optionTerm(option)}\``, help.optionDescription(option)]);
  parts.push(table([[titles.option, titles.meaning], ...options]));
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
  const words = await loadWords(language);
  const program = buildProgram(words, new AbortController());
  const titles = headings[language];
  const sections = [
    `# ${titles.title}`,
    titles.generated,
    `## ${titles.commands}`,
    ...verbsOf(program).map((verb) => commandSection(verb, language)),
    `## ${titles.slash}`,
    slashSection(words),
    `## ${titles.settings}`,
    titles.settingsIntro,
    settingSection(language),
    `## ${titles.models}`,
    titles.modelsText,
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
  lines.push(`deepseek\\-chat \\- ${roff(words.help.program).replace(/[.。]$/u, "")}`, `.SH ${manual.synopsis}`);
  const help = program.createHelp();
  for (const verb of verbsOf(program)) lines.push(`.B ${roff(help.commandUsage(verb))}`, ".br");
  lines.pop();
  lines.push(`.SH ${manual.commands}`);
  for (const verb of verbsOf(program).slice(1)) {
    lines.push(`.SS ${roff(fullName(verb))}`, `${roff(verb.description())}${manual.stop}`);
    for (const argument of help.visibleArguments(verb))
      lines.push(".TP", `.I ${roff(help.argumentTerm(argument))}`, roff(argument.description));
    for (const option of help.visibleOptions(verb))
      lines.push(".TP", `.B ${roff(help.optionTerm(option))}`, roff(help.optionDescription(option)));
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
