import { entryOf } from "../error-words.ts";
import { refusalIn } from "./folder.ts";

/** Why the copy of a picture is not used. */
const lossReasons: Record<string, string> = {
  missing: "is missing",
  changed: "was changed",
  not_a_file: "is not a regular file",
  ELOOP: "is a link",
  bad_name: "is not the name of a copy",
  too_large: "is too large",
  too_many: "goes beyond the size limit of all pictures together",
};

/** Words of `transcripts` and of choosing a conversation. */
export const transcripts = {
  notFound: "No matches.",
  found: ({ shown, total, exact, id }: { shown: number; total: number; exact: boolean; id: string }) =>
    `${shown} of ${exact ? "" : "up to "}${total} ${total === 1 ? "conversation" : "conversations"}. Show one with deepseek-chat transcripts show ${id}, resume it with deepseek-chat --resume ${id}.`,
  moreFound: ({ count }: { count: number }) => `… and ${count} more ${count === 1 ? "turn" : "turns"}`,
  passedOver: ({ what }: { what: string }) => `Skipped: ${what}`,
  indexing: "Building the search index",
  takenBack: "undone",
  removed: ({ title }: { title: string }) => `Deleted: ${title}`,
  reallyRemove: ({ title }: { title: string }) => `Delete “${title}” permanently?`,
  renamed: ({ title }: { title: string }) => `Renamed to: ${title}`,
  pinned: ({ title }: { title: string }) => `Pinned: ${title}`,
  unpinned: ({ title }: { title: string }) => `Unpinned: ${title}`,
  /** `tags`: all that it has now, as `#a #b`; may be empty. */
  tagged: ({ title, tags }: { title: string; tags: string }) =>
    tags === "" ? `No tags: ${title}` : `Tagged: ${title} · ${tags}`,
  none: ({ folder }: { folder: string }) => `No conversations in ${folder} yet.`,
  /** Stands for a picture; `size` is null where it isn't known. */
  picture: ({ name, size }: { name: string; size: string | null }) =>
    `Picture: ${name}${size === null ? "" : ` · ${size}`}`,
  /** A picture whose copy can't be had. */
  lostPicture: ({ name, copy, reason }: { name: string; copy: string; reason: string }) =>
    `Picture ${name} left out: ${copy} ${entryOf(lossReasons, reason) ?? `can't be read (${refusalIn(reason)})`}.`,
  moreLost: ({ count }: { count: number }) => `… and ${count} more ${count === 1 ? "picture" : "pictures"} left out`,
  columns: { id: "id", when: "when", turns: "turns", model: "model", size: "size", title: "title" },
  labels: {
    Question: "Question",
    Thinking: "Thinking",
    Answer: "Answer",
    Call: "Tool call",
    Result: "Tool result",
    Picture: "Picture",
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
  noMatch: "No matches.",
  searching: "Searching conversations…",
  searchFailed: "Content search failed; filtered by title only",
  choosing: ({ first, show, resume, pin, export: exporting, remove }: PickerKeys) =>
    `Enter ${first === "resume" ? "resume" : "show"} · ${first === "resume" ? `${show} show` : `${resume} resume`} · ${pin} pin · ${exporting} export · ${remove} delete · / filter · q quit`,
  filtering: "Enter choose · ↑↓ back to the list · Esc clear the filter",
  form: "Export format:",
  replace: ({ path }: { path: string }) => `${path} already exists. Overwrite it?`,
  back: "Press any key to return to the list.",
  turns: ({ turns }: { turns: number }) => `${turns} ${turns === 1 ? "turn" : "turns"}`,
  /** How long ago a conversation was used. */
  age: ({ unit, count }: { unit: "now" | "minutes" | "hours" | "days" | "months" | "years"; count: number }) =>
    unit === "now" ? "now" : `${count} ${{ minutes: "min", hours: "h", days: "d", months: "mo", years: "y" }[unit]}`,
};

interface PickerKeys {
  readonly first: string;
  readonly show: string;
  readonly resume: string;
  readonly pin: string;
  readonly export: string;
  readonly remove: string;
}

/** Words of `keys`. */
export const keys = {
  none: "No keys yet. Store one with deepseek-chat setup.",
  failed: ({ reason }: { reason: string }) => `can't be read: ${reason}`,
  removed: ({ provider, place }: { provider: string; place: string }) =>
    `Removed the key of ${provider} from the ${place}.`,
  left: ({ provider, place }: { provider: string; place: string }) => `${provider} still has a key from the ${place}.`,
};

/** Words of `models`, `balance` and `config`. */
export const tables = {
  model: "model",
  context: "context",
  price: ({ currency }: { currency: string }) => `${currency} per 1M: cache hit / cache miss / output`,
  inUse: "in use",
  noModels: ({ provider }: { provider: string }) => `${provider} offers no models.`,
  noBalance: ({ provider }: { provider: string }) => `${provider} doesn't report a balance.`,
  balance: ({ total, granted, toppedUp }: { total: string; granted: string | null; toppedUp: string | null }) =>
    `${total}${granted === null ? "" : ` (${granted} granted, ${toppedUp ?? "?"} topped up)`}`,
  origin: {
    flag: "flag",
    role: "role",
    profile: "profile",
    environment: "environment",
    dotenv: ".env",
    file: "config file",
    command: "key command",
    keyring: "system keyring",
    store: "key file",
    "built-in": "built-in",
  },
  notSet: "not set",
  noEditor: "No editor set. Set VISUAL or EDITOR.",
};
