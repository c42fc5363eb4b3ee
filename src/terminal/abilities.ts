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
  const [{ createSupportsHyperlinks }, { default: isUnicodeSupported }] = await Promise.all([
    import("supports-hyperlinks"),
    import("is-unicode-supported"),
  ]);
  return {
    columns: terminal.columns,
    rows: terminal.rows,
    color: terminal.ink.out.level,
    hyperlinks: terminal.capable && terminal.ink.out.level > 0 && createSupportsHyperlinks({ isTTY: true }),
    // A terminal that does not know the mode passes over it, by the rules for unknown private modes.
    synchronized: terminal.capable,
    unicode: isUnicodeSupported(),
    cursor: terminal.capable,
    reflow: reflowOf(variables),
  };
}

function reflowOf(variables: Readonly<Record<string, string | undefined>>): MarkdownOptions["reflow"] {
  if (variables["TERM_PROGRAM"] === "vscode") return "above";
  return variables["XTERM_VERSION"] || variables["TERM"] === "linux" ? "none" : "all";
}
