import type { Argument, Option } from "commander";
import type { Verb } from "./command.ts";

/** What may be put in, with a few words on it. */
export type CompletionValue = readonly [value: string, description: string];

/** What may stand behind an option or for an argument, by its name and the provider named on the line. */
export type CompletionValues = (name: string, provider: string | null) => readonly CompletionValue[] | "files" | null;

/** What may stand at the caret. */
export interface Offer {
  readonly values: readonly CompletionValue[];
  /** Whether the shell is to complete a file's name. */
  readonly files: boolean;
}

/** Values that every shell takes without quotes; others are not offered. */
const safe = /^[\p{L}\p{N}_.:/@+=,-]+$/u;

/**
 * What may stand for the last of the words, which may be empty.
 *
 * @param words of the line without the program's name, as they are typed
 */
export function offerFor(program: Verb, words: readonly string[], known: CompletionValues): Offer {
  const current = words.at(-1) ?? "";
  const { verb, positional, awaited, provider, onlyArguments } = read(program, words.slice(0, -1));
  const from = (name: string, choices: readonly string[] | undefined) =>
    choices?.map((choice): CompletionValue => [choice, ""]) ?? known(name, provider) ?? [];
  if (awaited !== null) return offered(from(nameOf(awaited), awaited.argChoices), current, "");
  const inline = /^(--[a-z-]+=)(.*)$/su.exec(current);
  if (inline !== null && !onlyArguments) {
    const option = findOption(verb, inline[1]!.slice(0, -1));
    return option === undefined ? none : offered(from(nameOf(option), option.argChoices), inline[2]!, inline[1]!);
  }
  if (current.startsWith("-") && !onlyArguments) return offered(optionsOf(verb), current, "");
  const argument: Argument | undefined =
    verb.registeredArguments[positional] ?? verb.registeredArguments.findLast(({ variadic }) => variadic);
  if (argument !== undefined) return offered(from(argument.name(), argument.argChoices), current, "");
  return positional > 0 ? none : offered(commandsOf(verb), current, "");
}

const none: Offer = { values: [], files: false };

function offered(values: readonly CompletionValue[] | "files", typed: string, before: string): Offer {
  if (values === "files") return { values: [], files: true };
  const fitting = values.filter(([value]) => value.startsWith(typed) && safe.test(value));
  return { values: fitting.map(([value, text]) => [before + value, text.replace(/\p{C}+/gu, " ")]), files: false };
}

interface Reading {
  /** The command that the words lead to. */
  readonly verb: Verb;
  /** How many arguments it has before the caret. */
  readonly positional: number;
  /** The option whose value stands at the caret. */
  readonly awaited: Option | null;
  readonly provider: string | null;
  /** Behind `--`. */
  readonly onlyArguments: boolean;
}

function read(program: Verb, words: readonly string[]): Reading {
  let verb = program;
  let positional = 0;
  let awaited: Option | null = null;
  let provider: string | null = null;
  let onlyArguments = false;
  for (const word of words) {
    if (awaited?.required === true || (awaited !== null && !word.startsWith("-"))) {
      if (nameOf(awaited) === "provider") provider = word;
      awaited = null;
      continue;
    }
    awaited = null;
    if (word === "--" && !onlyArguments) onlyArguments = true;
    else if (word.startsWith("-") && word !== "-" && !onlyArguments) {
      const [name = "", value] = word.split("=", 2);
      const option = findOption(verb, name);
      if (value === undefined) awaited = option?.required || option?.optional ? option : null;
      else if (option !== undefined && nameOf(option) === "provider") provider = value;
    } else {
      const child = positional === 0 && !onlyArguments ? childOf(verb, word) : undefined;
      if (child !== undefined) verb = child;
      // What comes behind it is a command's name.
      else if (word !== "help" || positional > 0) positional++;
    }
  }
  return { verb, positional, awaited, provider, onlyArguments };
}

function childOf(verb: Verb, name: string): Verb | undefined {
  return (verb.commands as Verb[]).find((child) => child.name() === name || child.aliases().includes(name));
}

/** Those of the command first, then those of the commands above it; without a command it is a session. */
function allOptions(verb: Verb): Option[] {
  const own = verb.createHelp().visibleOptions(verb);
  if (verb.parent !== null) return [...own, ...allOptions(verb.parent as Verb)];
  const chat = childOf(verb, "chat");
  return chat === undefined ? own : [...chat.createHelp().visibleOptions(chat), ...own];
}

function findOption(verb: Verb, name: string): Option | undefined {
  return allOptions(verb).find(({ long, short }) => long === name || short === name);
}

function optionsOf(verb: Verb): CompletionValue[] {
  const found = new Map<string, string>();
  for (const { long, short, description } of allOptions(verb)) {
    for (const name of [long, short]) if (name && !found.has(name)) found.set(name, description);
  }
  return [...found].sort(([a], [b]) => Number(b.startsWith("--")) - Number(a.startsWith("--")));
}

function commandsOf(verb: Verb): CompletionValue[] {
  const children = verb.createHelp().visibleCommands(verb);
  return children.map((child): CompletionValue => [child.name(), child.description()]);
}

/** An option's long name without its dashes. */
function nameOf({ long, short }: Option): string {
  return (long ?? short ?? "").replace(/^-+/u, "");
}
