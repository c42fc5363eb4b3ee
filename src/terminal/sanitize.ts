/**
 * What acts on a terminal or is invisible: controls (C0 but newline and tab, DEL, C1), lone surrogates, separators, and what
 * Unicode lets a renderer ignore: bidi marks and overrides, zero-width and filler characters, selectors, tags.
 */
const acting = String.raw`[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]--[\t\n]]`;

/** Scripts whose letters join or change order, so that a joiner or a mark of direction after one of them means something. */
const joining =
  "Arabic Hebrew Syriac Thaana Nko Mandaic Mongolian Adlam Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Tibetan Myanmar Khmer Balinese Javanese";
/** Scripts written without spaces, where a zero-width space marks the end of a word. */
const spaceless = "Thai Lao Khmer Myanmar Tibetan Javanese Balinese";

const oneOf = (scripts: string) =>
  scripts
    .split(" ")
    .map((script) => String.raw`\p{Script_Extensions=${script}}`)
    .join("");

/** Where such a character is part of writing; each stands before the general rule in `pattern`. */
const meaningful = [
  // Emoji joined into one, as in a family; the joiner alone or between letters stays suspicious.
  String.raw`(?<=\p{Extended_Pictographic}[\u{fe0f}\u{1f3fb}-\u{1f3ff}]?)\u{200d}(?=\p{Extended_Pictographic})`,
  // One selector of a glyph's form, after what has such forms; a row of them hides data.
  String.raw`(?<=[\p{Emoji}\p{S}\p{P}\p{Script=Han}\p{Script=Myanmar}\p{Script=Phags_Pa}])[\u{fe00}-\u{fe0f}]`,
  String.raw`(?<=\p{Script=Han})[\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=\p{Script=Mongolian})[\u{180b}-\u{180f}]`,
  // The flags of England, Scotland and Wales: a black flag, letters as tags, the cancel tag.
  String.raw`\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}`,
  String.raw`(?<=[${oneOf(joining)}])[\u{200c}-\u{200f}\u{61c}]`,
  String.raw`(?<=[${oneOf(spaceless)}])\u{200b}`,
];

/** Made at first use: the tables of Unicode behind them take up to 10 ms, and plain text needs neither. */
const suspicious = onFirstUse(() => new RegExp(acting, "v"));
const pattern = onFirstUse(() => new RegExp(String.raw`\r\n|(${meaningful.join("|")})|${acting}`, "gv"));
const unusual = /[^\t\n\x20-\x7e]/;

function onFirstUse(make: () => RegExp): () => RegExp {
  let made: RegExp | undefined;
  return () => (made ??= make());
}

/**
 * Text from outside (a model, a file name, a server, a transcript) as it may reach a terminal. Controls become their
 * pictures (ESC is shown as U+241B), invisible characters that are no part of writing become `<U+202E>` as in less;
 * newline and tab pass, and CR LF is one newline. A piece of a text is as harmless as the whole; for pieces of a stream
 * `SanitizedStream` also keeps together what was cut.
 */
export function sanitize(text: string): string {
  if (!unusual.test(text) || !suspicious().test(text)) return text;
  return text.replace(pattern(), (found: string, kept: string | undefined) => kept ?? visible(found));
}

/** The same on one line: what has lines could look like lines of the program's own. */
export function sanitizeLine(text: string): string {
  return sanitize(text).replaceAll(/\s+/gu, " ").trim();
}

function visible(found: string): string {
  if (found === "\r\n") return "\n";
  const code = found.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** JSON that means the same, with what acts on a terminal or is invisible written as `\u…`. */
export function harmlessJson(json: string): string {
  if (!unusual.test(json)) return json;
  const units = (found: string) => found.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return json.replace(new RegExp(acting, "gv"), (found) =>
    units(found)
      .map((unit) => `\\u${unit}`)
      .join(""),
  );
}

/** What only the next piece can judge: half a line end, half a character, a joiner, a flag not yet complete. */
const undecided = /(?:\r|\u{200d}?(?:\u{1f3f4}[\u{e0000}-\u{e007e}]{0,6})?[\ud800-\udbff]?)$/u;

/** `sanitize` for a text that comes in pieces: the pieces give together what the whole would give. */
export class SanitizedStream {
  #held = "";
  /** The end of what was given before: whether a character is part of writing depends on the one before it. */
  #before = "";

  push(piece: string): string {
    const text = this.#held + piece;
    this.#held = undecided.exec(text)?.[0] ?? "";
    return this.#pass(text.slice(0, text.length - this.#held.length));
  }

  end(): string {
    const held = this.#held;
    this.#held = "";
    return this.#pass(held);
  }

  #pass(text: string): string {
    if (text === "") return "";
    const shown = sanitize(this.#before + text).slice(sanitize(this.#before).length);
    this.#before = Array.from((this.#before + text).slice(-8))
      .slice(-3)
      .join("");
    return shown;
  }
}
