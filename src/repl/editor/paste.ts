import { foreign, joined, slice, type Stretch } from "./origin.ts";

/** A paste of more lines than this, or of more characters, is shown as one short label. */
const mostLines = 8;
const mostCharacters = 1000;

/**
 * Each shortened paste stands in the text as one character of the last private-use plane, so that moving, deleting, killing and
 * undoing treat it as one. Icon fonts use the plane before; these few thousand code points are left to us, and
 * `cleanText` takes them out of what people type.
 */
const firstMark = 0x10_f000;
const marks = 0xf00;
const anyMark = /[\u{10f000}-\u{10feff}]/gu;

const escapeSequences =
  /\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|[\]P_^X][^\x07\x1b\n]*(?:\x07|\x1b\\)|[\x20-\x2f]*[\x30-\x7e])/g;
const unwanted = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u{10f000}-\u{10feff}]/gu;

/** Text fit for a message: line ends are \n, tabs stay, escape sequences and other control characters go. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(escapeSequences, "")
    .replace(unwanted, "");
}

export function isPasteMark(cluster: string): boolean {
  const code = cluster.codePointAt(0) ?? 0;
  return code >= firstMark && code < firstMark + marks;
}

export interface PasteWords {
  readonly pastedLines: (paste: { number: number; lines: number }) => string;
  readonly pastedCharacters: (paste: { number: number; characters: number }) => string;
}

/** The long pastes of one message, each known by its mark. */
export class Pastes {
  readonly #texts: string[] = [];

  /** @returns what to insert: the text itself, or the mark that stands for it when it is long. */
  insertable(pasted: string): string {
    const text = cleanText(pasted);
    if (text.length <= mostCharacters && text.split("\n").length <= mostLines) return text;
    if (this.#texts.length >= marks) return text;
    this.#texts.push(text);
    return String.fromCodePoint(firstMark + this.#texts.length - 1);
  }

  /** The text with every mark replaced by what was pasted. */
  whole(text: string): string {
    return text.replace(anyMark, (mark) => this.#text(mark));
  }

  /** The same with what of it was typed; pastes were not. */
  wholeStretch(written: Stretch): Stretch {
    const parts: Stretch[] = [];
    let at = 0;
    for (const { index, 0: mark } of written.text.matchAll(anyMark)) {
      parts.push(slice(written, at, index), foreign(this.#text(mark)));
      at = index + mark.length;
    }
    return joined(...parts, slice(written, at, written.text.length));
  }

  /** What to show for a mark, e.g. `[pasted #1: 120 lines]`. A last line without text is not counted. */
  label(mark: string, words: PasteWords): string {
    const text = this.#text(mark);
    const number = (mark.codePointAt(0) ?? firstMark) - firstMark + 1;
    const shown = text.replace(/\n$/, "");
    const lines = shown.split("\n").length;
    if (lines > 1) return words.pastedLines({ number, lines });
    return words.pastedCharacters({ number, characters: Array.from(shown).length });
  }

  #text(mark: string): string {
    return this.#texts[(mark.codePointAt(0) ?? 0) - firstMark] ?? "";
  }
}
