/** What a billed request was for. */
export const purposes = [
  "question",
  "continuation",
  "retry",
  "title",
  "summary",
  "tools",
  "search",
  "batch",
  "serve",
] as const;
export type Purpose = (typeof purposes)[number];
