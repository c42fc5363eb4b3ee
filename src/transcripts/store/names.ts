import { localStamp } from "../format/times.ts";

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const zeroWidth = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Columns a character takes on a terminal, near enough for cutting names and titles. */
function columns(character: string): number {
  if (character < "\u0300") return 1;
  if (character >= "\u4e00" && character <= "\u9fff") return 2;
  if (wide.test(character)) return 2;
  return zeroWidth.test(character) ? 0 : 1;
}

/** Bytes a character takes in UTF-8; a call into Node for each takes longer than all the rest of a title. */
function bytesOf(character: string): number {
  if (character < "\u0080") return 1;
  if (character < "\u0800") return 2;
  return character.length === 1 ? 3 : 4;
}

/** The longest start of `text` within `limit` columns and `bytes` bytes of UTF-8, cut between characters. */
function cut(text: string, limit: number, bytes: number): string {
  let end = 0;
  let width = 0;
  let size = 0;
  for (const character of text) {
    width += columns(character);
    size += bytesOf(character);
    if (width > limit || size > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** First line of a question that has more than blanks in it. */
function firstLine(question: string): string {
  return /\S.*/.exec(question)?.[0] ?? "";
}

/**
 * Nearly every first line is of these characters, and then these are its words. The classes by Unicode property, which are
 * right for all scripts, take longer to compile than a file takes to write.
 */
const common = /^[\t -~\u2010-\u203a\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff65]*$/;
const commonWords =
  /[0-9A-Za-z\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+/g;

function wordsOf(line: string): readonly string[] {
  if (common.test(line)) return line.match(commonWords) ?? [];
  return line.normalize("NFC").match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
}

/** The part of a file name that recalls the question: letters and digits of any script, safe on every platform. */
export function slug(question: string): string {
  return cut(wordsOf(firstLine(question).slice(0, 400)).join("-"), 40, 150).replace(/-+$/, "");
}

/** `2026-11-20_23-41-07_解释量子计算的基本原理.md`; `copy` from 2 tells apart what would have the same name. */
export function fileName(at: Date, question: string, copy: number): string {
  const stamp = localStamp(at).replace(" ", "_").replaceAll(":", "-");
  const tail = slug(question);
  return `${stamp}${tail === "" ? "" : `_${tail}`}${copy === 1 ? "" : `-${copy}`}.md`;
}

const plain = /^[ -~]*$/;
/** Without blanks but the space, and without characters that act; nearly every title is of these. */
const printable = /^[ -~\u2010-\u2027\u2030-\u203a\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff65]*$/;

/** A title out of a question or a person's words: one line, nothing a terminal would act on, at most 80 columns. */
export function titleOf(text: string): string {
  const first = firstLine(text).slice(0, 1000);
  // Most titles are this, and the classes by Unicode property look at each character.
  if (first.length <= 80 && plain.test(first)) return first.trimEnd().replace(/ {2,}/g, " ");
  const line = printable.test(first)
    ? first.replace(/ {2,}/g, " ").trim()
    : first.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\s]+/gu, " ").trim();
  const short = cut(line, 80, 1000);
  return short === line ? line : `${cut(line, 79, 1000)}…`;
}

/** Eight characters of 0-9 and a-z. Ids tell files of one folder apart, they guard nothing, so that no secure source is loaded. */
export function newId(): string {
  return Array.from({ length: 8 }, () => Math.floor(Math.random() * 36).toString(36)).join("");
}

/** Such an id that follows from a text, so that it is the same whenever it is made. */
export function idFrom(text: string): string {
  // Loaded here, because few files need it and loading takes milliseconds of every start.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const digest = createHash("sha256").update(text).digest();
  return (digest.readBigUInt64BE() % 36n ** 8n).toString(36).padStart(8, "0");
}
