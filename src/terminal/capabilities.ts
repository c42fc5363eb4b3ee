import type { MarkdownOptions } from "./markdown/options.ts";
import type { Terminal } from "./terminal.ts";

/**
 * What the terminal behind stdout can do, as far as its environment tells.
 *
 * @param variables the environment
 */
export async function findAbilities(
  terminal: Terminal,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<MarkdownOptions> {
  const { createSupportsHyperlinks } = await import("supports-hyperlinks");
  return {
    columns: terminal.columns,
    rows: terminal.textRows,
    width: terminal.textColumns,
    palette: terminal.ink.out.palette,
    hyperlinks: terminal.capable && terminal.ink.out.level > 0 && createSupportsHyperlinks({ isTTY: true }),
    // A terminal that does not know the mode passes over it, by the rules for unknown private modes.
    synchronized: terminal.capable,
    unicode: terminal.unicode,
    cursor: terminal.capable,
    reflow: reflowOf(variables),
  };
}

/**
 * What terminals are known to do with long rows on a resize, by a variable they set and, where that does not tell, its
 * value; the first that fits counts, so the one inside the other (tmux in VS Code) stands first.
 */
const reflows: readonly (readonly [MarkdownOptions["reflow"], string, string?])[] = [
  ["all", "TMUX"],
  ["none", "STY"],
  ["above", "TERM_PROGRAM", "vscode"],
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

/** Most terminals wrap long rows anew; to think the cursor's own is left alone never erases a finished row where it is not. */
function reflowOf(variables: Readonly<Record<string, string | undefined>>): MarkdownOptions["reflow"] {
  const known = reflows.find(([, name, value]) =>
    value === undefined ? Boolean(variables[name]) : variables[name] === value,
  );
  return known?.[0] ?? "above";
}
