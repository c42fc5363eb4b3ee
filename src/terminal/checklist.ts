import { beside } from "./own-line.ts";
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

/**
 * An item as lines for stdout: a mark, the title, what was seen; below it each problem and what to do about it.
 *
 * @param titles all titles of the list, which are lined up
 */
export function checklistItem(terminal: Terminal, item: ChecklistItem, titles: readonly string[]): string {
  const { out } = terminal.ink;
  const { symbols } = terminal;
  const paint = { ok: out.success, warn: out.warning, fail: out.error, skip: out.muted }[item.status];
  const width = Math.max(...titles.map(displayWidth));
  const mark = { ok: symbols.success, warn: symbols.warning, fail: symbols.error, skip: symbols.skipped }[item.status];
  const title = item.title + " ".repeat(width - displayWidth(item.title));
  const seen = item.text === "" ? [] : sanitize(item.text).split("\n");
  const problems = item.problems.map(({ what, next }) => [
    paint(sanitize(what)),
    ...(next === "" ? [] : [`${out.muted(symbols.next)} ${sanitize(next)}`]),
  ]);
  const lines = [...(item.status === "skip" ? seen.map((line) => out.muted(line)) : seen), ...problems.flat()];
  return beside(`${paint(mark)} ${out.strong(title)}  `, lines.join("\n"), terminal.tableRoom)
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}
