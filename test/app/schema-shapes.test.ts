import { describe, expect, test } from "vitest";
import { compileSchema } from "../../src/app/ask/schema-check.ts";
import { multiSchema, objectSchema } from "../../src/chat/object-schema.ts";
import { strictSchema } from "../../src/providers/wire/strict-schema.ts";

type Schema = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const object = (properties: Schema, more: Schema = {}) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  ...more,
});

/** What fits, what does not, and whether DeepSeek's strict form can express it. */
const shapes: Readonly<
  Record<
    string,
    { readonly schema: Schema; readonly fits: unknown; readonly misfits: unknown; readonly strict: boolean }
  >
> = {
  nested: {
    schema: object({ who: object({ name: text, home: object({ city: text }) }) }),
    fits: { who: { name: "Li", home: { city: "Oslo" } } },
    misfits: { who: { name: "Li", home: {} } },
    strict: true,
  },
  arrays: {
    schema: object({ tags: { type: "array", items: text, minItems: 1, uniqueItems: true } }),
    fits: { tags: ["a", "b"] },
    misfits: { tags: ["a", "a"] },
    strict: true,
  },
  enums: {
    schema: object({ size: { enum: ["S", "L", 3] }, kind: { const: "shirt" } }),
    fits: { size: 3, kind: "shirt" },
    misfits: { size: "M", kind: "shirt" },
    strict: true,
  },
  anyOf: {
    schema: object({ when: { anyOf: [{ type: "integer" }, object({ year: { type: "integer" } })] } }),
    fits: { when: { year: 2026 } },
    misfits: { when: { year: "2026" } },
    strict: true,
  },
  references: {
    schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      $ref: "#/definitions/node",
      definitions: {
        node: object({ value: text }, { properties: { value: text, next: { $ref: "#/definitions/node" } } }),
      },
    },
    fits: { value: "a", next: { value: "b" } },
    misfits: { value: "a", next: {} },
    strict: false,
  },
  formats: {
    schema: object({ mail: { type: "string", format: "email" }, day: { type: "string", format: "date" } }),
    fits: { mail: "li@example.com", day: "2026-11-27" },
    misfits: { mail: "li", day: "2026-11-27" },
    strict: true,
  },
  nullable: {
    schema: object(
      { nick: { type: ["string", "null"] } },
      { properties: { nick: { type: ["string", "null"] }, age: { type: "integer" } } },
    ),
    fits: { nick: null },
    misfits: { nick: null, age: "1" },
    strict: true,
  },
  patterns: {
    schema: object({ plate: { type: "string", pattern: "^[A-Z]{2} \\d+$" } }),
    fits: { plate: "AB 123" },
    misfits: { plate: "ab 123" },
    strict: true,
  },
  "Unicode keys": {
    schema: object({ "名字/~": text, ключ: { type: "integer" } }),
    fits: { "名字/~": "李", ключ: 1 },
    misfits: { "名字/~": "李", ключ: 1.5 },
    strict: true,
  },
  tuples: {
    schema: { type: "array", prefixItems: [text, { type: "integer" }], items: false },
    fits: ["a", 1],
    misfits: ["a", 1, 2],
    strict: false,
  },
};

describe("a schema", () => {
  test.each(Object.entries(shapes))("with %s is checked, put into an object and made strict", async (_, shape) => {
    const { schema, fits, misfits, strict } = shape;
    const check = await compileSchema(schema, "--schema");
    expect([check(fits), check(misfits).length > 0]).toEqual([[], true]);
    const { schema: sent, isNested } = objectSchema(schema);
    const whole = (value: unknown) => (isNested ? { answer: value } : value);
    const again = await compileSchema(
      { ...sent, $schema: schema["$schema"] ?? "https://json-schema.org/draft/2020-12/schema" },
      "--schema",
    );
    expect([again(whole(fits)), again(whole(misfits)).length > 0]).toEqual([[], true]);
    const many = await compileSchema(multiSchema(schema), "--schema");
    expect([many({ items: [fits, fits] }), many({ items: [misfits] }).length > 0]).toEqual([[], true]);
    const closed = strictSchema(sent);
    expect(closed !== null).toBe(strict);
    expect(JSON.stringify(closed)).not.toMatch(/\$ref|minItems"|oneOf/u);
  });

  test("that takes for ever ends in time", async () => {
    const check = await compileSchema({ type: "string", pattern: "^(a+)+$" }, "--schema", 100);
    expect(check(`${"a".repeat(40)}b`)).toMatchObject([{ keyword: "too_slow" }]);
    const endless = await compileSchema({ $ref: "#" }, "--schema");
    expect(endless(1)).toMatchObject([{ keyword: "too_deep" }]);
  });
});
