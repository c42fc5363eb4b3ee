/** A size in pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** A size in cells of a terminal. */
export interface CellSize {
  readonly columns: number;
  readonly rows: number;
}

/** Pixels that a cell is taken to have: as VT340 had them, and as Windows Terminal counts sixels. */
const cellPixels: PixelSize = { width: 10, height: 20 };
/** The share of the window's rows that a picture takes at most: what belongs to it is to be seen with it. */
const maxShare = 2 / 3;

/** How large a picture is shown. */
export interface Placement {
  readonly cells: CellSize;
  /** As many pixels as those cells are taken to have, or fewer. */
  readonly pixels: PixelSize;
}

/**
 * The size at which a picture is shown: its own, or as much smaller as the window demands; never taller than that.
 *
 * @param size of the picture
 * @param window its columns that may be used, and its rows
 */
export function placed(size: PixelSize, window: CellSize): Placement {
  const room = {
    width: Math.max(1, window.columns) * cellPixels.width,
    height: Math.max(1, Math.floor(window.rows * maxShare)) * cellPixels.height,
  };
  const scale = Math.min(1, room.width / size.width, room.height / size.height);
  const pixels = {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
  return {
    pixels,
    cells: {
      columns: Math.ceil(pixels.width / cellPixels.width),
      rows: Math.ceil(pixels.height / cellPixels.height),
    },
  };
}
