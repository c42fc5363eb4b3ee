import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import { encode } from "./encodings.ts";

/** A zip archive; `stored` names entries that are not compressed. */
export async function zip(
  entries: Readonly<Record<string, string | Buffer>>,
  stored: readonly string[] = ["mimetype"],
): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, content] of Object.entries(entries)) {
    archive.addBuffer(Buffer.from(content), name, { compress: !stored.includes(name) });
  }
  archive.end();
  return await buffer(archive.outputStream);
}

const relationships = (rows: readonly (readonly [id: string, kind: string, target: string])[]) =>
  `<Relationships>${rows
    .map(([id, kind, target]) => {
      const mode = target.startsWith("http") ? ' TargetMode="External"' : "";
      return `<Relationship Id="${id}" Type="http://x/relationships/${kind}" Target="${target}"${mode}/>`;
    })
    .join("")}</Relationships>`;

/**
 * A Word document.
 *
 * @param body of `w:document`
 * @param others further parts, such as `word/styles.xml`
 */
export async function docx(body: string | Buffer, others: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const kinds = ["styles", "numbering", "footnotes"].filter((kind) => others[`word/${kind}.xml`] !== undefined);
  return await zip({
    "[Content_Types].xml": "<Types/>",
    "_rels/.rels": relationships([["r1", "officeDocument", "word/document.xml"]]),
    "word/_rels/document.xml.rels": relationships([
      ...kinds.map((kind) => [kind, kind, `${kind}.xml`] as const),
      ["link", "hyperlink", "https://example.com/"],
    ]),
    "word/document.xml": typeof body === "string" ? `<w:document><w:body>${body}</w:body></w:document>` : body,
    ...others,
  });
}

/** A presentation: of each slide its title, the lines of its text, and what the speaker notes. */
export async function pptx(
  slides: readonly { readonly title: string; readonly lines: readonly string[]; readonly notes?: string }[],
): Promise<Buffer> {
  const paragraph = (text: string) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
  const place = (type: string, body: string) =>
    `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${type}"/></p:nvPr></p:nvSpPr><p:txBody>${body}</p:txBody></p:sp>`;
  const entries: Record<string, string> = {};
  for (const [index, { title, lines, notes }] of slides.entries()) {
    // The order of reading is not that of the files.
    const file = `slide${slides.length - index}.xml`;
    entries[`ppt/slides/${file}`] =
      `<p:sld>${place("title", paragraph(title))}${place("body", lines.map(paragraph).join(""))}${place("sldNum", paragraph("7"))}</p:sld>`;
    if (notes === undefined) continue;
    entries[`ppt/slides/_rels/${file}.rels`] = relationships([["n", "notesSlide", "../notesSlides/n.xml"]]);
    entries["ppt/notesSlides/n.xml"] = `<p:notes>${place("body", paragraph(notes))}</p:notes>`;
  }
  const rows = slides.map((_, index) => [`s${index}`, "slide", `slides/slide${slides.length - index}.xml`] as const);
  return await zip({
    "[Content_Types].xml": "<Types/>",
    "ppt/presentation.xml": `<p:presentation><p:sldIdLst>${rows.map(([id]) => `<p:sldId id="256" r:id="${id}"/>`).join("")}</p:sldIdLst></p:presentation>`,
    "ppt/_rels/presentation.xml.rels": relationships(rows),
    ...entries,
  });
}

/** A workbook: the XML of each sheet's rows, by its name. */
export async function xlsx(
  sheets: Readonly<Record<string, string>>,
  { strings = "", styles = "" }: { readonly strings?: string; readonly styles?: string } = {},
): Promise<Buffer> {
  const names = Object.keys(sheets);
  return await zip({
    "[Content_Types].xml": "<Types/>",
    "xl/workbook.xml": `<workbook><sheets>${names.map((name, at) => `<sheet name="${name}" r:id="s${at}"/>`).join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relationships([
      ...names.map((_, at) => [`s${at}`, "worksheet", `/xl/worksheets/sheet${at}.xml`] as const),
      ["strings", "sharedStrings", "sharedStrings.xml"],
      ["styles", "styles", "styles.xml"],
    ]),
    "xl/sharedStrings.xml": `<sst>${strings}</sst>`,
    "xl/styles.xml": `<styleSheet>${styles}</styleSheet>`,
    ...Object.fromEntries(
      names.map((name, at) => [
        `xl/worksheets/sheet${at}.xml`,
        `<worksheet><sheetData>${sheets[name]}</sheetData></worksheet>`,
      ]),
    ),
  });
}

/** An OpenDocument file of a kind, such as `text`. */
export async function openDocument(kind: string, body: string, manifest = ""): Promise<Buffer> {
  return await zip({
    mimetype: `application/vnd.oasis.opendocument.${kind}`,
    "content.xml": `<office:document-content><office:body>${body}</office:body></office:document-content>`,
    "META-INF/manifest.xml": `<manifest:manifest>${manifest}</manifest:manifest>`,
  });
}

/** An e-book: the pages of its chapters. */
export async function epub(chapters: readonly string[]): Promise<Buffer> {
  const items = chapters.map((_, at) => `<item id="c${at}" href="text/${at}.xhtml"/>`);
  const order = chapters.map((_, at) => `<itemref idref="c${at}"/>`);
  return await zip({
    mimetype: "application/epub+zip",
    "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    "OEBPS/book.opf": `<package><manifest>${items.join("")}</manifest><spine>${order.join("")}</spine></package>`,
    ...Object.fromEntries(chapters.map((page, at) => [`OEBPS/text/${at}.xhtml`, page])),
  });
}

interface PdfOptions {
  /** Pages by number whose content is a picture. */
  readonly pictures?: readonly number[];
  readonly password?: string;
  /** Whether the table of objects at its end is wrong. */
  readonly brokenTable?: boolean;
}

/**
 * A PDF with one line a page; Chinese in GBK for a font that is not embedded, so that only the tables of a reader tell what it is.
 */
export function pdf(
  pages: readonly string[],
  { pictures = [], password, brokenTable = false }: PdfOptions = {},
): Buffer {
  const id = Buffer.from("0123456789abcdef");
  const lock = password === undefined ? null : encryption(password, id);
  const objects: Buffer[] = [];
  const add = (number: number, text: string, stream?: Buffer) => {
    const packed = stream === undefined ? undefined : (lock?.encrypted(number, stream) ?? stream);
    const dictionary = packed === undefined ? text : text.replace(/>>$/u, `/Length ${packed.length}>>`);
    const body = packed === undefined ? [] : [Buffer.from("\nstream\n"), packed, Buffer.from("\nendstream")];
    objects[number] = Buffer.concat([
      Buffer.from(`${number} 0 obj\n${dictionary}`),
      ...body,
      Buffer.from("\nendobj\n"),
    ]);
  };
  const pageAt = (index: number) => 10 + index * 2;
  add(1, "<</Type/Catalog/Pages 2 0 R>>");
  add(2, `<</Type/Pages/Count ${pages.length}/Kids[${pages.map((_, at) => `${pageAt(at)} 0 R`).join(" ")}]>>`);
  add(3, "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/GBK-EUC-H/DescendantFonts[4 0 R]>>");
  add(
    4,
    "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 5 0 R>>",
  );
  add(
    5,
    "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent 0/CapHeight 800/StemV 80>>",
  );
  // The strings of the other one would have to be encrypted as well.
  add(8, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  const font = lock === null ? 3 : 8;
  add(6, "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8>>", Buffer.from([0]));
  if (lock !== null) add(7, lock.dictionary);
  for (const [index, text] of pages.entries()) {
    const number = pageAt(index);
    add(
      number,
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents ${number + 1} 0 R/Resources<</Font<</F1 ${font} 0 R>>/XObject<</I1 6 0 R>>>>>>`,
    );
    const drawn = pictures.includes(index + 1)
      ? "q 500 0 0 700 0 0 cm /I1 Do Q"
      : `BT /F1 12 Tf 50 700 Td <${encode(text, "gb18030").toString("hex")}> Tj ET`;
    add(number + 1, "<<>>", Buffer.from(drawn));
  }
  const head = Buffer.from("%PDF-1.4\n");
  let at = head.length;
  const rows = Array.from({ length: objects.length }, (_, number) => {
    const object = objects[number];
    if (object === undefined) return "0000000000 65535 f \n";
    at += object.length;
    return `${String(at - object.length).padStart(10, "0")} 00000 n \n`;
  });
  const secured = lock === null ? "" : `/Encrypt 7 0 R/ID[<${id.toString("hex")}><${id.toString("hex")}>]`;
  const start = brokenTable ? 999_999 : at;
  const end = `xref\n0 ${objects.length}\n${rows.join("")}trailer\n<</Size ${objects.length}/Root 1 0 R${secured}>>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.concat([head, ...objects.filter((object) => object !== undefined), Buffer.from(end)]);
}

const padding = Buffer.from("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a", "hex");
const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest();

/** The standard security handler in its first form: RC4 with keys of 40 bits. */
function encryption(password: string, id: Buffer) {
  const padded = Buffer.concat([Buffer.from(password), padding]).subarray(0, 32);
  const owner = rc4(md5(padded).subarray(0, 5), padded);
  const permissions = Buffer.from([0xfc, 0xff, 0xff, 0xff]);
  const key = md5(Buffer.concat([padded, owner, permissions, id])).subarray(0, 5);
  const hex = (bytes: Buffer) => `<${bytes.toString("hex")}>`;
  return {
    dictionary: `<</Filter/Standard/V 1/R 2/O${hex(owner)}/U${hex(rc4(key, padding))}/P -4>>`,
    encrypted: (number: number, bytes: Buffer) =>
      rc4(md5(Buffer.concat([key, Buffer.from([number, number >> 8, 0, 0, 0])])).subarray(0, 10), bytes),
  };
}

function rc4(key: Buffer, bytes: Buffer): Buffer {
  const state = Array.from({ length: 256 }, (_, at) => at);
  const swap = (a: number, b: number) => ([state[a], state[b]] = [state[b]!, state[a]!]);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + state[i]! + key[i % key.length]!) & 255;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return Buffer.from(bytes).map((byte) => {
    i = (i + 1) & 255;
    j = (j + state[i]!) & 255;
    swap(i, j);
    return byte ^ state[(state[i]! + state[j]!) & 255]!;
  }) as Buffer;
}
