import fc from "fast-check";
import { expect, test } from "vitest";
import { foreign, keyed } from "../../../src/repl/editor/origin.ts";
import { cleanText, Pastes, pictureLabel } from "../../../src/repl/editor/paste.ts";
import { editor as english } from "../../../src/words/en/editor.ts";
import { editor as chinese } from "../../../src/words/zh/editor.ts";
import { en, zh } from "../../support/words.ts";

test("line ends become one, escape sequences and control characters go, tabs stay", () => {
  expect(cleanText("a\r\nb\rc\n\td")).toBe("a\nb\nc\n\td");
  expect(cleanText("\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x07 \x1b(B\x07\x00\x9b")).toBe("red link ");
  expect(cleanText("\x1b]never ended\nmore")).toBe("never ended\nmore");
  expect(cleanText("\ud800a\u{10f000}")).toBe("\ufffda");
});

test("nothing but newline and tab is left of control characters, and cleaning again changes nothing", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("\x1b", "[", "]", "a", "\r", "\n", "\x9b", "\x07", "m", "\\", "\u{10f001}") }),
      (text) => {
        const cleaned = cleanText(text);
        expect(cleaned).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u{10f000}-\u{10feff}]/u);
        expect(cleanText(cleaned)).toBe(cleaned);
      },
    ),
  );
});

test("eight lines are put in as they are, nine as one mark, which is whole again in the end", () => {
  const pastes = new Pastes();
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`).join("\n");
  expect(pastes.insertable(lines(8))).toBe(lines(8));
  const mark = pastes.insertable(lines(9));
  expect(mark).toHaveLength(2);
  const second = pastes.insertable(`${"\u5b57".repeat(1001)}\r\n`);
  expect(pastes.whole(`a${mark}b${second}`)).toBe(`a${lines(9)}b${"\u5b57".repeat(1001)}\n`);
  expect(pastes.label(mark, english)).toBe(en.editor.pastedLines({ lines: 9, number: 1 }));
  expect(pastes.label(second, english)).toBe(en.editor.pastedCharacters({ number: 2, characters: 1001 }));
  expect(pastes.label(mark, chinese)).toBe(zh.editor.pastedLines({ lines: 9, number: 1 }));
});

test("a picture is one mark, whose label becomes the mark again; numbers of long pastes pass over it", () => {
  const pastes = new Pastes();
  const name = en.editor.pastedPicture({ number: 1, size: "640×480" });
  const picture = { type: "image", name, url: "data:image/png;base64,AA==" } as const;
  const mark = pastes.picture(picture);
  expect(mark).toHaveLength(2);
  expect(pastes.picture(picture)).toBe(mark);
  expect(pastes.label(mark, english)).toBe(`[${name}]`);
  expect(pastes.label(pastes.insertable("x".repeat(1001)), english)).toBe(
    en.editor.pastedCharacters({ number: 1, characters: 1001 }),
  );
  const whole = pastes.wholeStretch(keyed(`a${mark}b${mark}`));
  expect(whole.text).toBe(`a${pictureLabel(picture)}b${pictureLabel(picture)}`);
  expect(whole.typed).toMatch(/^t-+t-+$/u);
  expect(pastes.picturesIn(`a${mark}b${mark}`)).toEqual([picture]);
  expect(pastes.withMarks(whole)).toEqual({ text: `a${mark}b${mark}`, typed: "t--t--" });
  expect(pastes.withMarks(whole, [])).toBe(whole);
  expect(pastes.withMarks(foreign("[image 2]")).text).toBe("[image 2]");
});
