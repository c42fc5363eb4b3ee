import markdownIt, { type Token } from "markdown-it";
import { inline } from "../../../src/terminal/markdown/inline.ts";
import { MarkdownTheme } from "../../../src/terminal/markdown/theme.ts";
import type { MarkdownOptions } from "../../../src/terminal/markdown/options.ts";

/**
 * The block half of markdown-it as a witness: its tokens turned into the same plain rows that the renderer gives without
 * colours on a very wide terminal, but for blank lines. Links by reference are off, as in the renderer.
 */
const md = markdownIt("commonmark").enable("table").disable("reference");

export const plainOptions: MarkdownOptions = {
  columns: 100_000,
  rows: 50,
  width: 100_000,
  palette: null,
  hyperlinks: false,
  synchronized: false,
  unicode: true,
  cursor: true,
  reflow: "all",
};

const theme = new MarkdownTheme(plainOptions);

interface Container {
  readonly mark: string;
  readonly again: string;
  shown: boolean;
}

/** The rows that are not blank. */
export function referenceRows(text: string): string[] {
  const rows: string[] = [];
  const containers: Container[] = [];
  const numbers: number[] = [];
  const flush = () => {
    const line = containers.map(({ mark, again, shown }) => (shown ? again : mark)).join("");
    for (const container of containers) container.shown = true;
    return line;
  };
  const put = (lines: readonly string[]) => {
    for (const line of lines) rows.push((flush() + line).trimEnd());
  };
  let depth = 0;
  const tokens = md.parse(text, {});
  for (const [index, token] of tokens.entries()) {
    if (token.type === "blockquote_open") containers.push({ mark: theme.quote, again: theme.quote, shown: true });
    else if (token.type.endsWith("list_open")) {
      numbers.push(Number(token.attrGet("start") ?? 1));
      depth += Number(token.type === "bullet_list_open");
    } else if (token.type === "list_item_open") {
      const ordered = token.markup === "." || token.markup === ")";
      const number = numbers.pop() ?? 1;
      numbers.push(number + 1);
      const task = taskOf(tokens[index + 1], tokens[index + 2]);
      const mark = (ordered ? `${number}${token.markup} ` : "") + task || theme.bullet(depth - 1);
      containers.push({ mark, again: " ".repeat(mark.length), shown: false });
    } else if (token.type.endsWith("list_close")) {
      numbers.pop();
      depth -= Number(token.type === "bullet_list_close");
    } else if (token.type === "blockquote_close") containers.pop();
    else if (token.type === "list_item_close") {
      if (containers.some(({ shown }) => !shown)) rows.push(flush().trimEnd());
      containers.pop();
    } else leaf(token, put, rows, () => " ".repeat(flush().length));
  }
  return rows.filter((row) => !/^[\s\u2502]*$/.test(row));
}

/** Rules and labels are as wide as the terminal: their pieces are taken for one. */
export const rule = theme.symbols.rule;

/** The box that stands instead of an item's bullet; takes it out of the text. */
function taskOf(block: Token | undefined, text: Token | undefined): string {
  if (text?.type !== "inline" || (block?.type !== "paragraph_open" && block?.markup.startsWith("#") !== false))
    return "";
  const box = /^\[([ xX])\][ \t]+(?=[^\s])/.exec(text.content);
  if (box === null) return "";
  text.content = text.content.slice(box[0].length);
  return `${box[1] === " " ? theme.symbols.todo : theme.symbols.done} `;
}

let level = 0;

function leaf(token: Token, put: (lines: readonly string[]) => void, rows: string[], indent: () => string): void {
  if (token.type === "heading_open") level = Number(token.tag.slice(1));
  else if (token.type === "heading_close") level = 0;
  else if (token.type === "hr") put([rule]);
  else if (token.type === "html_block") put(token.content.replaceAll("\t", "    ").split("\n"));
  else if (token.type === "inline") {
    const marksOfHeading = level > 0 ? `${"#".repeat(level)} ` : "";
    put((marksOfHeading + inline(token.content.replaceAll(/\n[ \t]+/g, "\n"), theme).text).split("\n"));
  } else if (token.type === "fence" || token.type === "code_block") {
    const label = token.info.trim().split(/\s/)[0] ?? "";
    put([label === "" ? rule : `${label} ${rule}`]);
    const before = indent();
    rows.push(
      ...token.content
        .replaceAll("\t", "    ")
        .split("\n")
        .map((line) => (before + line).trimEnd()),
    );
  }
}
