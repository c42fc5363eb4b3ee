import isUnicodeSupported from "is-unicode-supported";

/** The signs that the program draws with; every screen uses these and no others. */
export interface Symbols {
  /** Between the facts of a line, without the blanks. */
  readonly dot: string;
  /** What is typed at, and the row chosen in a list. */
  readonly pointer: string;
  readonly success: string;
  readonly warning: string;
  readonly error: string;
  readonly skipped: string;
  /** Of lists, by their depth. */
  readonly bullets: readonly [string, string, string];
  /** A piece of a line across. */
  readonly rule: string;
  /** A piece of a line down: beside a quote, between columns. */
  readonly bar: string;
  readonly cross: string;
  readonly todo: string;
  readonly done: string;
  /** Of what was put before the rest. */
  readonly pinned: string;
  readonly up: string;
  readonly down: string;
  /** Before what to do next. */
  readonly next: string;
}

const unicode: Symbols = {
  dot: "·",
  pointer: "›",
  success: "✓",
  warning: "!",
  error: "✗",
  skipped: "–",
  bullets: ["•", "◦", "▪"],
  rule: "─",
  bar: "│",
  cross: "┼",
  todo: "☐",
  done: "☑",
  pinned: "★",
  up: "↑",
  down: "↓",
  next: "→",
};

const ascii: Symbols = {
  dot: "-",
  pointer: ">",
  success: "+",
  warning: "!",
  error: "x",
  skipped: "-",
  bullets: ["*", "-", "+"],
  rule: "-",
  bar: "|",
  cross: "+",
  todo: "[ ]",
  done: "[x]",
  pinned: "*",
  up: "^",
  down: "v",
  next: "->",
};

/** @param shown whether the terminal shows more than ASCII */
export function symbolsOf(shown: boolean): Symbols {
  return shown ? unicode : ascii;
}

/**
 * Whether this terminal shows more than ASCII.
 *
 * @param isLatin it takes one byte a character
 */
export function showsUnicode(isLatin: boolean): boolean {
  return !isLatin && isUnicodeSupported();
}
