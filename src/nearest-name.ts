import { closest, distance } from "fastest-levenshtein";

/**
 * The name that may have been meant; null where none is near. Letters that changed places are the likeliest mistake of a person who
 * types; a swap counts as two changes.
 *
 * @param limit changes at most
 */
export function nearestName(name: string, names: readonly string[], limit = 2): string | null {
  if (names.length === 0) return null;
  const lettersOf = (text: string) => Array.from(text).sort().join("");
  const found = names.find((each) => lettersOf(each) === lettersOf(name)) ?? closest(name, names);
  return distance(name, found) <= limit ? found : null;
}
