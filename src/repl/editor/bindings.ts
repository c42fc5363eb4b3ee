import type { edits } from "./edits.ts";

/** What a key does: a change of the draft, or one of the things that concern more than it. */
export type Command =
  | keyof typeof edits
  | "submit"
  | "interrupt"
  | "deleteOrEnd"
  | "up"
  | "down"
  | "historyStart"
  | "historyEnd"
  | "searchOlder"
  | "searchNewer"
  | "complete"
  | "completeBack"
  | "cancel"
  | "clearScreen"
  | "openEditor"
  | "pasteClipboard"
  | "suspend";

/** Keys as GNU readline has them in its Emacs mode; two keys with a blank between are pressed one after the other. */
export const bindings: Readonly<Record<string, Command>> = {
  Enter: "submit",
  "M-Enter": "newline",
  "S-Enter": "newline",
  "C-Enter": "newline",
  "C-j": "newline",
  "C-c": "interrupt",
  "C-d": "deleteOrEnd",
  "C-z": "suspend",
  "C-l": "clearScreen",

  Left: "left",
  Right: "right",
  "C-b": "left",
  "C-f": "right",
  "M-b": "wordLeft",
  "M-f": "wordRight",
  "C-Left": "wordLeft",
  "C-Right": "wordRight",
  "M-Left": "wordLeft",
  "M-Right": "wordRight",
  Home: "lineStart",
  End: "lineEnd",
  "C-a": "lineStart",
  "C-e": "lineEnd",
  "C-Home": "textStart",
  "C-End": "textEnd",

  Up: "up",
  Down: "down",
  "C-p": "up",
  "C-n": "down",
  "M-<": "historyStart",
  "M->": "historyEnd",
  "C-r": "searchOlder",
  "C-s": "searchNewer",

  Backspace: "deleteLeft",
  "C-h": "deleteLeft",
  Delete: "deleteRight",
  "C-k": "killLineEnd",
  "C-u": "killLineStart",
  "C-w": "killChunk",
  "M-d": "killWordRight",
  "C-Delete": "killWordRight",
  "M-Delete": "killWordRight",
  "M-Backspace": "killWordLeft",
  "C-Backspace": "killWordLeft",
  "C-y": "yank",
  "M-y": "yankPop",
  "C-v": "pasteClipboard",
  // Where the terminal itself takes Ctrl-V, as on Windows.
  "M-v": "pasteClipboard",
  "C-t": "transpose",
  "M-u": "upperWord",
  "M-l": "lowerWord",
  "M-c": "capitalWord",
  "C-_": "undo",
  "C-/": "undo",
  "C-x C-u": "undo",

  Tab: "complete",
  "S-Tab": "completeBack",
  Escape: "cancel",
  "C-g": "cancel",
  "C-x C-e": "openEditor",
};

/** Keys after which another one says what is meant. */
export const prefixes: ReadonlySet<string> = new Set(["C-x"]);

/** The command of a key; Shift is passed over where the key has no meaning of its own with it. */
export function commandOf(key: string): Command | undefined {
  const lower = /^((?:C-)?M-)([A-Z])$/.exec(key);
  const plain = lower === null ? key.replace("S-", "") : `${lower[1]}${lower[2]?.toLowerCase()}`;
  return bindings[key] ?? bindings[plain];
}
