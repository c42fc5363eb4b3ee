import { type DocumentPiece, type DocumentReading, documentRefusal } from "./document-text.ts";
import { MarkdownText } from "./markdown-text.ts";
import { numbersIn } from "./page-range.ts";
import { mainPart, relationshipsOf } from "./relationships.ts";
import { attribute, readXml, type XmlAttributes } from "./xml-events.ts";
import { ZipArchive } from "./zip-archive.ts";

/** The text of a presentation, slide by slide, each with the speaker's notes. */
export async function* slidePieces(reading: DocumentReading): AsyncGenerator<DocumentPiece> {
  using archive = await ZipArchive.open(reading);
  const main = await mainPart(archive, "ppt/presentation.xml", reading);
  if (!archive.has(main)) throw documentRefusal(reading, "document_broken", reading.form.label);
  const links = await relationshipsOf(archive, main, reading);
  const slides: string[] = [];
  const open = (name: string, attributes: XmlAttributes) => {
    const slide = name === "sldId" ? links.get(attributes["r:id"] ?? attribute(attributes, "id") ?? "") : undefined;
    if (slide !== undefined) slides.push(slide.target);
  };
  await readXml(archive.pieces(main), { open }, reading);
  const hasPictures = [...archive.names].some((name) => name.startsWith("ppt/media/"));
  yield { type: "parts", count: slides.length, hasPictures };
  const text = new MarkdownText(reading);
  for (const number of numbersIn(reading.range, slides.length)) {
    const slide = slides[number - 1]!;
    await readShapes(archive, slide, text, reading);
    const notes = [...(await relationshipsOf(archive, slide, reading)).values()].find(
      ({ kind }) => kind === "notesSlide",
    );
    const shown = text.take();
    if (notes !== undefined) await readShapes(archive, notes.target, text, reading);
    const said = text.take();
    const spoken = said === "" ? "" : `${shown === "" ? "" : "\n\n"}Notes:\n\n${said}`;
    yield { type: "part", number, title: "", text: shown + spoken };
  }
}

/** Places of a layout whose text is on every slide: its number, the date, a footer; the picture of the slide in its notes. */
const furniture = new Set(["sldNum", "dt", "ftr", "hdr", "sldImg"]);

async function readShapes(
  archive: ZipArchive,
  part: string,
  text: MarkdownText,
  reading: DocumentReading,
): Promise<void> {
  let [isText, isTitle, isLeft, isPlace, level, fallback] = [false, false, false, false, 0, 0];
  const open = (name: string, attributes: XmlAttributes) => {
    if (name === "Fallback" || fallback > 0) fallback++;
    else if (name === "sp") [isTitle, isLeft, isPlace] = [false, false, false];
    else if (name === "ph") {
      const type = attribute(attributes, "type") ?? "body";
      isTitle = type === "title" || type === "ctrTitle";
      isLeft = furniture.has(type);
      isPlace = /^(?:body|obj)$/u.test(type);
    } else if (name === "pPr") level = Number(attribute(attributes, "lvl")) || 0;
    else if (name === "t") isText = true;
    else if (name === "br" && !isLeft) text.text("\n");
    else if (name === "tbl") {
      [isTitle, isLeft, isPlace] = [false, false, false];
      text.openTable();
    }
  };
  const close = (name: string) => {
    if (fallback > 0) return void fallback--;
    if (name === "t") isText = false;
    else if (name === "p") {
      text.endParagraph(isTitle ? "# " : isPlace ? `${"  ".repeat(Math.min(level, 8))}- ` : "");
      level = 0;
    } else if (name === "tc") text.endCell();
    else if (name === "tr") text.endRow();
    else if (name === "tbl") text.closeTable();
  };
  const handler = {
    open,
    close,
    text: (piece: string) => {
      if (isText && !isLeft && fallback === 0) text.text(piece);
    },
  };
  await readXml(archive.pieces(part), handler, reading);
}
