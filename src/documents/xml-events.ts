import { Parser } from "htmlparser2";
import { decodeText } from "../text-encoding.ts";
import { type DocumentReading, documentRefusal } from "./document-text.ts";

export type XmlAttributes = Readonly<Record<string, string>>;

/** What is called while XML is read. Names come without their prefix, those of attributes with it. */
export interface XmlHandler {
  readonly open?: (name: string, attributes: XmlAttributes) => void;
  readonly close?: (name: string) => void;
  readonly text?: (text: string) => void;
}

/** What is called for all but some elements and what is in them. */
export function without(left: ReadonlySet<string>, handler: Required<XmlHandler>): XmlHandler {
  let depth = 0;
  return {
    open: (name, attributes) => {
      if (left.has(name) || depth > 0) depth++;
      else handler.open(name, attributes);
    },
    close: (name) => {
      if (depth > 0) depth--;
      else handler.close(name);
    },
    text: (text) => {
      if (depth === 0) handler.text(text);
    },
  };
}

/** Elements within each other; documents have some dozens, and the parser's time grows with the square. */
const maxDepth = 2000;

/**
 * Reads XML, also of broken form, as far as it makes sense. Entities of its own are not expanded, so that none can grow, and nothing
 * is ever fetched.
 *
 * @param mode `html` for pages of e-books, whose elements need not be closed
 * @throws AppError `input_unreadable` where elements are nested beyond all sense; as `pieces`
 */
export async function readXml(
  pieces: AsyncIterable<Uint8Array>,
  handler: XmlHandler,
  reading: DocumentReading,
  mode: "xml" | "html" = "xml",
): Promise<void> {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++depth > maxDepth) throw documentRefusal(reading, "document_bomb");
        handler.open?.(localName(name), attributes);
      },
      onclosetag(name) {
        depth--;
        handler.close?.(localName(name));
      },
      ontext: (text) => handler.text?.(text),
    },
    mode === "xml" ? { xmlMode: true } : { recognizeSelfClosing: true },
  );
  for await (const text of texts(pieces)) parser.write(text);
  parser.end();
}

/** The text of XML: as its mark or its declaration says, else as UTF-8, which nearly all is. */
async function* texts(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece));
    yield decoder.decode(piece, { stream: true });
  }
  if (decoder !== null) yield decoder.decode();
}

function encodingOf(start: Uint8Array): string {
  const head = Buffer.from(start.subarray(0, 400)).toString("latin1");
  if (head.startsWith("\xff\xfe") || head.startsWith("<\0")) return "utf-16le";
  if (head.startsWith("\xfe\xff") || head.startsWith("\0<")) return "utf-16be";
  const [, named = ""] = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']/u.exec(head) ?? [];
  try {
    return new TextDecoder(named || "utf-8").encoding;
  } catch {
    const decoded = decodeText(start);
    return typeof decoded === "string" ? "utf-8" : decoded.encoding;
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** The value of an attribute whatever its prefix; undefined where there is none. */
export function attribute(attributes: XmlAttributes, name: string): string | undefined {
  if (Object.hasOwn(attributes, name)) return attributes[name];
  for (const [key, value] of Object.entries(attributes)) if (localName(key) === name) return value;
  return undefined;
}
