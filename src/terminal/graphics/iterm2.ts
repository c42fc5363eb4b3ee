import type { CellSize } from "./placement.ts";

/**
 * A picture in iTerm2's protocol (iterm2.com/documentation-images.html), which the terminal scales to so many columns.
 *
 * @param png bytes that this program encoded
 */
export function iterm2Picture(png: Uint8Array, { columns }: CellSize): string {
  const data = Buffer.from(png).toString("base64");
  return `\x1b]1337;File=inline=1;size=${png.length};width=${columns};preserveAspectRatio=1:${data}\x07`;
}
