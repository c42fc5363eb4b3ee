import { posix } from "node:path";
import { type DocumentPiece, type DocumentReading, documentRefusal } from "./document-text.ts";
import { htmlHandler } from "./html-text.ts";
import { MarkdownText } from "./markdown-text.ts";
import { numbersIn } from "./page-range.ts";
import { readXml, type XmlAttributes } from "./xml-events.ts";
import { ZipArchive } from "./zip-archive.ts";

/** The text of an e-book, chapter by chapter: the files that its maker divided it into, in the order of reading. */
export async function* bookPieces(reading: DocumentReading): AsyncGenerator<DocumentPiece> {
  using archive = await ZipArchive.open(reading);
  const chapters = await chaptersOf(archive, reading);
  await refuseLocked(archive, chapters, reading);
  yield { type: "parts", count: chapters.length, hasPictures: null };
  const text = new MarkdownText(reading);
  for (const number of numbersIn(reading.range, chapters.length)) {
    await readXml(archive.pieces(chapters[number - 1]!), htmlHandler(text), reading, "html");
    yield { type: "part", number, title: "", text: text.take() };
  }
}

async function chaptersOf(archive: ZipArchive, reading: DocumentReading): Promise<readonly string[]> {
  let packageFile = "";
  const rootfile = (name: string, attributes: XmlAttributes) => {
    if (name === "rootfile" && packageFile === "") packageFile = attributes["full-path"] ?? "";
  };
  await readXml(archive.pieces("META-INF/container.xml"), { open: rootfile }, reading);
  if (!archive.has(packageFile)) throw documentRefusal(reading, "document_broken", reading.form.label);
  const folder = posix.dirname(packageFile);
  const items = new Map<string, string>();
  // A book names each once; one that does not would be as long as it likes.
  const chapters = new Set<string>();
  const open = (name: string, attributes: XmlAttributes) => {
    const { id = "", href = "", idref = "" } = attributes;
    if (name === "item") items.set(id, pathOf(folder, href));
    const chapter = name === "itemref" ? items.get(idref) : undefined;
    if (chapter !== undefined && archive.has(chapter)) chapters.add(chapter);
  };
  await readXml(archive.pieces(packageFile), { open }, reading);
  if (chapters.size === 0) throw documentRefusal(reading, "document_broken", reading.form.label);
  return [...chapters];
}

/** @throws AppError `input_unreadable` for a book whose chapters only its shop's reader can open */
async function refuseLocked(archive: ZipArchive, chapters: readonly string[], reading: DocumentReading): Promise<void> {
  let isLocked = false;
  // Fonts alone are often disguised, which matters to nobody here.
  const open = (name: string, { URI = "" }: XmlAttributes) => {
    if (name === "CipherReference" && chapters.includes(pathOf("", URI))) isLocked = true;
  };
  await readXml(archive.pieces("META-INF/encryption.xml"), { open }, reading);
  if (isLocked) throw documentRefusal(reading, "document_locked", reading.form.label);
}

function pathOf(folder: string, href: string): string {
  let path = href.replace(/#.*$/su, "");
  try {
    path = decodeURIComponent(path);
  } catch {
    // It is no URL, and may be a path.
  }
  return posix.join(folder, path);
}
