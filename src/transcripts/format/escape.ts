/**
 * Bodies are written so that no line of them can be taken for structure and no control character reaches the file:
 * a line that is a label or a rule, with any number of backslashes behind it, gets one backslash more; a control
 * character, a lone surrogate and the bracket of this very escape are written as ⟪U+001B⟫.
 */
const form = String.raw`(?:-{40}|\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] [A-Z][a-z]{0,30}:)`;
/** The longest form is a label, of 22 characters before its word, 31 of it, and a colon. */
const longestForm = 54;
const looksStructural = new RegExp(String.raw`^${form}\\*$`);
// A line ends at \n alone: `^` and `$` with the flag m would also stop at U+2028.
const escapedLine = new RegExp(String.raw`(?<![^\n])(${form}\\*)\\(?![^\n])`, "g");

// With the flag u the range of surrogates matches only lone ones.
const unsafe = /[\0-\x08\x0b-\x1f\x7f-\x9f\u27ea\ud800-\udfff]/gu;
const escapedCharacter = /\u27eaU\+([0-9A-F]{4,6})\u27eb/g;

function escapeCharacter(character: string): string {
  return `\u27eaU+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27eb`;
}

/** Encodes one body that comes in pieces; the pieces' borders leave no trace in what is written. */
export class BodyEncoder {
  /** The current line as far as it was written, while it may still become a label or a rule; then null. */
  #line: string | null = "";
  /** The first half of a surrogate pair, waiting for the second. */
  #half = "";

  /** What to write for the next piece: mostly the piece itself, which then is in memory once. */
  write(text: string): string {
    let rest = this.#half + text;
    const last = rest.charCodeAt(rest.length - 1);
    this.#half = last >= 0xd800 && last <= 0xdbff ? rest.slice(-1) : "";
    rest = rest.slice(0, rest.length - this.#half.length).replace(unsafe, escapeCharacter);

    let written = "";
    /** Up to where the piece is in `written`. */
    let copied = 0;
    let line = 0;
    for (let newline = rest.indexOf("\n"); newline >= 0; newline = rest.indexOf("\n", line)) {
      this.#extend(rest.slice(line, newline));
      const escape = this.#endOfLine();
      if (escape !== "") {
        written += `${rest.slice(copied, newline)}${escape}`;
        copied = newline;
      }
      line = newline + 1;
    }
    this.#extend(rest.slice(line));
    return written + rest.slice(copied);
  }

  /** What to write when the body is over; the encoder is then fresh for another one. */
  end(): string {
    const half = this.#half.replace(unsafe, escapeCharacter);
    this.#half = "";
    this.#extend(half);
    return half + this.#endOfLine();
  }

  #extend(piece: string): void {
    if (this.#line === null || piece === "") return;
    const line = this.#line + piece;
    if (line.length <= longestForm) this.#line = line;
    // How many backslashes there are makes no difference, so that the line kept stays short.
    else this.#line = looksStructural.test(line) ? `${line.slice(0, line.indexOf("\\"))}\\` : null;
  }

  #endOfLine(): string {
    const escape = this.#line !== null && looksStructural.test(this.#line) ? "\\" : "";
    this.#line = "";
    return escape;
  }
}

/** What ends the last line of a body that breaks off, so that nothing that follows makes the line a label or a rule. */
export function escapeTornLine(text: string): string {
  return looksStructural.test(text.slice(text.lastIndexOf("\n") + 1)) && !text.endsWith("\\") ? "\\" : "";
}

/** The text that an encoder was given, from what it wrote. Malformed escapes stay as they are. */
export function decodeBody(body: string): string {
  const lines = body.includes("\\") ? body.replace(escapedLine, "$1") : body;
  return lines.includes("\u27ea")
    ? lines.replace(escapedCharacter, (escaped, hex: string) => {
        const code = Number.parseInt(hex, 16);
        return code <= 0xffff ? String.fromCharCode(code) : escaped;
      })
    : lines;
}
