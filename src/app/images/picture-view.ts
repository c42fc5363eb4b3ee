import { pathToFileURL } from "node:url";
import type { ImagePart } from "../../chat/messages.ts";
import { withoutKeys } from "../../config/variables.ts";
import { decodePicture, encodePng } from "../../pictures/codec.ts";
import { pictureRow, rowSize } from "../../pictures/picture-row.ts";
import type { Raster } from "../../pictures/raster.ts";
import { findGraphics } from "../../terminal/graphics/detection.ts";
import { pictureSequence } from "../../terminal/graphics/picture.ts";
import { placed } from "../../terminal/graphics/placement.ts";
import type { Graphics } from "../../terminal/graphics/protocol.ts";
import { linkTo } from "../../terminal/markdown/ansi.ts";
import { findAbilities } from "../../terminal/capabilities.ts";
import type { Console } from "../console.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { dataOf } from "./picture-data.ts";

type ViewEngine = Pick<Engine, "environment" | "keyPlaces" | "settings" | "workingFolder">;

/** Pixels that are decoded to show a picture. */
const maxPixels = 32 * 1024 * 1024;
/** Columns that a picture beside others has at least. */
const leastColumns = 20;
/** Pixels of a cell's edge that a terminal may have more than is taken for one. */
const density = 2;

/**
 * Draws pictures on stdout, side by side, where the terminal can show them. What goes out is what this program decoded and encoded
 * again: bytes from elsewhere never reach the terminal.
 *
 * @param pictures of any form
 * @param share of the height that a picture has at most
 * @returns how many were drawn; those that cannot be decoded are not
 */
export async function drawPictures(
  engine: ViewEngine,
  { terminal }: Console,
  pictures: readonly Buffer[],
  share = 1,
): Promise<number> {
  const variables = withoutKeys(engine.environment.variables, engine.keyPlaces.keyVariables);
  const graphics = await findGraphics(terminal, engine.settings.graphics, variables);
  if (graphics === null) return 0;
  const rasters: Raster[] = [];
  for (const bytes of pictures) {
    const raster = await decodePicture(bytes, { maxPixels }).catch(() => null);
    if (raster !== null) rasters.push(raster);
  }
  const window = { columns: Math.min(terminal.columns, terminal.textColumns), rows: terminal.rows * share };
  const perRow = Math.max(1, Math.floor(window.columns / leastColumns));
  for (let at = 0; at < rasters.length; at += perRow) {
    terminal.out(await sequenceOf(graphics, rasters.slice(at, at + perRow), window));
  }
  return rasters.length;
}

async function sequenceOf(
  graphics: Graphics,
  rasters: readonly Raster[],
  window: { readonly columns: number; readonly rows: number },
): Promise<string> {
  const natural = rowSize(rasters);
  const { cells, pixels } = placed(natural, window);
  // Sixels are not scaled by the terminal, other pictures are.
  const height = graphics.protocol === "sixel" ? pixels.height : Math.min(natural.height, pixels.height * density);
  const raster = pictureRow(rasters, height);
  return await pictureSequence(graphics, { raster, png: () => encodePng(raster), cells });
}

/** A path as it is shown on stdout: on a terminal that has links, one to the file. */
export async function pathLink(
  { workingFolder }: Pick<Engine, "workingFolder">,
  { terminal }: Console,
  path: string,
): Promise<string> {
  const shown = displayPath(workingFolder, path);
  const { hyperlinks } = await findAbilities(terminal);
  return hyperlinks ? `${linkTo(pathToFileURL(path).href)}${shown}${linkTo("")}` : shown;
}

/**
 * Shows a picture of an answer in its place, and says where it lies.
 *
 * @param path null where it lies nowhere
 */
export async function showPicture(
  engine: ViewEngine,
  console: Console,
  image: ImagePart,
  path: string | null,
): Promise<void> {
  await drawPictures(engine, console, [dataOf(image).bytes]);
  if (path === null) return;
  const { terminal, words } = console;
  const shown = terminal.errIsTerminal
    ? await pathLink(engine, console, path)
    : displayPath(engine.workingFolder, path);
  // A link is no text of others, of which escapes are shown.
  if (terminal.verbosity !== "quiet")
    terminal.err(`${terminal.ink.err.muted(words.images.picture({ path: shown }))}\n`);
}
