/** The package brings no types; this is what is used of it. By its name alone Node loads the older form of its modules. */
declare module "gifenc/dist/gifenc.esm.js" {
  type Colour = readonly [red: number, green: number, blue: number];

  /** The colours that stand for those of a picture best. */
  export function quantize(rgba: Uint8Array, colours: number): Colour[];
  /** For each pixel which of the colours stands for it. */
  export function applyPalette(rgba: Uint8Array, palette: readonly Colour[]): Uint8Array;
}
