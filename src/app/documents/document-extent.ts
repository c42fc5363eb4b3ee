import type { Words } from "../../words/types.ts";
import type { DocumentFacts } from "../conversation/attachment.ts";

/** How much of a document was read, as it is shown: its form, then its pages, or those that were wanted. */
export function documentExtent(
  { form, count, numbers }: Pick<DocumentFacts, "form" | "count" | "numbers">,
  words: Words["attachments"],
): string {
  if (form.unit === null) return form.label;
  const { unit } = form;
  const parts =
    numbers.length === count
      ? words.parts({ unit, count })
      : words.someParts({ unit, numbers: writtenNumbers(numbers), taken: numbers.length, count });
  return `${form.label} · ${parts}`;
}

/** Ranges that are written out; more are as good as none. */
const maxRanges = 8;

/** Numbers in ascending order as people write them: `1, 3–5`. */
export function writtenNumbers(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const shown = ranges.slice(0, maxRanges).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  return `${shown.join(", ")}${ranges.length > maxRanges ? ", …" : ""}`;
}
