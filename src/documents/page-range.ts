/** Pages, slides, sheets or chapters that are wanted: from and to, both counted from 1 and included; `to` may be infinite. */
export type PageRange = readonly (readonly [from: number, to: number])[];

/**
 * The range that a path ends with, as in `report.pdf#3-5`; null where it ends with none.
 *
 * @returns the path without it, and the range as it was written
 */
export function splitRange(path: string): { readonly path: string; readonly written: string } | null {
  const [, before, written] = /^(.+)#(\d[\d,\s-]*)$/su.exec(path) ?? [];
  return before === undefined || written === undefined ? null : { path: before, written };
}

/** What `3`, `3-5`, `3-` and `1,4-6` mean; null for what means nothing. */
export function parseRange(written: string): PageRange | null {
  const range: [number, number][] = [];
  for (const piece of written.split(",")) {
    const [, first, dash, last] = /^\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?)?\s*$/u.exec(piece) ?? [];
    if (first === undefined) return null;
    const from = Number(first);
    const to = last === undefined ? (dash === undefined ? from : Infinity) : Number(last);
    if (from < 1 || to < from) return null;
    range.push([from, to]);
  }
  return range;
}

/** The numbers of a range that there are, each once, in order. */
export function numbersIn(range: PageRange | null, count: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  return range === null ? all : all.filter((number) => range.some(([from, to]) => number >= from && number <= to));
}
