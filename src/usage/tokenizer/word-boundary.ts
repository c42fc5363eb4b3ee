/** What a character is to the tokenizer, as bits; 0 where it was not looked up yet. */
const letter = 1;
const sign = 2;
const blank = 4;
const lineBreak = 8;
const digit = 16;
/** Of the runs of Chinese characters and kana that are words of their own; a bit beside one of the others. */
const cjk = 32;
const other = 64;
/** Digits and `cjk` are taken out first, so that no word goes across their borders. */
const domains = digit | cjk;

const classes = new Uint8Array(0x110000);

/**
 * Finds where a word of DeepSeek's vocabulary ends: merges never go across the end of a word. It does what the pre-tokenizer of its
 * tokenizer.json does with three expressions, each applied to the pieces that the one before leaves:
 *
 * 1. `\p{N}{1,3}`
 * 2. `[一-龥぀-ゟ゠-ヿ]+`
 * 3. `[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+`, else `[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+`, else
 *    ` ?[\p{P}\p{S}]+[\r\n]*`, else `\s*[\r\n]+`, else `\s+(?!\S)`, else `\s+`; what none matches is a word up to the next match
 *
 * By hand, as V8's expressions overflow their stack on runs of some million characters, and for speed.
 *
 * @param bytes UTF-8
 * @param start where the word begins
 * @param end where the text ends; the word has a byte at least
 */
export function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  const kind = classAt(bytes, start);
  if (kind === digit) return digitsEnd(bytes, start, end);
  const domain = kind & domains;
  const next = start + lengthAt(bytes, start);
  const nextKind = next < end ? classAt(bytes, next) : 0;
  if (isAsciiSign(bytes, start, kind) && next < end && isAsciiLetter(bytes[next]!)) return asciiEnd(bytes, next, end);
  const isFollowed = nextKind === (letter | domain);
  if (kind & letter || (isFollowed && !(kind & (sign | lineBreak)))) return runEnd(bytes, next, end, letter | domain);
  const signs = kind & sign ? next : start + (bytes[start] === 0x20 && nextKind === (sign | domain) ? 1 : 0);
  if (kind & sign || signs > start) {
    const signsEnd = runEnd(bytes, signs, end, sign | domain);
    return domain === cjk ? signsEnd : lineBreaksEnd(bytes, signsEnd, end);
  }
  if (kind & blank) return blanksEnd(bytes, start, end);
  return unmatchedEnd(bytes, next, end, kind);
}

/** Up to three digits. */
function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let count = 0; count < 3 && at < end && classAt(bytes, at) === digit; count++) at += lengthAt(bytes, at);
  return at;
}

function asciiEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isAsciiLetter(bytes[at]!)) at++;
  return at;
}

/** Where a run of characters of one class, in one domain, ends. */
function runEnd(bytes: Uint8Array, start: number, end: number, kind: number): number {
  let at = start;
  while (at < end && classAt(bytes, at) === kind) at += lengthAt(bytes, at);
  return at;
}

function lineBreaksEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 0x0a || bytes[at] === 0x0d)) at++;
  return at;
}

/** Blanks up to the last line break among them, else all that end a piece, else all but the one that the next word begins with. */
function blanksEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let last = start;
  let afterBreak = 0;
  while (at < end) {
    const kind = classAt(bytes, at);
    if (!(kind & blank)) break;
    last = at;
    at += lengthAt(bytes, at);
    if (kind & lineBreak) afterBreak = at;
  }
  if (afterBreak > 0) return afterBreak;
  const endsPiece = at === end || (classAt(bytes, at) & domains) !== 0;
  return endsPiece || last === start ? at : last;
}

/** Where characters that no expression matches end: before one that is matched, by itself or as the first of letters. */
function unmatchedEnd(bytes: Uint8Array, start: number, end: number, kind: number): number {
  const letters = letter | (kind & domains);
  let at = start;
  while (at < end && classAt(bytes, at) === kind) {
    const next = at + lengthAt(bytes, at);
    if (next < end && classAt(bytes, next) === letters) return at;
    at = next;
  }
  return at;
}

function isAsciiSign(bytes: Uint8Array, at: number, kind: number): boolean {
  return kind === sign && bytes[at]! < 0x80;
}

function isAsciiLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower > 0x60 && lower < 0x7b;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if (byte < 0x80) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

function classAt(bytes: Uint8Array, at: number): number {
  const codePoint = codePointAt(bytes, at);
  return classes[codePoint]! || (classes[codePoint] = classOf(codePoint));
}

function codePointAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if (byte < 0x80) return byte;
  const second = bytes[at + 1]! & 0x3f;
  if (byte < 0xe0) return ((byte & 0x1f) << 6) | second;
  const third = bytes[at + 2]! & 0x3f;
  if (byte < 0xf0) return ((byte & 0x0f) << 12) | (second << 6) | third;
  return ((byte & 0x07) << 18) | (second << 12) | (third << 6) | (bytes[at + 3]! & 0x3f);
}

function classOf(codePoint: number): number {
  const text = String.fromCodePoint(codePoint);
  if (/\p{N}/u.test(text)) return digit;
  return kindOf(text) | (/[一-龥\u3040-\u30ff]/u.test(text) ? cjk : 0);
}

function kindOf(text: string): number {
  if (/[\p{L}\p{M}]/u.test(text)) return letter;
  if (/[\p{P}\p{S}]/u.test(text)) return sign;
  if (/[\r\n]/u.test(text)) return blank | lineBreak;
  // White space by Unicode's property: JavaScript's `\s` has U+FEFF and lacks U+0085.
  return /\p{White_Space}/u.test(text) ? blank : other;
}
