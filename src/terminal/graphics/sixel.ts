import type { Raster } from "../../pictures/raster.ts";

/** Colours that a terminal keeps for sixels at least (xterm's and VT340's successors). */
const colours = 256;
/** Rows of pixels that one row of sixels has. */
const pixelsPerSixel = 6;
/** An alpha below this is nothing: a sixel is there or not. */
const leastAlpha = 128;

/** A picture as sixels, one for each of its pixels (DEC STD 070); what is transparent stays as it is on the screen. */
export async function sixelPicture(raster: Raster): Promise<string> {
  // The encoder's own choice of colours mixes those of plain pictures: red, green and blue become a grey.
  const [{ applyPalette, quantize }, { FINALIZER, introducer, sixelEncode }] = await Promise.all([
    import("gifenc/dist/gifenc.esm.js"),
    import("sixel/lib/SixelEncoder.js"),
  ]);
  const { width, height, data } = wholeSixels(raster);
  const chosen = quantize(data, colours);
  const indices = applyPalette(data, chosen);
  const palette = chosen.map(([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
  const pixels = new Uint32Array(indices.length);
  for (let at = 0; at < pixels.length; at++) pixels[at] = data[at * 4 + 3] === 0 ? 0 : palette[indices[at]!]!;
  return introducer(1) + sixelEncode(new Uint8Array(pixels.buffer), width, height, palette) + FINALIZER;
}

/** With transparent pixels below the last, as many as fill its row of sixels, and no pixel half transparent. */
function wholeSixels({ width, height, data }: Raster): Raster {
  const rows = Math.ceil(height / pixelsPerSixel) * pixelsPerSixel;
  const filled = new Uint8Array(width * rows * 4);
  filled.set(data.subarray(0, width * height * 4));
  for (let at = 3; at < filled.length; at += 4) filled[at] = filled[at]! < leastAlpha ? 0 : 255;
  return { width, height: rows, data: filled };
}
