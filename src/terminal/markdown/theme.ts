import type { MarkdownOptions } from "./options.ts";

/** SGR parameters by what the text is. Only attributes and the sixteen palette colours, which the person chose to be legible. */
const looks = {
  strong: "1",
  emphasis: "3",
  strike: "9",
  code: "36",
  link: "4",
  address: "2",
  math: "35",
  html: "2",
  label: "2",
  frame: "2",
  tableHead: "1",
} as const;

const headings = ["1;4", "1", "1", "1;3", "3", "3"];

/** highlight.js scopes, the first part of a dotted one when the whole is not listed. */
const codeLooks: Readonly<Record<string, string>> = {
  keyword: "35",
  "template-tag": "35",
  tag: "34",
  name: "34",
  "selector-tag": "34",
  title: "34",
  section: "1",
  string: "32",
  regexp: "32",
  char: "32",
  link: "32",
  symbol: "33",
  bullet: "33",
  number: "33",
  literal: "33",
  comment: "90",
  quote: "90",
  meta: "90",
  built_in: "36",
  type: "36",
  attr: "36",
  attribute: "36",
  property: "36",
  "selector-class": "36",
  "selector-id": "36",
  "template-variable": "36",
  "variable.language": "35",
  strong: "1",
  emphasis: "3",
  addition: "32",
  deletion: "31",
};

const signs = {
  unicode: {
    bullets: ["\u2022 ", "\u25e6 ", "\u25aa "],
    quote: "\u2502 ",
    rule: "\u2500",
    column: " \u2502 ",
    cross: "\u2500\u253c\u2500",
  },
  ascii: { bullets: ["* ", "- ", "+ "], quote: "> ", rule: "-", column: " | ", cross: "-+-" },
} as const;

/** How everything looks on this terminal. Without colour every look is empty, and Markdown's own marks are kept instead. */
export class Theme {
  readonly colored: boolean;
  readonly hyperlinks: boolean;
  readonly signs: (typeof signs)["unicode" | "ascii"];

  constructor(options: MarkdownOptions) {
    this.colored = options.color > 0;
    this.hyperlinks = options.hyperlinks;
    this.signs = options.unicode ? signs.unicode : signs.ascii;
  }

  look(name: keyof typeof looks): string {
    return this.colored ? looks[name] : "";
  }

  heading(level: number): string {
    return this.colored ? (headings[level - 1] ?? "") : "";
  }

  code(scope: string): string {
    if (!this.colored) return "";
    return codeLooks[scope] ?? codeLooks[scope.slice(0, scope.indexOf("."))] ?? "";
  }

  bullet(depth: number): string {
    return this.signs.bullets[depth % this.signs.bullets.length] ?? "";
  }
}
