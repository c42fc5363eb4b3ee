import { expect, test } from "vitest";
import { parseAnswers } from "../../src/terminal/capabilities-query.ts";
import { symbolsOf } from "../../src/terminal/symbols.ts";
import { backgroundIn, createInk, paletteOf } from "../../src/terminal/theme.ts";
import { displayWidth } from "../../src/terminal/width.ts";

test.each([
  ["15;0", "dark"],
  ["0;15", "light"],
  ["0;default;15", "light"],
  ["12;8", "dark"],
  ["0;7", "light"],
  ["15;default", null],
  ["0;16", null],
  ["", null],
  [undefined, null],
] as const)("COLORFGBG=%s is a background that is %s", (variable, background) => {
  expect(backgroundIn(variable)).toBe(background);
});

test.each([
  ["\u001b]11;rgb:1e1e/1e1e/1e1e\u001b\\", "dark"],
  ["\u001b]11;rgb:fd/f6/e3\u0007", "light"],
  ["\u001b]11;rgba:ffff/ffff/ffff/ffff\u001b\\", "light"],
  ["\u001b]11;rgb:0/0/f\u0007", "dark"],
  ["\u001b[?62c", null],
])("%j is a background that is %s", (text, background) => {
  expect(parseAnswers(text).background).toBe(background);
});

test("a palette is chosen by setting, terminal and background", () => {
  const palette = (
    name: "auto" | "dark" | "light" | "16" | "none",
    level: 0 | 1 | 2 | 3,
    background: "dark" | "light" | null,
  ) => paletteOf({ name, level, background });
  const [dark, light, either, sixteen] = [
    palette("dark", 2, null),
    palette("light", 2, null),
    palette("auto", 2, null),
    palette("16", 3, "dark"),
  ];
  expect(new Set([dark, light, either, sixteen]).size).toBe(4);
  expect(palette("auto", 3, "dark")).toBe(dark);
  expect(palette("auto", 2, "light")).toBe(light);
  // What the person says counts more than what the terminal does; no setting makes a terminal show more than it can.
  expect(palette("dark", 3, "light")).toBe(dark);
  expect(palette("light", 1, null)).toBe(sixteen);
  expect([palette("none", 3, "dark"), palette("dark", 0, "dark")]).toEqual([null, null]);
});

test("what is painted within a painted text gives the colour back, and each line stands alone", () => {
  const ink = createInk({ name: "16", level: 1, background: null });
  expect(ink.error(`a${ink.strong("b")}c\n\nd`)).toBe(
    "\u001b[31ma\u001b[1mb\u001b[0m\u001b[31mc\u001b[0m\n\n\u001b[31md\u001b[0m",
  );
  const plain = createInk({ name: "none", level: 3, background: null });
  expect([plain.error("a"), plain.level]).toEqual(["a", 0]);
});

test("every sign is one column wide, and ASCII where the terminal shows nothing else", () => {
  const { todo, done, next, bullets, ...single } = symbolsOf(false);
  for (const sign of [todo, done, next, ...bullets, ...Object.values(single)]) expect(sign).toMatch(/^[ -~]+$/u);
  for (const sign of Object.values(symbolsOf(true)).flat()) expect([sign, displayWidth(sign)]).toEqual([sign, 1]);
});
