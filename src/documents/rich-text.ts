import { readFile } from "node:fs/promises";
import { systemReason } from "../errors.ts";
import { type DocumentPiece, type DocumentReading, documentRefusal } from "./document-text.ts";
import { MarkdownText } from "./markdown-text.ts";

/** The text of an RTF document, as one part. */
export async function* richTextPieces(reading: DocumentReading): AsyncGenerator<DocumentPiece> {
  const { source } = reading;
  let bytes: Uint8Array;
  try {
    bytes = "bytes" in source ? source.bytes : await readFile(source.path);
  } catch (error) {
    throw documentRefusal(reading, systemReason(error));
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const body = new RichText(reading);
  body.read(text);
  yield { type: "parts", count: 1, hasPictures: text.includes("\\pict") };
  yield { type: "part", number: 1, title: "", text: body.text.take() };
}

/** Groups whose text is not the document's. */
const left = new Set(
  "fonttbl colortbl stylesheet info pict object objdata themedata colorschememapping latentstyles datastore generator header headerl headerr headerf footer footerl footerr footerf listtable listoverridetable rsidtbl xmlnstbl fldinst filetbl revtbl".split(
    " ",
  ),
);

/** Encodings by the code page of the document. */
const codePages: Readonly<Record<number, string>> = {
  932: "shift_jis",
  936: "gb18030",
  949: "euc-kr",
  950: "big5",
  65001: "utf-8",
};

/** Encodings by the character set of a font. */
const charsets: Readonly<Record<number, string>> = {
  128: "shift_jis",
  129: "euc-kr",
  134: "gb18030",
  136: "big5",
  161: "windows-1253",
  162: "windows-1254",
  177: "windows-1255",
  178: "windows-1256",
  186: "windows-1257",
  204: "windows-1251",
  222: "windows-874",
  238: "windows-1250",
};

/** Words that stand for signs. */
const signs: Readonly<Record<string, string>> = {
  tab: "\t",
  line: "\n",
  emdash: "—",
  endash: "–",
  bullet: "•",
  lquote: "‘",
  rquote: "’",
  ldblquote: "“",
  rdblquote: "”",
  "~": "\u00a0",
  _: "-",
  "\\": "\\",
  "{": "{",
  "}": "}",
};

/** A brace, a control word with its number, a byte in hexadecimal, a control sign, or text. */
const token = /[{}]|\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([\da-f]{2})|\\([^a-z])|[^\\{}]+/giuy;

interface RichTextGroup {
  readonly isLeft: boolean;
  /** Of the font; empty for the document's. */
  readonly encoding: string;
  /** Signs behind a Unicode character that stand for it elsewhere. */
  readonly substitutes: number;
}

class RichText {
  readonly text: MarkdownText;
  readonly #groups: RichTextGroup[] = [];
  readonly #fonts = new Map<number, string>();
  #group: RichTextGroup = { isLeft: false, encoding: "", substitutes: 1 };
  #codePage = "windows-1252";
  /** In the table of fonts: the one that is described. */
  #font: number | null = null;
  #isFontTable = false;
  /** Bytes that are not decoded yet, and signs to be passed over. */
  #bytes = "";
  #skip = 0;

  constructor(reading: DocumentReading) {
    this.text = new MarkdownText(reading);
  }

  read(text: string): void {
    token.lastIndex = 0;
    for (let found = token.exec(text); found !== null; found = token.exec(text)) {
      const [whole, word, number, hex, sign] = found;
      if (whole === "{") this.#groups.push(this.#group);
      else if (whole === "}") this.#endGroup();
      else if (word !== undefined) this.#word(word, number === undefined ? null : Number(number));
      else if (hex !== undefined) this.#take(String.fromCharCode(Number.parseInt(hex, 16)));
      else if (sign !== undefined) this.#sign(sign);
      else this.#take(whole.replaceAll(/[\r\n]/gu, ""));
    }
    this.#flush();
  }

  #endGroup(): void {
    this.#flush();
    this.#group = this.#groups.pop() ?? this.#group;
    if (!this.#group.isLeft) this.#isFontTable = false;
  }

  #sign(sign: string): void {
    if (sign === "*") this.#change({ isLeft: true });
    else if (sign === "\n" || sign === "\r") this.#endParagraph();
    else if (Object.hasOwn(signs, sign)) this.#put(signs[sign]!);
  }

  #word(word: string, number: number | null): void {
    if (word === "fonttbl") this.#isFontTable = true;
    if (left.has(word)) this.#change({ isLeft: true });
    else if (word === "ansicpg") this.#codePage = codePages[number ?? 0] ?? `windows-${number}`;
    else if (word === "uc") this.#change({ substitutes: Math.min(Math.max(number ?? 1, 0), 10) });
    else if (word === "f") this.#chooseFont(number ?? 0);
    else if (word === "fcharset" && this.#font !== null) this.#fonts.set(this.#font, charsets[number ?? 0] ?? "");
    else if (word === "u" && number !== null) {
      this.#put(String.fromCharCode(number & 0xffff));
      this.#skip = this.#group.substitutes;
    } else if (word === "par" || word === "sect" || word === "page") this.#endParagraph();
    else if (word === "cell") this.#put("\t");
    else if (word === "row") this.#endParagraph();
    else if (Object.hasOwn(signs, word)) this.#put(signs[word]!);
  }

  #chooseFont(number: number): void {
    if (this.#isFontTable) this.#font = number;
    else this.#change({ encoding: this.#fonts.get(number) ?? "" });
  }

  #change(facts: Partial<RichTextGroup>): void {
    this.#flush();
    this.#group = { ...this.#group, ...facts };
  }

  #take(bytes: string): void {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    if (!this.#group.isLeft) this.#bytes += bytes.slice(skipped);
  }

  #put(text: string): void {
    this.#flush();
    if (!this.#group.isLeft) this.text.text(text);
  }

  #endParagraph(): void {
    this.#flush();
    if (!this.#group.isLeft) this.text.endParagraph();
  }

  #flush(): void {
    if (this.#bytes === "") return;
    const bytes = Buffer.from(this.#bytes, "latin1");
    this.#bytes = "";
    this.text.text(decoderFor(this.#group.encoding || this.#codePage).decode(bytes));
  }
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch {
    return new TextDecoder("windows-1252");
  }
}
