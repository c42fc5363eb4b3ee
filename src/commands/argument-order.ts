import type { Option } from "commander";
import type { Verb } from "./command.ts";

/**
 * The arguments with the command's name before its options: `-p demo ask hello` means `ask -p demo hello`.
 *
 * @param program with all commands declared
 */
export function commandFirst(program: Verb, args: readonly string[]): readonly string[] {
  const at = firstWord(program, args);
  let verb = program;
  let end = at;
  while (end < args.length) {
    const child = (verb.commands as Verb[]).find((command) => command.name() === args[end]);
    if (child === undefined) break;
    verb = child;
    end++;
  }
  return end === at || at === 0 ? args : [...args.slice(at, end), ...args.slice(0, at), ...args.slice(end)];
}

/** Where the first word is that is neither an option nor an option's value; the length where there is none. */
function firstWord(program: Verb, args: readonly string[]): number {
  const options = new Map<string, Option>();
  const gather = (verb: Verb) => {
    for (const option of verb.options) {
      for (const name of [option.short, option.long]) if (name && !options.has(name)) options.set(name, option);
    }
    (verb.commands as Verb[]).forEach(gather);
  };
  gather(program);
  const names = new Set(program.commands.map((command) => command.name()));
  let at = 0;
  while (at < args.length) {
    const word = args[at]!;
    if (word === "--") return args.length;
    if (!word.startsWith("-") || word === "-") return at;
    at++;
    const option = word.includes("=") ? undefined : options.get(word);
    const next = args[at];
    if (next === undefined || option === undefined) continue;
    if (option.required || (option.optional && !next.startsWith("-") && !names.has(next))) at++;
  }
  return at;
}

/** What may be meant for the value of an option that may stand alone, also a wrong one; a question would be taken for one. */
const values: Readonly<Record<string, RegExp>> = {
  "--cache": /^\d+(?:\.\d+)?[a-z]+$/iu,
  "--tools": /^[\w*-]+(?:,[\w*-]+)*$/u,
};

/** The arguments with an empty value for each such option that no value follows. */
export function withBareOptions(args: readonly string[]): readonly string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return args.map((word, at) => {
    const value = at < end && Object.hasOwn(values, word) ? values[word]! : null;
    return value === null || value.test(args[at + 1] ?? "") ? word : `${word}=`;
  });
}
