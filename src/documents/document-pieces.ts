import type { DocumentFormName } from "./document-form.ts";
import { type DocumentPiece, type DocumentReading, documentRefusal } from "./document-text.ts";

type PieceReader = (reading: DocumentReading) => AsyncGenerator<DocumentPiece>;

/** What reads each form, loaded when a document is of it. */
const readers: Partial<Readonly<Record<DocumentFormName, () => Promise<PieceReader>>>> = {
  pdf: async () => (await import("./pdf.ts")).pdfPieces,
  docx: async () => (await import("./word.ts")).wordPieces,
  pptx: async () => (await import("./slides.ts")).slidePieces,
  xlsx: async () => (await import("./sheets.ts")).sheetPieces,
  odt: async () => (await import("./open-document.ts")).openDocumentPieces,
  odp: async () => (await import("./open-document.ts")).openDocumentPieces,
  ods: async () => (await import("./open-document.ts")).openDocumentPieces,
  epub: async () => (await import("./book.ts")).bookPieces,
  rtf: async () => (await import("./rich-text.ts")).richTextPieces,
};

/**
 * The text of a document, piece by piece; it may take seconds and more memory than a conversation has: it belongs into a thread.
 *
 * @throws AppError `input_unreadable`
 */
export async function* documentPieces(reading: DocumentReading): AsyncGenerator<DocumentPiece> {
  const read = await readers[reading.form.name]?.();
  if (read === undefined)
    throw documentRefusal(reading, reading.form.obstacle ?? "document_legacy", reading.form.label);
  try {
    yield* read(reading);
  } catch (error) {
    // A text, or a list, that is longer than the engine has any.
    throw error instanceof RangeError ? documentRefusal(reading, "document_memory", reading.form.label) : error;
  }
}
