import { closest, distance } from "fastest-levenshtein";
import { Command, type Help, type Option } from "commander";
import type { Console } from "../app/console.ts";
import type { Engine, EngineOptions } from "../app/engine.ts";
import { print } from "../app/startup.ts";
import { AppError } from "../errors.ts";
import type { Words } from "../words/types.ts";

/** What gives the exit code when all was reported already: an error, or whatever else has a code. */
type Reported = Pick<AppError, "kind"> & { readonly code: string };
type Work = Reported | null | void;

/** What a command declares itself with. */
export interface CommandContext {
  readonly words: Words;
  /**
   * Opens an engine with the options of `command`, does the work, and closes it. What `work` throws is told and gives the exit
   * code; what it returns was told already and gives the exit code alone.
   */
  readonly run: (
    command: Command,
    work: (engine: Engine, console: Console) => Work | Promise<Work>,
    sources?: Pick<EngineOptions, "configFile" | "tolerant">,
  ) => Promise<void>;
}

/** Adds one command to the program. */
export type Declare = (program: Verb, shell: CommandContext) => void;

/** What takes two columns, of the characters our words are made of. */
const wide = /[\u2e80-\u9fff\uff00-\uff60]/gu;

/** commander's Command that speaks our languages and throws our errors. */
export class Verb extends Command {
  readonly words: Words;

  constructor(name: string | undefined, words: Words) {
    super(name);
    this.words = words;
    const { help, titles } = { help: words.help, titles: words.help.titles as Record<string, string> };
    this.helpOption("-h, --help", help.help)
      .configureHelp({
        showGlobalOptions: true,
        displayWidth: (text) => text.length + (text.match(wide)?.length ?? 0),
        styleTitle: (title) => titles[title] ?? title,
        commandUsage: (command) => `${fullName(command)} ${translated(command.usage(), help.placeholders)}`,
        optionTerm: (option) => translated(option.flags, help.placeholders),
        subcommandTerm: (command) => translated(termOf(command), help.placeholders),
        argumentTerm: (argument) => help.placeholders[argument.name()] ?? argument.name(),
        // Their descriptions name the choices.
        argumentDescription: ({ description }) => description,
        optionDescription: (option) => describeOption(option, help.extra),
      } satisfies Partial<Help>)
      .configureOutput({ outputError: () => {}, writeOut: print })
      .exitOverride()
      .addHelpText("after", () => this.#examples());
  }

  /** What stands at the end of the help: a few lines that can be typed. */
  #examples(): string {
    const { title, ...all } = this.words.help.examples;
    const name = this.parent === null ? "program" : this.name();
    const lines = Object.hasOwn(all, name) ? all[name as keyof typeof all] : [];
    return lines.length === 0 ? "" : ["", title, ...lines.map((line) => (line === "" ? "" : `  ${line}`))].join("\n");
  }

  override createCommand(name?: string): Verb {
    return new Verb(name, this.words);
  }

  /** Commander's sentence, or ours in another language; what it speaks of stands between quotes in it. */
  override error(message: string, options?: { code?: string }): never {
    const sentence = message
      .replace(/^error: /u, "")
      .trim()
      .replace(/\.$/u, "");
    const subject = /'([^']*)'/u.exec(sentence)?.[1] ?? "";
    const code = options?.code ?? "";
    const english = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1).replaceAll("\n", " ")}.`;
    throw new AppError("usage", { message: this.words.help.usage.sentence({ code, subject, message: english }) });
  }
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** For a word that stands where a command of `group` should. */
export function unknownCommand(word: string, group: Verb): AppError {
  const names = group.commands.map((command) => command.name());
  const near = closest(word, names);
  const { command, commandFirst } = group.words.help.usage;
  if (near === word) return new AppError("usage", { message: commandFirst({ word, program: fullName(group) }) });
  // A first word that is none may be a question's.
  const isFirst = group.parent === null;
  const nearest = distance(word, near) <= 2 ? near : null;
  return new AppError("usage", { message: command({ word, nearest, isFirst }) });
}

/** Names in angle or square brackets, in the language of the rest. */
function translated(term: string, placeholders: Readonly<Record<string, string>>): string {
  return term.replaceAll(/(?<=[<[])[^<>[\].]+/gu, (name) => placeholders[name] ?? name);
}

/** A command in the list of its group. */
function termOf(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...(command.options.length > 0 ? ["[options]"] : []), ...words].join(" ");
}

function describeOption(option: Option, words: Words["help"]["extra"]): string {
  const extra = [
    ...(option.argChoices === undefined ? [] : [words.choices({ values: option.argChoices.join(", ") })]),
    ...(option.defaultValue === undefined || option.negate
      ? []
      : [words.default({ value: String(option.defaultValue) })]),
  ];
  return extra.length === 0 ? option.description : `${option.description} ${words.joined({ parts: extra })}`;
}
