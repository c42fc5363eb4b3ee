export const editor = {
  /** Stands for a long paste in the prompt. */
  pastedLines: ({ number, lines }: { number: number; lines: number }) => `[pasted #${number}: ${lines} lines]`,
  pastedCharacters: ({ number, characters }: { number: number; characters: number }) =>
    `[pasted #${number}: ${characters} characters]`,
  /** Before what is looked for in the history. */
  search: "search history: ",
  notFound: "  (not found)",
  moreCandidates: (count: number) => `… ${count} more`,
  editorFailed: (reason: string) => `The editor could not be run: ${reason}.`,
};
