import { readModelLists } from "../config/model-lists.ts";
import { findProvider } from "../providers/catalogue.ts";
import { knownModels } from "../providers/prices.ts";
import type { App } from "./app.ts";

/**
 * Names of models that may be meant, without asking anybody: those of the provider named, else those of the one in use as
 * they are and those of others with their provider before them.
 *
 * @param named as it stands on a line; null where none does
 */
export function nameableModels(app: App, named: string | null): string[] {
  const lists = readModelLists(app.folders.cache);
  const idsOf = (provider: string) => {
    const custom = app.file.providers ?? {};
    const own = findProvider(provider, custom).model;
    const listed = Object.hasOwn(lists, provider) ? lists[provider]! : [];
    return new Set([...(own === null ? [] : [own]), ...knownModels(provider), ...listed]);
  };
  const provider = named ?? app.settings.provider;
  if (!app.providers.includes(provider)) return [];
  if (named !== null) return [...idsOf(provider)];
  const others = app.providers.filter((name) => name !== provider && name !== "demo");
  const qualified = others.flatMap((name) => Array.from(idsOf(name), (id) => `${name}/${id}`));
  return [...idsOf(provider), ...qualified];
}
