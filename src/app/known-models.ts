import { aliasesOf } from "../config/model-aliases.ts";
import { readModelLists } from "../config/model-lists.ts";
import { findProvider } from "../providers/catalogue.ts";
import { knownModels } from "../providers/model-table.ts";
import type { Engine } from "./engine.ts";

/**
 * Names of models that may be meant, without asking anybody: those of the provider named, else aliases, those of the one in use
 * as they are and those of others with their provider before them.
 *
 * @param named as typed on the line; null if none is
 */
export function nameableModels(
  engine: Pick<Engine, "file" | "folders" | "providers" | "settings">,
  named: string | null,
): string[] {
  const lists = readModelLists(engine.folders.cache);
  const idsOf = (provider: string) => {
    const custom = engine.file.providers ?? {};
    const own = findProvider(provider, custom).model;
    const listed = Object.hasOwn(lists, provider) ? lists[provider]! : [];
    return new Set([...(own === null ? [] : [own]), ...knownModels(provider), ...listed]);
  };
  const provider = named ?? engine.settings.provider;
  if (!engine.providers.includes(provider)) return [];
  if (named !== null) return [...idsOf(provider)];
  const others = engine.providers.filter((name) => name !== provider && name !== "demo");
  const qualified = others.flatMap((name) => Array.from(idsOf(name), (id) => `${name}/${id}`));
  return [...Object.keys(aliasesOf(engine.file)), ...idsOf(provider), ...qualified];
}
