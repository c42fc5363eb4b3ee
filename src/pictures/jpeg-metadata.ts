import { exifOf, type Orientation, orientationIn } from "./orientation.ts";
import { PictureFault } from "./picture-fault.ts";

const markers = { startOfScan: 0xda, end: 0xd9, app0: 0xe0, app1: 0xe1, app14: 0xee };

/** What decoding needs: frames, tables and restart intervals (ITU-T T.81, table B.1). */
function isNeeded(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf) || (marker >= 0xda && marker <= 0xdf);
}

interface JpegSegment {
  readonly marker: number;
  /** Offset of the marker's second byte; that of what follows the segment, and the scan behind it. */
  readonly at: number;
  readonly end: number;
}

/**
 * A JPEG without what cameras and programs write beside the picture: EXIF, XMP, IPTC, comments, previews, colour profiles, and all that
 * follows its end, such as a video of the moment. The orientation stays; the compressed picture is untouched.
 *
 * @throws PictureFault `picture_broken`
 */
export function cleanJpeg(bytes: Buffer): Buffer {
  const head: Buffer[] = [Buffer.from([0xff, 0xd8])];
  const kept: Buffer[] = [];
  let hasScan = false;
  let orientation: Orientation = 1;
  for (const { marker, at, end } of segments(bytes)) {
    const body = bytes.subarray(at + 3, end);
    const whole = () => [Buffer.from([0xff]), bytes.subarray(at, end)];
    if (isNeeded(marker)) kept.push(...whole());
    else if (marker === markers.app0 && isPlainHeader(body)) head.push(...whole());
    // Decoders learn from Adobe's how colours are stored.
    else if (marker === markers.app14 && startsWith(body, "Adobe")) kept.push(...whole());
    else if (marker === markers.app1 && startsWith(body, "Exif\0\0")) orientation = orientationIn(body.subarray(6));
    hasScan ||= marker === markers.startOfScan;
  }
  if (!hasScan) throw new PictureFault("picture_broken");
  return Buffer.concat([...head, ...exifSegment(orientation), ...kept, Buffer.from([0xff, markers.end])]);
}

/** The orientation that a JPEG's EXIF gives. @throws PictureFault `picture_broken` */
export function jpegOrientation(bytes: Buffer): Orientation {
  for (const { marker, at, end } of segments(bytes)) {
    const body = bytes.subarray(at + 3, end);
    if (marker === markers.app1 && startsWith(body, "Exif\0\0")) return orientationIn(body.subarray(6));
    if (marker === markers.startOfScan) break;
  }
  return 1;
}

/** JFIF's header without a preview. */
function isPlainHeader(body: Buffer): boolean {
  return startsWith(body, "JFIF\0") && body.length === 14;
}

function startsWith(body: Buffer, text: string): boolean {
  return body.toString("latin1", 0, text.length) === text;
}

function exifSegment(orientation: Orientation): Buffer[] {
  if (orientation === 1) return [];
  const exif = exifOf(orientation);
  const head = Buffer.from([0xff, markers.app1, 0, 0]);
  head.writeUInt16BE(exif.length + 8, 2);
  return [head, Buffer.from("Exif\0\0", "latin1"), exif];
}

/** The segments up to the end of the picture, each with the scan that follows it. Bytes between them, which decoders skip, are none. */
function* segments(bytes: Buffer): Generator<JpegSegment> {
  for (let at = 2; ;) {
    at = bytes.indexOf(0xff, at);
    if (at === -1) throw new PictureFault("picture_broken");
    while (bytes[at] === 0xff) at += 1;
    const marker = bytes[at] ?? markers.end;
    if (at >= bytes.length) throw new PictureFault("picture_broken");
    if (marker === markers.end) return;
    if (hasNoBody(marker)) {
      at += 1;
      continue;
    }
    const bodyEnd = at + 3 > bytes.length ? Infinity : at + 1 + bytes.readUInt16BE(at + 1);
    if (bodyEnd > bytes.length || bodyEnd < at + 3) throw new PictureFault("picture_broken");
    const end = marker === markers.startOfScan ? scanEnd(bytes, bodyEnd) : bodyEnd;
    yield { marker, at, end };
    at = end;
  }
}

/** Of a scan: stuffed bytes and restarts. */
function hasNoBody(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** The offset of the first marker behind the compressed data. */
function scanEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    if (next !== 0xff && !hasNoBody(next)) return at;
  }
  throw new PictureFault("picture_broken");
}
