export const editor = {
  /** Stands for a long paste in the prompt. */
  pastedLines: ({ number, lines }: { number: number; lines: number }) => `[pasted #${number}: ${lines} lines]`,
  pastedCharacters: ({ number, characters }: { number: number; characters: number }) =>
    `[pasted #${number}: ${characters} characters]`,
  /** Before what is looked for in the history. */
  search: "search history: ",
  notFound: "  (not found)",
  moreCandidates: (count: number) => `… ${count} more`,
  /** @param reason a sentence of ours, or the system's name of the failure */
  editorFailed: (reason: string) => (reason.endsWith(".") ? reason : `Can't run the editor: ${reason}.`),
  /** Below a slash alone. */
  commandsHint: "Tab lists the commands",
};
