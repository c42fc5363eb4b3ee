/** Words of `transcripts export` and of the files it writes. */
export const exporting = {
  /** The language of these words, as HTML names it. */
  language: "en" as "en" | "zh",
  system: "System prompt",
  untitled: "Conversation",
  /** Above the numbered links to what a service found on the web. */
  sources: "Sources:",
  turns: ({ count }: { count: number }) => (count === 1 ? "1 turn" : `${count} turns`),
  tokens: ({ count }: { count: number }) => (count === 1 ? "1 token" : `${count.toLocaleString("en")} tokens`),
  /** `turns` is null where conversations are exported as a whole. */
  done: ({ count, turns, path }: { count: number; turns: number | null; path: string }) => {
    const conversations = count === 1 ? "1 conversation" : `${count} conversations`;
    if (turns === null) return `Exported ${conversations} to ${path}.`;
    return `Exported ${turns === 1 ? "1 turn" : `${turns} turns`}${count === 1 ? "" : ` of ${conversations}`} to ${path}.`;
  },
  nothingWhole: ({ id, title }: { id: string; title: string }) => `Skipped ${id} (${title}): no complete turn.`,
};

/** Words of `transcripts import`. */
export const importing = {
  forms: {
    transcript: "transcript",
    "deepseek-chat": "deepseek-chat JSON",
    messages: "messages",
    deepseek: "chat.deepseek.com",
    chatgpt: "ChatGPT",
    llm: "llm",
    aichat: "aichat",
  },
  counts: ({ imported, extended, present, skipped }: Record<"imported" | "extended" | "present" | "skipped", number>) =>
    [`${imported} imported`, extended === 0 ? "" : `${extended} extended`, `${present} unchanged`, `${skipped} skipped`]
      .filter(Boolean)
      .join(", "),
  /** `form` is empty where the format wasn't recognised. */
  file: ({ file, form, counts }: { file: string; form: string; counts: string }) =>
    `${file}${form === "" ? "" : ` (${form})`}: ${counts}`,
  total: ({ counts }: { counts: string }) => `Total: ${counts}`,
  skipped: ({ file, place, reason }: { file: string; place: string; reason: string }) =>
    `${file}: skipped ${place}: ${reason}`,
  /** A conversation without a title, by its number in the file, from 1. */
  number: ({ number }: { number: number }) => `conversation ${number}`,
  named: ({ number, title }: { number: number; title: string }) => `conversation ${number} (${title})`,
  reasons: {
    broken: "invalid JSON",
    cut: "the file ends in the middle of it",
    "too-large": "too large",
    "too-many": "more than 100,000 conversations in the file; the rest is skipped",
    unknown: "unknown format",
    empty: "no messages",
  },
  leftOut: ({ count, title }: { count: number; title: string }) =>
    `${title}: skipped ${count === 1 ? "1 message" : `${count} messages`} of other branches or tools`,
};
