import { type DocumentPiece, type DocumentReading, documentRefusal } from "./document-text.ts";
import { MarkdownText } from "./markdown-text.ts";
import { mainPart, type Relationship, relationshipsOf } from "./relationships.ts";
import { ListNumbers } from "./word-numbers.ts";
import { headingLevels } from "./word-styles.ts";
import { attribute, readXml, type XmlAttributes, without } from "./xml-events.ts";
import { ZipArchive } from "./zip-archive.ts";

/** The text of a Word document, as one part. */
export async function* wordPieces(reading: DocumentReading): AsyncGenerator<DocumentPiece> {
  using archive = await ZipArchive.open(reading);
  const main = await mainPart(archive, "word/document.xml", reading);
  if (!archive.has(main)) throw documentRefusal(reading, "document_broken", reading.form.label);
  const links = await relationshipsOf(archive, main, reading);
  const partOf = (kind: string) => [...links.values()].find((each) => each.kind === kind)?.target ?? "";
  const levels = await headingLevels(archive.pieces(partOf("styles")), reading);
  const numbers = await ListNumbers.read(archive.pieces(partOf("numbering")), reading);
  const body = new WordBody(reading, links, levels, numbers);
  await readXml(archive.pieces(main), body.handler, reading);
  for (const kind of ["footnotes", "endnotes"]) await readXml(archive.pieces(partOf(kind)), body.handler, reading);
  yield { type: "parts", count: 1, hasPictures: [...links.values()].some((each) => each.kind === "image") };
  yield { type: "part", number: 1, title: "", text: body.text.take() };
}

/** Elements whose text is not the document's: what was deleted or moved away, and what another form of the same repeats. */
const left = new Set(["del", "moveFrom", "Fallback", "instrText", "delText"]);

/** Elements that are a sign. */
const signs: Readonly<Record<string, string>> = { tab: "\t", cr: "\n", noBreakHyphen: "-" };

/** Reads the elements of a document's text, and of its notes. */
class WordBody {
  readonly text: MarkdownText;
  readonly #links: ReadonlyMap<string, Relationship>;
  readonly #levels: ReadonlyMap<string, number>;
  readonly #numbers: ListNumbers;
  #isText = false;
  #style = "";
  #level: number | null = null;
  #list: { id: string; level: number } | null = null;
  #link: string | null = null;
  #note = "";
  /** Whether what comes is said about a paragraph. */
  #inProperties = false;

  constructor(
    reading: DocumentReading,
    links: ReadonlyMap<string, Relationship>,
    levels: ReadonlyMap<string, number>,
    numbers: ListNumbers,
  ) {
    this.text = new MarkdownText(reading);
    this.#links = links;
    this.#levels = levels;
    this.#numbers = numbers;
  }

  readonly handler = without(left, {
    open: (name, attributes) => this.#open(name, attributes),
    close: (name) => this.#close(name),
    text: (text) => {
      if (this.#isText) this.text.text(text);
    },
  });

  #open(name: string, attributes: XmlAttributes): void {
    if (name === "pPr") this.#inProperties = true;
    if (this.#inProperties) return this.#property(name, attribute(attributes, "val"));
    switch (name) {
      case "p":
        // One in a box, within another one.
        if (this.text.hasLine) this.#endParagraph();
        return;
      case "t":
        this.#isText = true;
        return;
      case "br":
        return this.text.text("\n");
      case "sym":
        return this.text.text(symbolOf(attribute(attributes, "char")));
      case "tbl":
        return this.text.openTable();
      case "hyperlink":
        this.#link = this.#links.get(attribute(attributes, "id") ?? "")?.target ?? null;
        return;
      case "footnoteReference":
      case "endnoteReference":
        return this.text.text(`[^${noteMark(name, attribute(attributes, "id"))}]`);
      case "footnote":
      case "endnote":
        // Separators are notes, too, of a type of their own.
        this.#note = attribute(attributes, "type") === undefined ? noteMark(name, attribute(attributes, "id")) : "";
        return;
      default:
        if (Object.hasOwn(signs, name)) this.text.text(signs[name]!);
    }
  }

  #property(name: string, value: string | undefined): void {
    if (name === "pStyle") this.#style = value ?? "";
    else if (name === "outlineLvl") this.#level = Number(value) + 1;
    else if (name === "ilvl") this.#list = { id: this.#list?.id ?? "", level: Number(value) || 0 };
    else if (name === "numId") this.#list = { id: value ?? "", level: this.#list?.level ?? 0 };
  }

  #close(name: string): void {
    if (name === "t") this.#isText = false;
    else if (name === "pPr") this.#inProperties = false;
    else if (name === "p") this.#endParagraph();
    else if (name === "tc") this.text.endCell();
    else if (name === "tr") this.text.endRow();
    else if (name === "tbl") this.text.closeTable();
    else if (name === "hyperlink") this.#endLink();
  }

  #endLink(): void {
    // An address within the document is none outside of it.
    if (this.#link !== null && /^(?:https?|mailto):/iu.test(this.#link)) this.text.text(` (${this.#link})`);
    this.#link = null;
  }

  #endParagraph(): void {
    const level = this.#level ?? this.#levels.get(this.#style) ?? null;
    const list = this.#list ?? this.#numbers.ofStyle(this.#style);
    const isHeading = level !== null && level >= 1 && level <= 9;
    const number = this.text.hasLine && list !== null ? this.#numbers.next(list.id, list.level) : "";
    if (isHeading) this.text.endParagraph(`${"#".repeat(Math.min(level, 6))} ${number === "-" ? "" : spaced(number)}`);
    else if (number !== "") this.text.endParagraph(`${"  ".repeat(Math.min(list?.level ?? 0, 8))}${spaced(number)}`);
    else this.text.endParagraph(this.#note === "" ? "" : `[^${this.#note}]: `);
    if (this.#note !== "") this.#note = "";
    this.#style = "";
    this.#level = null;
    this.#list = null;
  }
}

function spaced(number: string): string {
  return number === "" ? "" : `${number} `;
}

function noteMark(name: string, id: string | undefined): string {
  return name.startsWith("endnote") ? `end-${id ?? ""}` : (id ?? "");
}

/** A sign of a font of symbols, as far as it is one elsewhere, too. */
function symbolOf(code: string | undefined): string {
  const point = Number.parseInt(code ?? "", 16);
  return Number.isNaN(point) || (point >= 0xe000 && point <= 0xf8ff)
    ? ""
    : String.fromCodePoint(Math.min(point, 0xffff));
}
