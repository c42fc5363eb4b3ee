import markdownIt, { type Token } from "markdown-it";
import { inline } from "../../../src/terminal/markdown/inline.ts";
import { Theme } from "../../../src/terminal/markdown/theme.ts";
import type { MarkdownOptions } from "../../../src/terminal/markdown/options.ts";

/**
 * The block half of markdown-it as a witness: its tokens turned into the same plain rows that the renderer gives without
 * colours on a very wide terminal, but for blank lines. Links by reference are off, as in the renderer.
 */
const md = markdownIt("commonmark").enable("table").disable("reference");

export const plainOptions: MarkdownOptions = {
  columns: 100_000,
  rows: 50,
  color: 0,
  hyperlinks: false,
  synchronized: false,
  unicode: true,
  cursor: true,
  reflow: "all",
};

const theme = new Theme(plainOptions);

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
  for (const token of md.parse(text, {})) {
    if (token.type === "blockquote_open")
      containers.push({ mark: theme.signs.quote, again: theme.signs.quote, shown: true });
    else if (token.type.endsWith("list_open")) {
      numbers.push(Number(token.attrGet("start") ?? 1));
      depth += 1;
    } else if (token.type === "list_item_open") {
      const ordered = token.markup === "." || token.markup === ")";
      const number = numbers.pop() ?? 1;
      numbers.push(number + 1);
      const mark = ordered ? `${number}${token.markup} ` : theme.bullet(depth - 1);
      containers.push({ mark, again: " ".repeat(mark.length), shown: false });
    } else if (token.type.endsWith("list_close")) {
      numbers.pop();
      depth -= 1;
    } else if (token.type === "blockquote_close") containers.pop();
    else if (token.type === "list_item_close") {
      if (containers.some(({ shown }) => !shown)) rows.push(flush().trimEnd());
      containers.pop();
    } else leaf(token, put, rows, () => (containers.some(({ shown }) => !shown) ? flush() : null));
  }
  return rows.filter((row) => !/^[\s\u2502]*$/.test(row));
}

let level = 0;

function leaf(token: Token, put: (lines: readonly string[]) => void, rows: string[], marks: () => string | null): void {
  if (token.type === "heading_open") level = Number(token.tag.slice(1));
  else if (token.type === "heading_close") level = 0;
  else if (token.type === "hr") put([theme.signs.rule.repeat(40)]);
  else if (token.type === "html_block") put(token.content.replaceAll("\t", "    ").split("\n"));
  else if (token.type === "inline") {
    const marksOfHeading = level > 0 ? `${"#".repeat(level)} ` : "";
    put((marksOfHeading + inline(token.content.replaceAll(/\n[ \t]+/g, "\n"), theme).text).split("\n"));
  } else if (token.type === "fence" || token.type === "code_block") {
    const label = token.info.trim().split(/\s/)[0] ?? "";
    const before = label === "" ? marks() : null;
    if (label !== "") put([label]);
    else if (before !== null) rows.push(before.trimEnd());
    rows.push(
      ...token.content
        .replaceAll("\t", "    ")
        .split("\n")
        .map((line) => line.trimEnd()),
    );
  }
}
