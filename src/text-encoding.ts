/**
 * Which encoding a text is in, for everything that reads text: attachments, pipes, `.env`, the config file, imports, the
 * clipboard. Open to all rooms; knows no file and no stream.
 */
export type TextEncoding = "UTF-8" | "UTF-16LE" | "UTF-16BE" | "GB18030" | "Big5" | "Windows-1252";

export interface DecodedText {
  /** Without a byte order mark. */
  readonly text: string;
  readonly encoding: TextEncoding;
  /** Whether U+FFFD stands for bytes that fit nowhere in a text that is otherwise UTF-8. */
  readonly damaged: boolean;
}

/** Why bytes are no text: it is not text at all, or a text in none of the encodings known here. */
export type NotText = "binary" | "encoding";

/** Bytes that the choice between encodings looks at; decoding itself takes them all. */
const sampleLength = 256 * 1024;

/**
 * Reads bytes as text: by the byte order mark; else as UTF-8 where they are valid as that; else as UTF-16, GB18030 or Big5 by
 * what makes a plausible text, the encoding of the locale first where both do; else as Windows-1252.
 *
 * @param locale as in `LC_ALL`, e.g. `zh_TW.UTF-8`; empty where none is known
 */
export function decodeText(bytes: Uint8Array, locale = ""): DecodedText | NotText {
  const marked = byMark(bytes);
  if (marked !== null) return marked;
  const hasNul = bytes.subarray(0, sampleLength).includes(0);
  if (hasNul) return byNuls(bytes);
  const plain = decoded(bytes, "utf-8");
  const isBinary = looksBinary(bytes);
  if (plain !== null && !isBinary) return found(plain, "UTF-8");
  const chinese = inUtf16(bytes);
  if (chinese !== null) return chinese;
  if (plain !== null) return found(plain, "UTF-8");
  if (isBinary) return "binary";
  // A pipe that was cut, or a log with a few bytes of another encoding in it.
  if (isCut(bytes) || validShare(bytes) > 0.9) return { text: lossy(bytes), encoding: "UTF-8", damaged: true };
  return byPlausibility(bytes, locale) ?? "encoding";
}

/**
 * The locale that text of this system is in by default.
 *
 * @param variables the environment; Windows sets none of these, and its own language counts there
 */
export function localeOf(variables: Readonly<Record<string, string | undefined>>): string {
  const { LC_ALL, LC_CTYPE, LANG } = variables;
  const named = LC_ALL || LC_CTYPE || LANG || "";
  return named === "" || /^(?:C|POSIX)\b/u.test(named) ? Intl.DateTimeFormat().resolvedOptions().locale : named;
}

function found(text: string, encoding: TextEncoding): DecodedText {
  return { text, encoding, damaged: false };
}

const marks: readonly (readonly [readonly number[], TextEncoding])[] = [
  [[0xef, 0xbb, 0xbf], "UTF-8"],
  [[0xff, 0xfe], "UTF-16LE"],
  [[0xfe, 0xff], "UTF-16BE"],
];

/** The text behind a byte order mark; null where there is none, or what follows does not fit it. */
function byMark(bytes: Uint8Array): DecodedText | null {
  for (const [mark, encoding] of marks) {
    if (!mark.every((byte, index) => bytes[index] === byte)) continue;
    const body = bytes.subarray(mark.length);
    if (encoding === "UTF-8") return { text: lossy(body), encoding, damaged: decoded(body, "utf-8") === null };
    const text = decoded(body.subarray(0, body.length - (body.length % 2)), encoding);
    if (text !== null && !text.includes("\0")) return found(text, encoding);
  }
  return null;
}

/** Text with NUL bytes is UTF-16 without its mark, or no text. */
function byNuls(bytes: Uint8Array): DecodedText | "binary" {
  if (bytes.length % 2 === 1) return "binary";
  const candidates = (["UTF-16LE", "UTF-16BE"] as const)
    .map((encoding) => ({ encoding, text: decoded(bytes, encoding) }))
    .map(({ encoding, text }) => ({ encoding, text, score: text === null ? 0 : plausibleUnicode(text) }))
    .sort((a, b) => b.score - a.score);
  const [best] = candidates;
  return best !== undefined && best.text !== null && best.score > 0.8 ? found(best.text, best.encoding) : "binary";
}

/** Chinese in UTF-16 that has no mark, and neither a line break nor anything else of ASCII, whose NUL bytes would tell; else null. */
function inUtf16(bytes: Uint8Array): DecodedText | null {
  if (bytes.length % 2 === 1 || bytes.length < 8) return null;
  for (const encoding of ["UTF-16LE", "UTF-16BE"] as const) {
    const text = decoded(bytes, encoding);
    if (text === null || plausibleUnicode(text) <= 0.8) continue;
    const sample = Array.from(text.slice(0, sampleLength / 2));
    // In other encodings' bytes such characters are as rare as among all 20,000.
    if (sample.filter((character) => commonest.includes(character)).length >= sample.length * 0.4)
      return found(text, encoding);
  }
  return null;
}

/** Whether bytes are UTF-8 that ends within a character, behind at least two whole ones beyond ASCII. */
function isCut(bytes: Uint8Array): boolean {
  const end =
    bytes.length -
    1 -
    bytes
      .subarray(-3)
      .toReversed()
      .findIndex((byte) => byte >= 0xc0);
  const lead = bytes[end] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  const rest = bytes.subarray(end + 1);
  if (bytes.length - end >= length || rest.some((byte) => byte < 0x80 || byte > 0xbf)) return false;
  const before = decoded(bytes.subarray(0, end), "utf-8");
  return before !== null && (before.match(/[^\x00-\x7f]/gu)?.length ?? 0) >= 2;
}

/** Share of characters that are usual in texts, where ASCII and the commonest ones are among them; 0 where one is in none. */
function plausibleUnicode(text: string): number {
  const sample = text.slice(0, sampleLength / 2);
  if (sample === "" || /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffe\uffff]|\p{Cn}/u.test(sample)) return 0;
  const usual = sample.match(/[\t\n\r\x20-\x7e\u00a0-\u024f\u2010-\u2026\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]/gu);
  const beyond = sample.match(/[^\x00-\x7f]/gu) ?? [];
  const common = beyond.filter((character) => commonest.includes(character)).length;
  const isLikely = beyond.length < sample.length * 0.7 || common > beyond.length * 0.3;
  return isLikely ? (usual?.length ?? 0) / sample.length : 0;
}

/** Control characters that no text has, beyond the few that terminals' logs hold. */
function looksBinary(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, sampleLength);
  let controls = 0;
  for (const byte of sample) {
    // Backspace, tab, line feed, vertical tab, form feed, carriage return and escape stand in texts.
    if (byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b) controls++;
  }
  return controls > sample.length * 0.003;
}

/** Share of the bytes above ASCII that belong to whole characters of UTF-8; 0 where there is none. */
function validShare(bytes: Uint8Array): number {
  const text = lossy(bytes.subarray(0, sampleLength));
  const damages = text.match(/\ufffd/gu)?.length ?? 0;
  const whole = text.match(/[^\x00-\x7f\ufffd]/gu)?.length ?? 0;
  return whole === 0 ? 0 : whole / (whole + damages);
}

function byPlausibility(bytes: Uint8Array, locale: string): DecodedText | null {
  const first = /^zh[_-](?:TW|HK|MO|Hant)|\.big5/iu.test(locale) ? "Big5" : "GB18030";
  const candidates = (["GB18030", "Big5"] as const)
    .map((encoding) => ({ encoding, text: decoded(whole(bytes, encoding), encoding) }))
    .map(({ encoding, text }) => ({
      encoding,
      text,
      score: text === null ? 0 : plausibleChinese(bytes, text, encoding) + (encoding === first ? 0.1 : 0),
    }))
    .sort((a, b) => b.score - a.score);
  const [best] = candidates;
  if (best !== undefined && best.text !== null && best.score > 0.5) return found(best.text, best.encoding);
  const western = decoded(bytes, "windows-1252");
  return western !== null && plausibleWestern(western) ? found(western, "Windows-1252") : null;
}

/** Lead bytes of the rows that hold punctuation and the characters in daily use, by the standards' own order. */
const dailyRows = {
  GB18030: { punctuation: [0xa1, 0xa3], characters: [0xb0, 0xd7], trail: 0xa1 },
  Big5: { punctuation: [0xa1, 0xa3], characters: [0xa4, 0xc6], trail: 0x40 },
} as const;

/** The commonest characters of written Chinese, simplified and traditional: they decide where a text is short. */
const commonest =
  "的一是不了在人有我他这中大来上个国和也子时道说们为你地出就要会可好对生能而那得着下自之年过后作里用所然家事成方多经么去法学如都同现当没动面起看定天分还进小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体政美见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运" +
  "這來個國時說們為會對後過裡經麼學動當沒還進樣開從實軍無與長機關點業將兩間問應頭體見產東聲員論處義幾認條氣題爾別變總電數報結務場計許統區隊決馬書則聽達強難權設記類據邊張該規萬覺術領確傳師觀請讓識帶導爭運謝世界，。、：；？！「」";

/** How much of a decoded text is Chinese as it is written every day, 0 to 1 and a little above for the commonest characters. */
function plausibleChinese(bytes: Uint8Array, text: string, encoding: keyof typeof dailyRows): number {
  const { punctuation, characters, trail } = dailyRows[encoding];
  const sample = text.slice(0, sampleLength / 2);
  const beyond = sample.match(/[^\x00-\x7f]/gu) ?? [];
  if (beyond.length === 0 || /[\x80-\x9f\ufffd]/u.test(sample)) return 0;
  const strange = beyond.filter((character) => /\p{Co}|\p{Cn}/u.test(character)).length;
  if (strange > beyond.length * 0.02) return 0;
  const common = beyond.filter((character) => commonest.includes(character)).length / beyond.length;
  const length = Math.min(bytes.length, sampleLength);
  let [pairs, daily] = [0, 0];
  for (let at = 0; at + 1 < length; at++) {
    const lead = bytes[at]!;
    if (lead < 0x80) continue;
    const next = bytes[at + 1]!;
    pairs++;
    const isDaily =
      (lead >= punctuation[0] && lead <= punctuation[1]) || (lead >= characters[0] && lead <= characters[1]);
    if (isDaily && next >= trail) daily++;
    // Four bytes of GB18030 begin like two whose second is a digit.
    at += encoding === "GB18030" && next >= 0x30 && next <= 0x39 ? 3 : 1;
  }
  return pairs === 0 ? 0 : daily / pairs + common * 0.5;
}

/** Few letters beyond ASCII, each within or at a word of letters, and no sign that stands in no text. */
function plausibleWestern(text: string): boolean {
  const sample = text.slice(0, sampleLength);
  const beyond = sample.match(/[^\x00-\x7f]/gu) ?? [];
  const letters = sample.match(/[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e]/gu);
  const punctuation = sample.match(
    /[\u00a0\u00a1\u00a3\u00a7\u00a9\u00ab\u00ae\u00b0\u00b4\u00b7\u00bb\u00bf\u2013-\u2026\u20ac]/gu,
  );
  const fitting = (letters?.length ?? 0) + (punctuation?.length ?? 0);
  return fitting >= beyond.length * 0.98 && beyond.length < sample.length * 0.3;
}

/** Without a character that a cut has left unfinished at the end. */
function whole(bytes: Uint8Array, encoding: "GB18030" | "Big5"): Uint8Array {
  for (let cut = 0; cut <= (encoding === "GB18030" ? 3 : 1); cut++) {
    const shorter = bytes.subarray(0, bytes.length - cut);
    if (decoded(shorter, encoding) !== null) return shorter;
  }
  return bytes;
}

/** Null where the bytes are not valid in the encoding. */
function decoded(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function lossy(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
