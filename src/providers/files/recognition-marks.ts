/** The service's marks around a piece of a page, and around its place on it. */
const mark = /<\|(\/?)(ref|box|det|grounding)\|>/gu;

/** What a piece of a page is, where the mark before it names its kind; anything else between these marks is text of the page. */
const kinds =
  /^(?:(?:sub_?)?title|text|(?:image|figure|table|formula|code)(?:_(?:caption|footnote|number))?|caption|footnote|equation|chart|list(?:_item)?|header|footer|page_?number|seal|stamp|paragraph|abstract|reference|table_of_contents)$/iu;

/** Numbers of a place: `[[12, 40, 960, 88]]`, `(12,40),(960,88)`. */
const place = /^[\s\d.,;()[\]]*$/u;

/**
 * The text of a recognized page as plain Markdown: without the marks that say what each piece is and where it stands. A kind and a
 * place are left out with their marks, all text stays.
 */
export function withoutMarks(text: string): string {
  if (!text.includes("<|")) return text;
  let plain = "";
  let from = 0;
  let open: string | null = null;
  const add = (piece: string, isAfterMark: boolean) => {
    // The line end of a line that held marks alone goes with them.
    const isEmptied = isAfterMark && (plain === "" || plain.endsWith("\n"));
    plain += isEmptied ? piece.replace(/^[^\S\n]*\n/u, "") : piece;
  };
  for (const { 0: found, 1: slash = "", 2: name = "", index } of text.matchAll(mark)) {
    const between = text.slice(from, index);
    const isKind = open === "ref" && slash !== "" && kinds.test(between.trim());
    const isPlace = open !== null && open !== "ref" && place.test(between);
    if (!isKind && !isPlace) add(between, from > 0);
    from = index + found.length;
    open = slash === "" && name !== "grounding" ? name : null;
  }
  add(text.slice(from), from > 0);
  return plain;
}
