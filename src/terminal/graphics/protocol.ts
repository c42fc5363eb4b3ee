/** How a terminal takes pictures: kitty's protocol, iTerm2's, or DEC's sixels. */
export type GraphicsProtocol = "kitty" | "iterm2" | "sixel";

/** How pictures are shown. */
export interface Graphics {
  readonly protocol: GraphicsProtocol;
  /** Whether the sequences go through tmux, which would drop them otherwise. */
  readonly throughTmux: boolean;
}

export type GraphicsVariables = Readonly<Record<string, string | undefined>>;

interface TerminalRow {
  readonly protocol: GraphicsProtocol;
  readonly is: (variables: GraphicsVariables) => boolean;
}

/** Konsole has kitty's protocol since 22.04. */
const firstKonsole = 220_400;

/**
 * Terminals by what they say of themselves in the environment, the surest first: `TERM` also comes through SSH, `TERM_PROGRAM` hides what
 * was inherited from the terminal that a program with one of its own was started in. Others are known only by an answer (see
 * `Terminal.hasSixels`) or by the setting.
 */
const terminals: readonly TerminalRow[] = [
  { protocol: "kitty", is: ({ TERM = "" }) => TERM === "xterm-kitty" || TERM === "xterm-ghostty" },
  { protocol: "sixel", is: ({ TERM = "" }) => /^(?:foot|mlterm|contour|yaft)/u.test(TERM) },
  { protocol: "iterm2", is: ({ TERM_PROGRAM = "" }) => /^(?:iTerm\.app|WezTerm|mintty|rio)$/u.test(TERM_PROGRAM) },
  { protocol: "kitty", is: ({ TERM_PROGRAM = "" }) => /^(?:ghostty|kitty|WarpTerminal)$/u.test(TERM_PROGRAM) },
  // It is one of the variables that SSH sends along.
  { protocol: "iterm2", is: ({ TERM_PROGRAM = "", LC_TERMINAL }) => TERM_PROGRAM === "" && LC_TERMINAL === "iTerm2" },
  {
    protocol: "kitty",
    is: ({ TERM_PROGRAM = "", KITTY_WINDOW_ID }) => TERM_PROGRAM === "" && Boolean(KITTY_WINDOW_ID),
  },
  {
    protocol: "kitty",
    is: ({ TERM_PROGRAM = "", KONSOLE_VERSION }) => TERM_PROGRAM === "" && Number(KONSOLE_VERSION) >= firstKonsole,
  },
];

/** Multiplexers that keep pictures from the terminal around them, whatever that one is. */
export function multiplexerIn({ TMUX, STY, ZELLIJ, TERM = "" }: GraphicsVariables): "tmux" | "other" | null {
  if (TMUX) return "tmux";
  return STY || ZELLIJ || /^(?:screen|tmux)/u.test(TERM) ? "other" : null;
}

/** Whether pictures have no place: a terminal that moves no cursor, and what others read as a log. */
export function isPlain({ TERM = "", CI }: GraphicsVariables): boolean {
  return TERM === "dumb" || TERM === "linux" || (CI !== undefined && CI !== "" && CI !== "false");
}

/** What a terminal takes by its environment, where nothing stands between; null where that does not tell. */
export function protocolIn(variables: GraphicsVariables): GraphicsProtocol | null {
  return terminals.find(({ is }) => is(variables))?.protocol ?? null;
}
