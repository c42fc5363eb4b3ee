import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { characterStart, clipped, displayWidth, graphemes } from "../../src/terminal/width.ts";

const family = "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}";

describe("displayWidth", () => {
  it("gives a letter with a thousand marks the width of the letter", () => {
    expect(displayWidth(`e${"\u0301".repeat(1000)}\u91cf${"\u0308".repeat(1000)}x`)).toBe(4);
  });

  it.each([
    ["", 0],
    ["ascii", 5],
    ["\u4f60\u597d\uff0c", 6],
    [family, 2],
    ["e\u0301", 1],
    ["\u{1f1e8}\u{1f1f3}", 2],
    ["1\ufe0f\u20e3", 2],
    ["\u201c\u2026\u201d", 3],
    ["a\u2028b\u2029", 2],
    [`\u4f60${family}e\u0301 ok`, 8],
  ])("of %j is %i", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it("measures every character of the basic plane as string-width does", () => {
    const differing: string[] = [];
    for (let code = 0x20; code < 0xfffe; code += 1) {
      const character = String.fromCharCode(code);
      if (code >= 0x7f && code < 0xa0) continue;
      // Line ends, which are not drawn.
      if (code === 0x2028 || code === 0x2029) continue;
      if (displayWidth(character) !== stringWidth(character)) differing.push(`U+${code.toString(16)}`);
    }
    expect(differing).toEqual([]);
  });

  it("measures texts as string-width does", () => {
    const unit = fc.constantFrom(
      "a",
      " ",
      "\u4e2d",
      "\u3002",
      "\u0301",
      "\u{1f600}",
      family,
      "\ufe0f",
      "1",
      "\u20e3",
      "\u201c",
      "\u0e33",
      "\uac00",
      "\u1100",
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        expect(displayWidth(text)).toBe(stringWidth(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("graphemes", () => {
  it("keeps together what is one character to a reader", () => {
    expect(graphemes(`a\u4f60${family}e\u0301`)).toEqual(["a", "\u4f60", family, "e\u0301"]);
  });
});

describe("characterStart", () => {
  it("steps back to where a character begins", () => {
    const characters = ["a", "b", family, "e\u0301", "c"];
    const text = characters.join("");
    const expected = characters.flatMap((character, index) => {
      const start = characters.slice(0, index).join("").length;
      return character.split("").map(() => start);
    });
    expect(text.split("").map((_, offset) => characterStart(text, offset))).toEqual(expected);
    expect(characterStart(text, text.length)).toBe(text.length);
  });
});

describe("clipped", () => {
  it.each([
    ["abcdef", 6, "abcdef"],
    ["abcdef", 5, "abcd\u2026"],
    ["\u4f60\u597d\u4f60", 6, "\u4f60\u597d\u4f60"],
    ["\u4f60\u597d\u4f60", 5, "\u4f60\u597d\u2026"],
    ["\u4f60\u597d\u4f60", 4, "\u4f60\u2026"],
    ["abc", 1, "\u2026"],
  ])("%j to %i columns", (text, columns, kept) => {
    expect(clipped(text, columns)).toBe(kept);
  });

  it("never has more columns than there are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(displayWidth(clipped(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
