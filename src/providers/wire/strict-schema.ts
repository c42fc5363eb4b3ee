import { isRecord } from "./json.ts";

type Schema = Readonly<Record<string, unknown>>;

/**
 * What DeepSeek's strict mode takes beside structure (api-docs.deepseek.com, guides/tool_calls). What else limits a value goes into its
 * description, where the model reads it.
 */
const kept = ["description", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
const described = ["minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "format"];
const formats = new Set(["email", "hostname", "ipv4", "ipv6", "uuid"]);
/** What says nothing of which values fit. */
const silent = ["title", "default", "examples", "example", "deprecated", "readOnly", "writeOnly"];
const structure = ["type", "enum", "const", "properties", "items", "required", "additionalProperties"];
const others = ["$schema", "$id", "$comment", "$defs", "definitions", "$ref", "anyOf", "oneOf", "allOf", "nullable"];
const known = new Set([...kept, ...described, ...silent, ...structure, ...others]);
const types = new Set(["object", "array", "string", "integer", "number", "boolean", "null"]);

/** Parts of a schema, its references written out, beyond which it is not sent in strict form. */
const maxParts = 1000;

class NotExpressible extends Error {}

/**
 * A schema as DeepSeek's strict mode takes it: every object closed, every property required. A property that may be absent may be null
 * instead; references are written out.
 *
 * @returns null where that cannot express it, as for maps, tuples, recursion and values of any type
 */
export function strictSchema(schema: Schema): Schema | null {
  try {
    return new StrictForm(schema).of(schema, []);
  } catch (error) {
    if (error instanceof NotExpressible) return null;
    throw error;
  }
}

class StrictForm {
  readonly #root: Schema;
  #parts = 0;

  constructor(root: Schema) {
    this.#root = root;
  }

  /** @param within the references that it is part of */
  of(schema: unknown, within: readonly string[]): Schema {
    if (!isRecord(schema) || ++this.#parts > maxParts) throw new NotExpressible();
    if (Object.keys(schema).some((keyword) => !known.has(keyword))) throw new NotExpressible();
    const { $ref: reference, nullable, ...rest } = schema;
    if (nullable === true)
      return orNull(this.of({ ...rest, ...(reference !== undefined && { $ref: reference }) }, within));
    if (reference !== undefined) return this.#resolved(reference, rest, within);
    const { anyOf, oneOf, allOf } = schema;
    if (Array.isArray(allOf)) return this.#merged(allOf, schema, within);
    const either = anyOf ?? oneOf;
    if (Array.isArray(either)) return this.#either(either, schema, within);
    if (schema["const"] !== undefined) return enumerated([schema["const"]], schema);
    if (Array.isArray(schema["enum"])) return enumerated(schema["enum"], schema);
    const { type } = schema;
    if (Array.isArray(type)) {
      return { anyOf: (type as unknown[]).map((each) => this.of({ ...schema, type: each }, within)) };
    }
    return this.#typed(schema, type ?? impliedType(schema), within);
  }

  #resolved(reference: unknown, beside: Schema, within: readonly string[]): Schema {
    const target = typeof reference === "string" && !within.includes(reference) ? this.#find(reference) : null;
    if (target === null) throw new NotExpressible();
    const { $defs: _, definitions: __, ...more } = beside;
    return this.of({ ...target, ...more }, [...within, reference as string]);
  }

  /** A part of the schema by its JSON pointer (RFC 6901, in a fragment). */
  #find(reference: string): Schema | null {
    if (!reference.startsWith("#/")) return null;
    let found: unknown = this.#root;
    for (const step of reference.slice(2).split("/")) {
      const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      if (!isRecord(found) || !Object.hasOwn(found, name)) return null;
      found = found[name];
    }
    return isRecord(found) ? found : null;
  }

  /** Pydantic writes `allOf: [{$ref}]` for a reference with a description. */
  #merged(all: readonly unknown[], schema: Schema, within: readonly string[]): Schema {
    const { allOf: _, ...beside } = schema;
    const [only] = all;
    if (all.length !== 1 || !isRecord(only)) throw new NotExpressible();
    return this.of({ ...only, ...beside }, within);
  }

  #either(all: readonly unknown[], schema: Schema, within: readonly string[]): Schema {
    if (structure.some((keyword) => schema[keyword] !== undefined)) throw new NotExpressible();
    return { ...pick(schema, ["description"]), anyOf: all.map((each) => this.of(each, within)) };
  }

  #typed(schema: Schema, type: unknown, within: readonly string[]): Schema {
    if (typeof type !== "string" || !types.has(type)) throw new NotExpressible();
    const plain = { type, ...withLimits(schema) };
    if (type === "array") return { ...plain, items: this.of(schema["items"], within) };
    return type === "object" ? { ...plain, ...this.#closed(schema, within) } : plain;
  }

  #closed(schema: Schema, within: readonly string[]): Schema {
    const { properties, additionalProperties, required = [] } = schema;
    const isMap = isRecord(additionalProperties) || !isRecord(properties) || Object.keys(properties).length === 0;
    if (isMap || !Array.isArray(required)) throw new NotExpressible();
    const entries = Object.entries(properties).map(([name, property]) => {
      const strict = this.of(property, within);
      return [name, required.includes(name) ? strict : orNull(strict)] as const;
    });
    return {
      properties: Object.fromEntries(entries),
      required: entries.map(([name]) => name),
      additionalProperties: false,
    };
  }
}

function impliedType(schema: Schema): string | null {
  return schema["properties"] !== undefined ? "object" : schema["items"] !== undefined ? "array" : null;
}

/** A schema that null fits too. */
function orNull(schema: Schema): Schema {
  const nothing = { type: "null" };
  const { anyOf } = schema;
  if (!Array.isArray(anyOf)) return schema["type"] === "null" ? schema : { anyOf: [schema, nothing] };
  const isNullable = anyOf.some((each) => isRecord(each) && each["type"] === "null");
  return isNullable ? schema : { ...schema, anyOf: [...(anyOf as Schema[]), nothing] };
}

function enumerated(values: readonly unknown[], schema: Schema): Schema {
  const typed = new Map<string, unknown[]>();
  for (const value of values) {
    const type = value === null ? "null" : typeof value;
    if (type === "object") throw new NotExpressible();
    typed.set(type, [...(typed.get(type) ?? []), value]);
  }
  const parts = [...typed].map(([type, each]) => (type === "null" ? { type } : { type, enum: each }));
  const [only] = parts;
  return { ...pick(schema, ["description"]), ...(parts.length === 1 ? only : { anyOf: parts }) };
}

/** The keywords of a value that are taken, and the others in its description. */
function withLimits(schema: Schema): Schema {
  const isTaken = typeof schema["format"] === "string" && formats.has(schema["format"]);
  const told = described.filter((keyword) => schema[keyword] !== undefined && !(keyword === "format" && isTaken));
  const limits = told.map((keyword) => `${keyword}: ${JSON.stringify(schema[keyword])}`).join(", ");
  const description = [schema["description"], limits && `(${limits})`].filter(Boolean).join(" ");
  return {
    ...pick(schema, kept),
    ...(isTaken && { format: schema["format"] }),
    ...(description !== "" && { description }),
  };
}

function pick(schema: Schema, keywords: readonly string[]): Schema {
  return Object.fromEntries(
    keywords.flatMap((keyword) => (schema[keyword] === undefined ? [] : [[keyword, schema[keyword]]])),
  );
}
