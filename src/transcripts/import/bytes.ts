import { openSync } from "node:fs";
import { open } from "node:fs/promises";
import { decodeText, type TextEncoding } from "../../text-encoding.ts";
import { readInto, using } from "../store/fs.ts";
import { incompleteTail } from "../format/truncation.ts";

const chunkLength = 1 << 20;

/** The first bytes of a file, at most `length`. Throws the system's error. */
export function headOf(path: string, length: number): Buffer {
  return using(openSync(path, "r"), (descriptor) => readInto(Buffer.alloc(length), descriptor, 0));
}

/** Bytes of a file that its encoding is told by. */
const sampleLength = 1 << 20;

/** The encoding of a text file, by its start; UTF-8 for what is no text. Throws the system's error. */
export function encodingOf(path: string): TextEncoding {
  const decoded = decodeText(headOf(path, sampleLength));
  return typeof decoded === "string" ? "UTF-8" : decoded.encoding;
}

/**
 * A file's text as UTF-8, piece by piece. Windows PowerShell writes UTF-16 when it redirects, and older programs there the
 * encoding of the system. Throws the system's error.
 */
export async function* utf8ChunksOf(path: string): AsyncGenerator<Uint8Array> {
  const encoding = encodingOf(path);
  const decoder = encoding === "UTF-8" ? null : new TextDecoder(encoding);
  await using file = await open(path, "r");
  for (;;) {
    // The splitter keeps what it needs of a piece; a fresh buffer each time costs nothing beside the reading.
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkLength), 0, chunkLength, null);
    if (bytesRead === 0) return;
    const piece = buffer.subarray(0, bytesRead);
    yield decoder === null ? piece : Buffer.from(decoder.decode(piece, { stream: true }));
  }
}

/** Bytes as text, in whatever encoding, without a character that is cut at the end; with U+FFFD where they are none. */
export function textOf(bytes: Buffer): string {
  const decoded = decodeText(bytes);
  if (typeof decoded !== "string" && !decoded.damaged) return decoded.text;
  const whole = bytes.subarray(0, bytes.length - incompleteTail(bytes));
  const again = decodeText(whole);
  return typeof again === "string" ? whole.toString("utf8") : again.text;
}
