import { graphemes } from "../../terminal/width.ts";
import { type Cell, cellsOf, fitted, widthOf } from "./cells.ts";

export interface CompletionCandidate {
  /** What stands in the text when it is chosen, with a blank at its end where one is wanted. */
  readonly value: string;
  /** What the list shows; the value when absent. */
  readonly label?: string;
  /** A few words on what it is. */
  readonly hint?: string;
}

export interface Completion {
  /** Offset where what is being completed starts; it ends at the caret. */
  readonly from: number;
  readonly candidates: readonly CompletionCandidate[];
}

/** Gives what may stand at the caret, or null. It should not throw; if it does there is nothing to complete. */
export type Completer = (text: string, caret: number) => Promise<Completion | null>;

/** The longest start that all values share, cut between clusters. */
export function commonStart(values: readonly string[]): string {
  const [first = [], ...others] = values.map((value) => graphemes(value));
  let length = first.length;
  for (const other of others) {
    let same = 0;
    while (same < length && first[same] === other[same]) same++;
    length = same;
  }
  return first.slice(0, length).join("");
}

/** The list of candidates below the prompt, and which of them stands in the text. */
export class Menu {
  readonly completion: Completion;
  /** What stood in the text when the list was opened. */
  readonly typed: string;
  #selected = -1;

  constructor(completion: Completion, typed: string) {
    this.completion = completion;
    this.typed = typed;
  }

  /** @returns the value to put in the text; cycles, passing over none */
  step(by: 1 | -1): string {
    const { candidates } = this.completion;
    const start = this.#selected < 0 && by < 0 ? 0 : this.#selected;
    this.#selected = (start + by + candidates.length) % candidates.length;
    return candidates[this.#selected]?.value ?? this.typed;
  }

  /**
   * @param columns of the screen
   * @param height most rows
   * @param more words for how many candidates are not shown
   */
  rows(columns: number, height: number, more: (count: number) => string): Cell[][] {
    const { candidates } = this.completion;
    const labels = candidates.map(({ label, value }) => cellsOf((label ?? value).trimEnd(), ""));
    const widest = Math.min(Math.max(...labels.map(widthOf)), columns - 1);
    const hinted = candidates.some(({ hint }) => hint !== undefined);
    const across = hinted ? 1 : Math.max(1, Math.floor((columns + 1) / (widest + 2)));
    const down = Math.ceil(candidates.length / across);
    const shown = Math.max(1, down > height ? height - 1 : down);
    const selectedRow = this.#selected < 0 ? 0 : this.#selected % down;
    const top = Math.max(0, Math.min(selectedRow - Math.floor(shown / 2), down - shown));
    const rows = Array.from({ length: shown }, (_, row) => {
      const cells: Cell[] = [];
      for (let index = top + row; index < candidates.length; index += down) {
        if (cells.length > 0) cells.push(...cellsOf("  ", ""));
        cells.push(...this.#entry(labels[index] ?? [], candidates[index], index, widest, columns));
      }
      return cells;
    });
    const hidden = candidates.length - Math.min(candidates.length, shown * across);
    if (hidden > 0 && height > 1) rows.push([...fitted(cellsOf(more(hidden), "muted"), columns)]);
    return rows;
  }

  #entry(
    label: readonly Cell[],
    candidate: CompletionCandidate | undefined,
    index: number,
    widest: number,
    columns: number,
  ): Cell[] {
    const cut = fitted(label, widest);
    const cells = cut.map((cell): Cell => (index === this.#selected ? { ...cell, style: "chosen" } : cell));
    cells.push(...cellsOf(" ".repeat(widest - widthOf(cut)), ""));
    const room = columns - widest - 2;
    if (candidate?.hint !== undefined && room > 3)
      cells.push(...fitted(cellsOf(`  ${candidate.hint}`, "muted"), room + 2));
    return cells;
  }
}
