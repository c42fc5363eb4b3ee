import { type Later, later } from "./timer.ts";
import { controlSequence, type Meaning, singleShift } from "./sequences.ts";

export type KeyEvent =
  /** Characters typed one after the other, without control characters. */
  | { readonly type: "text"; readonly text: string }
  /** `Enter`, `Up`, `C-a`, `M-b`, `C-M-Left`, `S-Tab`, … */
  | { readonly type: "key"; readonly key: string }
  /** As the terminal sent it, not yet cleaned. */
  | { readonly type: "paste"; readonly text: string }
  /** The terminal's answer to a question for the cursor's place, from zero. */
  | { readonly type: "position"; readonly row: number; readonly column: number }
  /** The terminal's answer to DECRQM: whether it knows the private mode, and can set it. */
  | { readonly type: "mode"; readonly mode: number; readonly known: boolean }
  /** The terminal's answer to the question that every terminal answers (primary device attributes). */
  | { readonly type: "attributes"; readonly sixels: boolean }
  /** The terminal gained or lost the focus. */
  | { readonly type: "focus"; readonly focused: boolean };

const pasteStart = "\x1b[200~";
const pasteEnd = "\x1b[201~";

/** Escape sequences that are whole, that of the mouse in its oldest form with the three characters behind it; the second group is the parameters, then the final character or that of SS3. */
const whole =
  /\x1b(\x1b?)(?:\[\[[A-E]|\[M[^\x1b]{3}|\[(?!M)([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x5a\x5c-\x7e])|O([\x40-\x7e])|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\))/y;
/** The start of one, at the end of what was read. */
const partial = /\x1b\x1b?(?:\[\[?[\x30-\x3f]*[\x20-\x2f]*|\[M[^\x1b]{0,2}|O|[\]P_^X][^\x07\x1b]*\x1b?)?$/y;
/** The head of one that something else than its end follows. */
const begun = /\x1b\x1b?(?:\[\[?[\x30-\x3f]*[\x20-\x2f]*|O|[\]P_^X][^\x07\x1b]*)/y;
/** The rest of an escape sequence whose ESC was already reported as a key; unlikely to be typed right after Esc. */
const lateSequence = /^(?:\[|O[A-DFHM]|\]\d)/;
const printable = /[^\x00-\x1f\x7f-\x9f]+/y;

const controls: Readonly<Record<string, string>> = {
  "\r": "Enter",
  "\t": "Tab",
  "\x00": "C-@",
  "\x1b": "Escape",
  "\x7f": "Backspace",
};

function isEscape(text: string): boolean {
  return text === "\x1b" || text === "\x1b\x1b";
}

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

/** Milliseconds. */
export interface KeyTimes {
  /** An ESC that stays alone for so long is the key Escape. */
  readonly escape: number;
  /** What may still come of a sequence that has begun; after it the sequence is dropped. */
  readonly sequence: number;
  /** Silence within a paste after which a Ctrl-C alone ends it: the mark of its end was lost. */
  readonly paste: number;
}

/**
 * Makes key events of the characters a terminal sends. Sequences may be split anywhere between reads, with pauses as slow
 * lines make them: only an ESC alone is in doubt, and decided soon; what has begun as a sequence never becomes text.
 */
export class KeyDecoder {
  readonly #emit: (event: KeyEvent) => void;
  readonly #times: KeyTimes;
  #waiting = "";
  #timer: Later | null = null;
  /** The pieces of a bracketed paste that has begun and not ended. */
  #paste: string[] | null = null;
  /** Nothing has come for a while within a paste. */
  #stale = false;
  /** Just reported as the key Escape; the rest of a sequence may still follow. */
  #escaped: Later | null = null;
  /** The ESC of the current input was already reported as the key Escape. */
  #late = false;

  constructor(emit: (event: KeyEvent) => void, times: KeyTimes = { escape: 50, sequence: 500, paste: 1000 }) {
    this.#emit = emit;
    this.#times = times;
  }

  /** Whether a paste or an escape sequence has begun and not ended. */
  get unfinished(): boolean {
    return this.#paste !== null || this.#waiting !== "";
  }

  push(text: string): void {
    this.#timer?.cancel();
    if (this.#stale && text === "\x03") this.#endPaste();
    this.#stale = false;
    if (this.#escaped !== null && lateSequence.test(text)) [this.#waiting, this.#late] = ["\x1b", true];
    this.#escaped?.cancel();
    this.#escaped = null;
    let rest = this.#waiting + text;
    this.#waiting = "";
    while (rest !== "") {
      rest = this.#paste === null ? this.#key(rest) : this.#pasted(rest, this.#paste);
      if (this.#waiting === "") this.#late = false;
    }
    this.#wait();
  }

  /** Takes what waits for a rest that does not come for what it is. */
  flush(): void {
    this.#timer?.cancel();
    const left = this.#waiting;
    this.#waiting = "";
    if (isEscape(left)) this.#emit({ type: "key", key: "Escape" });
    // The Escape before it may have been one after all, and this what was typed behind it.
    else if (this.#late && left.length === 2) this.#emit({ type: "text", text: left.slice(1) });
    this.#late = false;
  }

  #wait(): void {
    const { escape, sequence, paste } = this.#times;
    if (this.#paste !== null) this.#timer = later(paste, () => (this.#stale = true));
    else if (isEscape(this.#waiting)) {
      this.#timer = later(escape, () => {
        this.flush();
        this.#escaped = later(sequence, () => (this.#escaped = null));
      });
    } else if (this.#waiting !== "") this.#timer = later(sequence, () => this.flush());
  }

  #endPaste(): void {
    const pieces = this.#paste ?? [];
    this.#paste = null;
    this.#waiting = "";
    this.#emit({ type: "paste", text: pieces.join("") });
  }

  #pasted(rest: string, pieces: string[]): string {
    const end = rest.indexOf(pasteEnd);
    if (end >= 0) {
      pieces.push(rest.slice(0, end));
      this.#endPaste();
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
      const whole = run.length === rest.length && /[\ud800-\udbff]$/.test(run) ? run.slice(0, -1) : run;
      if (whole !== "") this.#emit({ type: "text", text: whole });
      if (whole.length < run.length) this.#waiting = run.slice(-1);
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
      else if (this.#late && parameters === "") this.#emit({ type: "text", text: all.slice(1) });
      return rest.slice(all.length);
    }
    partial.lastIndex = 0;
    if (partial.test(rest)) {
      this.#waiting = rest;
      return "";
    }
    // Whatever cut it off, its head is no text.
    begun.lastIndex = 0;
    const head = begun.exec(rest)?.[0] ?? "";
    return head === "" ? this.#alt(rest) : rest.slice(head.length);
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
