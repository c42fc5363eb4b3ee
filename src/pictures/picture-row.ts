import type { PictureSize } from "./picture-size.ts";
import type { Raster } from "./raster.ts";
import { resized } from "./resize.ts";

/** Pixels between two pictures, at the size at which none of them is scaled. */
const gap = 20;

/** The size of pictures side by side, each as tall as the lowest of them. */
export function rowSize(pictures: readonly PictureSize[]): PictureSize {
  const height = Math.min(...pictures.map((each) => each.height));
  const widths = pictures.map((each) => (each.width * height) / each.height);
  return { width: Math.round(widths.reduce((sum, width) => sum + width + gap, -gap)), height };
}

/**
 * Pictures side by side as one, with nothing between them.
 *
 * @param height pixels; no more than `rowSize` gives
 */
export function pictureRow(pictures: readonly Raster[], height: number): Raster {
  const between = Math.max(1, Math.round((gap * height) / rowSize(pictures).height));
  const scaled = pictures.map((picture) => {
    const width = Math.max(1, Math.round((picture.width * height) / picture.height));
    return width === picture.width && height === picture.height ? picture : resized(picture, { width, height });
  });
  if (scaled.length === 1) return scaled[0]!;
  const width = scaled.reduce((sum, each) => sum + each.width + between, -between);
  const data = new Uint8Array(width * height * 4);
  let left = 0;
  for (const picture of scaled) {
    const bytes = picture.width * 4;
    for (let row = 0; row < height; row++) {
      data.set(picture.data.subarray(row * bytes, (row + 1) * bytes), (row * width + left) * 4);
    }
    left += picture.width + between;
  }
  return { width, height, data };
}
