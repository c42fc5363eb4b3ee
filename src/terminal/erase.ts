/**
 * Goes up so many rows, at least one, to the first column, and erases from there to the end of the screen. Erasing from the first
 * place of the screen makes tmux keep what is erased in its history; so the first row is erased apart.
 */
export function erasedRows(up: number): string {
  return `${up > 1 ? `\u001b[${up - 1}A` : ""}\r\u001b[J\u001b[A\u001b[K`;
}
