import { type FileHandle, open } from "node:fs/promises";

/** Bytes that are read at once. */
const pieceLength = 1 << 16;
const lineFeed = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** What of a file is read, and how far. */
export interface LineLimits {
  /** Bytes of the file that count: what is appended to it later does not. */
  readonly end: number;
  /** Bytes; of a longer line the length alone is given. */
  readonly maxLine: number;
}

/** A line of a file that is not blank. */
export interface FileLine {
  /** Its number, from 1. */
  readonly line: number;
  /** Bytes of it. */
  readonly length: number;
  /** Without the line feed; null for one that is too long. */
  readonly bytes: Buffer | null;
  /** Bytes of the file up to its end. */
  readonly end: number;
}

/** Reads the lines of a file that are not blank, several at once; memory holds a piece of the file and one line. */
export async function* boundedLines(
  path: string,
  limits: LineLimits,
  signal: AbortSignal,
): AsyncGenerator<readonly FileLine[]> {
  const file = await open(path, "r");
  try {
    yield* linesOf(file, limits, signal);
  } finally {
    await file.close();
  }
}

async function* linesOf(
  file: FileHandle,
  { end, maxLine }: LineLimits,
  signal: AbortSignal,
): AsyncGenerator<readonly FileLine[]> {
  const pending = new PendingLine(maxLine);
  let line = 1;
  let at = 0;
  while (at < end) {
    signal.throwIfAborted();
    const { bytesRead, buffer } = await file.read(
      Buffer.allocUnsafe(Math.min(pieceLength, end - at)),
      0,
      undefined,
      at,
    );
    if (bytesRead === 0) break;
    const piece = withoutMark(buffer.subarray(0, bytesRead), at);
    at += bytesRead;
    const lines: FileLine[] = [];
    let start = 0;
    for (let stop = piece.indexOf(lineFeed); stop !== -1; stop = piece.indexOf(lineFeed, start)) {
      const ended = pending.finish(piece.subarray(start, stop), line, at - piece.length + stop + 1);
      if (ended !== null) lines.push(ended);
      line++;
      start = stop + 1;
    }
    pending.add(piece.subarray(start));
    if (lines.length > 0) yield lines;
  }
  const last = pending.finish(Buffer.alloc(0), line, at);
  if (last !== null) yield [last];
}

function withoutMark(piece: Buffer, at: number): Buffer {
  return at === 0 && piece.subarray(0, 3).equals(byteOrderMark) ? piece.subarray(3) : piece;
}

/** The line whose end was not read yet; of one that is too long its length alone is kept. */
class PendingLine {
  readonly #max: number;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length <= this.#max) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  /** Ends the line with the piece before its line break; null for a blank one. */
  finish(piece: Buffer, line: number, end: number): FileLine | null {
    const [pieces, length] = [this.#pieces, this.#length + piece.length];
    [this.#pieces, this.#length] = [[], 0];
    if (length > this.#max) return { line, length, bytes: null, end };
    const bytes = pieces.length === 0 ? piece : Buffer.concat([...pieces, piece]);
    return isBlank(bytes) ? null : { line, length, bytes, end };
  }
}

/** Whether there is nothing but blanks, tabs and carriage returns. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a line without its carriage return; null for what is no UTF-8. */
export function lineText(bytes: Uint8Array): string | null {
  try {
    const text = utf8.decode(bytes);
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  } catch {
    return null;
  }
}
