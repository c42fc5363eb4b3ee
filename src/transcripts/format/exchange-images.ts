import { withSectionImages } from "./section-bodies.ts";
import type { Exchange, SavedImage } from "./types.ts";

/** An exchange with other pictures in the place of its own: those of the question, of results of tools and of the answer. */
export function withImages(exchange: Exchange, change: (image: SavedImage) => SavedImage): Exchange {
  const { images, sections } = exchange;
  if (images.length === 0 && sections === null) return exchange;
  return {
    ...exchange,
    images: images.map(change),
    sections: sections?.map((section) => withSectionImages(section, change)) ?? null,
  };
}

/** All pictures of exchanges. */
export function imagesIn(exchanges: readonly Exchange[]): SavedImage[] {
  const found: SavedImage[] = [];
  for (const exchange of exchanges) {
    withImages(exchange, (image) => {
      found.push(image);
      return image;
    });
  }
  return found;
}
