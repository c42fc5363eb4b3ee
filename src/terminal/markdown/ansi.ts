import { plain, type MarkdownRow, type StyledText } from "./styled-text.ts";

/** Begins a link; with an empty address it ends (OSC 8). */
export const linkTo = (address: string) => `\x1b]8;;${address}\x1b\\`;

/** The bytes that draw the text from `from` on (code units); they leave the terminal with no style and no link set. */
export function ansi(content: StyledText, from = 0): string {
  let bytes = "";
  let start = 0;
  let current = plain;
  for (const { end, style } of content.runs) {
    if (end > from) {
      if (style.link !== current.link) bytes += linkTo(style.link);
      if (style.sgr !== current.sgr) bytes += change(current.sgr, style.sgr);
      bytes += content.text.slice(Math.max(start, from), end);
      current = style;
    }
    start = end;
  }
  if (current.sgr !== "") bytes += "\x1b[m";
  if (current.link !== "") bytes += linkTo("");
  return bytes;
}

function change(from: string, to: string): string {
  if (to === "") return "\x1b[m";
  return from === "" ? `\x1b[${to}m` : `\x1b[0;${to}m`;
}

/** The bytes of rows that are written once and stay, each but a continued one ended by a newline. */
export function finalRows(rows: readonly MarkdownRow[]): string {
  return rows.map(({ content, continues }) => ansi(content) + (continues ? "" : "\n")).join("");
}
