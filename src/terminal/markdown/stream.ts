import { finalRows } from "./ansi.ts";
import { MarkdownDocument } from "./document.ts";
import { languages } from "./languages.ts";
import type { MarkdownOptions } from "./options.ts";
import { Painter } from "./painter.ts";

export type { MarkdownOptions } from "./options.ts";

/**
 * The whole text rendered at once: what a `MarkdownStream` leaves on the screen when it gets the text in pieces. Code is
 * coloured in the languages loaded so far; await `loadLanguages` first.
 */
export function renderMarkdown(text: string, options: MarkdownOptions): string {
  const document = new MarkdownDocument(options);
  document.write(text);
  document.end();
  return finalRows(document.take());
}

/** Loads the languages of the text's fenced code. */
export async function loadLanguages(text: string): Promise<void> {
  const infos = text.matchAll(/^[ \t>\d.)*+-]*(?:`{3,}|~{3,})[ \t]*(\S+)/gm);
  const names = new Set(Array.from(infos, ([, info = ""]) => languages.named(info)).filter((name) => name !== null));
  await Promise.all(Array.from(names, (name) => languages.load(name)));
}

/**
 * Markdown drawn on a terminal while it comes. Each method gives the bytes to write to stdout, where the cursor must be at
 * the start of a line at first and nobody else may write before `end`.
 */
export class MarkdownStream {
  readonly #document: MarkdownDocument;
  readonly #painter: Painter;

  constructor(options: MarkdownOptions) {
    this.#document = new MarkdownDocument(options);
    this.#painter = new Painter(options);
  }

  /**
   * Resolves when the languages of the code that came so far are loaded; until then code waits in the part that may be
   * redrawn, and the next `push` (also of an empty text) shows it in colours. Await it before `end`.
   */
  get ready(): Promise<void> {
    return languages.settled();
  }

  push(delta: string): string {
    this.#document.write(delta);
    return this.#painter.paint(this.#document.take(), this.#document.preview());
  }

  /** Handles a resize: finished blocks stay, the open end is redrawn. */
  resize(size: Pick<MarkdownOptions, "columns" | "rows" | "reflow">): string {
    const { view } = this.#document;
    view.options = { ...view.options, ...size };
    return this.#painter.resize(view.options, this.#document.preview());
  }

  /** The rest of the text; the cursor is left at the start of a line. */
  end(): string {
    this.#document.end();
    return this.#painter.paint(this.#document.take(), []);
  }
}
