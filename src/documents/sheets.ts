import { type DocumentPiece, type DocumentReading, documentRefusal, textTooLarge } from "./document-text.ts";
import { numbersIn } from "./page-range.ts";
import { mainPart, relationshipsOf } from "./relationships.ts";
import { cellFormats, type CellFormats, cellNumber } from "./sheet-formats.ts";
import { TableText } from "./table-text.ts";
import { attribute, readXml, type XmlAttributes } from "./xml-events.ts";
import { ZipArchive } from "./zip-archive.ts";

interface Sheet {
  readonly name: string;
  readonly part: string;
}

/** The cells of a workbook as they are shown, sheet by sheet, as CSV. */
export async function* sheetPieces(reading: DocumentReading): AsyncGenerator<DocumentPiece> {
  using archive = await ZipArchive.open(reading);
  const main = await mainPart(archive, "xl/workbook.xml", reading);
  if (!archive.has(main)) throw documentRefusal(reading, "document_broken", reading.form.label);
  const links = await relationshipsOf(archive, main, reading);
  const partOf = (kind: string) => [...links.values()].find((each) => each.kind === kind)?.target ?? "";
  const sheets: Sheet[] = [];
  let since1904 = false;
  const open = (name: string, attributes: XmlAttributes) => {
    if (name === "workbookPr") since1904 = /^(?:1|true)$/u.test(attribute(attributes, "date1904") ?? "");
    const link = name === "sheet" ? links.get(attributes["r:id"] ?? attribute(attributes, "id") ?? "") : undefined;
    if (link?.kind === "worksheet") sheets.push({ name: attribute(attributes, "name") ?? "", part: link.target });
  };
  await readXml(archive.pieces(main), { open }, reading);
  const formats = { ...(await cellFormats(archive.pieces(partOf("styles")), reading)), since1904 };
  const strings = await sharedStrings(archive.pieces(partOf("sharedStrings")), reading);
  yield { type: "parts", count: sheets.length, hasPictures: null };
  const table = new TableText(reading);
  for (const number of numbersIn(reading.range, sheets.length)) {
    const { name: title, part } = sheets[number - 1]!;
    await readSheet(archive.pieces(part), table, { strings, formats }, reading);
    yield { type: "part", number, title, text: table.take() };
  }
}

/** Texts that cells share; how to say them is left out. */
async function sharedStrings(pieces: AsyncIterable<Uint8Array>, reading: DocumentReading): Promise<readonly string[]> {
  const strings: string[] = [];
  let [text, length, isText, spoken] = ["", 0, false, 0];
  const open = (name: string) => {
    if (name === "rPh") spoken++;
    else if (name === "t") isText = true;
  };
  const close = (name: string) => {
    if (name === "rPh") spoken--;
    else if (name === "t") isText = false;
    else if (name === "si") {
      strings.push(text);
      text = "";
    }
  };
  const take = (piece: string) => {
    if (!isText || spoken > 0) return;
    text += piece;
    length += piece.length;
    if (length > reading.maxLength) throw textTooLarge(reading);
  };
  await readXml(pieces, { open, close, text: take }, reading);
  return strings;
}

interface SheetTables {
  readonly strings: readonly string[];
  readonly formats: CellFormats;
}

async function readSheet(
  pieces: AsyncIterable<Uint8Array>,
  table: TableText,
  tables: SheetTables,
  reading: DocumentReading,
): Promise<void> {
  let [column, type, style, value, formula, within, spoken] = [0, "", 0, "", "", "", 0];
  let next = 0;
  const open = (name: string, attributes: XmlAttributes) => {
    if (name === "row") next = 0;
    else if (name === "c") {
      column = columnOf(attribute(attributes, "r")) ?? next;
      next = column + 1;
      type = attribute(attributes, "t") ?? "n";
      style = Number(attribute(attributes, "s")) || 0;
      [value, formula] = ["", ""];
    } else if (name === "rPh") spoken++;
    else if (name === "v" || name === "t" || name === "f") within = name;
  };
  const close = (name: string) => {
    if (name === "rPh") spoken--;
    else if (name === "v" || name === "t" || name === "f") within = "";
    else if (name === "c") table.cell(column, cellText({ type, style, value, formula }, tables));
    else if (name === "row") table.endRow();
  };
  const text = (piece: string) => {
    if (spoken > 0) return;
    if (within === "f") formula += piece;
    else if (within !== "") value += piece;
    if (value.length + formula.length > reading.maxLength) throw textTooLarge(reading);
  };
  await readXml(pieces, { open, close, text }, reading);
}

interface SheetCell {
  readonly type: string;
  readonly style: number;
  readonly value: string;
  readonly formula: string;
}

function cellText({ type, style, value, formula }: SheetCell, { strings, formats }: SheetTables): string {
  // A formula that nobody has computed.
  if (value === "") return formula === "" ? "" : `=${formula}`;
  if (type === "s") return strings[Number(value)] ?? "";
  if (type === "b") return value === "1" ? "TRUE" : "FALSE";
  return type === "n" ? cellNumber(value, style, formats) : value;
}

/** Columns that a sheet has: A to XFD. */
const maxColumns = 16_384;

/** The column of a cell's name, from 0; null for none. */
function columnOf(name: string | undefined): number | null {
  const [letters] = /^[A-Z]{1,3}/u.exec(name ?? "") ?? [];
  if (letters === undefined) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column <= maxColumns ? column - 1 : null;
}
