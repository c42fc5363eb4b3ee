/** Words of `transcripts export` and of what it makes. */
export const exporting = {
  /** The language of these words, as HTML names it. */
  language: "en" as "en" | "zh",
  system: "System prompt",
  untitled: "Conversation",
  turns: ({ count }: { count: number }) => (count === 1 ? "1 turn" : `${count} turns`),
  tokens: ({ count }: { count: number }) => (count === 1 ? "1 token" : `${count.toLocaleString("en")} tokens`),
  done: ({ count, path }: { count: number; path: string }) =>
    `${count === 1 ? "1 conversation" : `${count} conversations`} exported to ${path}.`,
  nothingWhole: ({ id, title }: { id: string; title: string }) =>
    `${id} (${title}) has no complete exchange and is left out.`,
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
    [
      `${imported} imported`,
      extended === 0 ? "" : `${extended} extended`,
      `${present} already there`,
      `${skipped} skipped`,
    ]
      .filter(Boolean)
      .join(", "),
  /** `form` is empty where nothing was understood. */
  file: ({ file, form, counts }: { file: string; form: string; counts: string }) =>
    `${file}${form === "" ? "" : ` (${form})`}: ${counts}`,
  total: ({ counts }: { counts: string }) => `total: ${counts}`,
  skipped: ({ file, place, reason }: { file: string; place: string; reason: string }) =>
    `${file}: skipped ${place}: ${reason}`,
  /** A conversation without a title, by its number in the file, from 1. */
  number: ({ number }: { number: number }) => `conversation ${number}`,
  named: ({ number, title }: { number: number; title: string }) => `conversation ${number} (${title})`,
  reasons: {
    broken: "it is no valid JSON",
    cut: "the file breaks off inside it",
    "too-large": "it is too large to be a conversation",
    "too-many": "the file holds more than 100,000 conversations; those behind it are left out",
    unknown: "it has none of the forms known",
    empty: "nobody says anything in it",
  },
  leftOut: ({ count, title }: { count: number; title: string }) =>
    `${title}: ${count === 1 ? "1 message of another branch or of a tool was" : `${count} messages of other branches or of tools were`} left out`,
};
