/**
 * Names of keys that terminals send as escape sequences. Sources: xterm's ctlseqs, the Linux console's console_codes(4),
 * and the keyboard protocol of kitty (`CSI … u`), whose form xterm's modifyOtherKeys 2 shares.
 */
const byFinal: Readonly<Record<string, string>> = {
  A: "Up",
  B: "Down",
  C: "Right",
  D: "Left",
  E: "Begin",
  F: "End",
  H: "Home",
  M: "Enter",
};

const byNumber: Readonly<Record<number, string>> = {
  1: "Home",
  2: "Insert",
  3: "Delete",
  4: "End",
  5: "PageUp",
  6: "PageDown",
  7: "Home",
  8: "End",
};

const byCode: Readonly<Record<number, string>> = {
  8: "Backspace",
  9: "Tab",
  13: "Enter",
  27: "Escape",
  127: "Backspace",
  57414: "Enter",
  57417: "Left",
  57418: "Right",
  57419: "Up",
  57420: "Down",
  57423: "Home",
  57421: "PageUp",
  57422: "PageDown",
  57424: "End",
  57425: "Insert",
  57426: "Delete",
};

/** What the keys of the keypad from 57399 on write. */
const keypad = "0123456789./*-+";
const firstOfKeypad = 57399;

/** What an escape sequence says: a key, a character typed, an answer of the terminal, whether it has the focus, or nothing of interest. */
export type Meaning =
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "position"; readonly row: number; readonly column: number }
  | { readonly type: "mode"; readonly mode: number; readonly known: boolean }
  | { readonly type: "attributes"; readonly sixels: boolean }
  | { readonly type: "focus"; readonly focused: boolean }
  | null;

/** Bits of a modifier number, without the locks for capitals and numbers. */
function bitsOf(modifier: number): number {
  return Math.max(modifier - 1, 0) & 63;
}

/** `C-`, `M-`, `S-` before a name, from the modifier number of a sequence: one more than the bits shift 1, alt 2, control 4. */
function named(name: string, modifier: number, alt: boolean): string {
  const bits = bitsOf(modifier);
  return `${bits & 4 ? "C-" : ""}${alt || bits & 2 ? "M-" : ""}${bits & 1 ? "S-" : ""}${name}`;
}

/**
 * A key given by its code point. Shift alone with a character is just that character.
 *
 * @param typed code points of the text that the key writes, where the terminal says it
 * @param shifted what the key writes with Shift, where the terminal says it
 */
function fromCode(code: number, modifier: number, alt: boolean, typed: readonly number[] = [], shifted = 0): Meaning {
  const name = byCode[code];
  if (name !== undefined) return { type: "key", key: named(name, modifier, alt) };
  if (typed.length > 0 && typed.every(isCharacter)) return { type: "text", text: String.fromCodePoint(...typed) };
  const fromKeypad = keypad[code - firstOfKeypad];
  if (fromKeypad === undefined && !isCharacter(code)) return null;
  const character = fromKeypad ?? String.fromCodePoint(code);
  const bits = bitsOf(modifier);
  if (bits > 1 || alt) return { type: "key", key: named(character.toLowerCase(), modifier, alt).replace("S-", "") };
  if (bits === 1 && isCharacter(shifted)) return { type: "text", text: String.fromCodePoint(shifted) };
  // With the lock for capitals, Shift writes a small letter.
  const isCapital = (bits === 1) !== ((modifier - 1) & 64) > 0;
  const capital = character.toUpperCase();
  return { type: "text", text: isCapital && capital.length === character.length ? capital : character };
}

/** Keys of the keypad and of media players have private codes; below 32 nothing is sent this way. */
function isCharacter(code: number): boolean {
  return code >= 32 && code !== 127 && !(code >= 57344 && code <= 63743) && code <= 0x10_ffff;
}

/**
 * @param parameters what stands between `ESC [` and the final character, e.g. `1;5`
 * @param alt whether another ESC came before, which is how some terminals send Alt
 */
export function controlSequence(parameters: string, final: string, alt: boolean): Meaning {
  // A colon starts a sub-parameter; the third kind of event in kitty's protocol is the release of a key.
  if (/^[^;]*;\d*:3/.test(parameters)) return null;
  const numbers = parameters.split(";").map((part) => Number.parseInt(part, 10) || 0);
  const [first = 0, second = 1, third = 0] = numbers;
  if (final === "R") return { type: "position", row: first - 1, column: second - 1 };
  const report = final === "y" ? /^\?(\d+);([0-4])$/.exec(parameters) : null;
  // DECRPM: 0 is a mode that the terminal does not know, 4 one that it never sets.
  if (report !== null) return { type: "mode", mode: Number(report[1]), known: /[1-3]/.test(report[2]!) };
  // Of the first number, which names the terminal, nothing follows; 4 are sixels (DEC STD 070).
  if (final === "c" && parameters.startsWith("?"))
    return { type: "attributes", sixels: parameters.split(";").slice(1).includes("4") };
  if (parameters === "" && (final === "I" || final === "O")) return { type: "focus", focused: final === "I" };
  if (final === "u") {
    const [keys = "", , text = ""] = parameters.split(";");
    const codes = text.split(":").flatMap((code) => Number.parseInt(code, 10) || []);
    return fromCode(first, second, alt, codes, Number.parseInt(keys.split(":")[1] ?? "", 10) || 0);
  }
  if (final === "Z") return { type: "key", key: named("S-Tab", 1, alt) };
  if (final === "~") {
    if (first === 27) return fromCode(third, second, alt);
    const name = byNumber[first];
    return name === undefined ? null : { type: "key", key: named(name, second, alt) };
  }
  const name = byFinal[final];
  return name === undefined || final === "M" ? null : { type: "key", key: named(name, second, alt) };
}

/** `ESC O` and one character: the arrows in application mode, and the keypad's Enter. */
export function singleShift(final: string, alt: boolean): Meaning {
  const name = byFinal[final];
  return name === undefined ? null : { type: "key", key: named(name, 1, alt) };
}
