import type { SchemaMisfit, SchemaWords } from "../types.ts";
type Params = SchemaMisfit["params"];

/** What a value must be or have, by the keyword of the schema that it does not fit. */
const rules: Readonly<Record<string, (params: Params) => string>> = {
  type: ({ type }) => `must be of type ${list(type)}`,
  required: ({ missingProperty }) => `must have ${quoted(missingProperty)}`,
  additionalProperties: ({ additionalProperty }) => `must not have ${quoted(additionalProperty)}`,
  unevaluatedProperties: ({ unevaluatedProperty }) => `must not have ${quoted(unevaluatedProperty)}`,
  enum: ({ allowedValues }) => `must be one of ${values(allowedValues)}`,
  const: ({ allowedValue }) => `must be ${quoted(allowedValue)}`,
  minimum: ({ limit }) => `must be at least ${String(limit)}`,
  maximum: ({ limit }) => `must be at most ${String(limit)}`,
  exclusiveMinimum: ({ limit }) => `must be greater than ${String(limit)}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${String(limit)}`,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${String(multipleOf)}`,
  minLength: ({ limit }) => `must have at least ${String(limit)} characters`,
  maxLength: ({ limit }) => `must have at most ${String(limit)} characters`,
  pattern: ({ pattern }) => `must match ${String(pattern)}`,
  format: ({ format }) => `must be in the format ${String(format)}`,
  minItems: ({ limit }) => `must have at least ${String(limit)} items`,
  maxItems: ({ limit }) => `must have at most ${String(limit)} items`,
  items: ({ limit }) => `must have at most ${String(limit)} items`,
  uniqueItems: () => "must not have the same item twice",
  minProperties: ({ limit }) => `must have at least ${String(limit)} properties`,
  maxProperties: ({ limit }) => `must have at most ${String(limit)} properties`,
  anyOf: () => "fits none of anyOf",
  oneOf: () => "must fit exactly one of oneOf",
  empty: () => "is empty",
  not_json: () => "is not JSON",
  too_deep: () => "is nested too deeply",
  too_slow: () => "takes too long to check",
  cut: () => "is cut off at max_tokens",
};

export const schemaWords: SchemaWords = {
  misfit: ({ path, keyword, params, message }) =>
    `${path === "" ? "the answer" : path} ${rules[keyword]?.(params) ?? message}`,
};

function list(value: unknown): string {
  return [value].flat().map(String).join(" or ");
}

function values(value: unknown): string {
  return [value].flat().map(quoted).join(", ");
}

function quoted(value: unknown): string {
  return JSON.stringify(value) ?? "";
}
