import { AppError, type SchemaMistake } from "../errors.ts";

const types: ReadonlyMap<string, string> = new Map([
  ["int", "integer"],
  ["float", "number"],
  ["bool", "boolean"],
  ["str", "string"],
]);

/**
 * The JSON Schema of llm's short form (llm.datasette.io, schemas): `name, age int, bio: one sentence`, or one field a line.
 *
 * @param source what it was given with, for errors
 * @throws AppError `schema_unusable`
 */
export function schemaOfShortForm(text: string, source: string): Readonly<Record<string, unknown>> {
  const isLines = text.trim().includes("\n");
  const properties = new Map<string, object>();
  for (const field of text.split(isLines ? "\n" : ",")) {
    if (field.trim() === "") continue;
    const fail = (why: SchemaMistake, said: string) =>
      new AppError("schema_unusable", { source, at: field.trim(), why, said });
    const [declared = "", ...rest] = field.split(":");
    const [name, type = "str", more] = declared.trim().split(/\s+/u);
    if (name === undefined || !/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) throw fail("no_name", declared.trim());
    if (properties.has(name)) throw fail("duplicate", name);
    if (!types.has(type) || more !== undefined) throw fail("unknown_type", more ?? type);
    const description = rest.join(":").trim();
    properties.set(name, { type: types.get(type), ...(description !== "" && { description }) });
  }
  if (properties.size === 0)
    throw new AppError("schema_unusable", { source, at: "", why: "no_name", said: text.trim() });
  return { type: "object", properties: Object.fromEntries(properties), required: [...properties.keys()] };
}
