import type { ModelRef } from "../chat/model.ts";
import { modelNames } from "../config/model-aliases.ts";
import { readModelName } from "../config/model-name.ts";
import type { ConfigFile } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import { findProvider, providerNames } from "../providers/catalogue.ts";

/**
 * The models that take over for a model, as the config file's `failover` names them, in order; an entry that names none is left
 * out, and `failoverMistakes` returns it.
 */
export function successorsOf(file: ConfigFile, { provider, model }: ModelRef): ModelRef[] {
  const table = file.failover ?? {};
  const names = modelNames(file, providerNames(file.providers ?? {}));
  const isAlias = (name: string) => {
    const read = names.aliasTarget(name) === null ? null : readModelName(name, names, null);
    return read !== null && (read.provider ?? provider) === provider && read.model === model;
  };
  const named = [`${provider}/${model}`, model].find((name) => Object.hasOwn(table, name));
  const key = named ?? Object.keys(table).find(isAlias);
  if (key === undefined) return [];
  return table[key]!.map((entry) => readEntry(file, entry, provider)).filter((found) => typeof found !== "string");
}

/**
 * What is wrong in the config file's `failover`, an error for each entry: a provider that does not exist, or none of its models
 * named where it has none of its own.
 *
 * @param path of the config file
 */
export function failoverMistakes(file: ConfigFile, path: string): AppError<"config_misfit">[] {
  const names = modelNames(file, providerNames(file.providers ?? {}));
  return Object.entries(file.failover ?? {}).flatMap(([name, entries]) => {
    // A bare id may be any provider's; an entry's own id is then one of the same, whichever it is.
    const asked = readModelName(name, names, null).provider ?? "deepseek";
    return entries.flatMap((entry) => {
      const found = readEntry(file, entry, asked);
      if (typeof found !== "string") return [];
      const facts = { path, line: null, key: `failover.${name}`, value: entry, expected: found };
      return [new AppError("config_misfit", facts)];
    });
  });
}

/**
 * @param asked the provider of the model that is taken over from: an id without a provider is one of its own
 * @returns what would have been right, where the entry names no successor
 */
function readEntry(file: ConfigFile, entry: string, asked: string): ModelRef | string {
  const custom = file.providers ?? {};
  const names = providerNames(custom);
  const read = readModelName(entry, modelNames(file, names), null);
  if (read.provider === null && read.model?.includes("/") === true) return names.map((name) => `${name}/…`).join(" | ");
  const provider = read.provider ?? asked;
  const model = read.model ?? findProvider(provider, custom).model;
  return model === null ? `${provider}/…` : { provider, model };
}
