/** What `complete` says. */
export const fillIn = {
  oneSource:
    "Name the text before the gap once, and the text behind it once: with --prefix or --prefix-file, and --suffix or --suffix-file; or a place in a file.",
  nothingAround:
    "There is no text around the gap. Name a place (src/app.ts:12:5), give --prefix or --suffix, or pipe in the text before it.",
  noPlace: ({ place }: { place: string }) =>
    `Not a place in a file: ${place}. Write file:line:column, e.g. src/app.ts:12:5, or :12:5 for piped text.`,
  lineMissing: ({ file, line, lines }: { file: string; line: number; lines: number }) =>
    `${file} has no line ${line}: it ends with line ${lines}.`,
  columnMissing: ({ file, line, column, columns }: { file: string; line: number; column: number; columns: number }) =>
    `Line ${line} of ${file} has no column ${column}: it ends at column ${columns}. Columns count characters, from 1.`,
  waiting: "Waiting for the text on stdin…",
  fewerTokens: ({ provider, wanted, tokens }: { provider: string; wanted: number; tokens: number }) =>
    `${provider} fills in at most ${tokens} tokens: max_tokens is ${tokens} instead of ${wanted}.`,
  /** UTF-16 units that were left out at either end of the text. */
  cut: ({ prefix, suffix, window }: { prefix: number; suffix: number; window: number }) =>
    `The text is longer than the model's window of ${window} tokens: left out ${[
      ...(prefix > 0 ? [`the first ${prefix} characters`] : []),
      ...(suffix > 0 ? [`the last ${suffix} characters`] : []),
    ].join(" and ")}.`,
  cutByLength: "Cut off at max_tokens; --max-tokens sets more.",
};
