/** The first sentence of a description, in one line, for lists. */
export function firstSentence(description: string): string {
  const line = description.trim().split(/\r?\n/u)[0] ?? "";
  return /^.*?(?:[.!?](?=\s+\p{Lu})|[。！？])/u.exec(line)?.[0] ?? line;
}
