import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { type InputRecord, LineMistake, type RecordContent, type RecordReader } from "./record.ts";

/** Bytes that are read at once. */
const pieceLength = 1 << 16;
const lineFeed = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** What of a file is read, and how far. */
export interface LineLimits {
  /** Bytes of the file that count: what is appended to it later does not. */
  readonly end: number;
  /** Bytes; a longer line is passed over and told. */
  readonly maxLine: number;
}

/** Reads the lines of a UTF-8 file that are not blank; memory holds a piece of the file and one line. */
export function lineReader(path: string, limits: LineLimits): RecordReader {
  return async function* (signal) {
    const file = await open(path, "r");
    try {
      yield* linesOf(file, limits, signal);
    } finally {
      await file.close();
    }
  };
}

async function* linesOf(
  file: FileHandle,
  { end, maxLine }: LineLimits,
  signal: AbortSignal,
): AsyncGenerator<readonly InputRecord[]> {
  const pending = new PendingLine(maxLine);
  let line = 1;
  for (let at = 0; at < end;) {
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
    const records: InputRecord[] = [];
    let start = 0;
    for (let stop = piece.indexOf(lineFeed); stop !== -1; stop = piece.indexOf(lineFeed, start)) {
      const record = pending.finish(piece.subarray(start, stop), line);
      if (record !== null) records.push(record);
      line++;
      start = stop + 1;
    }
    pending.add(piece.subarray(start));
    if (records.length > 0) yield records;
  }
  const last = pending.finish(Buffer.alloc(0), line);
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
  finish(piece: Buffer, line: number): InputRecord | null {
    const [pieces, length] = [this.#pieces, this.#length + piece.length];
    [this.#pieces, this.#length] = [[], 0];
    if (length > this.#max) {
      const mistake = new LineMistake("too_long", String(length));
      return { line, crc: length >>> 0, content: () => ({ kind: "mistake", mistake }) };
    }
    const bytes = pieces.length === 0 ? piece : Buffer.concat([...pieces, piece]);
    if (isBlank(bytes)) return null;
    return { line, crc: crc32(bytes), content: () => decoded(bytes) };
  }
}

/** Whether there is nothing but blanks, tabs and carriage returns. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(bytes: Buffer): RecordContent {
  try {
    const text = utf8.decode(bytes);
    return { kind: "line", text: text.endsWith("\r") ? text.slice(0, -1) : text };
  } catch {
    return { kind: "mistake", mistake: new LineMistake("not_utf8") };
  }
}
