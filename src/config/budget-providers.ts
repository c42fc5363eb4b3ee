import type { RuleMistake } from "./price-rules.ts";
import type { ConfigFile } from "./schema.ts";

/**
 * The first limit of the config file's `budget` that is for a provider that does not exist, which would limit nothing; null where there
 * is none.
 *
 * @param builtIn names of the built-in providers; null where they are not known: then any provider may be meant
 */
export function budgetMistake(
  { budget = {}, providers = {} }: Pick<ConfigFile, "budget" | "providers">,
  builtIn: readonly string[] | null,
): RuleMistake | null {
  if (builtIn === null) return null;
  const known = [...builtIn, ...Object.keys(providers)];
  const limited = Object.entries(budget).filter(([, limit]) => typeof limit === "object");
  const wrong = limited.find(([name]) => !known.includes(name));
  return wrong === undefined ? null : { keys: ["budget", wrong[0]], value: wrong[0], expected: known.join(" | ") };
}
