import { describe, expect, test } from "vitest";
import { documentPages, documentText, type DocumentRequest } from "../../../src/app/documents/document-reader.ts";
import { documentForm } from "../../../src/documents/document-form.ts";
import { parseRange } from "../../../src/documents/page-range.ts";
import { docx, epub, openDocument, pdf, pptx, xlsx, zip } from "../../support/documents.ts";

const here = { thread: null };

function requestFor(bytes: Buffer, wishes: Partial<DocumentRequest> = {}): DocumentRequest {
  return {
    source: { bytes },
    form: documentForm(bytes)!,
    name: "d",
    range: null,
    maxLength: 1_000_000,
    signal: new AbortController().signal,
    ...wishes,
  };
}

const read = async (bytes: Buffer, range?: string) =>
  await documentText(here, requestFor(bytes, { range: range === undefined ? null : parseRange(range) }));
const textOf = async (bytes: Buffer, range?: string) => (await read(bytes, range)).text;

const refusal = (reason: string) => ({ code: "input_unreadable", details: { path: "d", reason } });
const paragraph = (text: string, properties = "") =>
  `<w:p><w:pPr>${properties}</w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;

describe("the text of a PDF", () => {
  test("is read page by page, Chinese of fonts that are not embedded too, whatever the table at its end says", async () => {
    for (const brokenTable of [false, true]) {
      expect(await textOf(pdf(["量子计算", "第二页 two"], { brokenTable }))).toBe(
        "--- page 1 of 2 ---\n\n量子计算\n\n--- page 2 of 2 ---\n\n第二页 two\n",
      );
    }
  });

  test("is that of the pages that are wanted, in order and once each", async () => {
    const bytes = pdf(["one", "two", "three", "four"]);
    const { numbers, count, text } = await read(bytes, "3-,1, 3");
    expect({ numbers, count }).toEqual({ numbers: [1, 3, 4], count: 4 });
    expect(text).toBe("--- page 1 of 4 ---\n\none\n\n--- page 3 of 4 ---\n\nthree\n\n--- page 4 of 4 ---\n\nfour\n");
    await expect(read(bytes, "5-9")).rejects.toMatchObject(refusal("document_range"));
    expect(await documentPages(here, requestFor(bytes))).toBe(4);
  });

  test("is told to be missing where pages are pictures", async () => {
    const some = await read(pdf(["one", "two", "three"], { pictures: [2] }));
    expect(some).toMatchObject({ empty: [2], hasPictures: true });
    expect(some.text).toContain("--- page 2 of 3 ---\n\n(no text)\n");
    await expect(read(pdf(["a", "b"], { pictures: [1, 2] }))).rejects.toMatchObject(refusal("document_scanned"));
  });

  test("needs its password, which is asked for until nobody answers", async () => {
    const bytes = pdf(["secret page"], { password: "s3cret" });
    await expect(read(bytes)).rejects.toMatchObject(refusal("document_password"));
    const asked: boolean[] = [];
    const answers = ["wrong", "s3cret"];
    const askPassword = async (isAgain: boolean) => {
      asked.push(isAgain);
      return answers.shift() ?? null;
    };
    expect((await documentText(here, requestFor(bytes, { askPassword }))).text).toContain("secret page");
    expect(asked).toEqual([false, true]);
    answers.push("wrong");
    await expect(documentText(here, requestFor(bytes, { askPassword }))).rejects.toMatchObject(
      refusal("document_password_wrong"),
    );
  });

  test("comes with progress, and not beyond the size that is wanted", async () => {
    const bytes = pdf(["one", "two"]);
    const seen: string[] = [];
    await documentText(here, requestFor(bytes, { onProgress: (done, total) => seen.push(`${done}/${total}`) }));
    expect(seen).toEqual(["1/2", "2/2"]);
    await expect(documentText(here, requestFor(bytes, { maxLength: 4 }))).rejects.toMatchObject(refusal("too_large"));
  });

  test("is refused where it is damaged beyond reading", async () => {
    await expect(read(Buffer.from("%PDF-1.7\nnothing"))).rejects.toMatchObject(refusal("document_broken"));
  });
});

describe("the text of a Word document", () => {
  const styles =
    '<w:styles><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="x"><w:basedOn w:val="1"/></w:style></w:styles>';
  const level = (at: number, format: string, pattern: string) =>
    `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${pattern}"/></w:lvl>`;
  const numbering = `<w:numbering><w:abstractNum w:abstractNumId="0">${level(0, "chineseCounting", "第%1条")}${level(1, "decimal", "%1.%2")}</w:abstractNum><w:abstractNum w:abstractNumId="1">${level(0, "bullet", "")}</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="6"><w:abstractNumId w:val="1"/></w:num></w:numbering>`;
  const listed = (text: string, id: number, at = 0) =>
    paragraph(text, `<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${id}"/></w:numPr>`);

  test("has its headings, the numbers of its clauses, lists, tables, links and notes", async () => {
    const body = [
      paragraph("总则", '<w:pStyle w:val="x"/>'),
      listed("甲方", 5),
      listed("乙方", 5),
      listed("付款", 5, 1),
      listed("point", 6),
      `<w:p><w:r><w:t>See </w:t></w:r><w:hyperlink r:id="link"><w:r><w:t>site</w:t></w:r></w:hyperlink><w:r><w:footnoteReference w:id="2"/></w:r></w:p>`,
      `<w:tbl><w:tr><w:tc>${paragraph("项目")}</w:tc><w:tc>${paragraph("a|b")}</w:tc></w:tr><w:tr><w:tc>${paragraph("收入")}</w:tc><w:tc>${paragraph("1")}${paragraph("2")}</w:tc></w:tr></w:tbl>`,
    ].join("");
    const footnotes = `<w:footnotes><w:footnote w:id="0" w:type="separator">${paragraph("x")}</w:footnote><w:footnote w:id="2">${paragraph("note &amp; more")}</w:footnote></w:footnotes>`;
    const bytes = await docx(body, {
      "word/styles.xml": styles,
      "word/numbering.xml": numbering,
      "word/footnotes.xml": footnotes,
    });
    expect(await textOf(bytes)).toBe(
      `# 总则

第一条 甲方

第二条 乙方

  二.1 付款

- point

See site (https://example.com/)[^2]

| 项目 | a\\|b |
| --- | --- |
| 收入 | 1 2 |

x

[^2]: note & more
`,
    );
    await expect(read(bytes, "2")).rejects.toMatchObject(refusal("document_no_pages"));
  });

  test("has no deleted text, and what stands in two forms once", async () => {
    const body = `<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins><mc:AlternateContent><mc:Choice><w:t> box</w:t></mc:Choice><mc:Fallback><w:t> box</w:t></mc:Fallback></mc:AlternateContent></w:p>`;
    expect(await textOf(await docx(body))).toBe("new box\n");
  });
});

describe("the text of slides and sheets", () => {
  test("is that of slides in their order, with what the speaker notes", async () => {
    const slides = await pptx([
      { title: "First", lines: ["a", "b"], notes: "say hello" },
      { title: "第二张", lines: [] },
    ]);
    expect(await textOf(slides)).toBe(
      "--- slide 1 of 2 ---\n\n# First\n\n- a\n- b\n\nNotes:\n\n- say hello\n\n--- slide 2 of 2 ---\n\n# 第二张\n",
    );
    expect((await read(slides, "2")).numbers).toEqual([2]);
  });

  test("is that of cells as they are shown: texts, dates, shares, formulas nobody computed; empty rows and ends left out", async () => {
    const styles =
      '<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs>';
    const rows =
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>a, &quot;b&quot;</t></is></c></row><row r="2"/><row r="9"><c r="A9" s="1"><v>46085</v></c><c r="B9" s="2"><v>46085.5</v></c><c r="C9" s="3"><v>0.256</v></c><c r="D9"><v>0.30000000000000004</v></c><c r="E9" t="b"><v>1</v></c><c r="F9"><f>A9+1</f></c></row>';
    const strings = "<si><r><t>名</t></r><r><t>称</t></r><rPh><t>ming</t></rPh></si>";
    const bytes = await xlsx({ 销售: rows, Empty: "" }, { strings, styles });
    expect(await textOf(bytes)).toBe(
      '--- sheet 1 of 2: 销售 ---\n\n名称,,"a, ""b"""\n2026-03-04,2026-03-04 12:00:00,25.6%,0.3,TRUE,=A9+1\n\n--- sheet 2 of 2: Empty ---\n\n(no text)\n',
    );
  });

  test("is bounded where a few cells would make endless rows", async () => {
    const row = '<row><c r="XFD1"><v>1</v></c></row>';
    const sheet = await xlsx({ a: row.repeat(100) });
    await expect(read(sheet)).rejects.toMatchObject(refusal("too_large"));
    const cell = "<table:table-cell><text:p>x</text:p></table:table-cell>";
    const empty = '<table:table-cell table:number-columns-repeated="1048576"/>';
    const body = `<table:table table:name="t"><table:table-row>${cell}${empty}</table:table-row><table:table-row table:number-rows-repeated="1048576">${empty}</table:table-row><table:table-row table:number-rows-repeated="3">${cell}${cell}</table:table-row></table:table>`;
    expect(await textOf(await openDocument("spreadsheet", body))).toBe("--- sheet 1 of 1: t ---\n\nx\nx,x\nx,x\nx,x\n");
  });
});

describe("the text of OpenDocument files and e-books", () => {
  test("has headings, lists, tables and notes in their place", async () => {
    const body =
      '<text:h text:outline-level="2">题</text:h><text:p>one<text:s text:c="2"/>two<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>why</text:p></text:note-body></text:note></text:p><text:list><text:list-item><text:p>a</text:p></text:list-item></text:list><text:tracked-changes><text:p>gone</text:p></text:tracked-changes>';
    expect(await textOf(await openDocument("text", body))).toBe("## 题\n\none  two [why]\n\n- a\n");
    const locked = await openDocument("text", body, "<manifest:encryption-data/>");
    await expect(read(locked)).rejects.toMatchObject(refusal("document_locked"));
    const page = (text: string, title = "") =>
      `<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>${title}</text:p></draw:text-box></draw:frame><draw:frame><text:p>${text}</text:p></draw:frame><presentation:notes><text:p>aside</text:p></presentation:notes></draw:page>`;
    expect(await textOf(await openDocument("presentation", page("x", "T") + page("y")), "1")).toBe(
      "--- slide 1 of 2 ---\n\n# T\n\nx\n\nNotes:\n\naside\n",
    );
  });

  test("is read chapter by chapter, without scripts and styles, empty elements closed as in XML", async () => {
    const chapters = [
      "<html><head><title/><style>p{}</style></head><body><h1>一</h1><p>漢<ruby>字<rt>zi</rt></ruby> a&nbsp;b<br/>c</p><a id='x'/><ol><li>x</li><li>y</li></ol><pre>if\n  a</pre></body></html>",
      "<html><body><table><tr><th>k</th><td>v</td></tr></table><script>bad()</script></body></html>",
    ];
    expect(await textOf(await epub(chapters))).toBe(
      "--- chapter 1 of 2 ---\n\n# 一\n\n漢字 a\u00a0b\nc\n\n1. x\n2. y\n\n```\nif\n  a\n```\n\n--- chapter 2 of 2 ---\n\n| k | v |\n| --- | --- |\n",
    );
  });
});

test("RTF is read in the encodings of its fonts, without its tables and pictures", async () => {
  const text = String.raw`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset134 SimSun;}}{\info{\title no}}{\*\generator x;}\f0 caf\'e9 {\f1\'d6\'d0\'ce\'c4} \u37327?\u23376? \{x\}\par{\pict 0102}two\par}`;
  expect(await textOf(Buffer.from(text, "latin1"))).toBe("café 中文 量子 {x}\n\ntwo\n");
});

describe("a hostile document", () => {
  const billion = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 9 }, (_, at) => `<!ENTITY a${at} "${`&a${at === 0 ? "" : at - 1};`.repeat(10)}">`).join("")}]><w:document><w:p><w:t>&a8;end</w:t></w:p></w:document>`;

  test("takes no longer where blanks, line breaks or chapters are repeated", async () => {
    const run = " ".repeat(200_000);
    const breaks = "<w:br/>".repeat(200_000);
    const cell = `<w:tbl><w:tr><w:tc><w:p><w:r><w:t>c${run}d</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`;
    const text = await textOf(
      await docx(`${paragraph(`x${run}y`)}<w:p><w:r><w:t>a</w:t>${breaks}<w:t>b</w:t></w:r></w:p>${cell}`),
    );
    expect(text.replaceAll(/ {2,}/gu, " ").replaceAll(/\n+/gu, "\n")).toBe("x y\na\nb\n| c d |\n| --- |\n");
    const book = await zip({
      mimetype: "application/epub+zip",
      "META-INF/container.xml": '<container><rootfile full-path="b.opf"/></container>',
      "b.opf": `<package><item id="c" href="c.html"/>${'<itemref idref="c"/>'.repeat(20_000)}</package>`,
      "c.html": "<p>hi</p>",
    });
    expect(await textOf(book)).toBe("--- chapter 1 of 1 ---\n\nhi\n");
  });

  test("is refused where one cell of it is larger than is wanted of all", async () => {
    const value = "a".repeat(2000);
    const sheet = await xlsx({ A: `<row><c t="str"><v>${value}</v><f>${value}</f></c></row>` });
    const ods = await openDocument("spreadsheet", `<table:table><table:table-row><table:table-cell><text:p>${value}`);
    for (const bytes of [sheet, ods]) {
      const text = documentText(here, requestFor(bytes, { maxLength: 1000 }));
      await expect(text).rejects.toMatchObject({ code: "input_unreadable", details: { reason: "too_large" } });
    }
  });

  test("is not unpacked where it grows beyond all sense", async () => {
    const bomb = await docx(Buffer.concat([Buffer.from("<w:document><w:p><w:t>"), Buffer.alloc(4_500_000, 0x20)]));
    await expect(read(bomb)).rejects.toMatchObject(refusal("document_bomb"));
    // One that declares a smaller size ends there.
    const at = bomb.indexOf("word/document.xml", bomb.indexOf("PK\u0001\u0002")) - 46;
    bomb.writeUInt32LE(1000, at + 24);
    await expect(read(bomb)).rejects.toMatchObject(refusal("document_broken"));
  });

  test("expands no entities of its own, and nests no deeper than a document does", async () => {
    expect((await textOf(await docx(Buffer.from(billion)))).length).toBeLessThan(100);
    const deep = "<w:p>".repeat(100_000);
    await expect(read(await docx(Buffer.from(deep)))).rejects.toMatchObject(refusal("document_bomb"));
  });

  test("that is cut or damaged is refused, and one without any text told", async () => {
    const whole = await docx(paragraph("x".repeat(1000)));
    const form = documentForm(whole)!;
    const cut = requestFor(whole, { source: { bytes: whole.subarray(0, -40) }, form });
    await expect(documentText(here, cut)).rejects.toMatchObject(refusal("document_broken"));
    await expect(read(await docx(""))).rejects.toMatchObject(refusal("document_empty"));
    await expect(read(await zip({ "word/document.xml": "" }))).rejects.toMatchObject(refusal("document_empty"));
  });
});
