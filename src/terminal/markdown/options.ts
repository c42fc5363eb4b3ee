import type { Reflow } from "../reflow.ts";
import type { Palette } from "../theme.ts";

/** What the terminal is and can do; all of it decided by the caller. */
export interface MarkdownOptions {
  readonly columns: number;
  readonly rows: number;
  /** Most columns of text. Tables and code may be wider. */
  readonly width: number;
  /** Null: no styles at all, as for NO_COLOR. */
  readonly palette: Palette | null;
  /** Links can be clicked (OSC 8); otherwise the address stands after the text. */
  readonly hyperlinks: boolean;
  /** The terminal knows synchronized output (DEC private mode 2026). */
  readonly synchronized: boolean;
  /** False: the renderer's own signs (bullets, rules) are ASCII, and formulas stay LaTeX. */
  readonly unicode: boolean;
  /** False: a terminal that cannot move its cursor (`TERM=dumb`); then a row is written once it is final, and never again. */
  readonly cursor: boolean;
  /** What the terminal does with the rows of the text on a resize. */
  readonly reflow: Reflow;
}
