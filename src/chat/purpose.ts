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
  "image",
  "document",
  "ocr",
  "fine_tuning",
  "completion",
] as const;
export type Purpose = (typeof purposes)[number];

/** What is billed by another unit than tokens: searches, pictures, pages, tokens that were trained. */
const withoutTokens: ReadonlySet<Purpose> = new Set(["search", "image", "document", "ocr", "fine_tuning"]);

/** Whether a request for it is billed by the tokens that the service counts. */
export function takesTokens(purpose: Purpose): boolean {
  return !withoutTokens.has(purpose);
}
