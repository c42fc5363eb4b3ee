import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";

const pieceLength = 1 << 18;

/** Reads a file from its beginning on, in pieces of a size that is good for disks. */
export class OutputReader {
  readonly #handle: FileHandle;
  #piece: Buffer = Buffer.alloc(0);
  /** Bytes of the file before `#piece`. */
  #before = 0;
  /** Bytes of the file that were taken. */
  at: number;

  constructor(handle: FileHandle, at = 0) {
    this.#handle = handle;
    [this.at, this.#before] = [at, at];
  }

  /** CRC-32 of the next bytes; null where the file ends before. */
  async checksum(length: number): Promise<number | null> {
    let crc = 0;
    for (let left = length; left > 0;) {
      const bytes = await this.#next(left);
      if (bytes === null) return null;
      crc = crc32(bytes, crc);
      left -= bytes.length;
    }
    return crc;
  }

  /** The next line with its line break; without one where the file ends in it; null at the end. */
  async line(): Promise<Buffer | null> {
    const pieces: Buffer[] = [];
    for (let found = false; !found;) {
      const bytes = await this.#next(pieceLength);
      if (bytes === null) break;
      const end = bytes.indexOf(0x0a);
      found = end !== -1;
      const taken = found ? bytes.subarray(0, end + 1) : bytes;
      // What was read beyond it is still to come.
      this.at -= bytes.length - taken.length;
      pieces.push(taken);
    }
    return pieces.length === 0 ? null : pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  async #next(max: number): Promise<Buffer | null> {
    let offset = this.at - this.#before;
    if (offset >= this.#piece.length) {
      const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(pieceLength), 0, pieceLength, this.at);
      if (bytesRead === 0) return null;
      [this.#piece, this.#before, offset] = [buffer.subarray(0, bytesRead), this.at, 0];
    }
    const bytes = this.#piece.subarray(offset, offset + max);
    this.at += bytes.length;
    return bytes;
  }
}
