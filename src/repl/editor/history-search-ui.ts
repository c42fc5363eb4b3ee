import type { Words } from "../../words/types.ts";
import type { Command } from "./bindings.ts";
import { type Cell, cellsOf, widthOf } from "./cells.ts";
import type { KeyEvent } from "./keys.ts";
import type { Layout, ScreenPosition } from "./layout.ts";
import { previousCluster } from "./motions.ts";
import { cleanText } from "./paste.ts";
import { HistorySearch, type Match } from "./history-search.ts";

/** Whether a key belonged to the search, ended it with what was found, or ended it without. */
export type SearchStep = "taken" | "accept" | "cancel";

/** A search through the history going on at a prompt: the entry found in place of the text, what is looked for below. */
export class Searching {
  readonly #search: HistorySearch;
  readonly #text: string;
  readonly #caret: number;

  /** @param text what is shown, with its caret, as long as nothing is found */
  constructor(entries: readonly string[], text: string, caret: number) {
    this.#search = new HistorySearch(entries);
    this.#text = text;
    this.#caret = caret;
  }

  get match(): Match | null {
    return this.#search.match;
  }

  get text(): string {
    return this.match?.text ?? this.#text;
  }

  get caret(): number {
    return this.match?.from ?? this.#caret;
  }

  take(event: KeyEvent, command: Command | undefined): SearchStep {
    if (event.type === "text" || event.type === "paste") {
      this.#search.extend(cleanText(event.text).replaceAll("\n", " "));
      return "taken";
    }
    switch (command) {
      case "searchOlder":
        this.#search.older();
        return "taken";
      case "searchNewer":
        this.#search.newer();
        return "taken";
      case "deleteLeft": {
        const { query } = this.#search;
        this.#search.shorten(query.slice(0, previousCluster(query, query.length)));
        return "taken";
      }
      case "cancel":
      case "interrupt":
        return "cancel";
      default:
        return "accept";
    }
  }

  /** The layout with what was found marked. */
  lay(layout: Layout): Layout {
    const { match } = this;
    if (match === null) return layout;
    const rows = layout.rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell): Cell => {
        const offset = row.line + cell.offset;
        const found = cell.offset >= 0 && offset >= match.from && offset < match.to;
        return found ? { ...cell, style: "chosen" } : cell;
      }),
    }));
    return { rows, caret: layout.caret };
  }

  /** The row that says what is looked for, with the caret behind it; the start of a long one is left out. */
  status(columns: number, words: Words["editor"]): { rows: Cell[][]; caret: ScreenPosition } {
    const label = cellsOf(words.search, "muted");
    const failed = this.#search.failed ? cellsOf(words.notFound, "muted") : [];
    const query = cellsOf(this.#search.query, "");
    if (widthOf(label) > columns / 2) label.length = 0;
    while (query.length > 0 && widthOf([...label, ...query]) >= columns) query.shift();
    const column = widthOf([...label, ...query]);
    return {
      rows: [[...label, ...query, ...(column + widthOf(failed) <= columns ? failed : [])]],
      caret: { row: 0, column },
    };
  }
}
