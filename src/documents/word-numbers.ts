import type { DocumentReading } from "./document-text.ts";
import { attribute, readXml, type XmlAttributes } from "./xml-events.ts";

interface ListLevel {
  format: string;
  /** With `%1` for the number of the first level. */
  pattern: string;
  start: number;
  style: string;
}

type Definition = Map<number, ListLevel>;

/** Levels that a list has in Word. */
const maxLevels = 9;

/** The numbers that Word writes before headings, clauses and list items: they are in no text of the document. */
export class ListNumbers {
  readonly #definitions = new Map<string, Definition>();
  readonly #ofLists = new Map<string, string>();
  readonly #counts = new Map<string, number[]>();

  /** @param pieces of the part that defines lists; none where there is none */
  static async read(pieces: AsyncIterable<Uint8Array>, reading: DocumentReading): Promise<ListNumbers> {
    const numbers = new ListNumbers();
    let [definition, level, list]: [Definition | null, ListLevel | null, string] = [null, null, ""];
    const open = (name: string, attributes: XmlAttributes) => {
      const value = attribute(attributes, "val") ?? "";
      if (name === "abstractNum") {
        definition = new Map();
        numbers.#definitions.set(attribute(attributes, "abstractNumId") ?? "", definition);
      } else if (name === "lvl" && definition !== null) {
        level = { format: "decimal", pattern: "", start: 1, style: "" };
        definition.set(Number(attribute(attributes, "ilvl")) || 0, level);
      } else if (name === "num") {
        [definition, level, list] = [null, null, attribute(attributes, "numId") ?? ""];
      } else if (name === "abstractNumId" && list !== "") numbers.#ofLists.set(list, value);
      else if (level === null) return;
      else if (name === "numFmt") level.format = value;
      else if (name === "lvlText") level.pattern = value;
      else if (name === "start") level.start = Number(value) || 0;
      else if (name === "pStyle") level.style = value;
    };
    await readXml(pieces, { open }, reading);
    return numbers;
  }

  /** The list that paragraphs of a style belong to by themselves; null for none. */
  ofStyle(style: string): { readonly id: string; readonly level: number } | null {
    if (style === "") return null;
    for (const [id, name] of this.#ofLists) {
      for (const [level, { style: own }] of this.#definitions.get(name) ?? []) if (own === style) return { id, level };
    }
    return null;
  }

  /** The next number at a level of a list, as it is written; `-` for bullets, empty for nothing. */
  next(id: string, level: number): string {
    const name = this.#ofLists.get(id) ?? "";
    const levels = this.#definitions.get(name);
    const own = levels?.get(level);
    if (levels === undefined || own === undefined) return id === "" || id === "0" ? "" : "-";
    const counts = this.#counts.get(name) ?? [];
    this.#counts.set(name, counts);
    counts[level] = (counts[level] ?? own.start - 1) + 1;
    counts.length = Math.min(level + 1, maxLevels);
    if (own.format === "bullet") return "-";
    if (own.format === "none") return "";
    return own.pattern.replaceAll(/%(\d)/gu, (_, digit: string) => {
      const at = Number(digit) - 1;
      const other = levels.get(at);
      return other === undefined ? "" : written(counts[at] ?? other.start, other.format);
    });
  }
}

function written(number: number, format: string): string {
  switch (format) {
    case "lowerLetter":
      return letters(number);
    case "upperLetter":
      return letters(number).toUpperCase();
    case "lowerRoman":
      return roman(number).toLowerCase();
    case "upperRoman":
      return roman(number);
    case "chineseCounting":
    case "chineseCountingThousand":
    case "taiwaneseCountingThousand":
    case "japaneseCounting":
    case "ideographDigital":
      return chinese(number);
    default:
      return String(number);
  }
}

/** a to z, then aa, bb. */
function letters(number: number): string {
  const letter = String.fromCharCode(97 + ((Math.max(number, 1) - 1) % 26));
  return letter.repeat(Math.min(Math.ceil(Math.max(number, 1) / 26), 10));
}

const romans: readonly (readonly [number, string])[] = [
  [1000, "M"],
  [900, "CM"],
  [500, "D"],
  [400, "CD"],
  [100, "C"],
  [90, "XC"],
  [50, "L"],
  [40, "XL"],
  [10, "X"],
  [9, "IX"],
  [5, "V"],
  [4, "IV"],
  [1, "I"],
];

function roman(number: number): string {
  if (number < 1 || number > 3999) return String(number);
  let [rest, text] = [number, ""];
  for (const [value, sign] of romans) {
    for (; rest >= value; rest -= value) text += sign;
  }
  return text;
}

/** 一 to 九千九百九十九. */
function chinese(number: number): string {
  if (number < 1 || number > 9999) return String(number);
  const digits = Array.from(String(number), Number);
  const units = ["", "十", "百", "千"];
  const text = digits
    .map((digit, index) => (digit === 0 ? "零" : `${"零一二三四五六七八九"[digit]}${units[digits.length - 1 - index]}`))
    .join("")
    .replaceAll(/零+/gu, "零")
    .replace(/零$/u, "");
  return number >= 10 && number < 20 ? text.slice(1) : text;
}
