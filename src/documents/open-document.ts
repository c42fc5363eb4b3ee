import { type DocumentPiece, type DocumentReading, documentRefusal, textTooLarge } from "./document-text.ts";
import { MarkdownText } from "./markdown-text.ts";
import { numbersIn } from "./page-range.ts";
import { TableText } from "./table-text.ts";
import { attribute, readXml, type XmlAttributes, without } from "./xml-events.ts";
import { ZipArchive } from "./zip-archive.ts";

const content = "content.xml";

/** The text of an OpenDocument text, as one part; of a presentation slide by slide; of a spreadsheet sheet by sheet, as CSV. */
export async function* openDocumentPieces(reading: DocumentReading): AsyncGenerator<DocumentPiece> {
  using archive = await ZipArchive.open(reading);
  if (!archive.has(content)) throw documentRefusal(reading, "document_broken", reading.form.label);
  await refuseEncrypted(archive, reading);
  const body = reading.form.name === "ods" ? new SheetBody(reading) : new TextBody(reading);
  await readXml(archive.pieces(content), body.handler, reading);
  const parts = body.finish();
  const hasPictures = [...archive.names].some((name) => name.startsWith("Pictures/"));
  yield { type: "parts", count: parts.length, hasPictures };
  for (const number of numbersIn(reading.range, parts.length)) yield { type: "part", number, ...parts[number - 1]! };
}

/** @throws AppError `input_unreadable` where a password is needed */
async function refuseEncrypted(archive: ZipArchive, reading: DocumentReading): Promise<void> {
  let isEncrypted = false;
  const open = (name: string) => {
    if (name === "encryption-data") isEncrypted = true;
  };
  await readXml(archive.pieces("META-INF/manifest.xml"), { open }, reading);
  if (isEncrypted) throw documentRefusal(reading, "document_locked", reading.form.label);
}

interface Part {
  readonly title: string;
  readonly text: string;
}

/** What is said about the text, or what was deleted from it. */
const left = new Set(["annotation", "tracked-changes", "note-citation", "forms", "ruby-text"]);

/** A text with one blank for all blanks and line breaks beside each other, as in XML. */
function oneBlank(text: string): string {
  return text.replaceAll(/[ \t\r\n]+/gu, " ");
}

/** Elements that are signs. `s` stands for blanks. */
function signOf(name: string, attributes: XmlAttributes): string {
  if (name === "tab") return "\t";
  if (name === "line-break") return "\n";
  return name === "s" ? " ".repeat(Math.min(Number(attribute(attributes, "c")) || 1, 100)) : "";
}

/** Reads texts and presentations. */
class TextBody {
  readonly #text: MarkdownText;
  readonly #hasSlides: boolean;
  readonly #slides: Part[] = [];
  /** Paragraphs within each other, as where a note stands in one. */
  #paragraphs = 0;
  /** Of the note that is being read. */
  #inNote = 0;
  /** Whether this is the title of a slide. */
  #isTitle = false;
  #lists = 0;
  #prefix = "";
  #notes = "";
  #noteStart = "";

  constructor(reading: DocumentReading) {
    this.#text = new MarkdownText(reading);
    this.#hasSlides = reading.form.name === "odp";
  }

  readonly handler = without(left, {
    open: (name, attributes) => this.#open(name, attributes),
    close: (name) => this.#close(name),
    text: (text) => {
      if (this.#paragraphs > 0) this.#text.text(oneBlank(text));
    },
  });

  finish(): readonly Part[] {
    if (this.#hasSlides) return this.#slides;
    return [{ title: "", text: this.#text.take() }];
  }

  #open(name: string, attributes: XmlAttributes): void {
    switch (name) {
      case "h":
        this.#paragraphs++;
        this.#prefix = `${"#".repeat(Math.min(Math.max(Number(attribute(attributes, "outline-level")) || 1, 1), 6))} `;
        return;
      case "p":
        // Further paragraphs of a note follow the first one.
        if (this.#paragraphs++ > 0 && this.#inNote++ > 0) this.#text.text(" ");
        return;
      case "frame":
        this.#isTitle = attribute(attributes, "class") === "title";
        return;
      case "note":
        // It follows its place, in brackets.
        this.#inNote = 0;
        return this.#text.text(" [");
      case "list":
        this.#lists++;
        return;
      case "list-item":
        this.#prefix = `${"  ".repeat(Math.min(this.#lists - 1, 8))}- `;
        return;
      case "table":
        return this.#text.openTable();
      case "notes":
        this.#noteStart = this.#text.take();
        return;
      default:
        this.#text.text(signOf(name, attributes));
    }
  }

  #close(name: string): void {
    switch (name) {
      case "h":
      case "p":
        // The end of a paragraph within one is none of the outer one.
        if (--this.#paragraphs > 0) return;
        this.#text.endParagraph(this.#isTitle ? "# " : this.#prefix);
        this.#prefix = "";
        return;
      case "frame":
        this.#isTitle = false;
        return;
      case "note":
        return this.#text.text("]");
      case "list":
        this.#lists--;
        return;
      case "table-cell":
        return this.#text.endCell();
      case "table-row":
        return this.#text.endRow();
      case "table":
        return this.#text.closeTable();
      case "notes":
        this.#notes = this.#text.take();
        return;
      case "page":
        return this.#endSlide();
      default:
    }
  }

  #endSlide(): void {
    if (!this.#hasSlides) return;
    const blocks = [this.#noteStart, this.#text.take()].filter((text) => text !== "");
    if (this.#notes !== "") blocks.push("Notes:", this.#notes);
    this.#slides.push({ title: "", text: blocks.join("\n\n") });
    [this.#noteStart, this.#notes] = ["", ""];
  }
}

/** More columns than a sheet may have: one that is repeated so often is the empty rest of a row. */
const maxColumns = 16_384;
/** Rows of the same content that are written out. */
const maxRepeatedRows = 1000;

/** Reads spreadsheets. */
class SheetBody {
  readonly #reading: DocumentReading;
  readonly #table: TableText;
  readonly #sheets: Part[] = [];
  #title = "";
  #row: (readonly [column: number, value: string])[] = [];
  #rowRepeats = 1;
  #column = 0;
  #repeats = 1;
  #value = "";
  #paragraphs = 0;

  constructor(reading: DocumentReading) {
    this.#reading = reading;
    this.#table = new TableText(reading);
  }

  readonly handler = without(left, {
    open: (name, attributes) => this.#open(name, attributes),
    close: (name) => this.#close(name),
    text: (text) => {
      if (this.#paragraphs > 0) this.#take(oneBlank(text));
    },
  });

  finish(): readonly Part[] {
    return this.#sheets;
  }

  #take(text: string): void {
    this.#value += text;
    if (this.#value.length > this.#reading.maxLength) throw textTooLarge(this.#reading);
  }

  #open(name: string, attributes: XmlAttributes): void {
    const times = (of: string) => Math.max(Number(attribute(attributes, of)) || 1, 1);
    if (name === "table") this.#title = attribute(attributes, "name") ?? "";
    else if (name === "table-row") {
      [this.#row, this.#column, this.#rowRepeats] = [[], 0, times("number-rows-repeated")];
    } else if (name === "table-cell" || name === "covered-table-cell") {
      [this.#value, this.#repeats] = ["", times("number-columns-repeated")];
    } else if (name === "p") {
      if (this.#value !== "") this.#value += "\n";
      this.#paragraphs++;
    } else if (this.#paragraphs > 0) this.#value += signOf(name, attributes);
  }

  #close(name: string): void {
    if (name === "p") this.#paragraphs--;
    else if (name === "table-cell" || name === "covered-table-cell") this.#endCell();
    else if (name === "table-row") this.#endRow();
    else if (name === "table") this.#sheets.push({ title: this.#title, text: this.#table.take() });
  }

  #endCell(): void {
    const end = Math.min(this.#column + this.#repeats, maxColumns);
    if (this.#value !== "") for (let at = this.#column; at < end; at++) this.#row.push([at, this.#value]);
    this.#column = end;
  }

  #endRow(): void {
    if (this.#row.length === 0) return;
    for (let time = 0; time < Math.min(this.#rowRepeats, maxRepeatedRows); time++) {
      for (const [column, value] of this.#row) this.#table.cell(column, value);
      this.#table.endRow();
    }
  }
}
