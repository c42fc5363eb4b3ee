import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellsOf, fitted } from "../../../src/repl/editor/cells.ts";
import { type Layout, offsetAt, TextLayout } from "../../../src/repl/editor/layout.ts";
import { displayWidth, graphemes } from "../../../src/terminal/width.ts";

const family = "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}";
const mark = "\u{10f000}";

function lay(
  text: string,
  caret: number,
  columns: number,
  prompt = "> ",
  layout = new TextLayout(() => "[pasted]"),
): Layout {
  return layout.lay({ text, caret, columns, prompt: cellsOf(prompt, ""), continuation: cellsOf("  ", "") });
}

function texts({ rows }: Layout): string[] {
  return rows.map(({ cells }) => cells.map(({ text }) => text).join(""));
}

describe("rows", () => {
  test("a wide character that does not fit goes to the next row", () => {
    const layout = lay("abc\u4f60\u597d", 5, 6);
    expect(texts(layout)).toEqual(["> abc", "\u4f60\u597d"]);
    expect(layout.caret).toEqual({ row: 1, column: 4 });
  });

  test("behind a full row the caret stands on the next", () => {
    const layout = lay("abcd", 4, 6);
    expect(texts(layout)).toEqual(["> abcd", ""]);
    expect(layout.caret).toEqual({ row: 1, column: 0 });
    expect(texts(lay("abcd\ne", 0, 6))).toEqual(["> abcd", "  e"]);
    expect(lay("abcd\ne", 4, 6).caret).toEqual({ row: 1, column: 0 });
    expect(texts(lay("abcd\ne", 4, 6))).toEqual(["> abcd", "", "  e"]);
  });

  test("further lines stand behind the continuation, wrapped rows at the edge", () => {
    expect(texts(lay("one\ntwo and", 0, 8))).toEqual(["> one", "  two an", "d"]);
  });

  test("a shortened paste shows its label, which wraps, and the caret passes it at once", () => {
    const text = `a${mark}b`;
    expect(texts(lay(text, 0, 6))).toEqual(["> a[pa", "sted]b"]);
    expect(lay(text, 1, 6).caret).toEqual({ row: 0, column: 3 });
    expect(lay(text, 3, 6).caret).toEqual({ row: 1, column: 5 });
  });

  test("a tab is four columns, and what has no width is not drawn", () => {
    expect(texts(lay("a\tb\u200b", 0, 20))).toEqual(["> a    b"]);
  });

  test("a prompt as wide as the screen wraps too", () => {
    const layout = lay("ab", 0, 4, "four");
    expect(texts(layout)).toEqual(["four", "ab"]);
    expect(layout.caret).toEqual({ row: 1, column: 0 });
  });
});

const cluster = fc.constantFrom(
  "a",
  " ",
  "\n",
  "\t",
  "\u4f60",
  family,
  "e\u0301",
  "\u{1F1E8}\u{1F1F3}",
  mark,
  "\u200b",
  "\uac00",
);
const anyText = fc.oneof(
  fc.array(cluster, { maxLength: 80 }).map((items) => items.join("")),
  fc.string({ unit: "grapheme", maxLength: 80 }),
);
const anyColumns = fc.integer({ min: 10, max: 50 });

test("no row is wider than the screen, nothing is lost, and the caret is on a row", () => {
  fc.assert(
    fc.property(anyText, fc.nat(), anyColumns, (text, place, columns) => {
      const layout = lay(text, place % (text.length + 1), columns, "");
      for (const { cells, width } of layout.rows) {
        expect(width).toBe(cells.reduce((sum, cell) => sum + cell.width, 0));
        expect(width).toBeLessThanOrEqual(columns);
      }
      const drawn = graphemes(text).map((item) =>
        item === mark
          ? "[pasted]"
          : item === "\t"
            ? "    "
            : item === "\n"
              ? "  "
              : displayWidth(item) === 0
                ? ""
                : item,
      );
      expect(texts(layout).join("")).toBe(drawn.join(""));
      expect(layout.caret.row).toBeLessThan(layout.rows.length);
      expect(layout.caret.column).toBeLessThan(columns);
    }),
  );
});

test("where the caret is shown is where a move up or down to that place leads", () => {
  fc.assert(
    fc.property(anyText, anyColumns, (text, columns) => {
      // What has no width shares its place with what follows.
      const visible = graphemes(text)
        .filter((item) => item === "\n" || item === "\t" || displayWidth(item) > 0)
        .join("");
      let offset = 0;
      for (const item of [...graphemes(visible), ""]) {
        const { rows, caret } = lay(visible, offset, columns);
        const row = rows[caret.row];
        expect(row && offsetAt(row, caret.column)).toBe(offset);
        offset += item.length;
      }
    }),
  );
});

test("rows remembered from the time before are those of a fresh layout", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyText, fc.nat(), anyColumns), { maxLength: 6 }), (steps) => {
      const kept = new TextLayout(() => "[pasted]");
      for (const [text, place, columns] of steps) {
        const caret = place % (text.length + 1);
        expect(lay(text, caret, columns, "> ", kept)).toEqual(lay(text, caret, columns));
      }
    }),
  );
});

test("what a character takes when it is drawn is its width", () => {
  const differing: string[] = [];
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCodePoint(code);
    if (displayWidth(character) !== (cellsOf(character, "")[0]?.width ?? 0)) differing.push(code.toString(16));
  }
  expect(differing).toEqual([]);
});

test.each([
  ["abcdef", 6, "abcdef"],
  ["abcdef", 5, "abcd\u2026"],
  ["\u4f60\u597d\u4f60", 5, "\u4f60\u597d\u2026"],
  ["\u4f60\u597d\u4f60", 4, "\u4f60\u2026"],
  ["ab", 0, ""],
])("%j is cut to %i columns with an ellipsis in them", (text, columns, kept) => {
  const cells = fitted(cellsOf(text, ""), columns);
  expect(cells.map((cell) => cell.text).join("")).toBe(kept);
});
