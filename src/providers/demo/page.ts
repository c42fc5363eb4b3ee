/** One answer of the tour. */
export interface Page {
  readonly reasoning: string;
  readonly answer: string;
}

export interface Tour {
  /** Stands before the first answer of a conversation, so that it is in every transcript. */
  readonly notice: string;
  /** The first page whose words occur in the question is the answer. */
  readonly pages: readonly { readonly words: RegExp; readonly page: (question: string) => Page }[];
  readonly otherwise: (question: string) => Page;
}

/** The question as a quotation of at most some characters, on one line. */
export function quoted(question: string): string {
  const line = question.replace(/\s+/gu, " ").trim();
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
