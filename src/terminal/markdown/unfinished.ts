/**
 * The beginning of a paragraph as it will most likely read when its marks are closed: `**bold te` as `**bold te**`,
 * `[text](https://exa` as its text. So a word is drawn in its final look at once and not drawn again when the mark comes.
 * Only for what is shown meanwhile; what is final is read from the text itself.
 */
export function closeMarks(source: string): string {
  if (!/[\\`*_~[<]/.test(source)) return source;
  // At the very end a mark may be half of a longer one; it is shown when what follows tells.
  const known = source.replace(/(?:[*_~`]+|!?\[|\\)$/, "").replace(/!?\[([^\]\n]*)\](?:\([^)\s]*)?$/, keepText);
  const open: string[] = [];
  for (const { 0: found, 1: ticks, index } of known.matchAll(mark)) {
    if (found.startsWith("\\") || found.length === known.length - index) continue;
    if (ticks !== undefined) {
      if (found.length === ticks.length) return closed(known, [...open, ticks]);
      continue;
    }
    const before = known.charAt(index - 1);
    const after = known.charAt(index + found.length);
    if (found.startsWith("_") && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after)) continue;
    if (open.at(-1) === found && /\S/.test(before)) open.pop();
    else if (/\S/.test(after)) open.push(found);
  }
  return closed(known, open);
}

/** A link whose address has begun is its text; brackets alone may be just brackets. */
function keepText(found: string, text: string): string {
  return found.endsWith("]") ? found : text;
}

/** An escaped character, a code span or the marks that open one, a run of marks of emphasis. */
const mark = /\\[^]|(`+)(?:(?!`)[^]*?[^`]\1(?!`))?|\*{1,3}|_{1,3}|~~/g;

function closed(source: string, open: readonly string[]): string {
  const text = source.trimEnd();
  return open.length === 0 ? source : text + open.toReversed().join("");
}
