import type { Provider } from "../catalogue.ts";
import { isRecord } from "./json.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * A request's body as a provider wants it: without the fields that its entry drops, and with those renamed that it calls otherwise or
 * wants elsewhere. Both name fields as OpenAI does.
 */
export function withFieldRules(body: Fields, { drop, rename }: Pick<Provider, "drop" | "rename">): Fields {
  const names = Object.entries(rename);
  if (drop.length === 0 && names.length === 0) return body;
  const kept = drop.reduce((fields, place) => without(fields, pathOf(place)), body);
  const moved = names.filter(([name]) => Object.hasOwn(kept, name));
  const rest = moved.reduce((fields, [name]) => without(fields, [name]), kept);
  return moved.reduce((fields, [name, place]) => withValue(fields, pathOf(place), kept[name]), rest);
}

/** A name, or the names of a JSON pointer (RFC 6901), the outermost first. */
function pathOf(place: string): string[] {
  if (!place.startsWith("/")) return [place];
  return place
    .slice(1)
    .split("/")
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function without(fields: Fields, [first = "", ...deeper]: readonly string[]): Fields {
  const { [first]: value, ...others } = fields;
  if (deeper.length === 0) return others;
  return isRecord(value) ? { ...fields, [first]: without(value, deeper) } : fields;
}

function withValue(fields: Fields, [first = "", ...deeper]: readonly string[], value: unknown): Fields {
  if (deeper.length === 0) return { ...fields, [first]: value };
  const inner = fields[first];
  return { ...fields, [first]: withValue(isRecord(inner) ? inner : {}, deeper, value) };
}
