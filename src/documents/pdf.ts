import { readFile } from "node:fs/promises";
// It has the program that reads PDFs take it in this thread.
import "pdfjs-dist/legacy/build/pdf.worker.mjs";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { systemReason } from "../errors.ts";
import { CharacterMaps } from "./character-maps.ts";
import { type DocumentPiece, type DocumentReading, documentRefusal, textTooLarge } from "./document-text.ts";
import { numbersIn } from "./page-range.ts";
import { withoutRadicals } from "./radicals.ts";

/**
 * The text of a PDF, page by page. Pages that are broken have none.
 *
 * @throws AppError `input_unreadable`
 */
export async function* pdfPieces(reading: DocumentReading): AsyncGenerator<DocumentPiece> {
  const bytes = await bytesOf(reading);
  // Pictures are streams, whose dictionaries are never packed.
  const hasPictures = ["/Subtype/Image", "/Subtype /Image"].some((entry) => bytes.includes(entry));
  const pdf = await openPdf(reading, bytes);
  try {
    yield { type: "parts", count: pdf.numPages, hasPictures };
    let length = 0;
    for (const number of numbersIn(reading.range, pdf.numPages)) {
      const text = await textOf(pdf, number);
      length += text.length;
      if (length > reading.maxLength) throw textTooLarge(reading);
      yield { type: "part", number, title: "", text };
    }
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function bytesOf(reading: DocumentReading): Promise<Buffer> {
  const { source } = reading;
  if ("bytes" in source) return Buffer.from(source.bytes.buffer, source.bytes.byteOffset, source.bytes.byteLength);
  try {
    return await readFile(source.path);
  } catch (error) {
    throw documentRefusal(reading, systemReason(error));
  }
}

/** Bytes of a PDF that is not mended where its end is missing: looking through it for its parts may take gigabytes. */
const maxMended = 16 * 1024 * 1024;
/** Bytes in which the end of a PDF is looked for. */
const endLength = 1024 * 1024;

async function openPdf(reading: DocumentReading, bytes: Buffer): Promise<PDFDocumentProxy> {
  if (bytes.length > maxMended && !bytes.includes("startxref", bytes.length - endLength)) {
    throw documentRefusal(reading, "document_broken", reading.form.label);
  }
  const task = getDocument({
    data: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    ...(reading.password !== null && { password: reading.password }),
    BinaryDataFactory: CharacterMaps,
    cMapUrl: "cmaps/",
    // Nothing is drawn, and nothing of the document is run.
    disableFontFace: true,
    useSystemFonts: false,
    useWasm: false,
    enableXfa: false,
    verbosity: 0,
  });
  try {
    return await task.promise;
  } catch (error) {
    const { name } = error as Error;
    if (name === "PasswordException")
      throw documentRefusal(reading, reading.password === null ? "document_password" : "document_password_wrong");
    throw documentRefusal(reading, "document_broken", reading.form.label);
  }
}

async function textOf(pdf: PDFDocumentProxy, number: number): Promise<string> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    return withoutRadicals(linesOf(items.filter((item) => "str" in item)));
  } catch {
    return "";
  }
}

/** A piece of text on a page. `transform`: where it is, the last two its place from the left and from the bottom. */
interface PageText {
  readonly str: string;
  readonly transform: readonly number[];
  readonly height: number;
  readonly hasEOL: boolean;
}

/** Line heights between two lines of different paragraphs. */
const paragraphGap = 1.9;

/** The lines of a page, with a blank one where there is room between paragraphs. */
function linesOf(items: readonly PageText[]): string {
  let text = "";
  let last: { readonly y: number; readonly height: number } | null = null;
  for (const { str, transform, height, hasEOL } of items) {
    const y = transform[5] ?? 0;
    if (str.trim() !== "") {
      const gap = last === null ? 0 : Math.abs(last.y - y) / Math.max(last.height, height, 1);
      if (gap > paragraphGap && text.endsWith("\n")) text += "\n";
      last = { y, height };
    }
    text += str;
    if (hasEOL) text += "\n";
  }
  return text
    .replaceAll("\0", "")
    .replace(/(?<![^\S\n])[^\S\n]+$/gmu, "")
    .replace(/\n{3,}/gu, "\n\n")
    .trim();
}
