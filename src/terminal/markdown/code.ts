import { Highlighter } from "./highlight.ts";
import { displayWidth } from "../width.ts";
import { prefixed, roomBeside, textColumns, type Leaf, type Prefix, type MarkdownView } from "./leaf.ts";
import { plain, row, StyledText, withSgr, type MarkdownRow } from "./styled-text.ts";

interface CodeLine {
  readonly text: string;
  /** One of the pieces of a line too long to be waited for; it stays plain. */
  readonly piece: boolean;
  /** Not the line's first piece. */
  readonly later: boolean;
  readonly continues: boolean;
}

/**
 * Code, fenced or indented. Its lines stand as far in as their list item, without a frame, and the terminal itself breaks long
 * ones, so that what is copied is the code and nothing else. A line is final once it is complete.
 */
export class Code implements Leaf {
  readonly kind = "code";
  readonly #indented: boolean;
  /** What its lines are indented by, as the list item they belong to; a quote's bar would be copied with them. */
  readonly #indent: string;
  readonly #language: string | null;
  #highlighter: Highlighter | undefined;
  /** The line that names the language and bears the marks of list items. */
  #label: MarkdownRow[];
  /** Complete lines not yet given out; those of a language that is being loaded wait. */
  #lines: CodeLine[] = [];
  /** Empty lines that are content only if more code follows: at the end of indented code they are not. */
  #blanks = 0;
  /** The last line goes on. */
  #inPieces = false;

  /**
   * @param info what stands after the fence; null for indented code
   * @param provisional only for a look at what the code may become: loads nothing
   */
  constructor(prefix: Prefix, info: string | null, view: MarkdownView, provisional: boolean) {
    this.#indented = info === null;
    this.#language = view.theme.colored ? view.languages.named(info ?? "") : null;
    if (this.#language !== null && !provisional) void view.languages.load(this.#language);
    this.#indent = " ".repeat(
      Math.min(prefix.rest.text.length, view.options.columns - roomBeside(prefix, view.options.columns)),
    );
    this.#label = prefixed([labelOf(info ?? "", provisional, prefix, view)], prefix, false, view.options.columns);
  }

  add(text: string, goesOn: boolean): void {
    if (this.#indented && text.trim() === "") {
      this.#blanks += 1;
      return;
    }
    for (; this.#blanks > 0; this.#blanks -= 1)
      this.#lines.push({ text: "", piece: false, later: false, continues: false });
    this.#lines.push({ text, piece: goesOn, later: false, continues: goesOn });
    this.#inPieces = goesOn;
  }

  extend(text: string, goesOn: boolean): void {
    this.#lines.push({ text, piece: true, later: true, continues: goesOn });
    this.#inPieces = goesOn;
  }

  settle(view: MarkdownView): MarkdownRow[] {
    const language = this.#language;
    if (language !== null && this.#highlighter === undefined) {
      if (view.languages.awaits(language)) return this.#takeLabel();
      const api = view.languages.highlighter(language);
      if (api !== undefined) this.#highlighter = new Highlighter(api, language, view.theme);
    }
    const rows = this.#takeLabel();
    for (const line of this.#lines) rows.push(codeRow(line, this.#indent, this.#highlighter));
    this.#lines = [];
    return rows;
  }

  rows(): MarkdownRow[] {
    return [...this.#label, ...this.#lines.map((line) => codeRow(line, this.#indent))];
  }

  preview({ options }: MarkdownView, partial: string | null): MarkdownRow[] {
    const lines = this.#lines.slice(-options.rows).map((line) => codeRow(line, this.#indent));
    const last = partial === null ? [] : [row(StyledText.of((this.#inPieces ? "" : this.#indent) + partial))];
    return [...this.#label, ...lines, ...last];
  }

  #takeLabel(): MarkdownRow[] {
    const label = this.#label;
    this.#label = [];
    return label;
  }
}

function codeRow({ text, piece, later, continues }: CodeLine, indent: string, highlighter?: Highlighter): MarkdownRow {
  if (piece) return { content: StyledText.of((later ? "" : indent) + text), continues };
  return row(StyledText.of(indent).addAll(highlighter?.line(text) ?? StyledText.of(text)));
}

/** Columns of a label with its rule, and the fewest that a rule is drawn for. */
const labelWidth = 32;
const shortestRule = 4;

/** The language and a rule after it, or the rule alone; no rule behind a name that may still grow. */
function labelOf(info: string, provisional: boolean, prefix: Prefix, { theme, options }: MarkdownView): StyledText {
  const look = withSgr(plain, theme.look("label"));
  const language = info.split(/\s/)[0] ?? "";
  if (provisional) return StyledText.of(language, look);
  const label = StyledText.of(language === "" ? "" : `${language} `, look);
  const room = Math.min(labelWidth, roomBeside(prefix, textColumns(options))) - displayWidth(label.text);
  return room < shortestRule ? label.trimEnd() : label.add(theme.symbols.rule.repeat(room), look);
}
