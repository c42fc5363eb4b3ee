/** Forms of documents, as their files are called. */
export type DocumentFormName =
  | "pdf"
  | "docx"
  | "pptx"
  | "xlsx"
  | "odt"
  | "odp"
  | "ods"
  | "epub"
  | "rtf"
  | "doc"
  | "ppt"
  | "xls"
  | "xlsb"
  | "iwork"
  | "encrypted";

/** What the parts of a document are; null where it has none that are the same everywhere. */
type DocumentUnit = "page" | "slide" | "sheet" | "chapter" | null;

/** What a document is, by its content. */
export interface DocumentForm {
  readonly name: DocumentFormName;
  /** As people call it. */
  readonly label: string;
  readonly mediaType: string;
  readonly unit: DocumentUnit;
  /** Why its text cannot be taken out on this machine; null where it can. A service may take it nevertheless. */
  readonly obstacle: "document_legacy" | "document_locked" | null;
}

const office = "application/vnd.openxmlformats-officedocument.";
const openDocument = "application/vnd.oasis.opendocument.";

function form(
  name: DocumentFormName,
  label: string,
  mediaType: string,
  unit: DocumentUnit,
  obstacle: DocumentForm["obstacle"] = null,
): readonly [DocumentFormName, DocumentForm] {
  return [name, { name, label, mediaType, unit, obstacle }];
}

const forms = new Map<DocumentFormName, DocumentForm>([
  form("pdf", "PDF", "application/pdf", "page"),
  form("docx", "Word", `${office}wordprocessingml.document`, null),
  form("pptx", "PowerPoint", `${office}presentationml.presentation`, "slide"),
  form("xlsx", "Excel", `${office}spreadsheetml.sheet`, "sheet"),
  form("odt", "OpenDocument text", `${openDocument}text`, null),
  form("odp", "OpenDocument presentation", `${openDocument}presentation`, "slide"),
  form("ods", "OpenDocument spreadsheet", `${openDocument}spreadsheet`, "sheet"),
  form("epub", "EPUB", "application/epub+zip", "chapter"),
  form("rtf", "RTF", "application/rtf", null),
  form("doc", "Word 97–2003", "application/msword", null, "document_legacy"),
  form("ppt", "PowerPoint 97–2003", "application/vnd.ms-powerpoint", "slide", "document_legacy"),
  form("xls", "Excel 97–2003", "application/vnd.ms-excel", "sheet", "document_legacy"),
  form("xlsb", "binary Excel", "application/vnd.ms-excel.sheet.binary.macroEnabled.12", "sheet", "document_legacy"),
  form("iwork", "Apple iWork", "application/x-iwork", null, "document_legacy"),
  form("encrypted", "Microsoft Office", "application/x-ole-storage", null, "document_locked"),
]);

/** Bytes of the beginning and of the end of a large file by which its form is known. */
export const sampleLengths = { head: 64 * 1024, tail: 512 * 1024 } as const;

/**
 * What a document is, by its content; null for what is none, a zip archive of other things too.
 *
 * @param bytes all of it; of a large file its beginning and its end (`sampleLengths`), one right behind the other
 */
export function documentForm(bytes: Uint8Array): DocumentForm | null {
  const name = formName(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return name === null ? null : forms.get(name)!;
}

function formName(bytes: Buffer): DocumentFormName | null {
  const start = bytes.toString("latin1", 0, 64);
  if (/^(?:\xef\xbb\xbf)?[\s\0]*%PDF-/u.test(start)) return "pdf";
  if (start.startsWith("{\\rtf")) return "rtf";
  if (start.startsWith("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return compoundForm(bytes);
  return start.startsWith("PK\x03\x04") ? zipForm(bytes) : null;
}

/** Streams in the compound files of Office, which name what is in them. */
const streams: readonly (readonly [string, DocumentFormName])[] = [
  ["EncryptedPackage", "encrypted"],
  ["WordDocument", "doc"],
  ["PowerPoint Document", "ppt"],
  ["Workbook", "xls"],
  ["Book", "xls"],
];

/** An old Office document, or a new one behind a password; null for other compound files, such as mails and installers. */
function compoundForm(bytes: Buffer): DocumentFormName | null {
  return streams.find(([stream]) => bytes.includes(`${stream}\0`, 512, "utf16le"))?.[1] ?? null;
}

const openDocuments: Readonly<Record<string, DocumentFormName>> = {
  text: "odt",
  "text-template": "odt",
  "text-master": "odt",
  presentation: "odp",
  "presentation-template": "odp",
  spreadsheet: "ods",
  "spreadsheet-template": "ods",
};

/** Entries of zip archives that name what is in them. */
const entries: readonly (readonly [RegExp, DocumentFormName])[] = [
  [/^word\/document\d*\.xml$/u, "docx"],
  [/^ppt\/presentation\d*\.xml$/u, "pptx"],
  [/^xl\/workbook\d*\.xml$/u, "xlsx"],
  [/^xl\/workbook\d*\.bin$/u, "xlsb"],
  [/^Index\/(?:Document|Presentation|Tables\/DataList)\.iwa$/u, "iwork"],
];

function zipForm(bytes: Buffer): DocumentFormName | null {
  // OpenDocument and EPUB have their type as the first entry, not compressed.
  const [, type] = /^mimetypeapplication\/([\w.+-]+)/u.exec(bytes.toString("latin1", 30, 130)) ?? [];
  if (type?.startsWith("epub+zip") === true) return "epub";
  const [, kind] = /^vnd\.oasis\.opendocument\.([a-z-]+)/u.exec(type ?? "") ?? [];
  // What follows it is the next entry's signature, which begins with a capital letter.
  if (kind !== undefined) return openDocuments[kind] ?? null;
  for (const name of entryNames(bytes)) {
    const found = entries.find(([pattern]) => pattern.test(name));
    if (found !== undefined) return found[1];
  }
  return null;
}

/** The names in the directory at the end of a zip archive, as far as it is there. */
function* entryNames(bytes: Buffer): Generator<string> {
  const signature = "PK\x01\x02";
  const end = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const size = end >= 0 && end + 22 <= bytes.length ? bytes.readUInt32LE(end + 12) : 0;
  // Counted from its end, it is right where the middle of the file is missing.
  let at = size > 0 && size <= end ? end - size : bytes.indexOf(signature, 0, "latin1");
  while (at >= 0 && at + 46 <= bytes.length && bytes.toString("latin1", at, at + 4) === signature) {
    const length = bytes.readUInt16LE(at + 28);
    yield bytes.toString("utf8", at + 46, at + 46 + length);
    at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
}
