/** Words of `transcripts` and of choosing a conversation. */
export const transcripts = {
  pick: "Which conversation?",
  notFound: "Nothing was found.",
  found: ({ shown, total, exact, id }: { shown: number; total: number; exact: boolean; id: string }) =>
    `${shown} of ${exact ? "" : "up to "}${total} ${total === 1 ? "conversation" : "conversations"}. Read one with deepseek-chat transcripts show ${id}, go on with deepseek-chat --resume ${id}.`,
  moreFound: ({ count }: { count: number }) => `… and ${count} more ${count === 1 ? "exchange" : "exchanges"}`,
  indexing: "Making the search index",
  takenBack: "taken back",
  removed: ({ title }: { title: string }) => `Removed: ${title}`,
  reallyRemove: ({ title }: { title: string }) => `Remove “${title}” for good?`,
  renamed: ({ title }: { title: string }) => `Its title is now: ${title}`,
  none: ({ folder }: { folder: string }) => `There are no conversations in ${folder} yet.`,
  columns: { id: "id", when: "when", turns: "turns", model: "model", size: "size", title: "title" },
  labels: { Question: "Question", Thinking: "Thinking", Answer: "Answer", Error: "Error", Interrupted: "Interrupted" },
};

/** Words of `models`, `balance` and `config`. */
export const tables = {
  model: "model",
  context: "context",
  price: ({ currency }: { currency: string }) => `${currency} per 1M: cached / input / output`,
  inUse: "in use",
  noBalance: ({ provider }: { provider: string }) => `${provider} does not tell the balance.`,
  balance: ({ total, granted, toppedUp }: { total: string; granted: string | null; toppedUp: string | null }) =>
    `${total}${granted === null ? "" : ` (${granted} granted, ${toppedUp ?? "?"} topped up)`}`,
  origin: {
    flag: "flag",
    environment: "environment",
    dotenv: ".env",
    file: "config file",
    command: "key command",
    keyring: "system keyring",
    store: "key file",
    "built-in": "built-in",
  },
  notSet: "not set",
  noEditor: "Set VISUAL or EDITOR to an editor first.",
};
