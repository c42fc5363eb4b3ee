import type { DocumentReading } from "./document-text.ts";
import { attribute, readXml, type XmlAttributes } from "./xml-events.ts";

/** How numbers are shown, by the style of their cell. */
export interface CellFormats {
  readonly styles: readonly ("number" | "date" | "percent")[];
  /** Whether days are counted from 1904, as on old Macs. */
  readonly since1904: boolean;
}

/** Built-in formats of dates and times, with those of Chinese and Japanese systems. */
const dateFormats: readonly (readonly [number, number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
];

/** The kinds of number that a workbook's styles show. */
export async function cellFormats(
  pieces: AsyncIterable<Uint8Array>,
  reading: DocumentReading,
): Promise<Pick<CellFormats, "styles">> {
  const own = new Map<number, string>();
  const styles: CellFormats["styles"][number][] = [];
  let isCell = false;
  const open = (name: string, attributes: XmlAttributes) => {
    const id = Number(attribute(attributes, "numFmtId"));
    if (name === "numFmt") own.set(id, attribute(attributes, "formatCode") ?? "");
    else if (name === "cellXfs") isCell = true;
    else if (name === "xf" && isCell) styles.push(kindOf(id, own.get(id)));
  };
  const close = (name: string) => {
    if (name === "cellXfs") isCell = false;
  };
  await readXml(pieces, { open, close }, reading);
  return { styles };
}

function kindOf(id: number, code: string | undefined): CellFormats["styles"][number] {
  if (code === undefined) {
    if (id === 9 || id === 10) return "percent";
    return dateFormats.some(([from, to]) => id >= from && id <= to) ? "date" : "number";
  }
  // Quoted text, colours and languages say nothing.
  const bare = code.replaceAll(/"[^"]*"|\\.|_.|\[(?!h|m|s)[^\]]*\]/giu, "");
  if (/[ymdhs]/iu.test(bare) && !/^general$/iu.test(bare)) return "date";
  return bare.includes("%") ? "percent" : "number";
}

/** A cell's number as it is read: a date, a share, or a number without the noise of binary fractions. */
export function cellNumber(value: string, style: number, { styles, since1904 }: CellFormats): string {
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  switch (styles[style]) {
    case "date":
      return dateOf(number, since1904) ?? value;
    case "percent":
      return `${plain(number * 100)}%`;
    default:
      return plain(number);
  }
}

function plain(number: number): string {
  return String(Number(number.toPrecision(15)));
}

const day = 86_400_000;

/** The date of a count of days, as ISO 8601 has it, or the time of a part of a day. Null for what is none. */
function dateOf(days: number, since1904: boolean): string | null {
  // 1900 counts as a leap year there, so that the first two months are a day off; nobody has dates in them.
  const start = since1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  const seconds = Math.round((days * day) / 1000) * 1000;
  const date = new Date(start + seconds);
  if (days < 0 || Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return null;
  const [date10, time] = [date.toISOString().slice(0, 10), date.toISOString().slice(11, 19)];
  if (days < 1 && !since1904) return time;
  return time === "00:00:00" ? date10 : `${date10} ${time}`;
}
