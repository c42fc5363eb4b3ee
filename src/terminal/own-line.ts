import { ansi } from "./markdown/ansi.ts";
import { StyledText } from "./markdown/styled-text.ts";
import { held, wrap } from "./markdown/wrap.ts";
import { displayWidth } from "./width.ts";

/** A colour or attribute as `theme.ts` writes it. */
const sgr = /\u001b\[([\d;]*)m/g;

/** What later rows are indented by: blanks, and a sign or a number with its blanks. */
const lead = /^ *(?:(?:[^\p{L}\p{N}\s"'(@/~«“‘《「（]{1,3}|x|\d+\.) +)?/u;

/** Words of a command line behind `deepseek-chat`, or `npm start --` in a checkout: subcommands, options and their values, placeholders, paths, and what they are for. */
const argument = String.raw`(?:(?:-[\w-]+|show|get|set|unset|remove|edit) [^ ]+|-[\w-]+|<[^>]+>|[a-z]*[<\[\/.:=\d][^ ]*|(?:ask|balance|config|doctor|keys|list|models|setup|transcripts|search|export|import)\b)`;

/**
 * Blanks that are no place to break a row: in a command to copy, before the dot between facts, in a short fact, between a number
 * and its unit.
 */
const holding = new RegExp(
  String.raw`(?:deepseek-chat|npm start --)(?: ${argument})+|\/[a-z-]+(?: [<\[][^>\]]*[>\]])+| (?=[·-] )|(?<=· )[^·\n ][^·\n]{1,26}[^·\n ](?= ·|$)|(?<=\d) (?=(?:s|ms|%|in|out|k?B|MB)(?![\w])|秒|毫秒|轮)`,
  "gu",
);

/**
 * Lines of the program's own as rows of a terminal: broken at words, later rows indented by what the first begins with. A word
 * that is wider than a row, as a path may be, is left whole: the terminal breaks it, and a copy of it is exact.
 *
 * @param text lines, with colours; harmless already
 * @param columns maximum columns of a row
 */
export function ownLines(text: string, columns: number): string {
  return text
    .split("\n")
    .flatMap((line) => (fits(line, columns) ? line : hanging(line, columns)))
    .join("\n");
}

/**
 * A text in rows of at most so many columns, without indents.
 *
 * @param text with colours; harmless already
 * @param long what becomes of a word longer than a row
 */
export function ownRows(text: string, columns: number, long: "cut" | "whole" = "whole"): string[] {
  return text
    .split("\n")
    .flatMap((line) => (fits(line, columns) ? line : rows(parsed(line), columns, long).map((row) => ansi(row))));
}

/** Columns that a text beside a label has at least; with less it stands below the label. */
export const leastBeside = 20;

/**
 * A text beside a label, its later rows below its first.
 *
 * @param label with the blanks behind it, and colours
 * @returns rows
 */
export function beside(label: string, text: string, columns: number): string[] {
  const width = paintedWidth(label);
  const isBelow = columns - width < leastBeside;
  const indent = isBelow ? 4 : width;
  const [first = "", ...others] = ownRows(text, Math.max(1, columns - indent));
  const indented = (row: string) => " ".repeat(paintedWidth(row) + indent > columns ? 0 : indent) + row;
  return isBelow ? [label.trimEnd(), ...[first, ...others].map(indented)] : [label + first, ...others.map(indented)];
}

/** Columns of a text with colours. */
export function paintedWidth(text: string): number {
  return displayWidth(text.includes("\u001b") ? text.replaceAll(sgr, "") : text);
}

function fits(line: string, columns: number): boolean {
  // No character of one code unit is wider than two columns.
  return line.length * 2 <= columns || paintedWidth(line) <= columns;
}

function hanging(line: string, columns: number): string[] {
  const content = parsed(line);
  const [start = ""] = lead.exec(content.text) ?? [];
  const width = displayWidth(start) > columns / 2 ? 0 : displayWidth(start);
  const indent = " ".repeat(width);
  const [first, ...others] = rows(content.slice(width === 0 ? 0 : start.length), columns - width, "whole");
  const head = new StyledText();
  if (width > 0) head.addAll(content.slice(0, start.length));
  if (first !== undefined) head.addAll(first);
  return [ansi(head), ...others.map((row) => (displayWidth(row.text) + width > columns ? "" : indent) + ansi(row))];
}

function rows(content: StyledText, columns: number, long: "cut" | "whole"): StyledText[] {
  content.text = content.text.replaceAll(holding, (found, at: number, text: string) => {
    // A dot behind a word as wide as a row begins the next one.
    const unit = found === " " ? text.slice(text.lastIndexOf(" ", at - 1) + 1, at + 2) : found;
    return displayWidth(unit) > columns ? found : found.replaceAll(" ", held);
  });
  const wrapped = wrap(content, columns, long);
  for (const row of wrapped) row.text = row.text.replaceAll(held, " ");
  return wrapped;
}

function parsed(line: string): StyledText {
  const content = new StyledText();
  let [style, at] = ["", 0];
  for (const { 0: found, 1: parameters = "", index } of line.matchAll(sgr)) {
    content.add(line.slice(at, index), { sgr: style, link: "" });
    style = /^0?$/u.test(parameters) ? "" : [style, parameters].filter(Boolean).join(";");
    at = index + found.length;
  }
  return content.add(line.slice(at), { sgr: style, link: "" });
}
