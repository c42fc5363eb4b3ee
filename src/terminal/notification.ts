import { sanitize } from "./sanitize.ts";
import { clipped } from "./width.ts";

type NotificationVariables = Readonly<Record<string, string | undefined>>;

const bell = "\u0007";

/** What a terminal makes a notification of the desktop of. A semicolon would end the text in some. */
const sequences = {
  /** iTerm2's. */
  9: (text: string) => `\u001b]9;${text}\u001b\\`,
  /** kitty's, which is told to show it only while it is not looked at. */
  99: (text: string) => `\u001b]99;o=unfocused;${text}\u001b\\`,
  /** urxvt's. Those that have it only lately, or as distributions build them, ring as well. */
  777: (text: string) => `\u001b]777;notify;deepseek-chat;${text}\u001b\\`,
} as const;

interface KnownTerminal {
  readonly variable: string;
  /** What the variable is; absent: anything. */
  readonly value?: RegExp;
  readonly sequence: keyof typeof sequences;
  /** Whether the terminal shows it in every version. */
  readonly sure: boolean;
}

/** Terminals by a variable that they set; the first that fits counts. TERM alone reaches over SSH. */
const known: readonly KnownTerminal[] = [
  { variable: "TERM", value: /^xterm-kitty/u, sequence: 99, sure: true },
  { variable: "TERM", value: /^xterm-ghostty/u, sequence: 9, sure: true },
  { variable: "TERM", value: /^foot/u, sequence: 777, sure: true },
  { variable: "TERM", value: /^rxvt-unicode/u, sequence: 777, sure: false },
  { variable: "TERM_PROGRAM", value: /^(?:iTerm\.app|WezTerm|ghostty|WarpTerminal)$/u, sequence: 9, sure: true },
  { variable: "TERM_PROGRAM", value: /^vscode$/u, sequence: 777, sure: false },
  { variable: "KITTY_WINDOW_ID", sequence: 99, sure: true },
  { variable: "LC_TERMINAL", value: /^iTerm2$/u, sequence: 9, sure: true },
  { variable: "WT_SESSION", sequence: 777, sure: false },
  { variable: "VTE_VERSION", sequence: 777, sure: false },
];

/** Columns of a notification. */
const maxWidth = 80;

/**
 * What to write to a terminal so that it tells a person of something: a sequence of its own for the desktop where one is known,
 * else the bell. Within tmux the sequence is handed on, and the bell rings too: whether tmux passes it is a setting of tmux.
 *
 * @param text may be anybody's: nothing in it acts on the terminal
 * @param variables the environment
 */
export function notification(text: string, form: "bell" | "desktop", variables: NotificationVariables): string {
  const terminal = known.find(({ variable, value }) => {
    const set = variables[variable];
    return Boolean(set) && (value === undefined || value.test(set ?? ""));
  });
  if (form === "bell" || terminal === undefined || variables["STY"]) return bell;
  const sequence = sequences[terminal.sequence](oneLine(text));
  if (variables["TMUX"]) return `\u001bPtmux;${sequence.replaceAll("\u001b", "\u001b\u001b")}\u001b\\${bell}`;
  return terminal.sure ? sequence : sequence + bell;
}

function oneLine(text: string): string {
  const line = sanitize(text).replaceAll(/\s+/gu, " ").replaceAll(";", ",").trim();
  return clipped(line, maxWidth);
}
