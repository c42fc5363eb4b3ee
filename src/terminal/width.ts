import stringWidth from "string-width";

let segmenter: Intl.Segmenter | undefined;
/** Made at first use: the data behind it takes 10 ms to load, and plain text is cut without it. */
const clusters = () => (segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" }));
/** Characters of one column that stand by themselves: Latin, Greek, Cyrillic, dashes, quotes, arrows, mathematics, lines. */
const narrow = String.raw`\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u0391-\u03c9\u0410-\u044f\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2500-\u257f`;
/** The same of two columns: Han, kana, and the punctuation that goes with them; not Hangul, which composes. */
const wide = String.raw`\u3001-\u3029\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uff01-\uff60`;
/** Text without any other is cut and measured by its code units, ten times as fast; most text is such. */
const other = new RegExp(`[^${narrow}${wide}]`);
/** What is not such text, with the character before, which a mark may belong to. */
const special = new RegExp(`[${narrow}${wide}]?[^${narrow}${wide}]+`, "g");

/** Columns a text takes on a terminal, without escape sequences: 2 for Chinese and emoji, 0 for marks that join others. */
export function displayWidth(text: string): number {
  if (!other.test(text)) return simpleWidth(text);
  let width = 0;
  let done = 0;
  for (const { 0: found, index } of text.matchAll(special)) {
    width += simpleWidth(text.slice(done, index)) + remembered(found);
    done = index + found.length;
  }
  return width + simpleWidth(text.slice(done));
}

function simpleWidth(text: string): number {
  let width = text.length;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x3000) width += 1;
  return width;
}

/** The same emoji and signs come again and again. */
const widths = new Map<string, number>();
const maxWidths = 4096;

/** Line ends of Unicode, which no terminal gets from us; string-width counts them as a column. */
const separators = /[\u2028\u2029]/g;
/** Marks take no column: that there are a thousand over one letter is not looked at, as string-width takes 0.2 ms for these. */
const moreMarks = /(\p{Mn}{8})\p{Mn}+/gu;

function remembered(text: string): number {
  const known = widths.get(text) ?? stringWidth(text.replace(separators, "").replace(moreMarks, "$1"));
  if (widths.size >= maxWidths) widths.clear();
  if (text.length <= 32) widths.set(text, known);
  return known;
}

/** The text cut into what a reader takes for characters: an emoji with its joiners, a letter with its marks. */
export function graphemes(text: string): string[] {
  return !other.test(text) ? text.split("") : Array.from(clusters().segment(text), ({ segment }) => segment);
}

/** Whether a character surely begins at a place: where what stands on both sides stands by itself. No segmenter is made for it. */
export function isPlainBorder(text: string, offset: number): boolean {
  return offset <= 0 || offset >= text.length || !other.test(text.slice(offset - 1, offset + 1));
}

/** The nearest place at or before `offset` where a character begins, so that nothing is cut in two there. */
export function characterStart(text: string, offset: number): number {
  if (isPlainBorder(text, offset)) return offset;
  // A character is seldom longer than a family of emoji; looking at the whole of a long text would be quadratic.
  const from = Math.max(0, offset - 64);
  return (
    from +
    (clusters()
      .segment(text.slice(from, offset + 64))
      .containing(offset - from)?.index ?? offset - from)
  );
}

/** The beginning of a line that has so many columns; where something is missing, an ellipsis stands for it. */
export function clipped(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  let width = 1;
  for (const cluster of graphemes(text)) {
    width += displayWidth(cluster);
    if (width > columns) break;
    kept += cluster;
  }
  return `${kept}…`;
}

/** A line cut in its middle to so many columns, where what stands at its end tells as much as its beginning. */
export function shortened(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const clusters = graphemes(text);
  const head: string[] = [];
  const tail: string[] = [];
  let left = columns - 1;
  for (let from = 0, to = clusters.length - 1; from <= to;) {
    const isHead = head.length <= tail.length;
    const cluster = clusters[isHead ? from++ : to--]!;
    left -= displayWidth(cluster);
    if (left < 0) break;
    (isHead ? head : tail).push(cluster);
  }
  return `${head.join("")}…${tail.reverse().join("")}`;
}
