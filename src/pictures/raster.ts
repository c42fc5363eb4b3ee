/** A picture as pixels, row by row from the top left. */
export interface Raster {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel, one byte each. */
  readonly data: Uint8Array;
}
