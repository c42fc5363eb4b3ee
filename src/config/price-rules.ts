import type { ConfigFile } from "./schema.ts";

/** A mistake that is in no value by itself. */
export interface RuleMistake {
  readonly keys: readonly string[];
  readonly value: string;
  readonly expected: string;
}

/** The first entry of the config file's `models` that says when or how a price holds, and names none; null where there is none. */
export function priceMistake({ models = {} }: Pick<ConfigFile, "models">): RuleMistake | null {
  for (const [name, entry] of Object.entries(models)) {
    if (typeof entry === "string" || entry.CNY !== undefined || entry.USD !== undefined) continue;
    const rule = (["peak_factor", "until"] as const).find((each) => entry[each] !== undefined);
    if (rule === undefined) continue;
    return {
      keys: ["models", name, rule],
      value: String(entry[rule]),
      expected: `models.${name}.CNY | models.${name}.USD`,
    };
  }
  return null;
}
