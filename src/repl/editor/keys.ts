import { type Later, later } from "./later.ts";
import { controlSequence, type Meaning, singleShift } from "./sequences.ts";

export type KeyEvent =
  /** Characters typed one after the other, without control characters. */
  | { readonly type: "text"; readonly text: string }
  /** `Enter`, `Up`, `C-a`, `M-b`, `C-M-Left`, `S-Tab`, … */
  | { readonly type: "key"; readonly key: string }
  /** As the terminal sent it, not yet cleaned. */
  | { readonly type: "paste"; readonly text: string }
  /** The terminal's answer to a question for the cursor's place, from zero. */
  | { readonly type: "position"; readonly row: number; readonly column: number };

const pasteStart = "\x1b[200~";
const pasteEnd = "\x1b[201~";

/** Escape sequences that are whole; the second group is the parameters, then the final character or that of SS3. */
const whole =
  /\x1b(\x1b?)(?:\[\[[A-E]|\[([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x5a\x5c-\x7e])|O([\x40-\x7e])|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\))/y;
/** The start of one, at the end of what was read. */
const partial = /\x1b\x1b?(?:\[\[?[\x30-\x3f]*[\x20-\x2f]*|O|[\]P_^X][^\x07\x1b]*\x1b?)?$/y;
const printable = /[^\x00-\x1f\x7f-\x9f]+/y;

const controls: Readonly<Record<string, string>> = {
  "\r": "Enter",
  "\t": "Tab",
  "\x00": "C-@",
  "\x1b": "Escape",
  "\x7f": "Backspace",
};

function controlKey(character: string): string {
  return controls[character] ?? `C-${String.fromCharCode(character.charCodeAt(0) + 64).toLowerCase()}`;
}

function altKey(character: string): string {
  const name = character === "\n" ? "Enter" : character === "\b" ? "Backspace" : null;
  if (name !== null) return `M-${name}`;
  return character >= " " && character !== "\x7f"
    ? `M-${character}`
    : `M-${controlKey(character)}`.replace("M-C-", "C-M-");
}

/**
 * Makes key events of the characters a terminal sends. Sequences may be split anywhere between reads: what may still
 * become one waits for the rest, and an ESC that stays alone for `escapeMs` is the key Escape.
 */
export class KeyDecoder {
  readonly #emit: (event: KeyEvent) => void;
  readonly #escapeMs: number;
  #waiting = "";
  #timer: Later | null = null;
  /** The pieces of a bracketed paste that has begun and not ended. */
  #paste: string[] | null = null;

  constructor(emit: (event: KeyEvent) => void, escapeMs = 50) {
    this.#emit = emit;
    this.#escapeMs = escapeMs;
  }

  get insidePaste(): boolean {
    return this.#paste !== null;
  }

  push(text: string): void {
    this.#timer?.cancel();
    let rest = this.#waiting + text;
    this.#waiting = "";
    while (rest !== "") rest = this.#paste === null ? this.#key(rest) : this.#pasted(rest, this.#paste);
    if (this.#waiting !== "" && this.#paste === null) this.#timer = later(this.#escapeMs, () => this.flush());
  }

  /** Takes what waits for a rest that does not come for what it is. */
  flush(): void {
    this.#timer?.cancel();
    const left = this.#waiting;
    this.#waiting = "";
    if (left === "\x1b" || left === "\x1b\x1b") this.#emit({ type: "key", key: "Escape" });
    else if (left.length === 2) this.#emit({ type: "key", key: altKey(left.charAt(1)) });
  }

  #pasted(rest: string, pieces: string[]): string {
    const end = rest.indexOf(pasteEnd);
    if (end >= 0) {
      pieces.push(rest.slice(0, end));
      this.#paste = null;
      this.#emit({ type: "paste", text: pieces.join("") });
      return rest.slice(end + pasteEnd.length);
    }
    // The end mark itself may be split between two reads.
    const tail = /\x1b(?:\[(?:2(?:0(?:1)?)?)?)?$/.exec(rest);
    this.#waiting = tail?.[0] ?? "";
    pieces.push(rest.slice(0, rest.length - this.#waiting.length));
    return "";
  }

  /** Emits the first key of the text and returns what follows it. */
  #key(rest: string): string {
    if (rest.startsWith("\x1b")) return this.#escape(rest);
    printable.lastIndex = 0;
    const run = printable.exec(rest)?.[0];
    if (run !== undefined) {
      this.#emit({ type: "text", text: run });
      return rest.slice(run.length);
    }
    // Some terminals send both for one press of Enter.
    const length = rest.startsWith("\r\n") ? 2 : 1;
    const character = rest.charAt(0);
    if (character < "\x80") this.#emit({ type: "key", key: controlKey(character) });
    return rest.slice(length);
  }

  #escape(rest: string): string {
    if (rest.startsWith(pasteStart)) {
      this.#paste = [];
      return rest.slice(pasteStart.length);
    }
    whole.lastIndex = 0;
    const match = whole.exec(rest);
    if (match !== null) {
      const [all, alt, parameters, final, shifted] = match;
      const meaning: Meaning =
        final !== undefined
          ? controlSequence(parameters ?? "", final, alt !== "")
          : shifted !== undefined
            ? singleShift(shifted, alt !== "")
            : null;
      if (meaning !== null) this.#emit(meaning);
      return rest.slice(all.length);
    }
    partial.lastIndex = 0;
    if (partial.test(rest)) {
      this.#waiting = rest;
      return "";
    }
    return this.#alt(rest);
  }

  /** ESC before an ordinary character is Alt with it, before anything else the key Escape. */
  #alt(rest: string): string {
    const next = rest.charAt(1);
    if (next === "\x1b" || next >= "\x80") {
      this.#emit({ type: "key", key: "Escape" });
      return rest.slice(1);
    }
    this.#emit({ type: "key", key: altKey(next) });
    return rest.slice(2);
  }
}
