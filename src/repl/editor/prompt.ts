import { displayWidth } from "../../terminal/width.ts";
import { type Cell, cellsOf } from "./cells.ts";

export interface Prompt {
  /** As it reads, for measuring. One line. */
  readonly text: string;
  /** The same with escape sequences for its colours. */
  readonly styled: string;
  /** Before each further line; blanks as wide as the prompt when absent. */
  readonly continuation?: string;
}

/** What stands before the first line and before each further one. A prompt too wide for the screen loses its colours and wraps. */
export function leadCells(prompt: Prompt, columns: number): { first: Cell[]; further: Cell[] } {
  const width = displayWidth(prompt.text);
  const first: Cell[] =
    width > columns / 2 ? cellsOf(prompt.text, "") : [{ text: prompt.styled, width, style: "", offset: -1 }];
  const continuation = prompt.continuation ?? " ".repeat(width);
  return { first, further: displayWidth(continuation) > columns / 2 ? [] : cellsOf(continuation, "muted") };
}
