/** Words of the line editor. */
export const editor = {
  /** Stands for a long paste in the prompt. */
  pastedLines: ({ number, lines }: { number: number; lines: number }) => `[pasted #${number}: ${lines} lines]`,
  pastedCharacters: ({ number, characters }: { number: number; characters: number }) =>
    `[pasted #${number}: ${characters} characters]`,
  /** Names a picture of the clipboard, in the prompt and to the model; `size` is `640×480`, or null where it isn't known. */
  pastedPicture: ({ number, size }: { number: number; size: string | null }) =>
    `image ${number}${size === null ? "" : `, ${size}`}`,
  /** Before the text searched for in the history. */
  search: "search history: ",
  notFound: "  (no match)",
  moreCandidates: (count: number) => `… ${count} more`,
  /** @param reason a sentence of this program, or the system's error code */
  editorFailed: (reason: string) => (reason.endsWith(".") ? reason : `Can't run the editor: ${reason}.`),
  /** Below a slash alone. */
  commandsHint: "Tab lists the commands",
  /** Below the input while an answer streams. */
  queueHint: "Enter queues · Esc stops the answer",
  /** Below an empty line then, where messages are queued. */
  queuedHint: "Up edits the last · Esc stops the answer",
  /** The same after the answer was stopped or failed: the queue waits. */
  pausedHint: "Queue paused · Enter sends · Up edits",
  moreQueued: (count: number) => `… ${count} more queued`,
  /** Below lines typed ahead, on a terminal without a line editor. */
  heldHint: "Not sent yet · Enter sends",
  heldPlainHint: "Not sent yet · Enter sends · Ctrl-C discards",
};
