import type { Raster } from "./raster.ts";

/** How a picture is to be turned to be upright, as EXIF counts: 1 for not at all, 2 to 8. */
export type Orientation = number;

/** The tag of it in EXIF. https://www.cipa.jp/std/documents/e/DC-008-Translation-2019-E.pdf, 4.6.4 */
const orientationTag = 0x0112;
const shortType = 3;

/** The orientation in EXIF data, which has the form of a TIFF file; 1 where it gives none. */
export function orientationIn(exif: Buffer): Orientation {
  const isLittle = exif.toString("latin1", 0, 2) === "II";
  if (exif.length < 14 || (!isLittle && exif.toString("latin1", 0, 2) !== "MM")) return 1;
  const short = (at: number) => (isLittle ? exif.readUInt16LE(at) : exif.readUInt16BE(at));
  const start = isLittle ? exif.readUInt32LE(4) : exif.readUInt32BE(4);
  if (start + 2 > exif.length) return 1;
  const count = short(start);
  for (let at = start + 2; at + 12 <= exif.length && at < start + 2 + count * 12; at += 12) {
    if (short(at) !== orientationTag || short(at + 2) !== shortType) continue;
    const value = short(at + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** EXIF data that holds an orientation and nothing else. */
export function exifOf(orientation: Orientation): Buffer {
  const exif = Buffer.alloc(26);
  exif.write("MM\0*", "latin1");
  exif.writeUInt32BE(8, 4);
  exif.writeUInt16BE(1, 8);
  exif.writeUInt16BE(orientationTag, 10);
  exif.writeUInt16BE(shortType, 12);
  exif.writeUInt32BE(1, 14);
  exif.writeUInt16BE(orientation, 18);
  return exif;
}

/** A picture turned upright. */
export function upright(raster: Raster, orientation: Orientation): Raster {
  if (orientation === 1) return raster;
  const { width, height } = raster;
  const isTurned = orientation >= 5;
  const size = isTurned ? { width: height, height: width } : { width, height };
  const source = pixelsOf(raster.data);
  const target = new Uint32Array(source.length);
  // From 2 on in pairs: turned by 0, 180, 90 and 270 degrees, each mirrored or not.
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  for (let y = 0, index = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1, index += 1) {
      const [along, down] = isTurned ? [y, x] : [x, y];
      const column = fromRight ? width - 1 - along : along;
      const row = fromBottom ? height - 1 - down : down;
      target[index] = source[row * width + column]!;
    }
  }
  return { ...size, data: new Uint8Array(target.buffer) };
}

/** A pixel a number; its bytes are only moved. */
function pixelsOf(data: Uint8Array): Uint32Array {
  const aligned = data.byteOffset % 4 === 0 ? data : Uint8Array.from(data);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
