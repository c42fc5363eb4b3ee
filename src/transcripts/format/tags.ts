/** Tags that a conversation keeps; what a file names beyond them is passed over. */
export const maxTags = 32;
/** Characters of a tag. */
export const longestTag = 40;
const form = new RegExp(`^[^\\p{C}\\p{Z},#]{1,${longestTag}}$`, "u");

/** Tags that are given to a conversation and taken off it. One that is in both is taken off. */
export interface TagChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/**
 * A tag as it is kept: a word of letters, digits and other characters that show, in NFC; a `#` in front is no part of it. Null
 * for a text that is none: empty, with a blank, a comma or a control character in it, or too long.
 */
export function tagOf(text: string): string | null {
  const tag = text.normalize("NFC").replace(/^[#\uff03]/u, "");
  return form.test(tag) ? tag : null;
}

/** What makes two tags the same: neither case nor width of the characters tells them apart. */
export function tagKey(tag: string): string {
  return tag.normalize("NFKC").toLowerCase();
}

/** Tags after a change, in the order in which they were given; texts that are no tags are passed over. */
export function withChange(tags: readonly string[], { add, remove }: TagChange): readonly string[] {
  const changed = new Map(tags.map((tag) => [tagKey(tag), tag]));
  for (const text of add) {
    const tag = tagOf(text);
    if (tag !== null && !changed.has(tagKey(tag)) && changed.size < maxTags) changed.set(tagKey(tag), tag);
  }
  for (const text of remove) changed.delete(tagKey(tagOf(text) ?? ""));
  return [...changed.values()];
}
