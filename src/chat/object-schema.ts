type Schema = Readonly<Record<string, unknown>>;

/** The property that holds the answer where its schema is not of an object, which services want. */
export const answerProperty = "answer";

/** Keywords whose value is no schema. */
const values = new Set(["const", "enum", "default", "examples"]);

/** A schema of a list of what another one describes, as llm has it. */
export function multiSchema(schema: Schema): Schema {
  return nested(schema, ["items", "items"], (part) => ({ items: { type: "array", items: part } }));
}

/**
 * A schema of an object, as services want one: the same, or that of an object with what it describes as its property `answer`.
 *
 * @returns `isNested` in the second case
 */
export function objectSchema(schema: Schema): { readonly schema: Schema; readonly isNested: boolean } {
  const { $ref: reference, ...beside } = schema;
  const target = typeof reference === "string" ? definitionOf(schema, reference) : null;
  // Generators write a type's schema as a reference into its own definitions.
  const root = target === null ? schema : { ...target, ...beside };
  const { $schema: _, $id: __, ...object } = root;
  if (root["type"] === "object") return { schema: object, isNested: false };
  const place = [answerProperty];
  return { schema: nested(schema, place, (part) => ({ [answerProperty]: part })), isNested: true };
}

function definitionOf(schema: Schema, reference: string): Schema | null {
  const [, keyword = "", name = ""] = /^#\/(\$defs|definitions)\/([^/~%]+)$/u.exec(reference) ?? [];
  const definition = asSchema(asSchema(schema[keyword])?.[name]);
  return definition === null || definition["$ref"] !== undefined ? null : definition;
}

/**
 * @param place of the part in the properties of the object
 * @param propertiesOf the properties with the part in its place
 */
function nested(
  schema: Schema,
  [property, ...more]: readonly string[],
  propertiesOf: (part: Schema) => Schema,
): Schema {
  const { $schema: dialect, $id: _, ...part } = schema;
  const place = ["properties", property, ...more].join("/");
  return {
    ...(dialect !== undefined && { $schema: dialect }),
    type: "object",
    properties: propertiesOf(moved(part, place) as Schema),
    required: [property],
    additionalProperties: false,
  };
}

/** A schema whose own references hold after it was put into another one. */
function moved(part: unknown, place: string): unknown {
  if (Array.isArray(part)) return part.map((each) => moved(each, place));
  const schema = asSchema(part);
  if (schema === null) return part;
  const entries = Object.entries(schema).map(([keyword, value]) => {
    const isOwn = keyword === "$ref" && typeof value === "string" && /^#(?:\/|$)/u.test(value);
    if (isOwn) return [keyword, `#/${place}${value.slice(1)}`];
    return [keyword, values.has(keyword) ? value : moved(value, place)];
  });
  return Object.fromEntries(entries);
}

function asSchema(value: unknown): Schema | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : null;
}
