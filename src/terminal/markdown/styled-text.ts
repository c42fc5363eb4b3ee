import { sanitize } from "../sanitize.ts";
import { characterStart } from "../width.ts";

/** How a piece of text looks: the parameters of one SGR sequence, and the address it leads to; empty where there is none. */
export interface Style {
  readonly sgr: string;
  readonly link: string;
}

export const plain: Style = { sgr: "", link: "" };

/** The style with more SGR parameters; later colours win over earlier ones. */
export function withSgr(style: Style, sgr: string): Style {
  if (sgr === "" || style.sgr === sgr) return style;
  return { sgr: style.sgr === "" ? sgr : `${style.sgr};${sgr}`, link: style.link };
}

interface StyledRun {
  /** Where the run ends, in code units of the text. */
  readonly end: number;
  readonly style: Style;
}

/**
 * Text with its looks. Whatever enters is made harmless here, so that no path leads a control character to the terminal;
 * tabs become four spaces.
 */
export class StyledText {
  text = "";
  readonly runs: StyledRun[] = [];

  static of(text: string, style: Style = plain): StyledText {
    return new StyledText().add(text, style);
  }

  add(text: string, style: Style = plain): this {
    if (text === "") return this;
    this.#append(sanitize(text).replaceAll("\t", "    "), style);
    return this;
  }

  addAll(other: StyledText): this {
    const { length } = this.text;
    this.text += other.text;
    for (const { end, style } of other.runs) this.#extend(length + end, style);
    return this;
  }

  slice(from: number, to: number = this.text.length): StyledText {
    const part = new StyledText();
    part.text = this.text.slice(from, to);
    let start = 0;
    for (const { end, style } of this.runs) {
      if (start >= to) break;
      if (end > from && start < to) part.#extend(Math.min(end, to) - from, style);
      start = end;
    }
    return part;
  }

  trimEnd(): StyledText {
    const { length } = this.text.trimEnd();
    return length === this.text.length ? this : this.slice(0, length);
  }

  /** How many code units both begin with, text and looks, up to where a character begins in either. */
  commonStart(other: StyledText): number {
    const shorter = Math.min(this.text.length, other.text.length);
    let at = 0;
    for (let mine = 0, theirs = 0; at < shorter;) {
      const a = this.runs[mine];
      const b = other.runs[theirs];
      if (a === undefined || b === undefined || !sameStyle(a.style, b.style)) break;
      const end = Math.min(a.end, b.end, shorter);
      while (at < end && this.text.charCodeAt(at) === other.text.charCodeAt(at)) at += 1;
      if (at < end) break;
      if (a.end === at) mine += 1;
      if (b.end === at) theirs += 1;
    }
    return Math.min(characterStart(this.text, at), characterStart(other.text, at));
  }

  equals(other: StyledText): boolean {
    return this.text.length === other.text.length && this.commonStart(other) === this.text.length;
  }

  #append(text: string, style: Style): void {
    if (text === "") return;
    this.text += text;
    this.#extend(this.text.length, style);
  }

  /** What lies between the last run and `end` has this style. */
  #extend(end: number, style: Style): void {
    const last = this.runs.at(-1);
    if (last !== undefined && sameStyle(last.style, style)) this.runs.pop();
    this.runs.push({ end, style });
  }
}

function sameStyle(a: Style, b: Style): boolean {
  return a === b || (a.sgr === b.sgr && a.link === b.link);
}

/** One line of what is written. */
export interface MarkdownRow {
  readonly content: StyledText;
  /** The next row goes on where this one ends, with no line end between: pieces of a line too long to wait for. */
  readonly continues: boolean;
}

export const row = (content: StyledText): MarkdownRow => ({ content: content.trimEnd(), continues: false });
