import { withImages } from "../format/exchange-images.ts";
import type { SavedImage } from "../format/types.ts";
import type { Item, ImportSkipReason, ImportSource } from "./types.ts";
import { conversationsIn } from "./detect-format.ts";
import type { Placed, Shelf } from "./shelf.ts";

export type ImportOutcome =
  | (Placed & {
      /** Counts the conversations of a file, from 1. */
      readonly number: number;
      readonly title: string | null;
      readonly source: ImportSource;
      /** How many exchanges it has. */
      readonly turns: number;
      readonly leftOut: number;
    })
  | {
      readonly status: "skipped";
      readonly number: number;
      readonly title: string | null;
      readonly reason: ImportSkipReason;
    };

/**
 * Imports the conversations of one file, one after the other; `items` may come from elsewhere. Throws `input_unreadable`, and what writing and reading
 * transcripts throws; what came before stays imported.
 *
 * @param resolve gives a picture whose copy lies beside the file itself, as far as it can be had
 */
export async function* importFile(
  path: string,
  shelf: Shelf,
  items: AsyncIterable<Item> = conversationsIn(path),
  resolve: (image: SavedImage) => SavedImage = (image) => image,
): AsyncGenerator<ImportOutcome> {
  let number = 0;
  for await (const item of items) {
    number += 1;
    if ("skip" in item) yield { status: "skipped", number, ...item.skip };
    else {
      const { title, source, leftOut } = item.found;
      const exchanges = item.found.exchanges.map((exchange) => withImages(exchange, resolve));
      const placed = await shelf.place({ ...item.found, exchanges });
      yield { ...placed, number, title, source, turns: exchanges.length, leftOut };
    }
  }
}
