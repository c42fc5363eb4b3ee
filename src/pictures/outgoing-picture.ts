import { decodePicture, encodeJpeg, encodePng, isOpaque, maxDecodedPixels } from "./codec.ts";
import { withoutMetadata } from "./metadata.ts";
import { PictureFault } from "./picture-fault.ts";
import { type PictureForm, pictureForms } from "./picture-form.ts";
import { pictureSize, type PictureSize, sizeText } from "./picture-size.ts";
import type { Raster } from "./raster.ts";
import { resized } from "./resize.ts";

/**
 * Pixels of a picture as it is sent: those of 2048 × 2048, into which services fit a picture before they look at it, and more of which
 * DeepSeek counts no token for. An area and no edge, so that a long screenshot stays legible.
 */
const maxPixels = 2048 * 2048;
/** Pixels of the longer edge; beyond it gateways refuse pictures. */
const maxEdge = 8000;
/** Bytes of a picture as it is sent, 5 MB as base64: it goes out again with every later turn, and some gateways refuse more. */
const maxBytes = 3_750_000;
/** Bytes of a PNG above which an opaque picture becomes a JPEG. */
const maxPngBytes = 2_000_000;
/** Pixels of a picture that nobody means to send. One between this and what can be decoded here goes out in its own size. */
export const maxSentPixels = 16_384 * 16_384;

/** What was done to a picture before it is sent. */
export interface PictureChanges {
  /** Names of forms; null where it kept its own. */
  readonly form: { readonly from: string; readonly to: string } | null;
  /** Sizes as people read them; null where it kept its own. */
  readonly size: { readonly from: string; readonly to: string } | null;
  /** Whether it had metadata, which were removed. */
  readonly isCleaned: boolean;
}

/** A picture as it is sent. */
export interface OutgoingPicture {
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** Null where it is as it was. */
  readonly changes: PictureChanges | null;
}

/**
 * A picture without its metadata, where nothing else has to change; null for one that has to be encoded anew.
 *
 * @throws PictureFault
 */
export async function cleanPicture(bytes: Buffer, form: PictureForm): Promise<OutgoingPicture | null> {
  const size = await pictureSize(bytes);
  if (size !== null && size.width * size.height > maxSentPixels) throw new PictureFault("picture_huge", sizeText(size));
  if (!form.isSent) {
    if (form.decoder === null) throw new PictureFault("picture_form", form.name);
    return null;
  }
  const isLarge = size !== null && (shareOf(size) < 1 || bytes.length > maxBytes);
  return isLarge && size.width * size.height <= maxDecodedPixels ? null : cleaned(bytes, form);
}

/**
 * A picture converted and shrunk to what services take. Takes seconds, in which nothing else runs in this thread.
 *
 * @throws PictureFault
 */
export async function encodePicture(bytes: Buffer, form: PictureForm): Promise<OutgoingPicture> {
  let raster: Raster;
  try {
    raster = await decodePicture(bytes);
  } catch (error) {
    // The service may read what nothing here does.
    if (form.isSent && error instanceof PictureFault && error.reason === "picture_broken") return cleaned(bytes, form);
    throw error;
  }
  const small = resized(raster, fitted(raster));
  const encoded = await encode(small, form);
  const changes = {
    form: encoded.form.name === form.name ? null : { from: form.name, to: encoded.form.name },
    size: small.width === raster.width ? null : { from: sizeText(raster), to: sizeText(small) },
    isCleaned: form.isSent && withoutMetadata(bytes, form) !== bytes,
  };
  return { bytes: encoded.bytes, mediaType: encoded.form.mediaType, changes };
}

function cleaned(bytes: Buffer, form: PictureForm): OutgoingPicture {
  const clean = withoutMetadata(bytes, form);
  const changes = clean === bytes ? null : { form: null, size: null, isCleaned: true };
  return { bytes: clean, mediaType: form.mediaType, changes };
}

/** How much of its own size a picture may have in each direction; 1 for all of it. */
function shareOf({ width, height }: PictureSize): number {
  return Math.min(1, Math.sqrt(maxPixels / (width * height)), maxEdge / Math.max(width, height));
}

function fitted(size: PictureSize): PictureSize {
  const share = shareOf(size);
  const edge = (length: number) => Math.max(1, Math.floor(length * share));
  return { width: edge(size.width), height: edge(size.height) };
}

/** A photograph as JPEG; all else as PNG, whose edges stay sharp, unless that is large. */
async function encode(raster: Raster, { isPhoto }: PictureForm): Promise<{ bytes: Buffer; form: PictureForm }> {
  if (!isPhoto) {
    const bytes = await encodePng(raster);
    if (bytes.length <= (isOpaque(raster) ? maxPngBytes : maxBytes)) return { bytes, form: pictureForms.png };
  }
  return { bytes: await encodeJpeg(raster), form: pictureForms.jpeg };
}
