import { formulaText } from "./formula-text.ts";
import { inline, isClosed } from "./inline.ts";
import { prefixed, roomBeside, textColumns, type Leaf, type Prefix, type MarkdownView } from "./leaf.ts";
import { plain, StyledText, withSgr, type MarkdownRow } from "./styled-text.ts";
import { closeMarks, withoutLastMark } from "./open-constructs.ts";
import { characterStart, displayWidth } from "../width.ts";
import { breaksBetween, wrap } from "./wrap.ts";

/**
 * From how many characters on (UTF-16 code units) a paragraph is given out in parts; looking for a place where no mark is
 * open, up to how many; and where there is none, it is cut anyhow.
 */
const windows = [256, 512, 1024];

/** How many characters at the end may look otherwise than their marks say, in the hope that these will be closed. */
const longestGuess = 200;

const maxForGuess = 512;

/** Characters of a row that may go on: one of blanks, or of marks over one letter, has no end otherwise. */
const longestRow = 2048;

/** Characters of a display formula that are waited for; a longer one is shown as its source. */
const longestFormula = 2048;
const formulaIndent = "  ";

const indented = (prefix: StyledText) => new StyledText().addAll(prefix).add(formulaIndent);

export type FlowKind = "paragraph" | "heading" | "html" | "formula";

/** Text that flows in rows: a paragraph, a heading, a display formula, and HTML verbatim. */
export class Flow implements Leaf {
  readonly kind: FlowKind;
  readonly prefix: Prefix;
  readonly level: number;
  /** The lines not yet given out, joined by newlines. */
  source = "";
  /** Part of the text was given out; it can become neither a heading nor a table any more. */
  sealed = false;
  #lines = 0;
  /** The last line came, or comes, in pieces. */
  #inPieces = false;
  /** The row that the text given out ends with; it may go on. */
  #carry = new StyledText();
  #begun = false;
  /** There was no place where nothing was open: most likely there is none further on. */
  #hopeless = false;

  constructor(kind: FlowKind, prefix: Prefix, level = 0) {
    this.kind = kind;
    this.prefix = prefix;
    this.level = level;
  }

  fork(): Flow {
    const copy = new Flow(this.kind, this.prefix, this.level);
    copy.source = this.source;
    copy.sealed = this.sealed;
    copy.#lines = this.#lines;
    copy.#inPieces = this.#inPieces;
    copy.#carry = this.#carry;
    copy.#begun = this.#begun;
    copy.#hopeless = this.#hopeless;
    return copy;
  }

  add(line: string, goesOn: boolean): void {
    this.source += this.#lines === 0 ? line : `\n${line}`;
    this.#lines += 1;
    this.#inPieces = goesOn;
  }

  extend(text: string): void {
    this.source += text;
  }

  /** The last line, when all of it is still here; a table's header is found in it. */
  get lastLine(): string | null {
    const start = this.source.lastIndexOf("\n") + 1;
    return this.#inPieces || (start === 0 && this.sealed) ? null : this.source.slice(start);
  }

  dropLastLine(): void {
    this.source = this.source.slice(0, Math.max(0, this.source.lastIndexOf("\n")));
    this.#lines -= 1;
  }

  get empty(): boolean {
    return this.#lines === 0;
  }

  settle(view: MarkdownView): MarkdownRow[] {
    const rows: MarkdownRow[] = [];
    for (let end = this.#sealable(); end > 0; end = this.#sealable()) {
      const whole = this.#styled(this.source.slice(0, end), view);
      const lines = wrap(new StyledText().addAll(this.#carry).addAll(whole), this.#room(view));
      this.#carry = lines.at(-1)!.text.length > longestRow ? new StyledText() : lines.pop()!;
      if (lines.length > 0) {
        rows.push(...prefixed(lines, this.prefix, this.#begun, textColumns(view.options)));
        this.#begun = true;
      }
      this.source = this.source.slice(end);
      this.sealed = true;
    }
    return rows;
  }

  rows(view: MarkdownView): MarkdownRow[] {
    return this.#formula(view) ?? this.#draw(this.#styled(this.source, view), view);
  }

  /** A display formula as text, two columns to the right; null where its source says more. */
  #formula(view: MarkdownView): MarkdownRow[] | null {
    if (this.kind !== "formula" || this.sealed || !view.theme.unicode) return null;
    const content = /^(?:\$\$([^]*)\$\$|\\\[([^]*)\\\])$/.exec(this.source.trim());
    const rows = formulaText(content?.[1] ?? content?.[2] ?? "");
    if (rows === null) return null;
    const room = this.#room(view) - formulaIndent.length;
    if (rows.length > 1 && rows.some((text) => displayWidth(text) > room)) return null;
    const look = withSgr(plain, view.theme.look("math"));
    const lines = rows.flatMap((text) => wrap(StyledText.of(text, look), room));
    const prefix = { first: indented(this.prefix.first), rest: indented(this.prefix.rest) };
    return prefixed(lines, prefix, false, textColumns(view.options));
  }

  preview(view: MarkdownView): MarkdownRow[] {
    if (this.kind === "html" || this.kind === "formula") return this.#draw(this.#styled(this.source, view), view);
    const known = withoutLastMark(this.source);
    const whole = this.#styled(known, view);
    // Where no place was found to give out the beginning, marks already stand open that nothing closes.
    const guess = known.length > maxForGuess ? known : closeMarks(known);
    if (guess === known) return this.#draw(whole, view);
    const closed = this.#styled(guess, view);
    // A guess that changes what was read long before is a wrong one.
    const agrees = closed.commonStart(whole) >= whole.text.length - longestGuess;
    return this.#draw(agrees ? closed : whole, view);
  }

  #draw(text: StyledText, view: MarkdownView): MarkdownRow[] {
    const whole = new StyledText().addAll(this.#carry).addAll(text);
    return prefixed(wrap(whole, this.#room(view)), this.prefix, this.#begun, textColumns(view.options));
  }

  #room(view: MarkdownView): number {
    return roomBeside(this.prefix, textColumns(view.options));
  }

  #styled(source: string, { theme }: MarkdownView): StyledText {
    if (this.kind === "html") return StyledText.of(source, withSgr(plain, theme.look("html")));
    if (this.kind === "formula") return StyledText.of(source, withSgr(plain, theme.look("math")));
    const base = withSgr(plain, theme.heading(this.level));
    const marks = this.level > 0 && !theme.colored && !this.sealed ? `${"#".repeat(this.level)} ` : "";
    return StyledText.of(marks, base).addAll(inline(source, theme, base));
  }

  /** How much of the source can be given out: up to a break where nothing is open; 0 while there is none. */
  #sealable(): number {
    const raw = this.kind === "html" || this.kind === "formula";
    if (this.kind === "formula" && !this.sealed && this.source.length < longestFormula) return 0;
    for (const size of windows) {
      if (this.source.length < size) return 0;
      const places = this.#places(size).slice(0, this.#hopeless ? 1 : undefined);
      const found = places.find((place) => raw || isClosed(this.source.slice(0, place)));
      if (found !== undefined) {
        this.#hopeless = false;
        return found;
      }
      if (this.#hopeless || size === windows.at(-1)) {
        this.#hopeless = true;
        return places[0] ?? characterStart(this.source, size - 1);
      }
    }
    return 0;
  }

  /** The last breaks in the first `size` characters, some way apart. A line that may head a table is left whole. */
  #places(size: number): number[] {
    const last = this.lastLine;
    const limit = last?.includes("|") ? this.source.length - last.length - 1 : this.source.length - 1;
    const places: number[] = [];
    for (let at = Math.min(size, limit); at > 0 && places.length < 6; at -= 1) {
      if (!breaksBetween(this.source, at)) continue;
      places.push(at);
      at -= 24;
    }
    return places;
  }
}
