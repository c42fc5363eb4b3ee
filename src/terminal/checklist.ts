import isUnicodeSupported from "is-unicode-supported";
import { sanitize } from "./sanitize.ts";
import type { Terminal } from "./terminal.ts";
import { displayWidth } from "./width.ts";

/** One thing that was looked at. */
export interface ChecklistItem {
  readonly status: "ok" | "warn" | "fail" | "skip";
  readonly title: string;
  /** What was seen; may have several lines, or none. */
  readonly text: string;
  /** What is wrong, each with what to do next. */
  readonly problems: readonly { readonly what: string; readonly next: string }[];
}

const marks = {
  unicode: { ok: "\u2713", warn: "!", fail: "\u2717", skip: "\u2013" },
  ascii: { ok: "+", warn: "!", fail: "x", skip: "-" },
};

/**
 * An item as lines for stdout: a mark, the title, what was seen; below it each problem and what to do about it.
 *
 * @param titles all titles of the list, which are lined up
 */
export function checklistItem(terminal: Terminal, item: ChecklistItem, titles: readonly string[]): string {
  const { out } = terminal.ink;
  const paint = { ok: out.green, warn: out.yellow, fail: out.red, skip: out.dim }[item.status];
  const width = Math.max(...titles.map(displayWidth));
  const mark = marks[isUnicodeSupported() ? "unicode" : "ascii"][item.status];
  const title = item.title + " ".repeat(width - displayWidth(item.title));
  const indent = " ".repeat(width + 4);
  const seen = item.text === "" ? [] : sanitize(item.text).split("\n");
  const told = item.problems.map(({ what, next }) => [
    paint(sanitize(what)),
    ...(next === "" ? [] : [`${out.dim("\u2192")} ${sanitize(next)}`]),
  ]);
  const lines = [...(item.status === "skip" ? seen.map((line) => out.dim(line)) : seen), ...told.flat()];
  const [first = "", ...rest] = lines;
  return [`${paint(mark)} ${out.bold(title)}  ${first}`.trimEnd(), ...rest.map((line) => indent + line)]
    .map((line) => `${line}\n`)
    .join("");
}
