/**
 * Templates of what a gateway wants to see signed and of where a signature goes: `${method}`, `${header.x-date}`,
 * `${body | sha256 | base64}`. They are checked when the config file is read, and filled in for each attempt at a request.
 */
export interface Placeholder {
  readonly name: string;
  readonly filters: readonly FilterName[];
}

/** A text in its parts; a backslash before `${` takes its meaning from it. */
export type SignatureTemplate = readonly (string | Placeholder)[];

/** What a value may be made into, one after the other. Digests are hexadecimal where no filter says otherwise. */
const filterNames = [
  "sha1",
  "sha256",
  "sha512",
  "md5",
  "hmac",
  "hex",
  "base64",
  "base64url",
  "from_base64",
  "url",
  "lower",
  "upper",
  "before_dot",
  "after_dot",
  "number",
] as const;
export type FilterName = (typeof filterNames)[number];

/** Values that each attempt at a request has. */
export const requestVariables = [
  "method",
  "target",
  "path",
  "query",
  "host",
  "body",
  "nonce",
  "date",
  "timestamp",
  "timestamp_ms",
  "iso_date",
  "day",
  "compact_date",
  "compact_day",
] as const;
export type RequestVariable = (typeof requestVariables)[number];

/** Before the name of a header. */
export const headerPrefix = "header.";

/** What is wrong with a template: the placeholder as it is written, and what could stand there. */
export class TemplateMistake extends Error {
  readonly written: string;
  readonly expected: readonly string[];

  constructor(written: string, expected: readonly string[]) {
    super(written);
    [this.written, this.expected] = [written, expected];
  }
}

const placeholder = /\\\$\{|\$\{([^{}]*)\}/gu;

/** @throws TemplateMistake for an unknown filter, and for a value that is not closed */
export function parseSignatureTemplate(text: string): SignatureTemplate {
  const parts: (string | Placeholder)[] = [];
  let from = 0;
  for (const { index, 0: written, 1: inside } of text.matchAll(placeholder)) {
    parts.push(literal(text.slice(from, index)), inside === undefined ? "${" : parsePlaceholder(written, inside));
    from = index + written.length;
  }
  return [...parts, literal(text.slice(from))].filter((part) => part !== "");
}

/** @throws TemplateMistake for a value whose brace is not closed; what stands in it may be anything */
function literal(text: string): string {
  if (text.includes("${")) throw new TemplateMistake("${\u2026", ["${\u2026}"]);
  return text;
}

function parsePlaceholder(written: string, inside: string): Placeholder {
  const [name = "", ...filters] = inside.split("|").map((word) => word.trim());
  const unknown = filters.find((filter) => !(filterNames as readonly string[]).includes(filter));
  if (unknown !== undefined) throw new TemplateMistake(written, filterNames);
  return { name, filters: filters as FilterName[] };
}

/** The placeholders of a template. */
export function placeholdersIn(template: SignatureTemplate): readonly Placeholder[] {
  return template.filter((part) => typeof part !== "string");
}

/** All texts in a tree of values, with the path to each. */
export function textsIn(value: unknown, path: readonly string[] = []): { text: string; path: readonly string[] }[] {
  if (typeof value === "string") return [{ text: value, path }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, [...path, name]));
}
