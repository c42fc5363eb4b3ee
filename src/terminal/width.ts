import stringWidth from "string-width";

const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const plain = /^[\x20-\x7e]*$/;

/** Columns a text takes on a terminal, without escape sequences: 2 for Chinese and emoji, 0 for marks that join others. */
export function displayWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** The text cut into what a reader takes for characters: an emoji with its joiners, a letter with its marks. */
export function graphemes(text: string): string[] {
  return plain.test(text) ? text.split("") : Array.from(clusters.segment(text), ({ segment }) => segment);
}
