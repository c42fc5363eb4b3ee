import { rule } from "./format.ts";
import { metadataStart } from "./metadata.ts";

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

/** All lines of that kind, in order. A line ends at \n and nowhere else. */
export function findMarks(text: string): Mark[] {
  const marks: Mark[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline + 1;
    const type = typeOf(text, start, newline < 0 ? text.length : newline);
    if (type !== null) {
      const terminated = newline >= 0;
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
