import { expect, test } from "vitest";
import { documentForm, sampleLengths } from "../../src/documents/document-form.ts";
import { parseRange, splitRange } from "../../src/documents/page-range.ts";
import { docx, epub, openDocument, pdf, pptx, xlsx, zip } from "../support/documents.ts";

/** A compound file with one stream, as far as anybody looks at it here. */
const compound = (stream: string) =>
  Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(1016), Buffer.from(`${stream}\0`, "utf16le")]);

test("documents are known by their content", async () => {
  const rows: readonly (readonly [string | undefined, Buffer])[] = [
    ["pdf", pdf(["x"])],
    ["pdf", Buffer.from("\ufeff\n%PDF-1.7")],
    ["docx", await docx("")],
    ["pptx", await pptx([])],
    ["xlsx", await xlsx({})],
    ["odt", await openDocument("text", "")],
    ["ods", await openDocument("spreadsheet-template", "")],
    ["odp", await openDocument("presentation", "")],
    ["epub", await epub([])],
    ["rtf", Buffer.from("{\\rtf1 x}")],
    ["doc", compound("WordDocument")],
    ["xls", compound("Workbook")],
    ["ppt", compound("PowerPoint Document")],
    ["encrypted", compound("EncryptedPackage")],
    ["xlsb", await zip({ "xl/workbook.bin": "" })],
    [undefined, compound("__properties_version1.0")],
    [undefined, await zip({ "a.txt": "word/document.xml" })],
    [undefined, Buffer.from("PK\u0003\u0004")],
    [undefined, Buffer.from("About %PDF-1.7")],
    [undefined, Buffer.alloc(0)],
  ];
  expect(rows.map(([, bytes]) => documentForm(bytes)?.name)).toEqual(rows.map(([name]) => name));
});

test("a large one is known by its beginning and its end", async () => {
  const { head, tail } = sampleLengths;
  const bytes = await zip({ "big.bin": Buffer.alloc(head + tail + 5000, 1), "ppt/presentation.xml": "" }, ["big.bin"]);
  const sample = Buffer.concat([bytes.subarray(0, head), bytes.subarray(-tail)]);
  expect(documentForm(sample)?.name).toBe("pptx");
});

test("a path may end with pages", () => {
  expect(splitRange("a#b/report.pdf#3-5, 7")).toEqual({ path: "a#b/report.pdf", written: "3-5, 7" });
  for (const path of ["report.pdf", "#3", "notes#intro", "a#-3"]) expect(splitRange(path)).toBeNull();
  expect(parseRange("3")).toEqual([[3, 3]]);
  expect(parseRange("1, 4-6,9-")).toEqual([
    [1, 1],
    [4, 6],
    [9, Infinity],
  ]);
  for (const written of ["0", "5-3", "1,", "1-2-3", ""]) expect(parseRange(written)).toBeNull();
});
