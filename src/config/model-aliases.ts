import type { ModelNames } from "./model-name.ts";
import type { ConfigFile, ModelConfig } from "./schema.ts";

type Models = NonNullable<ConfigFile["models"]>;

/** The aliases of the config file's `models`, each with the text that it stands for. */
export function aliasesOf({ models = {} }: Pick<ConfigFile, "models">): Readonly<Record<string, string>> {
  const aliases = Object.entries(models).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(aliases);
}

/** Facts and prices of the config file's `models`, by `provider/id`. */
export function factsIn({ models = {} }: Pick<ConfigFile, "models">): Readonly<Record<string, ModelConfig>> {
  const facts = Object.entries(models).filter((entry): entry is [string, ModelConfig] => typeof entry[1] === "object");
  return Object.fromEntries(facts);
}

/** What `readModelName` reads names by. */
export function modelNames({ models = {} }: Pick<ConfigFile, "models">, providers: readonly string[]): ModelNames {
  return { providers: new Set(providers), aliasTarget: (text) => aliasTarget(models, text) };
}

/** The text that an alias stands for, also by way of other aliases; null where the text is no alias. */
function aliasTarget(models: Models, text: string): string | null {
  const chain = chainOf(models, text);
  return chain.length === 1 ? null : chain.at(-1)!;
}

/** A text, what it is an alias of, and so on; a loop ends with the first name that comes again. */
function chainOf(models: Models, text: string): string[] {
  const chain = [text];
  for (;;) {
    const last = chain.at(-1)!;
    const next = Object.hasOwn(models, last) ? models[last] : undefined;
    if (typeof next !== "string") return chain;
    chain.push(next.trim());
    if (chain.indexOf(next.trim()) < chain.length - 1) return chain;
  }
}

interface AliasMistake {
  readonly keys: readonly string[];
  readonly value: string;
  readonly expected: string;
}

/**
 * The first alias that stands for itself, or for no model; null where there is none.
 *
 * @param builtIn names of the built-in providers; null where they are not known: then any provider may be meant
 */
export function aliasMistake(file: ConfigFile, builtIn: readonly string[] | null): AliasMistake | null {
  const models = file.models ?? {};
  const providers = builtIn === null ? null : [...builtIn, ...Object.keys(file.providers ?? {})];
  for (const [name, target] of Object.entries(aliasesOf(file))) {
    const keys = ["models", name];
    const chain = chainOf(models, name);
    const isLoop = chain.length > 2 ? chain.indexOf(chain.at(-1)!) < chain.length - 1 : chain[0] === chain[1];
    if (isLoop) return { keys, value: chain.join(" \u2192 "), expected: "<provider>/<id>" };
    if (target.trim() === "") return { keys, value: JSON.stringify(target), expected: "<provider>/<id>" };
    const [first = "", ...rest] = target.trim().split("/");
    const isKnown = rest.length === 0 || chain.length > 2 || providers?.includes(first.trimEnd()) !== false;
    if (isKnown) continue;
    const expected = providers.map((each) => `${each}/\u2026`).join(" | ");
    return { keys, value: JSON.stringify(target), expected };
  }
  return null;
}

/** The file with the text that an alias stands for in the place of each alias that a provider's own `model` is. */
export function withOwnModels(file: ConfigFile): ConfigFile {
  const { providers, models = {} } = file;
  if (providers === undefined) return file;
  const rows = Object.entries(providers).map(([name, row]) => {
    const target = row.model === undefined ? null : aliasTarget(models, row.model.trim());
    if (target === null) return [name, row] as const;
    const own = `${name}/`;
    return [name, { ...row, model: target.startsWith(own) ? target.slice(own.length) : target }] as const;
  });
  return { ...file, providers: Object.fromEntries(rows) };
}
