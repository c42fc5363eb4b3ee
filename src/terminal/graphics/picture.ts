import type { Raster } from "../../pictures/raster.ts";
import { iterm2Picture } from "./iterm2.ts";
import { kittyPicture, kittyPlaceholders } from "./kitty.ts";
import type { CellSize } from "./placement.ts";
import type { Graphics } from "./protocol.ts";
import { sixelPicture } from "./sixel.ts";
import { throughTmux as asTmuxPasses } from "./tmux.ts";

/** A picture that is to be drawn. */
export interface DrawnPicture {
  readonly raster: Raster;
  /** The same, encoded by this program: nothing of a file from elsewhere goes out in a sequence. */
  readonly png: () => Promise<Uint8Array>;
  readonly cells: CellSize;
}

/** Pictures through tmux that were shown, to tell them apart; a terminal may know some of other programs. */
let shown = process.pid % 0xffff;

/** What draws a picture where the cursor is, at the start of a line; the cursor is at the start of the line below it afterwards. */
export async function pictureSequence({ protocol, throughTmux }: Graphics, picture: DrawnPicture): Promise<string> {
  const { raster, png, cells } = picture;
  if (protocol === "sixel") return `${await sixelPicture(raster)}\n`;
  const bytes = await png();
  if (protocol === "iterm2")
    return `${throughTmux ? asTmuxPasses(iterm2Picture(bytes, cells)) : iterm2Picture(bytes, cells)}\n`;
  if (!throughTmux) return `${kittyPicture(bytes, cells)}\n`;
  shown = (shown + 1) % 0xff_ffff;
  return `${kittyPlaceholders(bytes, cells, shown + 1)}\n`;
}
