import { crc32 } from "node:zlib";
import { exifOf, type Orientation, orientationIn } from "./orientation.ts";
import { PictureFault } from "./picture-fault.ts";

/** Chunks that make the picture, animations included (https://www.w3.org/TR/png-3/). */
const kept = new Set("IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD pHYs cICP acTL fcTL fdAT".split(" "));

const signatureLength = 8;

interface PngChunk {
  readonly name: string;
  /** With its length and its checksum. */
  readonly whole: Buffer;
  readonly data: Buffer;
}

/**
 * A PNG without texts, EXIF, times, colour profiles, what programs add to it, and all that follows its end. The orientation stays.
 *
 * @throws PictureFault `picture_broken`
 */
export function cleanPng(bytes: Buffer): Buffer {
  const parts: Buffer[] = [bytes.subarray(0, signatureLength)];
  for (const { name, whole, data } of chunks(bytes)) {
    if (kept.has(name)) parts.push(whole);
    const orientation = name === "eXIf" ? orientationIn(data) : 1;
    if (orientation !== 1) parts.push(chunkOf("eXIf", exifOf(orientation)));
  }
  return Buffer.concat(parts);
}

/** The orientation that a PNG's EXIF gives. @throws PictureFault `picture_broken` */
export function pngOrientation(bytes: Buffer): Orientation {
  for (const { name, data } of chunks(bytes)) if (name === "eXIf") return orientationIn(data);
  return 1;
}

/** The chunks up to the last one. */
function* chunks(bytes: Buffer): Generator<PngChunk> {
  for (let at = signatureLength; at + 12 <= bytes.length;) {
    const name = bytes.toString("latin1", at + 4, at + 8);
    const end = at + bytes.readUInt32BE(at) + 12;
    if (end > bytes.length || (at === signatureLength && name !== "IHDR")) break;
    yield { name, whole: bytes.subarray(at, end), data: bytes.subarray(at + 8, end - 4) };
    if (name === "IEND") return;
    at = end;
  }
  throw new PictureFault("picture_broken");
}

function chunkOf(name: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(name, 4, "latin1");
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), data.length + 8);
  return chunk;
}
