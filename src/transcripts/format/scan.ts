import { rule } from "./types.ts";
import { limits, TooLarge } from "../limits.ts";
import { metadataStart } from "./metadata-write.ts";
import { atOnce, type Steps } from "../steps.ts";

/** A line that has the form of structure. Whether it is structure depends on where it stands. */
export interface Mark {
  readonly type: "label" | "rule" | "metadata";
  /** The line without its newline. */
  readonly line: string;
  readonly start: number;
  /** After the newline, or the end of the text. */
  readonly end: number;
  readonly terminated: boolean;
}

const label = /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] ([A-Z][a-z]{0,30}):$/;

/** The stamp and the word of a label line. */
export function labelParts(line: string): { stamp: string; name: string } {
  const match = label.exec(line);
  return { stamp: match?.[1] ?? "", name: match?.[2] ?? "" };
}

/** Lines between two steps. */
const linesEach = 10_000;

/** All lines of that kind, in order. A line ends at \n and nowhere else. */
export function findMarks(text: string): Mark[] {
  return atOnce(marking(text));
}

/** The same in steps. Throws TooLarge. */
export function* marking(text: string): Steps<Mark[]> {
  const marks: Mark[] = [];
  let lines = 0;
  for (let start = 0; start < text.length;) {
    if (++lines % linesEach === 0) yield;

    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline + 1;
    const type = typeOf(text, start, newline < 0 ? text.length : newline);
    if (type !== null) {
      const terminated = newline >= 0;
      if (marks.length === limits.marks) throw new TooLarge();
      marks.push({ type, line: text.slice(start, terminated ? newline : end), start, end, terminated });
    }
    start = end;
  }
  return marks;
}

function typeOf(text: string, start: number, end: number): Mark["type"] | null {
  switch (text[start]) {
    case "[":
      return end - start <= 54 && label.test(text.slice(start, end)) ? "label" : null;
    case "-":
      return end - start === rule.length && text.startsWith(rule, start) ? "rule" : null;
    case "<":
      return text.startsWith(metadataStart, start) && text.slice(start, end).trimEnd().endsWith(" -->")
        ? "metadata"
        : null;
    default:
      return null;
  }
}
