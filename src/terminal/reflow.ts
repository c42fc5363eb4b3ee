/**
 * What a terminal does on a resize with rows that became too long: it rewraps them (`all`: kitty, VTE, tmux, Windows Terminal),
 * all but the one the cursor is on (`above`), the same while rows that wrap below the cursor move it down too (`pushed`: xterm.js, so
 * VS Code), or it cuts them (`none`: xterm, Linux console).
 */
export type Reflow = "all" | "above" | "pushed" | "none";

/**
 * What terminals are known to do with long rows on a resize, by a variable they set and, where that does not tell, its
 * value; the first that fits counts, so the one inside the other (tmux in VS Code) stands first.
 */
const reflows: readonly (readonly [Reflow, string, string?])[] = [
  ["all", "TMUX"],
  ["none", "STY"],
  ["pushed", "TERM_PROGRAM", "vscode"],
  ["all", "TERM_PROGRAM", "Apple_Terminal"],
  ["all", "KITTY_WINDOW_ID"],
  ["all", "VTE_VERSION"],
  ["all", "WT_SESSION"],
  ["all", "WEZTERM_PANE"],
  ["all", "ITERM_SESSION_ID"],
  ["all", "KONSOLE_VERSION"],
  ["all", "ALACRITTY_WINDOW_ID"],
  ["all", "GHOSTTY_RESOURCES_DIR"],
  ["all", "TERM", "foot"],
  ["none", "XTERM_VERSION"],
  ["none", "TERM", "linux"],
];

/** Returns how a terminal rewraps long rows on a resize; the default is the safe one, which never erases a finished row. */
export function reflowOf(variables: Readonly<Record<string, string | undefined>>): Reflow {
  const known = reflows.find(([, name, value]) =>
    value === undefined ? Boolean(variables[name]) : variables[name] === value,
  );
  return known?.[0] ?? "above";
}
