import { Command } from "commander";
import type { Console } from "../app/console.ts";
import type { Engine, EngineOptions } from "../app/engine.ts";
import { print } from "../app/startup.ts";
import { AppError } from "../errors.ts";
import { nearestName } from "../nearest-name.ts";
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
    sources?: Pick<EngineOptions, "configFile" | "flags" | "tolerant">,
  ) => Promise<void>;
}

/** Adds one command to the program. */
export type Declare = (program: Verb, shell: CommandContext) => void;

/** Ends the parsing where help is wanted: what lays it out is loaded only then. */
export class HelpRequest extends Error {
  readonly verb: Verb;
  /** A command is missing where the help is shown. */
  readonly isMistake: boolean;

  constructor(verb: Verb, isMistake: boolean) {
    super("help");
    [this.verb, this.isMistake] = [verb, isMistake];
  }
}

/** commander's Command that speaks our languages and throws our errors. */
export class Verb extends Command {
  readonly words: Words;

  constructor(name: string | undefined, words: Words) {
    super(name);
    this.words = words;
    this.helpOption("-h, --help", words.help.help)
      .configureOutput({ outputError: () => {}, writeOut: print })
      .exitOverride();
  }

  override outputHelp(context?: unknown): never {
    throw new HelpRequest(this, (context as { error?: boolean } | undefined)?.error === true);
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

/** `deepseek-chat batch run` */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** For a word that stands where a command of `group` should. */
export function unknownCommand(word: string, group: Verb): AppError {
  const names = group.commands.map((command) => command.name());
  const { command, commandFirst } = group.words.help.usage;
  if (names.includes(word)) return new AppError("usage", { message: commandFirst({ word, program: fullName(group) }) });
  // A first word that is none may be a question's.
  const isFirst = group.parent === null;
  const nearest = nearestName(word, names);
  return new AppError("usage", { message: command({ word, nearest, isFirst }) });
}
