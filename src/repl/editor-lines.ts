import type { Terminal } from "../terminal/terminal.ts";
import type { Ink } from "../terminal/theme.ts";
import type { Words } from "../words/types.ts";
import type { Clipping } from "./editor/paste.ts";
import type { Completer } from "./editor/completion.ts";
import { LineEditor } from "./editor/editor.ts";
import { History } from "./editor/history.ts";
import type { KeyInput } from "./editor/keyboard.ts";
import { kindOf, slashes } from "./line-kind.ts";
import type { InputLine, LineSource } from "./host.ts";
import { mentionsIn } from "./mentions.ts";

/** A fact that stands below the prompt. */
export interface PromptStatus extends Disposable {
  /** What it is now; null for nothing. */
  readonly text: () => string | null;
  /** Called when it has become another by itself. */
  onChange: (() => void) | null;
}

export interface EditedOptions {
  readonly input: KeyInput;
  readonly terminal: Terminal;
  /** In the language in use. */
  readonly words: () => Words["editor"];
  /** Whose keys are wanted. */
  readonly keys: () => "emacs" | "vi";
  readonly historyFile: string;
  readonly complete: Completer;
  /** Opens a text in the person's own editor and gives back what became of it. */
  readonly openEditor: (text: string) => Promise<string>;
  /** Takes what the clipboard of the system holds. */
  readonly clipboard: (signal: AbortSignal) => Promise<Clipping>;
  readonly status: PromptStatus;
  /** Whether it matters if the terminal has the focus; asked at each prompt. */
  readonly wantsFocus: () => boolean;
}

/** Lines typed at the prompt, with the line editor. */
export function editedLines(options: EditedOptions): LineSource {
  const { input, terminal, words, keys, historyFile, complete, openEditor, clipboard, wantsFocus, status } = options;
  const history = new History(historyFile);
  const editor = new LineEditor(
    {
      input,
      write: (text) => terminal.err(text),
      hold: () => terminal.hold(),
      release: () => terminal.release(),
      columns: () => terminal.columns,
      rows: () => terminal.rows,
      onResize: (callback) => terminal.onResize(callback),
      below: (frame) => terminal.below(frame),
      rowsBelow: () => terminal.rowsBelow,
    },
    {
      history,
      complete,
      openEditor,
      clipboard,
      onSixels: () => (terminal.hasSixels = true),
      focus: { wanted: wantsFocus, changed: (focused) => (terminal.focused = focused) },
      get words() {
        return words();
      },
      hint: (text) => (text !== "" && slashes.includes(text) ? words().commandsHint : null),
      status: () => status.text(),
      muted: () => terminal.ink.err.palette?.roles.muted ?? null,
      multiline: () => source.multiline,
      viPrompt: () => (keys() === "vi" ? viPromptOf(terminal.ink.err) : null),
      queueSign: terminal.symbols.next,
    },
  );
  status.onChange = () => editor.refresh();
  const source: LineSource = {
    multiline: false,
    async read(initial, again, pictures): Promise<InputLine> {
      const result = await editor.read(promptOf(terminal.ink.err), initial, again, pictures);
      if (result.kind !== "line") return result;
      const { text, pictures: pasted } = result;
      return { kind: "line", text, mentions: mentionsIn(result), pictures: pasted };
    },
    shown: () => editor.shown(),
    hold: (onInterrupt) => editor.holdKeys(onInterrupt),
    pauseQueue: () => editor.pauseQueue(),
    unsent: () => editor.queued.filter((text) => kindOf(text).kind !== "leave").length,
    release: () => editor.close(),
    lend: () => editor.lend(),
    history: () => history.entries,
    async close() {
      status[Symbol.dispose]();
      await editor.answered();
      editor.close();
      await history.settled();
    },
  };
  return source;
}

function promptOf(ink: Ink) {
  return { text: "> ", styled: ink.accent("> ") };
}

/** In vi's normal mode the prompt looks the other way. */
function viPromptOf(ink: Ink) {
  return { text: "< ", styled: ink.heading("< ") };
}
