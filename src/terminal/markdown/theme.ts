import { symbolsOf, type Symbols } from "../symbols.ts";
import type { Palette } from "../theme.ts";
import type { MarkdownOptions } from "./options.ts";

/** SGR parameters that are the same in every palette; frames are faint, as there are many of them and faint is short. */
const attributes = { strong: "1", emphasis: "3", strike: "9", frame: "2", tableHead: "1" } as const;

/** The roles of the palette that other text has. */
const roles = { code: "code", math: "code", link: "link", address: "muted", html: "muted", label: "muted" } as const;

type MarkdownLook = keyof typeof attributes | keyof typeof roles;

/** highlight.js scopes, the first part of a dotted one when the whole is not listed. */
const scopes: Readonly<Record<string, keyof Palette["syntax"]>> = {
  keyword: "keyword",
  "template-tag": "keyword",
  "variable.language": "keyword",
  tag: "name",
  name: "name",
  "selector-tag": "name",
  title: "name",
  section: "name",
  string: "string",
  regexp: "string",
  char: "string",
  link: "string",
  symbol: "number",
  bullet: "number",
  number: "number",
  literal: "number",
  comment: "comment",
  quote: "comment",
  meta: "comment",
  built_in: "builtin",
  type: "builtin",
  attr: "builtin",
  attribute: "builtin",
  property: "builtin",
  "selector-class": "builtin",
  "selector-id": "builtin",
  "template-variable": "builtin",
  addition: "added",
  deletion: "removed",
};

/** How Markdown looks on this terminal. Without colours every look is empty, and Markdown's own marks are kept instead. */
export class MarkdownTheme {
  readonly colored: boolean;
  readonly hyperlinks: boolean;
  /** Formulas can be shown as text. */
  readonly unicode: boolean;
  readonly symbols: Symbols;
  /** What stands before each row of a quote, between columns, and where a rule crosses that. */
  readonly quote: string;
  readonly column: string;
  readonly cross: string;
  readonly #palette: Palette | null;

  constructor({ palette, hyperlinks, unicode }: MarkdownOptions) {
    this.#palette = palette;
    this.colored = palette !== null;
    this.hyperlinks = hyperlinks;
    this.unicode = unicode;
    this.symbols = symbolsOf(unicode);
    const { bar, rule, cross } = this.symbols;
    this.quote = unicode ? `${bar} ` : "> ";
    this.column = ` ${bar} `;
    this.cross = `${rule}${cross}${rule}`;
  }

  /** SGR parameters. */
  look(name: MarkdownLook): string {
    if (this.#palette === null) return "";
    return name in attributes
      ? attributes[name as keyof typeof attributes]
      : this.#palette.roles[roles[name as keyof typeof roles]];
  }

  /** @param level 1 to 6; 0 is no heading */
  heading(level: number): string {
    return this.#palette?.headings[level - 1] ?? "";
  }

  code(scope: string): string {
    const name = scopes[scope] ?? scopes[scope.slice(0, scope.indexOf("."))];
    return name === undefined ? "" : (this.#palette?.syntax[name] ?? "");
  }

  bullet(depth: number): string {
    return `${this.symbols.bullets[depth % this.symbols.bullets.length]} `;
  }
}
