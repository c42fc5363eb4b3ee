import { exifOf, type Orientation, orientationIn } from "./orientation.ts";
import { PictureFault } from "./picture-fault.ts";

/** Chunks that make the picture (https://developers.google.com/speed/webp/docs/riff_container). */
const kept = new Set(["VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF"]);

const headLength = 12;
/** Bits of the extended header that announce a colour profile, EXIF and XMP. */
const announced = 0x20 | 0x08 | 0x04;
const announcedExif = 0x08;

interface WebpChunk {
  readonly name: string;
  readonly whole: Buffer;
  readonly data: Buffer;
}

/**
 * A WebP without EXIF, XMP, colour profiles, unknown chunks, and all that follows its end. The orientation stays.
 *
 * @throws PictureFault `picture_broken`
 */
export function cleanWebp(bytes: Buffer): Buffer {
  const orientation = webpOrientation(bytes);
  const parts: Buffer[] = [];
  for (const { name, whole } of chunks(bytes)) {
    if (name === "VP8X") parts.push(extendedHeader(whole, orientation));
    else if (kept.has(name)) parts.push(whole);
  }
  if (parts.length === 0) throw new PictureFault("picture_broken");
  if (orientation !== 1) parts.push(exifChunk(orientation));
  const head = Buffer.from(bytes.subarray(0, headLength));
  head.writeUInt32LE(4 + parts.reduce((sum, part) => sum + part.length, 0), 4);
  return Buffer.concat([head, ...parts]);
}

/** The orientation that a WebP's EXIF gives. @throws PictureFault `picture_broken` */
export function webpOrientation(bytes: Buffer): Orientation {
  for (const { name, data } of chunks(bytes)) {
    // Some programs write the lead of a JPEG's segment here as well.
    if (name === "EXIF") return orientationIn(data.toString("latin1", 0, 6) === "Exif\0\0" ? data.subarray(6) : data);
  }
  return 1;
}

function extendedHeader(whole: Buffer, orientation: Orientation): Buffer {
  const header = Buffer.from(whole);
  header[8] = (header[8]! & ~announced) | (orientation === 1 ? 0 : announcedExif);
  return header;
}

function exifChunk(orientation: Orientation): Buffer {
  const exif = exifOf(orientation);
  const head = Buffer.from("EXIF\0\0\0\0", "latin1");
  head.writeUInt32LE(exif.length, 4);
  return Buffer.concat([head, exif]);
}

/** The chunks, each padded to an even length. */
function* chunks(bytes: Buffer): Generator<WebpChunk> {
  const stop = bytes.readUInt32LE(4) + 8;
  if (stop > bytes.length) throw new PictureFault("picture_broken");
  for (let at = headLength; at + 8 <= stop;) {
    const length = bytes.readUInt32LE(at + 4);
    if (at + 8 + length > stop) throw new PictureFault("picture_broken");
    const end = Math.min(at + 8 + length + (length % 2), stop);
    const name = bytes.toString("latin1", at, at + 4);
    yield { name, whole: bytes.subarray(at, end), data: bytes.subarray(at + 8, at + 8 + length) };
    at = end;
  }
}
