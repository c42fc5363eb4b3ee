import { type Argument, type Command, Help, type Option } from "commander";
import { held } from "../terminal/markdown/wrap.ts";
import { ownRows } from "../terminal/own-line.ts";
import { displayWidth } from "../terminal/width.ts";
import { loadHelpExamples } from "../words/load.ts";
import type { HelpExamples, Words } from "../words/types.ts";
import type { HelpInk } from "./stored-help.ts";

/** How a page is drawn. */
export interface HelpLook extends HelpInk {
  /** Most columns of a line. */
  readonly columns: number;
}

/** Columns that a description needs beside its term; with fewer it stands below. */
const leastRoom = 28;

/** The layout of `--help` in the language of `words`, with the examples of every command. */
export async function loadHelpPage(words: Words, look: HelpLook): Promise<HelpPage> {
  return new HelpPage(words.help, await loadHelpExamples(words.exporting.language), look);
}

/** commander's help, measured by what a terminal shows, with commands first and examples at the end. */
export class HelpPage extends Help {
  readonly #words: Words["help"];
  readonly #examples: HelpExamples;
  readonly #look: HelpLook;

  constructor(words: Words["help"], examples: HelpExamples, look: HelpLook) {
    super();
    [this.#words, this.#examples, this.#look] = [words, examples, look];
    this.showGlobalOptions = true;
  }

  /** The whole page, ended by a newline. */
  override formatHelp(command: Command): string {
    const { titles } = this.#words;
    const inherited = new Set(this.visibleGlobalOptions(command).map(({ long }) => long));
    const own = this.visibleOptions(command).filter(({ long }) => !inherited.has(long));
    const groups = Map.groupBy(own, (option) => option.helpGroupHeading ?? titles.options);
    const optionItems = (options: readonly Option[]): HelpItem[] =>
      options.map((option) => [this.optionTerm(option), this.optionDescription(option)]);
    const sections: readonly (readonly [title: string, items: HelpItem[]])[] = [
      [titles.arguments, this.visibleArguments(command).map((each) => [this.argumentTerm(each), each.description])],
      [titles.commands, this.#subcommands(command)],
      ...Array.from(groups, ([title, options]) => [title, optionItems(options)] as const),
      [titles.globalOptions, optionItems(this.visibleGlobalOptions(command))],
    ];
    const termWidth = Math.max(...sections.flatMap(([, items]) => items.map(([term]) => displayWidth(term))));
    const blocks = [
      this.#usage(command),
      ownRows(command.description(), this.#look.columns).join("\n"),
      ...sections
        .filter(([, items]) => items.length > 0)
        .map(([title, items]) =>
          this.#block(
            title,
            items.map((item) => this.#item(item, termWidth)),
          ),
        ),
      this.#exampleBlock(command),
    ];
    return `${blocks.filter(Boolean).join("\n\n")}\n`;
  }

  /** The examples of a command, in the order they are shown in. */
  examplesOf(command: Command): HelpExamples[string] {
    const name = pathOf(command).slice(1).join(" ");
    return Object.hasOwn(this.#examples, name) ? this.#examples[name]! : [];
  }

  override commandUsage(command: Command): string {
    return `${pathOf(command).join(" ")} ${this.#translated(command.usage())}`;
  }

  override optionTerm(option: Option): string {
    return this.#translated(option.flags);
  }

  override argumentTerm(argument: Argument): string {
    return this.#words.placeholders[argument.name()] ?? argument.name();
  }

  override optionDescription({ description, argChoices = [], defaultValue, negate }: Option): string {
    const { choices, default: byDefault, joined } = this.#words.extra;
    const parts = [
      ...(argChoices.every((choice) => description.includes(choice))
        ? []
        : [choices({ values: argChoices.join(", ") })]),
      ...(defaultValue === undefined || negate ? [] : [byDefault({ value: String(defaultValue) })]),
    ];
    return parts.length === 0 ? description : `${description}${joined({ parts })}`;
  }

  /** Help is an option of every command: it stands with those of the program, except on the program's own page. */
  override visibleOptions(command: Command): Option[] {
    const options = super.visibleOptions(command);
    return command.parent === null ? options : options.filter(({ long }) => long !== "--help");
  }

  /** Those of the commands above, but not what only the program itself answers. */
  override visibleGlobalOptions(command: Command): Option[] {
    if (command.parent === null) return [];
    const help = super.visibleOptions(command).filter(({ long }) => long === "--help");
    return [...super.visibleGlobalOptions(command).filter(({ long }) => long !== "--version"), ...help];
  }

  /** Names in angle or square brackets, in the language of the rest. */
  #translated(term: string): string {
    return term.replaceAll(/(?<=[<[])[^<>[\].]+/gu, (name) => this.#words.placeholders[name] ?? name);
  }

  #subcommands(command: Command): HelpItem[] {
    return this.visibleCommands(command).map((child) => {
      const words = child.registeredArguments.map((argument) => {
        const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
        return argument.required ? `<${name}>` : `[${name}]`;
      });
      return [this.#translated([child.name(), ...words].join(" ")), child.description()];
    });
  }

  #usage(command: Command): string {
    const { usage } = this.#words.titles;
    // A full-width colon brings its own space.
    const gap = usage.endsWith(":") ? " " : "";
    const indent = displayWidth(usage) + gap.length;
    const rows = ownRows(this.commandUsage(command), this.#look.columns - indent);
    return `${this.#look.heading(usage)}${gap}${rows.join(`\n${" ".repeat(indent)}`)}`;
  }

  #block(title: string, lines: readonly string[]): string {
    return [this.#look.heading(title), ...lines].join("\n");
  }

  /** A term with its description beside it, or below it where there is no room. */
  #item([term, description]: HelpItem, termWidth: number): string {
    const room = this.#look.columns - termWidth - 4;
    if (room < leastRoom) {
      return [`  ${term}`, ...ownRows(description, this.#look.columns - 6).map((row) => `      ${row}`)].join("\n");
    }
    const indent = `\n${" ".repeat(termWidth + 4)}`;
    return `  ${term}${" ".repeat(termWidth - displayWidth(term) + 2)}${ownRows(description, room).join(indent)}`;
  }

  /** Each with a shell's comment above it. */
  #exampleBlock(command: Command): string {
    const lines = this.examplesOf(command).flatMap(([does, line]) => this.#comment(does).concat(this.#typed(line)));
    return lines.length === 0 ? "" : this.#block(this.#words.titles.examples, lines);
  }

  #comment(text: string): string[] {
    return ownRows(text, this.#look.columns - 4).map((row) => `  ${this.#look.muted(`# ${row}`)}`);
  }

  /** A command that is wider than a row goes on as it does in a shell; what stands in quotes is not broken where a row holds it. */
  #typed(line: string): string {
    if (displayWidth(line) + 2 <= this.#look.columns) return `  ${line}`;
    const room = this.#look.columns - 6;
    const whole = line.replaceAll(/'[^']*'|"[^"]*"/gu, (quoted) =>
      displayWidth(quoted) > room ? quoted : quoted.replaceAll(" ", held),
    );
    return `  ${ownRows(whole, room).join(" \\\n    ")}`;
  }
}

type HelpItem = readonly [term: string, description: string];

/** The names that lead to a command, the program's first. */
export function pathOf(command: Command): string[] {
  return command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];
}
