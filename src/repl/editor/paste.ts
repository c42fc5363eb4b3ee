import { wordsOf } from "../../chat/message-text.ts";
import type { ImagePart, UserMessage } from "../../chat/messages.ts";
import { foreign, joined, slice, type Stretch } from "./origin.ts";

/** Content of the clipboard for the prompt. */
export type Clipping =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "picture"; readonly picture: ImagePart }
  /** `message` says why. */
  | { readonly kind: "nothing"; readonly message: string };

/** A paste of more lines than this, or of more characters, is shown as one short label. */
const maxLines = 8;
const maxCharacters = 1000;

/**
 * Each shortened paste and each picture stands in the text as one character of the last private-use plane, so that moving, deleting, killing and
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

/** How a picture is named in a text, e.g. `[image 1, 640×480]`. */
export function pictureLabel({ name }: ImagePart): string {
  return `[${name}]`;
}

/** The pictures of a question that its words name: they were pasted into it. */
export function pastedPictures({ content }: UserMessage): ImagePart[] {
  const words = wordsOf(content);
  return content.filter((part): part is ImagePart => part.type === "image" && words.includes(pictureLabel(part)));
}

/** A long paste with its number among them, or a picture. */
type Pasted = { readonly text: string; readonly number: number } | ImagePart;

/** The long pastes and the pictures of a session's messages, each known by its mark. */
export class Pastes {
  readonly #pasted: Pasted[] = [];

  /** @returns what to insert: the text itself, or the mark that stands for it when it is long. */
  insertable(pasted: string): string {
    const text = cleanText(pasted);
    if (text.length <= maxCharacters && text.split("\n").length <= maxLines) return text;
    const number = this.#pasted.filter((each) => !isPicture(each)).length + 1;
    return this.#add({ text, number }) ?? text;
  }

  /** The mark that stands for a picture. */
  picture(picture: ImagePart): string {
    const known = this.#pasted.indexOf(picture);
    return (known < 0 ? this.#add(picture) : markAt(known)) ?? pictureLabel(picture);
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

  /** The pictures whose marks stand in a text, each once. */
  picturesIn(text: string): ImagePart[] {
    const found = [...text.matchAll(anyMark)].map(([mark]) => this.#at(mark));
    return [...new Set(found.filter(isPicture))];
  }

  /**
   * A text whose pictures are units again: `whole` made their labels of them.
   *
   * @param pictures those that it is about; default: all that were pasted
   */
  withMarks(written: Stretch, pictures: readonly ImagePart[] = this.#pasted.filter(isPicture)): Stretch {
    let marked = written;
    for (const picture of pictures) {
      const label = pictureLabel(picture);
      if (!marked.text.includes(label)) continue;
      const mark = foreign(this.picture(picture));
      const parts: Stretch[] = [];
      let at = 0;
      for (let next; (next = marked.text.indexOf(label, at)) >= 0; at = next + label.length) {
        parts.push(slice(marked, at, next), mark);
      }
      marked = joined(...parts, slice(marked, at, marked.text.length));
    }
    return marked;
  }

  /** What to show for a mark, e.g. `[pasted #1: 120 lines]`. A last line without text is not counted. */
  label(mark: string, words: PasteWords): string {
    const pasted = this.#at(mark);
    if (pasted === undefined) return "";
    if (isPicture(pasted)) return pictureLabel(pasted);
    const { number } = pasted;
    const shown = pasted.text.replace(/\n$/, "");
    const lines = shown.split("\n").length;
    if (lines > 1) return words.pastedLines({ number, lines });
    return words.pastedCharacters({ number, characters: Array.from(shown).length });
  }

  /** Null where there are no marks left. */
  #add(pasted: Pasted): string | null {
    if (this.#pasted.length >= marks) return null;
    return markAt(this.#pasted.push(pasted) - 1);
  }

  #at(mark: string): Pasted | undefined {
    return this.#pasted[(mark.codePointAt(0) ?? 0) - firstMark];
  }

  #text(mark: string): string {
    const pasted = this.#at(mark);
    if (pasted === undefined) return "";
    return isPicture(pasted) ? pictureLabel(pasted) : pasted.text;
  }
}

function isPicture(pasted: Pasted | undefined): pasted is ImagePart {
  return pasted !== undefined && !("text" in pasted);
}

function markAt(index: number): string {
  return String.fromCodePoint(firstMark + index);
}
