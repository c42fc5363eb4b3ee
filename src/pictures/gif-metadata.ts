import { PictureFault } from "./picture-fault.ts";

const introducers = { extension: 0x21, image: 0x2c, end: 0x3b };
const controlLabel = 0xf9;
const applicationLabel = 0xff;

/** Extensions that say how often an animation is repeated. */
const repetitions = /^(?:NETSCAPE2\.0|ANIMEXTS1\.0)$/u;

/**
 * A GIF without comments, texts, XMP and other programs' blocks, and all that follows its end (https://www.w3.org/Graphics/GIF/spec-gif89a.txt).
 *
 * @throws PictureFault `picture_broken`
 */
export function cleanGif(bytes: Buffer): Buffer {
  let at = 13 + tableLength(bytes, 10);
  const parts = [bytes.subarray(0, at)];
  while (bytes[at] !== introducers.end) {
    const end = blockEnd(bytes, at);
    if (isKept(bytes, at)) parts.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...parts, Buffer.from([introducers.end])]);
}

function isKept(bytes: Buffer, at: number): boolean {
  if (bytes[at] === introducers.image) return true;
  const label = bytes[at + 1];
  return (
    label === controlLabel ||
    (label === applicationLabel && repetitions.test(bytes.toString("latin1", at + 3, at + 14)))
  );
}

/** The offset behind a block with the sub-blocks that follow it. */
function blockEnd(bytes: Buffer, at: number): number {
  if (bytes[at] === introducers.extension) return subBlocksEnd(bytes, at + 2);
  // Behind the image's place and its colours stands one byte before the data.
  if (bytes[at] === introducers.image) return subBlocksEnd(bytes, at + 10 + tableLength(bytes, at + 9) + 1);
  throw new PictureFault("picture_broken");
}

function subBlocksEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += bytes[at]! + 1) if (bytes[at] === 0) return at + 1;
  throw new PictureFault("picture_broken");
}

/** Bytes of a table of colours. @param flags offset of the byte that tells of it */
function tableLength(bytes: Buffer, flags: number): number {
  const value = bytes[flags] ?? 0;
  return (value & 0x80) === 0 ? 0 : 3 * 2 ** ((value & 0x07) + 1);
}
