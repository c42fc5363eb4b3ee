/**
 * How everything on the screen looks, by what it is: one palette for each kind of background and of terminal. Spacing goes with it:
 * two columns of indent for what belongs to the line above; ` · ` between the facts of a line; one blank line between blocks
 * (question, thinking, answer, figures), none within one and none doubled; no line ends in blanks.
 */
export interface ThemeOptions {
  /** What the terminal can show: 0 no colours, 1 sixteen, 2 256, 3 all. */
  readonly level: ColorLevel;
  readonly name: ThemeName;
  /** Null where it is not known. */
  readonly background: Background | null;
}

export type ColorLevel = 0 | 1 | 2 | 3;
export type ThemeName = "auto" | "dark" | "light" | "16" | "none";
export type Background = "dark" | "light";

/** What a text is. `strong` and `emphasis` are attributes alone. */
type InkRole =
  | "accent"
  | "muted"
  | "code"
  | "link"
  | "heading"
  | "success"
  | "warning"
  | "error"
  | "strong"
  | "emphasis"
  | "match";

/** Paints a text by its role; without colours the text stays as it is. */
export type Ink = { readonly [Name in InkRole]: (text: string) => string } & {
  readonly level: ColorLevel;
  /** Null without colours. */
  readonly palette: Palette | null;
};

/** Colours of code, by what a word in it is. */
type CodeRole = "keyword" | "name" | "string" | "number" | "comment" | "builtin" | "added" | "removed";

/** SGR parameters. */
export interface Palette {
  readonly roles: { readonly [Name in InkRole]: string };
  /** Of the six levels: told apart by weight and colour. */
  readonly headings: readonly string[];
  readonly syntax: { readonly [Name in CodeRole]: string };
}

/**
 * A palette of few colours. Code and headings have those of the sixteen that are legible on their background: they are written most
 * often, and these sequences are short.
 *
 * @param colors SGR parameters of a colour each
 */
function palette(
  colors: { readonly [Name in "accent" | "muted" | "code" | "heading" | "success" | "warning" | "error"]: string },
  syntax: Palette["syntax"],
): Palette {
  const { accent, muted, heading, error } = colors;
  return {
    roles: { ...colors, link: `4;${accent}`, heading: `1;${heading}`, strong: "1", emphasis: "3", match: `1;${error}` },
    headings: [`1;4;${heading}`, `1;${heading}`, `1;${accent}`, "1", "3", `3;${muted}`],
    syntax,
  };
}

/** Three colours: yellow and cyan cannot be read on white. */
const fewColors: Palette["syntax"] = {
  keyword: "35",
  name: "34",
  string: "32",
  number: "35",
  comment: "2",
  builtin: "34",
  added: "32",
  removed: "31",
};

/** The person's own sixteen colours, and faint for what is muted: bright black is the background itself in some palettes. */
const sixteen = palette(
  { accent: "36", muted: "2", code: "36", heading: "35", success: "32", warning: "33", error: "31" },
  fewColors,
);

/** Contrast with black: 5 and more to 1. */
const dark = palette(
  {
    accent: "38;5;75",
    muted: "38;5;245",
    code: "38;5;80",
    heading: "95",
    success: "38;5;114",
    warning: "38;5;215",
    error: "38;5;203",
  },
  {
    keyword: "95",
    name: "94",
    string: "92",
    number: "93",
    comment: "2",
    builtin: "96",
    added: "92",
    removed: "91",
  },
);

/** Contrast with white: 4.5 and more to 1. */
const light = palette(
  {
    accent: "38;5;25",
    muted: "38;5;242",
    code: "38;5;24",
    heading: "35",
    success: "38;5;28",
    warning: "38;5;130",
    error: "38;5;160",
  },
  { ...fewColors, string: "38;5;28", added: "38;5;28" },
);

/** For a background that nobody told: shades of a middle brightness, 3.7 and more to 1 with black and with white. */
const either = palette(
  {
    accent: "38;5;32",
    muted: "38;5;243",
    code: "38;5;30",
    heading: "35",
    success: "38;5;28",
    warning: "38;5;130",
    error: "38;5;167",
  },
  fewColors,
);

/** The palette for a terminal; null where it shows no colours. */
export function paletteOf({ level, name, background }: ThemeOptions): Palette | null {
  if (level === 0 || name === "none") return null;
  if (level === 1 || name === "16") return sixteen;
  const known = name === "auto" ? background : name;
  return known === null ? either : { dark, light }[known];
}

/** How a stream is painted. */
export function createInk(options: ThemeOptions): Ink {
  const chosen = paletteOf(options);
  const painted = Object.keys(sixteen.roles).map((role) => [
    role,
    chosen === null ? (text: string) => text : painter(chosen.roles[role as InkRole]),
  ]);
  return { ...Object.fromEntries(painted), level: chosen === null ? 0 : options.level, palette: chosen } as Ink;
}

const reset = "\u001b[0m";

/** Each line is painted by itself, as pagers want it; what is painted within a text has its own colour, and the text's after it. */
function painter(sgr: string): (text: string) => string {
  const open = `\u001b[${sgr}m`;
  return (text) =>
    text
      .split("\n")
      .map((line) => (line === "" ? "" : open + line.replaceAll(reset, reset + open) + reset))
      .join("\n");
}

/**
 * The background as `COLORFGBG` gives it (`15;0`, `0;default;15`: the last is the background's place in the palette; set by rxvt,
 * Konsole and others); null where it is not set.
 */
export function backgroundIn(variable: string | undefined): Background | null {
  const place = /;(\d{1,2})$/u.exec(variable ?? "")?.[1];
  if (place === undefined || Number(place) > 15) return null;
  return Number(place) < 7 || place === "8" ? "dark" : "light";
}
