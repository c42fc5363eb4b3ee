import fc from "fast-check";
import { expect, test } from "vitest";
import { gapAt, readPlace } from "../../../src/app/complete/gap-place.ts";
import { fitGap } from "../../../src/app/complete/gap-window.ts";
import { LineLimit } from "../../../src/app/complete/line-limit.ts";

test("a place has a file, whose name may hold colons, a line, and a column or none", () => {
  const read = ["a.ts:12:5", "C:\\src\\a.ts:3", "a:1:2:3", ":1:1", "a.ts", "a.ts:0:1", "a.ts:1:0", "a.ts:x"].map(
    readPlace,
  );
  expect(read).toEqual([
    { file: "a.ts", line: 12, column: 5 },
    { file: "C:\\src\\a.ts", line: 3, column: null },
    { file: "a:1", line: 2, column: 3 },
    { file: null, line: 1, column: 1 },
    null,
    null,
    null,
    null,
  ]);
});

test.each([
  ["one\r\n\u{1f600}bc\r\nd", 2, 3, "one\r\n\u{1f600}b", "c\r\nd"],
  ["one\r\n\u{1f600}bc\r\nd", 2, 4, "one\r\n\u{1f600}bc", "\r\nd"],
  ["one\r\n\u{1f600}bc\r\nd", 2, null, "one\r\n\u{1f600}bc", "\r\nd"],
  ["a\n", 2, 1, "a\n", ""],
  ["", 1, 1, "", ""],
])("%j is parted at line %i, column %s, by characters", (text, line, column, prefix, suffix) => {
  expect(gapAt(text, { line, column })).toEqual({ prefix, suffix });
});

test("a place behind the end is missing, with where the text ends", () => {
  expect(gapAt("a\n\u{1f600}b", { line: 3, column: 1 })).toEqual({ what: "line", lines: 2 });
  expect(gapAt("a\n\u{1f600}b", { line: 2, column: 4 })).toEqual({ what: "column", columns: 3 });
});

test("a limit of lines lets the beginning of the text through, whatever its pieces are", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", "\n", "\r\n", "\r"), maxLength: 40 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), (pieces, lines) => {
      const limit = new LineLimit(lines);
      const shown = pieces.map((piece) => limit.push(piece)).join("") + limit.end();
      const whole = pieces.join("");
      const full = whole
        .split("\n")
        .flatMap((line, index, all) => (index < all.length - 1 && /\S/u.test(line) ? [index] : []));
      const last = full[lines - 1];
      const expected =
        last === undefined
          ? whole
          : whole
              .split("\n")
              .slice(0, last + 1)
              .join("\n")
              .replace(/\r$/u, "");
      expect([shown, limit.isReached]).toEqual([expected, last !== undefined]);
    }),
  );
});

test("what is farthest from the gap is left out, and no character is cut in two", async () => {
  const side = fc.string({ unit: fc.constantFrom("a", "\u{1f600}", "\n", "\u4e16"), maxLength: 300 });
  const count = async (text: string) => ({ tokens: Array.from(text).length, isExact: true });
  await fc.assert(
    fc.asyncProperty(side, side, fc.integer({ min: 1, max: 300 }), async (prefix, suffix, room) => {
      const fitted = await fitGap({ prefix, suffix }, room, count);
      expect(prefix.endsWith(fitted.prefix) && suffix.startsWith(fitted.suffix)).toBe(true);
      expect((fitted.prefix + fitted.suffix).isWellFormed()).toBe(true);
      expect((await count(fitted.prefix)).tokens + (await count(fitted.suffix)).tokens).toBeLessThanOrEqual(room);
      expect(fitted.cut).toEqual({
        prefix: prefix.length - fitted.prefix.length,
        suffix: suffix.length - fitted.suffix.length,
      });
    }),
  );
});
