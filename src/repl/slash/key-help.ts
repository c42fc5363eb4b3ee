import { keyRows } from "../editor/key-list.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { displayWidth } from "../../terminal/width.ts";
import type { Words } from "../../words/types.ts";

/** Columns of the keys; what is wider has a row of its own, as have all in a narrow window. */
const widest = 44;
const narrow = 60;

/** `/help keys`: every key of the line editor. */
export function sayKeys({ terminal, words }: { terminal: Terminal; words: Words }, set: "emacs" | "vi"): void {
  const { accent, muted, strong } = terminal.ink.err;
  const { viTitle, viNote, emacsNote } = words.keyHelp;
  const rows = keyRows(set, words.keyHelp);
  const widths = rows.map(({ keys }) => displayWidth(keys)).filter((columns) => columns <= widest);
  const width = terminal.columns < narrow ? 0 : Math.max(...widths);
  if (set === "vi") terminal.say(strong(viTitle));
  for (const { keys, does } of rows) {
    const room = width - displayWidth(keys);
    terminal.say(`  ${accent(keys)}${room < 0 ? "\n    " : " ".repeat(room + 2)}${does}`);
  }
  terminal.say(muted(set === "vi" ? viNote : emacsNote));
}
