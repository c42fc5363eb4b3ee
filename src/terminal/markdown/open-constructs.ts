/** The beginning of a paragraph without a mark at its very end: what that mark does depends on what follows. */
export function withoutLastMark(source: string): string {
  return source.replace(/(?:[*_~`]+|!?\[|\\)$/, "");
}

/**
 * The beginning of a paragraph as it will most likely read when its marks are closed: `**bold te` as `**bold te**`,
 * `[text](https://exa` as its text. So a word is drawn in its final look at once and not drawn again when the mark comes.
 * Only for what is shown meanwhile; what is final is read from the text itself.
 */
export function closeMarks(source: string): string {
  if (!/[\\`*_~[]/.test(source)) return source;
  const known = source.replace(/!?\[([^\]\n]*)\](?:\([^)\n]*)?$/, keepText);
  const open: { marks: string; index: number }[] = [];
  for (const { 0: found, 1: ticks, index } of known.matchAll(mark)) {
    if (found.startsWith("\\")) continue;
    if (ticks !== undefined) {
      if (found.length === ticks.length) return closed(known, [...open, { marks: ticks, index }]);
      continue;
    }
    const before = known.charAt(index - 1);
    const after = known.charAt(index + found.length);
    if (found.startsWith("_") && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after)) continue;
    if (found === "*" && /\d/.test(before) && /\d/.test(after)) continue;
    if (open.at(-1)?.marks === found && /\S/.test(before)) open.pop();
    else if (/\S/.test(after)) open.push({ marks: found, index });
  }
  return closed(known, open);
}

/** A link whose address has begun is its text; brackets alone may be just brackets. */
function keepText(found: string, text: string): string {
  return found.endsWith("]") ? found : text;
}

/** An escaped character, a code span or the marks that open one, a run of marks of emphasis. */
const mark = /\\[^]|(`+)(?:(?!`)[^]*?[^`]\1(?!`))?|\*{1,3}|_{1,3}|~~/g;

/** Marks that stand open for long are most likely no marks at all; to take them for some would draw much again and again. */
const longest = 120;

function closed(source: string, open: readonly { marks: string; index: number }[]): string {
  const text = source.trimEnd();
  const recent = open.filter(({ index }) => text.length - index <= longest);
  return recent.length === 0
    ? source
    : text +
        recent
          .map(({ marks }) => marks)
          .reverse()
          .join("");
}
