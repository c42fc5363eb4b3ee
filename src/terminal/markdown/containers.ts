import type { Prefix } from "./leaf.ts";
import type { Line } from "./line.ts";
import type { ListMarker } from "./recognition.ts";
import { plain, StyledText, withSgr } from "./styled-text.ts";
import type { MarkdownTheme } from "./theme.ts";

/** A quote, a list, or an item of one. Never changed, only replaced, so that forks share them. */
type Container =
  | { readonly kind: "quote" }
  | { readonly kind: "list"; readonly marker: ListMarker; readonly next: number }
  | {
      readonly kind: "item";
      /** Columns of indentation that a line needs to continue the item. */
      readonly indent: number;
      /** What is shown before its first row. */
      readonly mark: string;
      /** Its mark was not shown yet. */
      readonly fresh: boolean;
      /** Nothing but its marker came yet; then a blank line ends it. */
      readonly empty: boolean;
    };

/** Nesting beyond this is text: nobody reads it, and each line would be measured against all of it. */
const deepest = 32;

/** The containers open at the end of the document, the outermost first. */
export class Containers {
  readonly #theme: MarkdownTheme;
  #open: readonly Container[] = [];

  constructor(theme: MarkdownTheme) {
    this.#theme = theme;
  }

  fork(): Containers {
    const copy = new Containers(this.#theme);
    copy.#open = this.#open;
    return copy;
  }

  get depth(): number {
    return this.#open.length;
  }

  get full(): boolean {
    return this.#open.length >= deepest;
  }

  /** Number of open containers, from the outermost, that the line continues; skips their markers. */
  matching(line: Line): number {
    const index = this.#open.findIndex((container) => !continues(container, line));
    return index < 0 ? this.#open.length : index;
  }

  openQuote(line: Line, beforeIt: () => void): void {
    this.endList();
    beforeIt();
    passQuoteMark(line);
    this.#push({ kind: "quote" });
  }

  /** Opens an item, and a list unless the item continues the open one. */
  openItem(line: Line, marker: ListMarker, beforeIt: () => void): void {
    let list = this.#open.at(-1);
    if (list?.kind !== "list" || list.marker.ordered !== marker.ordered || list.marker.delimiter !== marker.delimiter) {
      this.endList();
      beforeIt();
      list = { kind: "list", marker, next: marker.number };
    } else {
      beforeIt();
      this.#open = this.#open.slice(0, -1);
    }
    const bullets = this.#open.filter((container) => container.kind === "list" && !container.marker.ordered).length;
    const indent = passMarker(line, marker);
    const task = passTask(line);
    const number = marker.ordered ? `${list.next}${marker.delimiter} ` : "";
    const { todo, done } = this.#theme.symbols;
    const box = task === null ? "" : `${task ? done : todo} `;
    this.#push({ ...list, next: list.next + 1 });
    this.#push({ kind: "item", indent, mark: number + box || this.#theme.bullet(bullets), fresh: true, empty: true });
  }

  /** A list that waits for its next item ends when something else comes. */
  endList(): void {
    if (this.#open.at(-1)?.kind === "list") this.#open = this.#open.slice(0, -1);
  }

  /** Ends those beyond `depth`. @returns the marks of items that end without having shown them, or null */
  close(depth: number): StyledText | null {
    const last = this.#open.findLastIndex((container) => container.kind === "item" && container.fresh);
    this.#open = this.#open.slice(0, Math.max(depth, last + 1));
    const marks = last >= depth ? this.prefix().first : null;
    this.#open = this.#open.slice(0, depth);
    return marks;
  }

  /** What stands before the rows of a block that begins here; the marks of items are shown with it, and only once. */
  prefix(): Prefix {
    const first = new StyledText();
    const rest = this.#spaces(first);
    this.#open = this.#open.map((container) =>
      container.kind === "item" ? { ...container, fresh: false, empty: false } : container,
    );
    return { first, rest };
  }

  /** A blank line in the open containers. */
  blank(): StyledText {
    return this.#spaces(new StyledText());
  }

  /** What stands before a later row; adds to `first` the same with the marks not yet shown. */
  #spaces(first: StyledText): StyledText {
    const bar = withSgr(plain, this.#theme.look("frame"));
    const rest = new StyledText();
    for (const container of this.#open) {
      if (container.kind === "quote") {
        first.add(this.#theme.quote, bar);
        rest.add(this.#theme.quote, bar);
      } else if (container.kind === "item") {
        const space = " ".repeat(container.mark.length);
        first.add(container.fresh ? container.mark : space);
        rest.add(space);
      }
    }
    return rest;
  }

  #push(container: Container): void {
    const parent = this.#open.at(-1);
    const parents = parent?.kind === "item" ? [...this.#open.slice(0, -1), { ...parent, empty: false }] : this.#open;
    this.#open = [...parents, container];
  }
}

/** Passes what continues the container on this line; false when the line does not. */
function continues(container: Container, line: Line): boolean {
  if (container.kind === "list") return true;
  if (container.kind === "quote") return passQuoteMark(line);
  if (line.blank) {
    if (container.empty) return false;
    line.skip(line.indent);
    return true;
  }
  if (line.indent < container.indent) return false;
  line.skip(container.indent);
  return true;
}

function passQuoteMark(line: Line): boolean {
  if (line.indent > 3 || !line.rest.startsWith(">")) return false;
  line.take(1);
  if (line.indent > 0) line.skip(1);
  return true;
}

/** Passes the box of a task (`[ ]`, `[x]`) with text behind it. @returns whether it is done; null where there is none */
function passTask(line: Line): boolean | null {
  const box = line.indent > 3 ? null : /^\[([ xX])\](?=[ \t]+\S)/.exec(line.rest);
  if (box === null) return null;
  line.take(box[0].length);
  line.skip(line.indent);
  return box[1] !== " ";
}

/** Passes the marker of an item and the space after it. @returns the columns its content is indented by */
function passMarker(line: Line, marker: ListMarker): number {
  const before = line.indent;
  line.take(marker.length);
  // Five columns and more are one column and indented code; an item that begins with an empty line takes one too.
  const space = line.blank || line.indent > 4 ? 1 : line.indent;
  line.skip(space);
  return before + marker.length + space;
}
