import type { Words } from "../../words/types.ts";
import { bindings, type Command } from "./bindings.ts";

/** Commands that are explained together, each with its keys. */
type EmacsRow = readonly [name: keyof Words["keyHelp"], ...commands: Command[]];
type ViRow = readonly [name: keyof Words["keyHelp"], keys: string];

/** The order in which the keys are listed; a test holds that none is left out. */
export const emacsRows: readonly EmacsRow[] = [
  ["submit", "submit"],
  ["newline", "newline"],
  ["interrupt", "interrupt"],
  ["end", "deleteOrEnd"],
  ["cancel", "cancel"],
  ["character", "left", "right"],
  ["word", "wordLeft", "wordRight"],
  ["line", "lineStart", "lineEnd"],
  ["ends", "textStart", "textEnd", "historyStart", "historyEnd"],
  ["rows", "up", "down"],
  ["search", "searchOlder", "searchNewer"],
  ["deleteCharacter", "deleteLeft", "deleteRight"],
  ["cutWord", "killWordLeft", "killWordRight", "killChunk"],
  ["cutLine", "killLineStart", "killLineEnd"],
  ["yank", "yank", "yankPop", "pasteClipboard"],
  ["undo", "undo"],
  ["changeCase", "upperWord", "lowerWord", "capitalWord"],
  ["complete", "complete", "completeBack"],
  ["openEditor", "openEditor"],
  ["others", "transpose", "clearScreen", "suspend"],
];

/** The same for vi's normal mode, by what is typed. */
export const viRows: readonly ViRow[] = [
  ["viModes", "Esc"],
  ["viInsert", "i a I A o O"],
  ["viCharacter", "h l Space"],
  ["viWord", "w b e W B E"],
  ["viLine", "0 ^ $"],
  ["viFind", "f F t T ; ,"],
  ["viText", "gg G"],
  ["rows", "j k - +"],
  ["viOperators", "d c y"],
  ["viShort", "x X D C s S Y"],
  ["viPut", "p P"],
  ["viChange", "r ~ J"],
  ["viUndo", "u Ctrl-R ."],
  ["search", "/ ?"],
  ["openEditor", "v"],
];

/** Keys as printed on a keyboard: `Ctrl-A`, `Alt-←`. */
function keyName(key: string): string {
  return key
    .split(" ")
    .map((press) => {
      const [, modifiers = "", name = ""] = /^((?:[CMS]-)*)(.+)$/u.exec(press) ?? [];
      const held = modifiers.replace("C-", "Ctrl-").replace("M-", "Alt-").replace("S-", "Shift-");
      return held + (names[name] ?? (name.length === 1 ? name.toUpperCase() : name));
    })
    .join(" ");
}

const names: Readonly<Record<string, string>> = { Left: "←", Right: "→", Up: "↑", Down: "↓", Escape: "Esc" };

/** The keys of a command, in the order of the table. */
function keysOf(command: Command): string[] {
  return Object.keys(bindings)
    .filter((key) => bindings[key] === command)
    .map(keyName);
}

/** One row of the list: what it does, and the keys for it. */
export interface KeyRow {
  readonly keys: string;
  readonly does: string;
}

/** All keys of the line editor. */
export function keyRows(set: "emacs" | "vi", words: Words["keyHelp"]): KeyRow[] {
  if (set === "vi") return viRows.map(([name, keys]) => ({ keys: keys.replaceAll(" ", "  "), does: words[name] }));
  return emacsRows.map(([name, ...commands]) => ({
    keys: commands.map((command) => keysOf(command).join(", ")).join(" / "),
    does: words[name],
  }));
}
