/** A text file as it stands in a question. */
export interface AttachedText {
  readonly name: string;
  readonly text: string;
}

/** The words of a question with text files behind them, each fenced and named. */
export function joinAttached(words: string, files: readonly AttachedText[]): string {
  return [...(words === "" ? [] : [words]), ...files.map(fenced)].join("\n\n");
}

/**
 * Takes a question apart again, also one of a saved conversation: what was typed, and the files behind it. Joined, they give
 * the question as it was.
 */
export function splitAttached(question: string): { readonly words: string; readonly files: readonly AttachedText[] } {
  const files: AttachedText[] = [];
  let rest = question;
  for (;;) {
    const last = lastFile(rest);
    if (last === null) return { words: rest, files };
    files.unshift(last.file);
    rest = last.before;
  }
}

function lastFile(question: string): { file: AttachedText; before: string } | null {
  const fence = /\n(`{3,})$/u.exec(question)?.[1];
  if (fence === undefined) return null;
  const end = question.length - fence.length - 1;
  // No line of the file begins with as many backticks, so the last one that does opens it.
  const opening = question.lastIndexOf(`\n${fence}`, end - 1);
  if (opening < 0) return null;
  const nameAt = Math.max(question.lastIndexOf("\n\n", opening - 1) + 2, 0);
  const start = nameAt === 1 ? 0 : nameAt;
  const bodyAt = question.indexOf("\n", opening + 1) + 1;
  const name = question.slice(start, opening).replace(/:$/u, "");
  const body = bodyAt > end ? "" : question.slice(bodyAt, end);
  // A line break at the end of a file does not stand in the question.
  const file = { name, text: body.endsWith("\n") ? `${body}\n` : body };
  const before = question.slice(0, Math.max(start - 2, 0));
  return joinAttached(before, [file]) === question ? { file, before } : null;
}

function fenced({ name, text }: AttachedText): string {
  let longest = 2;
  for (const [ticks] of text.matchAll(/^`{3,}/gmu)) longest = Math.max(longest, ticks.length);
  const fence = "`".repeat(longest + 1);
  const extension = /[^./]\.([^./]+)$/u.exec(name)?.[1] ?? "";
  return `${name}:\n${fence}${extension}\n${text.replace(/\n$/u, "")}\n${fence}`;
}
