import type { RuleMistake } from "./price-rules.ts";
import type { ConfigFile } from "./schema.ts";

/**
 * The first limit of the config file's `budget` and `limits` that is for a provider that does not exist, which would limit nothing;
 * null where there is none.
 *
 * @param builtIn names of the built-in providers; null where they are not known: then any provider may be meant
 */
export function limitMistake(
  { budget = {}, limits = {}, providers = {} }: Pick<ConfigFile, "budget" | "limits" | "providers">,
  builtIn: readonly string[] | null,
): RuleMistake | null {
  if (builtIn === null) return null;
  const known = [...builtIn, ...Object.keys(providers)];
  const ofProviders = Object.fromEntries(Object.entries(budget).filter(([, limit]) => typeof limit === "object"));
  for (const [key, limited] of Object.entries({ budget: ofProviders, limits })) {
    const wrong = Object.keys(limited).find((name) => !known.includes(name));
    if (wrong !== undefined) return { keys: [key, wrong], value: wrong, expected: known.join(" | ") };
  }
  return null;
}
