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
  | "heading"
  | "success"
  | "warning"
  | "error"
  | "strong"
  | "emphasis"
  | "match";

/** Paints a text by its role; without colours the text stays as it is. */
export type Ink = { readonly [Name in InkRole]: (text: string) => string } & { readonly level: ColorLevel };

/** Colours of code, by what a word in it is. */
type CodeRole = "keyword" | "name" | "string" | "number" | "comment" | "builtin" | "added" | "removed";

/** SGR parameters. */
export interface Palette {
  readonly roles: { readonly [Name in InkRole]: string };
  readonly syntax: { readonly [Name in CodeRole]: string };
}

const attributes = { strong: "1", emphasis: "3" } as const;

/**
 * The person's own sixteen colours, and faint for what is muted: bright black is the background itself in some palettes. Code has
 * neither yellow nor cyan by itself in the others, which are hard to read on white.
 */
const sixteen: Palette = {
  roles: {
    ...attributes,
    accent: "36",
    muted: "2",
    code: "36",
    heading: "1;35",
    success: "32",
    warning: "33",
    error: "31",
    match: "1;31",
  },
  syntax: {
    keyword: "35",
    name: "34",
    string: "32",
    number: "36",
    comment: "2",
    builtin: "36",
    added: "32",
    removed: "31",
  },
};

/** Contrast with black: 5 and more to 1. */
const dark: Palette = {
  roles: {
    ...attributes,
    accent: "38;5;75",
    muted: "38;5;245",
    code: "38;5;80",
    heading: "1;38;5;141",
    success: "38;5;114",
    warning: "38;5;215",
    error: "38;5;203",
    match: "1;38;5;215",
  },
  syntax: {
    keyword: "95",
    name: "94",
    string: "92",
    number: "93",
    comment: "38;5;245",
    builtin: "96",
    added: "92",
    removed: "91",
  },
};

/** Contrast with white: 4.5 and more to 1. */
const light: Palette = {
  roles: {
    ...attributes,
    accent: "38;5;25",
    muted: "38;5;242",
    code: "38;5;24",
    heading: "1;38;5;91",
    success: "38;5;28",
    warning: "38;5;130",
    error: "38;5;160",
    match: "1;38;5;160",
  },
  syntax: {
    keyword: "35",
    name: "34",
    string: "38;5;28",
    number: "38;5;130",
    comment: "38;5;242",
    builtin: "38;5;24",
    added: "38;5;28",
    removed: "31",
  },
};

/** For a background that nobody told: shades of a middle brightness, 3.7 and more to 1 with black and with white. */
const either: Palette = {
  roles: {
    ...attributes,
    accent: "38;5;32",
    muted: "38;5;243",
    code: "38;5;30",
    heading: "1;38;5;133",
    success: "38;5;28",
    warning: "38;5;130",
    error: "38;5;167",
    match: "1;38;5;167",
  },
  syntax: { ...sixteen.syntax, comment: "38;5;243", number: "38;5;130" },
};

/** The palette for a terminal; null where it shows no colours. */
export function paletteOf({ level, name, background }: ThemeOptions): Palette | null {
  if (level === 0 || name === "none") return null;
  if (level === 1 || name === "16") return sixteen;
  const known = name === "auto" ? background : name;
  return known === null ? either : { dark, light }[known];
}

/** How a stream is painted. */
export function createInk(options: ThemeOptions): Ink {
  const palette = paletteOf(options);
  const painted = Object.keys(sixteen.roles).map((role) => [
    role,
    palette === null ? (text: string) => text : painter(palette.roles[role as InkRole]),
  ]);
  return { ...Object.fromEntries(painted), level: palette === null ? 0 : options.level } as Ink;
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
