/** Up to three blanks open a block; more where it stands in a list. */
const opening = /^([ \t]{0,12})(`{3,}(?=[^`]*$)|~{3,})/u;

/**
 * The fenced blocks of code in an answer, without their fences, in time in proportion to its length. One that is not closed goes
 * to the end.
 *
 * @param isWhole false: the answer broke off, and a block that is not closed is left out
 */
export function codeBlocks(answer: string, isWhole = true): string[] {
  const blocks: string[] = [];
  let open: { indent: number; fence: string; lines: string[] } | null = null;
  for (const line of answer.split("\n")) {
    if (open === null) {
      const [, blanks = "", fence] = opening.exec(line) ?? [];
      if (fence !== undefined) open = { indent: blanks.length, fence, lines: [] };
    } else if (closes(line.trim(), open.fence)) {
      blocks.push(open.lines.join("\n"));
      open = null;
    } else {
      const blanks = line.length - line.trimStart().length;
      open.lines.push(line.slice(Math.min(blanks, open.indent)));
    }
  }
  if (open !== null && isWhole) blocks.push(open.lines.join("\n").replace(/\n$/u, ""));
  return blocks;
}

function closes(line: string, fence: string): boolean {
  return line.startsWith(fence) && line === fence.charAt(0).repeat(line.length);
}
