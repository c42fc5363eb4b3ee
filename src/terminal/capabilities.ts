import type { MarkdownOptions } from "./markdown/options.ts";
import type { Terminal } from "./terminal.ts";

/** What the terminal behind stdout can do, as far as its environment tells. */
export async function findAbilities(terminal: Terminal): Promise<MarkdownOptions> {
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
    reflow: terminal.textReflow,
  };
}
