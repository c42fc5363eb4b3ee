/** What `complete` says. */
export const fillIn = {
  oneSource:
    "Give the text before the gap only once (--prefix or --prefix-file), and so the text after it (--suffix or --suffix-file); or give a position in a file instead of both.",
  nothingAround:
    "There is no text around the gap. Give a position (src/app.ts:12:5), use --prefix or --suffix, or pipe in the text before the gap.",
  noPlace: ({ place }: { place: string }) =>
    `Invalid position: ${place}. Write file:line:column, e.g. src/app.ts:12:5, or :12:5 for piped text.`,
  lineMissing: ({ file, line, lines }: { file: string; line: number; lines: number }) =>
    `${file} has no line ${line}: its last line is ${lines}.`,
  columnMissing: ({ file, line, column, columns }: { file: string; line: number; column: number; columns: number }) =>
    `Line ${line} of ${file} has no column ${column}: it ends at column ${columns}. Columns are counted in characters, from 1.`,
  waiting: "Waiting for the text on stdin…",
  fewerTokens: ({ provider, wanted, tokens }: { provider: string; wanted: number; tokens: number }) =>
    `${provider} fills in at most ${tokens} tokens: max_tokens lowered from ${wanted} to ${tokens}.`,
  /** UTF-16 units that were left out at either end of the text. */
  cut: ({ prefix, suffix, window }: { prefix: number; suffix: number; window: number }) =>
    `The text is longer than the model's context window (${window} tokens): left out ${[
      ...(prefix > 0 ? [`the first ${prefix} characters`] : []),
      ...(suffix > 0 ? [`the last ${suffix} characters`] : []),
    ].join(" and ")}.`,
  cutByLength: "Completion cut off at max_tokens. Raise it with --max-tokens.",
};
