/** A text as one word of a command that a person may copy: what a shell would take for more stands in quotes. */
export function shellWord(text: string): string {
  return /^[\p{L}\p{N}_.:@%+=,/-]+$/u.test(text) && !text.startsWith("-")
    ? text
    : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
