import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { libraryFile } from "./library-file.ts";
import { PictureFault } from "./picture-fault.ts";
import { sizeText } from "./picture-size.ts";
import type { Raster } from "./raster.ts";

/** What is used of the library; its own types are those of all that it exports. */
interface Heif {
  readonly HeifDecoder: new () => { decode(bytes: Uint8Array): readonly HeifImage[] };
}

interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  /** Null where it cannot be decoded. */
  display(target: HeifPixels, done: (pixels: HeifPixels | null) => void): void;
}

interface HeifPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * Decodes a HEIC picture, upright. The library stays in files of its own, which can be replaced, as its licence (LGPL) wants it.
 *
 * @throws PictureFault
 */
export async function decodeHeif(bytes: Uint8Array, maxPixels: number): Promise<Raster> {
  const script = libraryFile("libheif.cjs", "libheif-js/libheif-wasm/libheif.js");
  const wasmBinary = await readFile(libraryFile("libheif.wasm", "libheif-js/libheif-wasm/libheif.wasm"));
  const open = createRequire(script)(script) as (options: object) => Heif;
  const silent = { print: () => {}, printErr: () => {} };
  const images = new (open({ wasmBinary, ...silent }).HeifDecoder)().decode(bytes);
  const image = images.find((each) => each.is_primary()) ?? images[0];
  if (image === undefined) throw new PictureFault("picture_broken");
  const size = { width: image.get_width(), height: image.get_height() };
  const pixels = size.width * size.height;
  if (pixels > maxPixels) throw new PictureFault("picture_huge", sizeText(size));
  const target = { ...size, data: new Uint8ClampedArray(pixels * 4) };
  const shown = await new Promise<HeifPixels | null>((done) => image.display(target, done));
  if (shown === null) throw new PictureFault("picture_broken");
  return { ...size, data: new Uint8Array(shown.data.buffer) };
}
