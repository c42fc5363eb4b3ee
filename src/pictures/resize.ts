import type { PictureSize } from "./picture-size.ts";
import type { Raster } from "./raster.ts";

/**
 * A picture in another size: each new pixel is the mean of what it covers, so that thin lines and letters get paler and do not vanish.
 * Holds no more than a row beside both pictures.
 */
export function resized(raster: Raster, { width, height }: PictureSize): Raster {
  const data = new Uint8Array(width * height * 4);
  const share = raster.height / height;
  const sums = new Float32Array(width * 4);
  const line = new Float32Array(width * 4);
  let lineAt = -1;
  for (let y = 0; y < height; y += 1) {
    sums.fill(0);
    const [start, end] = [y * share, Math.min((y + 1) * share, raster.height)];
    for (let row = Math.floor(start); row < end; row += 1) {
      if (row !== lineAt) fillLine(raster, row, line);
      lineAt = row;
      const weight = Math.min(row + 1, end) - Math.max(row, start);
      for (let at = 0; at < sums.length; at += 1) sums[at]! += line[at]! * weight;
    }
    writeRow(sums, share * (raster.width / width), data.subarray(y * width * 4, (y + 1) * width * 4));
  }
  return { width, height, data };
}

/** The sums of one row for the new width: of opacity, and of colours as far as they are opaque. */
function fillLine({ data, width }: Raster, row: number, line: Float32Array): void {
  const share = (width * 4) / line.length;
  line.fill(0);
  for (let x = 0, target = 0; target < line.length; x += 1, target += 4) {
    const [start, end] = [x * share, Math.min((x + 1) * share, width)];
    for (let column = Math.floor(start); column < end; column += 1) {
      const at = (row * width + column) * 4;
      const weight = (Math.min(column + 1, end) - Math.max(column, start)) * data[at + 3]!;
      line[target]! += data[at]! * weight;
      line[target + 1]! += data[at + 1]! * weight;
      line[target + 2]! += data[at + 2]! * weight;
      line[target + 3]! += weight;
    }
  }
}

function writeRow(sums: Float32Array, area: number, row: Uint8Array): void {
  for (let at = 0; at < row.length; at += 4) {
    const opacity = sums[at + 3]!;
    if (opacity === 0) continue;
    for (let colour = 0; colour < 3; colour += 1) row[at + colour] = Math.round(sums[at + colour]! / opacity);
    row[at + 3] = Math.round(opacity / area);
  }
}
