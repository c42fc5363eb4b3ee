/**
 * What the beginning of a line says: pure functions of the text after the containers' marks and the indentation, after
 * the CommonMark 0.31 specification, with GFM tables and LaTeX display formulas.
 */

export interface Fence {
  readonly character: string;
  readonly length: number;
  readonly info: string;
}

export function fenceOpening(rest: string): Fence | null {
  const found = /^(`{3,})([^`]*)$|^(~{3,})(.*)$/.exec(rest);
  const marks = found?.[1] ?? found?.[3];
  if (marks === undefined) return null;
  return { character: marks.charAt(0), length: marks.length, info: (found?.[2] ?? found?.[4] ?? "").trim() };
}

export function closesFence(rest: string, fence: Fence): boolean {
  const marks = /^(?:`{3,}|~{3,})(?=[ \t]*$)/.exec(rest)?.[0];
  return marks !== undefined && marks.startsWith(fence.character) && marks.length >= fence.length;
}

export function heading(rest: string): { level: number; text: string } | null {
  const found = /^(#{1,6})(?:[ \t]+|$)/.exec(rest);
  if (found === null) return null;
  const text = rest
    .slice(found[0].length)
    .replace(/^#+[ \t]*$/, "")
    .replace(/[ \t]+#+[ \t]*$/, "");
  return { level: found[1]?.length ?? 1, text: text.trim() };
}

/** The level that the underline of a heading gives to the paragraph above it. */
export function underline(rest: string): number | null {
  if (/^=+[ \t]*$/.test(rest)) return 1;
  return /^-+[ \t]*$/.test(rest) ? 2 : null;
}

export function isRule(rest: string): boolean {
  return /^(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$/.test(rest);
}

export interface ListMarker {
  readonly ordered: boolean;
  /** `-`, `+`, `*`, `.` or `)`: items with another one are another list. */
  readonly delimiter: string;
  readonly number: number;
  readonly length: number;
}

/** @param interrupts whether it would stand inside a paragraph: then only an item with text counts, or a list from 1 */
export function listMarker(rest: string, interrupts: boolean): ListMarker | null {
  const found = /^(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)/.exec(rest);
  if (found === null) return null;
  const [marks, bullet, digits, end] = found;
  const number = Number(digits ?? 0);
  if (interrupts && (rest.slice(marks.length).trim() === "" || (digits !== undefined && number !== 1))) return null;
  return { ordered: bullet === undefined, delimiter: bullet ?? end ?? "", number, length: marks.length };
}

const blockTags =
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul";
const attribute = String.raw`\s+[a-zA-Z_:][\w:.-]*(?:\s*=\s*(?:[^"'=<>\x60\s]+|'[^']*'|"[^"]*"))?`;
const loneTag = new RegExp(
  String.raw`^(?:<[A-Za-z][A-Za-z0-9-]*(?:${attribute})*\s*/?>|</[A-Za-z][A-Za-z0-9-]*\s*>)\s*$`,
);

/** Kinds of raw HTML by their opening; one with `end` lasts until a line that has it, one without until a blank line. */
const htmlKinds: readonly { readonly start: RegExp; readonly end: RegExp | null; readonly interrupts: boolean }[] = [
  { start: /^<(?:script|pre|textarea|style)(?:\s|>|$)/i, end: /<\/(?:script|pre|textarea|style)>/i, interrupts: true },
  { start: /^<!--/, end: /-->/, interrupts: true },
  { start: /^<\?/, end: /\?>/, interrupts: true },
  { start: /^<![A-Za-z]/, end: />/, interrupts: true },
  { start: /^<!\[CDATA\[/, end: /\]\]>/, interrupts: true },
  { start: new RegExp(String.raw`^</?(?:${blockTags})(?:\s|/?>|$)`, "i"), end: null, interrupts: true },
  { start: loneTag, end: null, interrupts: false },
];

export function htmlOpening(rest: string, inParagraph: boolean): { end: RegExp | null } | null {
  if (!rest.startsWith("<")) return null;
  return htmlKinds.find(({ start, interrupts }) => (interrupts || !inParagraph) && start.test(rest)) ?? null;
}

const formulaKinds: readonly { readonly whole: RegExp; readonly begun: RegExp; readonly end: RegExp }[] = [
  { whole: /^\$\$(?!\s*\$\$)(?:(?!\$\$).)+\$\$\s*$/, begun: /^\$\$(?!.*\$\$)/, end: /\$\$\s*$/ },
  {
    whole: /^\\\[(?=[\s\\]|.*[\^_=])(?!\s*\\\])(?:(?!\\\]).)+\\\]\s*$/,
    begun: /^\\\[(?=[\s\\]|$)(?!.*\\\])/,
    end: /\\\]\s*$/,
  },
];

/** A display formula: what ends it, and whether it ends on this line; one with text behind it is left to the paragraph. */
export function formulaOpening(rest: string): { end: RegExp; whole: boolean } | null {
  const found = formulaKinds.find(({ whole, begun }) => whole.test(rest) || begun.test(rest));
  return found === undefined ? null : { end: found.end, whole: found.whole.test(rest) };
}

export type Alignment = "left" | "right" | "center";

/** The cells of a table's row: cut at pipes that no backslash precedes, without the outer ones. */
export function tableCells(line: string): string[] {
  const inner = line.trim().replace(/^\|/, "");
  const cells = inner.split(/(?<!\\)\|/);
  if (cells.length > 1 && cells.at(-1)?.trim() === "") cells.pop();
  return cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const delimiterRow = /^(?!-[ \t])\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** The columns' alignments when this line stands under the header of a table with as many columns. */
export function tableDelimiter(rest: string, header: string): Alignment[] | null {
  if (!delimiterRow.test(rest) || !/(?<!\\)\|/.test(header)) return null;
  const cells = tableCells(rest);
  if (cells.length !== tableCells(header).length) return null;
  return cells.map((cell) => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "left"));
}
