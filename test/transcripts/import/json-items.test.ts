import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonItems, type JsonItem } from "../../../src/transcripts/import/json-items.ts";
import { gather, somePlaces } from "../../support/transcripts.ts";

/** The items of a text that comes in pieces; they are cut through characters and escapes. */
async function itemsOf(text: string, places: readonly number[] = []): Promise<JsonItem[]> {
  const bytes = Buffer.from(text);
  const cuts = places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b);
  async function* chunks() {
    yield* [...cuts, bytes.length].map((cut, index) => bytes.subarray(cuts[index - 1] ?? 0, cut));
  }
  return await gather(jsonItems(chunks()));
}

const value = fc.oneof(fc.jsonValue(), fc.record({ 'a"\\]}': fc.string({ unit: "binary" }) }));
const object = fc.record({ text: fc.string({ unit: "binary" }), more: fc.jsonValue() });
const parsed = (json: unknown): unknown => JSON.parse(JSON.stringify(json));
const items = (values: readonly unknown[]) => values.map((one) => ({ value: parsed(one) }));

test("the elements of an array, however it is written and cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 5 }), fc.nat(3), somePlaces, async (values, indent, places) => {
      expect(await itemsOf(JSON.stringify(values, null, indent), places)).toEqual(items(values));
    }),
  );
});

test("lines, and one object on many lines", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(object, { minLength: 1, maxLength: 5 }), somePlaces, async (values, places) => {
      const lines = values.map((one) => JSON.stringify(one));
      expect(await itemsOf(lines.join("\n"), places)).toEqual(items(values));
      expect(await itemsOf(`${lines.join("\r\n")}\r\n`, places)).toEqual(items(values));
      expect(await itemsOf(`\ufeff${JSON.stringify(values[0], null, 2)}\n`, places)).toEqual(items([values[0]]));
    }),
  );
});

test("an array that is cut anywhere gives the elements before the cut, and says so", async () => {
  const values = [{ a: 'x]\\"' }, ["}", 1], "s", { b: [{}] }];
  const text = JSON.stringify(values);
  for (let length = 1; length < text.length; length++) {
    const found = await itemsOf(text.slice(0, length));
    expect(found.at(-1)).toEqual({ reason: "cut" });
    expect(found.slice(0, -1)).toEqual(items(values.slice(0, found.length - 1)));
  }
});

test("a broken element does not hide the others", async () => {
  expect(await itemsOf('[{"a": 1}, {"a": nope}, {"a": 3}]')).toEqual([
    { value: { a: 1 } },
    { reason: "broken" },
    { value: { a: 3 } },
  ]);
});

test("a broken line does not hide the others, the first included", async () => {
  const broken = ['{"a": "open', '{"a": 1', '{"a": 1}}', "nonsense", '{"a": [}'];
  for (const line of broken) {
    const found = await itemsOf(`{"a": 1}\n${line}\n{"a": 3}\n`);
    expect(found[0]).toEqual({ value: { a: 1 } });
    expect(found).toContainEqual({ reason: "broken" });
    expect(found.at(-1)).toEqual({ value: { a: 3 } });
  }
  expect(await itemsOf('{"a": "open\n{"a": 2}\n')).toEqual([{ reason: "broken" }, { value: { a: 2 } }]);
});
