/** Words of `transcripts` and of choosing a conversation. */
export const transcripts = {
  notFound: "Nothing was found.",
  found: ({ shown, total, exact, id }: { shown: number; total: number; exact: boolean; id: string }) =>
    `${shown} of ${exact ? "" : "up to "}${total} ${total === 1 ? "conversation" : "conversations"}. Read one with deepseek-chat transcripts show ${id}, go on with deepseek-chat --resume ${id}.`,
  moreFound: ({ count }: { count: number }) => `… and ${count} more ${count === 1 ? "exchange" : "exchanges"}`,
  passedOver: ({ what }: { what: string }) => `Skipped: ${what}`,
  indexing: "Making the search index",
  takenBack: "taken back",
  removed: ({ title }: { title: string }) => `Removed: ${title}`,
  reallyRemove: ({ title }: { title: string }) => `Remove “${title}” for good?`,
  renamed: ({ title }: { title: string }) => `Its title is now: ${title}`,
  pinned: ({ title }: { title: string }) => `Pinned: ${title}`,
  unpinned: ({ title }: { title: string }) => `Unpinned: ${title}`,
  /** `tags`: all that it has now, as `#a #b`; may be empty. */
  tagged: ({ title, tags }: { title: string; tags: string }) =>
    tags === "" ? `No tags: ${title}` : `Tagged: ${title} · ${tags}`,
  none: ({ folder }: { folder: string }) => `There are no conversations in ${folder} yet.`,
  columns: { id: "id", when: "when", turns: "turns", model: "model", size: "size", title: "title" },
  labels: {
    Question: "Question",
    Thinking: "Thinking",
    Answer: "Answer",
    Call: "Tool call",
    Result: "Tool result",
    Error: "Error",
    Interrupted: "Interrupted",
  },
};

/** How a yes or no is asked for; `y` and `n` are always taken. */
export const confirm = { yes: "Yes", no: "No", neither: "Please answer yes or no (y/n)." };

/** Words of the list of conversations that one is picked from. */
export const picker = {
  title: ({ found, all }: { found: number; all: number }) =>
    found === all ? `Conversations (${all})` : `Conversations (${found} of ${all})`,
  noMatch: "No conversation has all of these words.",
  searching: "Searching what was said…",
  choosing: ({ first, show, resume, pin, export: exporting, remove }: PickerKeys) =>
    `Enter ${first === "resume" ? "go on" : "show"} · ${first === "resume" ? `${show} show` : `${resume} go on`} · ${pin} pin · ${exporting} export · ${remove} delete · / filter · q leave`,
  filtering: "Enter choose · ↑↓ back to the list · Esc clear the filter",
  form: "Export to which form?",
  replace: ({ path }: { path: string }) => `${path} exists already. Replace it?`,
  back: "Any key goes back to the list.",
  turns: ({ turns }: { turns: number }) => `${turns} ${turns === 1 ? "turn" : "turns"}`,
};

interface PickerKeys {
  readonly first: string;
  readonly show: string;
  readonly resume: string;
  readonly pin: string;
  readonly export: string;
  readonly remove: string;
}

/** Words of `models`, `balance` and `config`. */
/** Words of `keys`. */
export const keys = {
  none: "No provider has a key. deepseek-chat setup stores one.",
  failed: ({ reason }: { reason: string }) => `cannot be read: ${reason}`,
  removed: ({ provider, place }: { provider: string; place: string }) =>
    `Removed the key of ${provider} from the ${place}.`,
  left: ({ provider, place }: { provider: string; place: string }) => `${provider} still has a key from the ${place}.`,
};

export const tables = {
  model: "model",
  context: "context",
  price: ({ currency }: { currency: string }) => `${currency} per 1M: cached / input / output`,
  inUse: "in use",
  noModels: ({ provider }: { provider: string }) => `${provider} offers no models.`,
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
