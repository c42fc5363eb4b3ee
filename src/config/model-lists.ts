import { join } from "node:path";
import * as v from "valibot";
import { readRegular } from "../files.ts";
import { replaceFile } from "../atomic-file.ts";

/** Ids of a provider's models as it last listed them, by the provider's name. */
export type ModelIds = Readonly<Record<string, readonly string[]>>;

const fileSchema = v.object({ v: v.literal(1), models: v.record(v.string(), v.array(v.string())) });

/** Of each provider; more help nobody who presses Tab. */
const maxModels = 500;
const maxIdLength = 200;
const maxBytes = 4 * 1024 * 1024;

/** What is kept in the cache folder; a file that is missing or not ours holds nothing. */
export function readModelLists(cache: string): ModelIds {
  try {
    const text = readRegular(pathIn(cache), { maxBytes, noLinks: true, owner: "self" }).toString("utf8");
    return v.parse(fileSchema, JSON.parse(text)).models;
  } catch {
    return {};
  }
}

/** Keeps a provider's list, so that it is known without asking; that it cannot be kept disturbs nobody. */
export function saveModelList(cache: string, provider: string, ids: readonly string[]): void {
  const kept = ids.filter((id) => id.length <= maxIdLength).slice(0, maxModels);
  const all = readModelLists(cache);
  if (Object.hasOwn(all, provider) && JSON.stringify(all[provider]) === JSON.stringify(kept)) return;
  const text = JSON.stringify({ v: 1, models: { ...all, [provider]: kept } });
  try {
    replaceFile(pathIn(cache), `${text}\n`);
  } catch {
    // Done without.
  }
}

function pathIn(cache: string): string {
  return join(cache, "models.json");
}
