import { Code } from "./code.ts";
import { Containers } from "./containers.ts";
import { Flow } from "./flow.ts";
import { prefixed, roomBeside, textColumns, type Leaf, type Prefix, type MarkdownView } from "./leaf.ts";
import { Line } from "./line.ts";
import * as recognise from "./recognition.ts";
import { plain, row, StyledText, withSgr, type MarkdownRow } from "./styled-text.ts";
import { Table } from "./table.ts";

/** What ends the open block, besides the end of what it stands in. */
type LineEnding =
  | { readonly by: "fence"; readonly fence: recognise.Fence; readonly indent: number }
  | { readonly by: "line"; readonly pattern: RegExp; readonly orBlank: boolean }
  | { readonly by: "blank" }
  | { readonly by: "dedent" };

/**
 * The block structure of CommonMark, with tables and display formulas, line by line: each line is read once and changes
 * only what is open at the end of the document. Rows that are final are collected for `take`. A fork is a cheap copy, to
 * see what a line not yet complete would make.
 */
export class Blocks {
  readonly #view: MarkdownView;
  readonly #provisional: boolean;
  #containers: Containers;
  #leaf: Leaf | null = null;
  #ending: LineEnding = { by: "blank" };
  /** A blank line came since the last block: one is shown before the next. */
  #gap = false;
  /** Something was shown since the document or the innermost container began. */
  #begun = false;
  #final: MarkdownRow[] = [];
  /** In a fork: the line being written, in a block whose lines are shown as they are meanwhile. */
  #partial: string | null = null;

  constructor(view: MarkdownView, provisional = false) {
    this.#view = view;
    this.#provisional = provisional;
    this.#containers = new Containers(view.theme);
  }

  get leaf(): Leaf | null {
    return this.#leaf;
  }

  fork(): Blocks {
    const fork = new Blocks(this.#view, true);
    fork.#containers = this.#containers.fork();
    fork.#leaf = this.#leaf instanceof Flow ? this.#leaf.fork() : this.#leaf;
    fork.#ending = this.#ending;
    fork.#gap = this.#gap;
    fork.#begun = this.#begun;
    return fork;
  }

  /** The rows that became final since the last call, also because a language was loaded meanwhile. */
  take(): MarkdownRow[] {
    this.#settle();
    const rows = this.#final;
    this.#final = [];
    return rows;
  }

  /** The rows that would follow if the document went on no more for now. */
  preview(): MarkdownRow[] {
    return [...this.#final, ...(this.#leaf?.preview(this.#view, this.#partial) ?? [])];
  }

  end(): void {
    this.#close(0);
  }

  /**
   * Reads a line, without its line end.
   * @param goesOn it is only the beginning of one too long to wait for
   */
  line(text: string, goesOn: boolean): void {
    const line = new Line(text);
    const depth = this.#containers.matching(line);
    const all = depth === this.#containers.depth;
    if (all && this.#verbatim(line, goesOn)) return;
    if (line.blank) {
      this.#close(depth);
      this.#gap = this.#begun;
    } else this.#read(line, depth, all, goesOn);
  }

  /** Reads more of the line that was begun. */
  piece(text: string, goesOn: boolean): void {
    if (this.#leaf === null) this.#text(text, goesOn);
    else if (this.#provisional && !(this.#leaf instanceof Flow)) this.#partial = text;
    else this.#leaf.extend(text, goesOn);
    this.#settle();
    if (!goesOn && this.#ending.by === "line" && this.#ending.pattern.test(text)) this.#closeLeaf();
    else if (!goesOn && this.#leaf?.kind === "heading") this.#closeLeaf();
  }

  /** Gives the line to open code, HTML or a formula, unless it ends there. @returns whether the line is used up */
  #verbatim(line: Line, goesOn: boolean): boolean {
    const ending = this.#ending;
    if (this.#leaf === null || this.#leaf.kind === "paragraph" || this.#leaf.kind === "table") return false;
    if (ending.by === "fence" && !goesOn && line.indent <= 3 && recognise.closesFence(line.rest, ending.fence)) {
      this.#closeLeaf();
      return true;
    }
    if (endsBefore(line, ending)) {
      this.#closeLeaf();
      return false;
    }
    if (ending.by === "fence") line.skip(ending.indent);
    if (ending.by === "dedent") line.skip(4);
    this.#add(line.remainder, goesOn);
    if (!goesOn && ending.by === "line" && ending.pattern.test(line.text)) this.#closeLeaf();
    return true;
  }

  /** Opens the containers and the block that the line begins, or takes it for text. */
  #read(line: Line, matched: number, matchesAll: boolean, goesOn: boolean): void {
    let depth = matched;
    let all = matchesAll;
    while (!line.blank) {
      const paragraph = this.#leaf instanceof Flow && this.#leaf.kind === "paragraph" ? this.#leaf : null;
      if (paragraph !== null && all && line.indent < 4 && this.#turn(paragraph, line.rest)) return;
      if (this.#startLeaf(line, depth, paragraph !== null, goesOn)) return;
      if (!this.#startContainer(line, depth, all && paragraph !== null)) break;
      depth = this.#containers.depth;
      all = true;
    }
    // A paragraph goes on also where a line lacks the marks of its containers: lazy continuation.
    const open = this.#leaf?.kind === "paragraph" || (all && this.#leaf?.kind === "table");
    if (!open) this.#close(depth);
    if (line.blank) return;
    if (open) this.#add(line.rest, goesOn);
    else this.#text(line.rest, goesOn);
  }

  /** Makes the paragraph a heading, or its last line the header of a table, if this line underlines it. */
  #turn(paragraph: Flow, rest: string): boolean {
    const header = paragraph.lastLine;
    const alignments = header === null ? null : recognise.tableDelimiter(rest, header);
    if (header !== null && alignments !== null) {
      paragraph.dropLastLine();
      let { prefix } = paragraph;
      if (!paragraph.empty) {
        prefix = { first: prefix.rest, rest: prefix.rest };
        this.#closeLeaf();
        this.#gap = true;
        this.#showGap();
      }
      this.#leaf = new Table(prefix, header, alignments);
      this.#settle();
      return true;
    }
    const level = paragraph.sealed ? null : recognise.underline(rest);
    if (level === null) return false;
    const heading = new Flow("heading", paragraph.prefix, level);
    heading.add(paragraph.source.trim(), false);
    this.#leaf = heading;
    this.#closeLeaf();
    return true;
  }

  #startLeaf(line: Line, depth: number, inParagraph: boolean, goesOn: boolean): boolean {
    const { rest, indent } = line;
    if (indent > 3) {
      if (inParagraph) return false;
      this.#openCode(depth, null, { by: "dedent" });
      line.skip(4);
      this.#add(line.remainder, goesOn);
      return true;
    }
    const heading = recognise.heading(rest);
    if (heading !== null) {
      this.#openFlow(depth, "heading", heading.text, goesOn, { by: "blank" }, heading.level);
      if (!goesOn) this.#closeLeaf();
      return true;
    }
    const fence = recognise.fenceOpening(rest);
    if (fence !== null) {
      this.#openCode(depth, fence.info, { by: "fence", fence, indent });
      return true;
    }
    const html = recognise.htmlOpening(rest, inParagraph || this.#leaf?.kind === "table");
    const formula = recognise.formulaOpening(rest);
    const pattern = html?.end ?? formula?.end ?? null;
    if (html !== null || formula !== null) {
      const ending: LineEnding = pattern === null ? { by: "blank" } : { by: "line", pattern, orBlank: html === null };
      this.#openFlow(depth, html === null ? "formula" : "html", line.remainder, goesOn, ending);
      if (!goesOn && (html === null ? formula?.whole : html.end?.test(rest))) this.#closeLeaf();
      return true;
    }
    if (!recognise.isRule(rest)) return false;
    this.#rule(depth);
    return true;
  }

  #startContainer(line: Line, depth: number, inParagraph: boolean): boolean {
    if (line.indent > 3 || this.#containers.full) return false;
    const quoted = line.rest.startsWith(">");
    const marker = quoted ? null : recognise.listMarker(line.rest, inParagraph);
    if (!quoted && marker === null) return false;
    this.#close(depth);
    if (marker === null) this.#containers.openQuote(line, () => this.#showGap());
    else this.#containers.openItem(line, marker, () => this.#showGap());
    this.#begun = false;
    return true;
  }

  #openFlow(depth: number, kind: Flow["kind"], text: string, goesOn: boolean, ending: LineEnding, level = 0): void {
    this.#close(depth);
    this.#ending = ending;
    if (kind === "heading" || kind === "formula") this.#standApart();
    this.#leaf = new Flow(kind, this.#prefix(), level);
    this.#add(text, goesOn);
  }

  #openCode(depth: number, info: string | null, ending: LineEnding): void {
    this.#close(depth);
    this.#ending = ending;
    this.#standApart();
    this.#leaf = new Code(this.#prefix(), info, this.#view, this.#provisional);
  }

  #rule(depth: number): void {
    this.#close(depth);
    this.#standApart();
    const prefix = this.#prefix();
    const { theme, options } = this.#view;
    const columns = textColumns(options);
    const width = roomBeside(prefix, columns);
    const rule = StyledText.of(theme.symbols.rule.repeat(width), withSgr(plain, theme.look("frame")));
    this.#final.push(...prefixed([rule], prefix, false, columns));
    this.#gap = true;
  }

  #text(text: string, goesOn: boolean): void {
    this.#openFlow(this.#containers.depth, "paragraph", text, goesOn, { by: "blank" });
  }

  #add(text: string, goesOn: boolean): void {
    if (this.#provisional && !(this.#leaf instanceof Flow)) this.#partial = text;
    else this.#leaf?.add(text, goesOn);
    this.#settle();
  }

  #settle(): void {
    if (!this.#provisional && this.#leaf !== null) this.#final.push(...this.#leaf.settle(this.#view));
  }

  /** Ends the open block, and the containers beyond `depth`. */
  #close(depth: number): void {
    this.#closeLeaf();
    const mark = this.#containers.close(depth);
    if (mark === null) return;
    this.#final.push(row(mark));
    this.#begun = true;
  }

  #closeLeaf(): void {
    if (this.#leaf === null) return;
    this.#final.push(...this.#leaf.rows(this.#view));
    if (this.#leaf.kind !== "paragraph" && this.#leaf.kind !== "heading" && this.#leaf.kind !== "html")
      this.#gap = true;
    this.#leaf = null;
    this.#partial = null;
  }

  /** What a new block has before its rows; shows the blank line before it. */
  #prefix(): Prefix {
    this.#containers.endList();
    this.#showGap();
    this.#begun = true;
    return this.#containers.prefix();
  }

  /** Puts a blank line before the block that comes, though the source has none; it has one after it too. */
  #standApart(): void {
    this.#gap = this.#begun;
  }

  #showGap(): void {
    if (this.#gap) this.#final.push(row(this.#containers.blank()));
    this.#gap = false;
  }
}

/** Whether the open block has ended before this line. */
function endsBefore(line: Line, ending: LineEnding): boolean {
  if (ending.by === "dedent") return line.indent < 4 && !line.blank;
  return line.blank && (ending.by === "blank" || (ending.by === "line" && ending.orBlank));
}
