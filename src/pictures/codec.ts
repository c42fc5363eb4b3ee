import { decodeHeif } from "./heif.ts";
import { orientationOf } from "./metadata.ts";
import { upright } from "./orientation.ts";
import { PictureFault } from "./picture-fault.ts";
import { pictureForm } from "./picture-form.ts";
import { pictureSize, sizeText } from "./picture-size.ts";
import { loadPhoton } from "./photon.ts";
import type { Raster } from "./raster.ts";

/**
 * Pixels that are decoded at most. Decoding holds a picture up to three times, four bytes a pixel: 48 million pixels of a telephone take
 * 0.6 GB as JPEG and 1.2 GB as HEIC.
 */
export const maxDecodedPixels = 64 * 1024 * 1024;

/** What is decoded at most. */
export interface DecodeLimits {
  readonly maxPixels: number;
}

/**
 * Decodes a picture and turns it upright; of an animation, the first frame. Takes seconds for a large photograph, in which nothing else
 * runs in this thread: `app/pictures` does it beside.
 *
 * @throws PictureFault `picture_huge` before anything is decoded; `picture_form`; `picture_broken`
 */
export async function decodePicture(
  bytes: Buffer,
  { maxPixels }: DecodeLimits = { maxPixels: maxDecodedPixels },
): Promise<Raster> {
  const form = pictureForm(bytes);
  if (form === null) throw new PictureFault("picture_broken");
  if (form.decoder === null) throw new PictureFault("picture_form", form.name);
  const size = await pictureSize(bytes);
  if (size === null) throw new PictureFault("picture_broken");
  if (size.width * size.height > maxPixels) throw new PictureFault("picture_huge", sizeText(size));
  if (form.decoder === "heif") return await decodeHeif(bytes, maxPixels);
  const raster = await decodeByPhoton(bytes);
  return upright(raster, orientationOf(bytes, form));
}

async function decodeByPhoton(bytes: Buffer): Promise<Raster> {
  const { PhotonImage } = await loadPhoton();
  try {
    const image = PhotonImage.new_from_byteslice(bytes);
    try {
      return { width: image.get_width(), height: image.get_height(), data: image.get_raw_pixels() };
    } finally {
      image.free();
    }
  } catch (error) {
    // It has no errors, only traps.
    throw new PictureFault("picture_broken", undefined, { cause: error });
  }
}

/** Encodes as PNG, without loss. */
export async function encodePng({ data, width, height }: Raster): Promise<Buffer> {
  const { PhotonImage } = await loadPhoton();
  const image = new PhotonImage(data, width, height);
  try {
    return bufferOf(image.get_bytes());
  } finally {
    image.free();
  }
}

/**
 * Encodes as JPEG, on white where the picture is transparent.
 *
 * @param quality 1 to 100
 */
export async function encodeJpeg(raster: Raster, quality = 85): Promise<Buffer> {
  const { PhotonImage } = await loadPhoton();
  const { data, width, height } = isOpaque(raster) ? raster : onWhite(raster);
  const image = new PhotonImage(data, width, height);
  try {
    return bufferOf(image.get_bytes_jpeg(quality));
  } finally {
    image.free();
  }
}

/** Whether no pixel of it is transparent. */
export function isOpaque({ data }: Raster): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}

function onWhite({ data, ...size }: Raster): Raster {
  const flat = new Uint8Array(data.length).fill(255);
  for (let at = 0; at < data.length; at += 1) {
    if (at % 4 !== 3) flat[at] = 255 + ((data[at]! - 255) * data[at - (at % 4) + 3]!) / 255;
  }
  return { ...size, data: flat };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
