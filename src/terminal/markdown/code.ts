import { Highlighter } from "./highlight.ts";
import { prefixed, type Leaf, type Prefix, type MarkdownView } from "./leaf.ts";
import { plain, row, StyledText, withSgr, type MarkdownRow } from "./styled-text.ts";

interface CodeLine {
  readonly text: string;
  /** One of the pieces of a line too long to be waited for; it stays plain. */
  readonly piece: boolean;
  readonly continues: boolean;
}

/**
 * Code, fenced or indented. Its lines begin at the first column and the terminal itself breaks long ones, so that what is
 * copied is the code and nothing else. A line is final once it is complete.
 */
export class Code implements Leaf {
  readonly kind = "code";
  readonly #indented: boolean;
  readonly #language: string | null;
  #highlighter: Highlighter | undefined;
  /** The line that names the language and bears the marks of list items. */
  #label: MarkdownRow[];
  /** Complete lines not yet given out; those of a language that is being loaded wait. */
  #lines: CodeLine[] = [];
  /** Empty lines that are content only if more code follows: at the end of indented code they are not. */
  #blanks = 0;

  /**
   * @param info what stands after the fence; null for indented code
   * @param provisional only for a look at what the code may become: loads nothing
   */
  constructor(prefix: Prefix, info: string | null, view: MarkdownView, provisional: boolean) {
    this.#indented = info === null;
    this.#language = view.theme.colored ? view.languages.named(info ?? "") : null;
    if (this.#language !== null && !provisional) void view.languages.load(this.#language);
    const label = StyledText.of(info?.split(/\s/)[0] ?? "", withSgr(plain, view.theme.look("label")));
    const marked = prefix.first.text !== prefix.rest.text;
    this.#label = label.text !== "" || marked ? prefixed([label], prefix, false, view.options.columns) : [];
  }

  /** Whether empty lines stood at the end that turned out to be no part of the code. */
  get endsBlank(): boolean {
    return this.#blanks > 0;
  }

  add(text: string, goesOn: boolean): void {
    if (this.#indented && text.trim() === "") {
      this.#blanks += 1;
      return;
    }
    for (; this.#blanks > 0; this.#blanks -= 1) this.#lines.push({ text: "", piece: false, continues: false });
    this.#lines.push({ text, piece: goesOn, continues: goesOn });
  }

  extend(text: string, goesOn: boolean): void {
    this.#lines.push({ text, piece: true, continues: goesOn });
  }

  settle(view: MarkdownView): MarkdownRow[] {
    const language = this.#language;
    if (language !== null && this.#highlighter === undefined) {
      if (view.languages.awaits(language)) return this.#takeLabel();
      const api = view.languages.highlighter(language);
      if (api !== undefined) this.#highlighter = new Highlighter(api, language, view.theme);
    }
    const rows = this.#takeLabel();
    for (const line of this.#lines) rows.push(codeRow(line, this.#highlighter));
    this.#lines = [];
    return rows;
  }

  rows(): MarkdownRow[] {
    return [...this.#label, ...this.#lines.map((line) => codeRow(line))];
  }

  preview({ options }: MarkdownView, partial: string | null): MarkdownRow[] {
    const lines = this.#lines.slice(-options.rows).map((line) => codeRow(line));
    return [...this.#label, ...lines, ...(partial === null ? [] : [row(StyledText.of(partial))])];
  }

  #takeLabel(): MarkdownRow[] {
    const label = this.#label;
    this.#label = [];
    return label;
  }
}

function codeRow({ text, piece, continues }: CodeLine, highlighter?: Highlighter): MarkdownRow {
  if (piece) return { content: StyledText.of(text), continues };
  return row(highlighter?.line(text) ?? StyledText.of(text));
}
