import { openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { using } from "../disk.ts";
import { incompleteTail } from "../tear.ts";

const chunkLength = 1 << 20;

/** The first bytes of a file, at most `length`. Throws the system's error. */
export function headOf(path: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(
    0,
    using(openSync(path, "r"), (descriptor) => readSync(descriptor, bytes, 0, length, 0)),
  );
}

export function isUtf16(head: Uint8Array): boolean {
  return head[0] === 0xff && head[1] === 0xfe;
}

/**
 * A file's text as UTF-8, piece by piece. Windows PowerShell writes UTF-16 when it redirects. Throws the system's error.
 */
export async function* utf8ChunksOf(path: string): AsyncGenerator<Uint8Array> {
  const decoder = isUtf16(headOf(path, 2)) ? new TextDecoder("utf-16le") : null;
  await using file = await open(path, "r");
  for (;;) {
    // The splitter keeps what it needs of a piece; a fresh buffer each time costs nothing beside the reading.
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkLength), 0, chunkLength, null);
    if (bytesRead === 0) return;
    const piece = buffer.subarray(0, bytesRead);
    yield decoder === null ? piece : Buffer.from(decoder.decode(piece, { stream: true }));
  }
}

/** Bytes as text: UTF-8, UTF-16 with its mark, or what older programs wrote on a Chinese Windows. */
export function decodeText(bytes: Buffer): string {
  if (isUtf16(bytes)) return new TextDecoder("utf-16le").decode(bytes);
  const whole = bytes.subarray(0, bytes.length - incompleteTail(bytes));
  for (const encoding of ["utf-8", "gb18030"]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(whole);
    } catch {
      // The next one.
    }
  }
  return whole.toString("utf8");
}
