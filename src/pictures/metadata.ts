import { cleanGif } from "./gif-metadata.ts";
import { cleanJpeg, jpegOrientation } from "./jpeg-metadata.ts";
import { type Orientation, orientationIn } from "./orientation.ts";
import type { PictureForm } from "./picture-form.ts";
import { cleanPng, pngOrientation } from "./png-metadata.ts";
import { cleanWebp, webpOrientation } from "./webp-metadata.ts";

const cleaners: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  PNG: cleanPng,
  JPEG: cleanJpeg,
  GIF: cleanGif,
  WebP: cleanWebp,
};

const orientations: Readonly<Record<string, (bytes: Buffer) => Orientation>> = {
  PNG: pngOrientation,
  JPEG: jpegOrientation,
  WebP: webpOrientation,
  TIFF: orientationIn,
};

/** Bytes of the shortest picture that is looked into: of a PNG, its signature and its first chunk. Metadata have no room in less. */
const shortest = 33;

/**
 * A picture of a form that services take without its metadata, which may tell where and with what it was taken: the pixels stay as they
 * are, and so does the orientation. The very same bytes where there is nothing to remove.
 *
 * @throws PictureFault `picture_broken`
 */
export function withoutMetadata(bytes: Buffer, { name }: PictureForm): Buffer {
  if (bytes.length < shortest) return bytes;
  const cleaned = cleaners[name]!(bytes);
  return cleaned.equals(bytes) ? bytes : cleaned;
}

/** How a picture is to be turned. That of a HEIC picture is applied where it is decoded. @throws PictureFault `picture_broken` */
export function orientationOf(bytes: Buffer, { name }: PictureForm): Orientation {
  return orientations[name]?.(bytes) ?? 1;
}
