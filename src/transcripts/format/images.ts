import type { SavedImage } from "./types.ts";

/** The JSON form of pictures, in files and wherever else a program reads them; absent where there are none. */
export function imagesJson(images: readonly SavedImage[] | undefined): readonly object[] | undefined {
  return images === undefined || images.length === 0 ? undefined : images.map(imageJson);
}

export function imageJson(image: SavedImage): object {
  const { name } = image;
  if ("url" in image) return { name, url: image.url };
  const { file, digest, bytes } = image;
  return { name, file, digest, bytes };
}

/** Pictures of a list in that form; what is none counts for nothing, and does not touch the others. */
export function readImages(list: unknown): SavedImage[] {
  return Array.isArray(list) ? list.flatMap((image) => readImage(image) ?? []) : [];
}

/** @returns null for what is no picture in that form */
export function readImage(value: unknown): SavedImage | null {
  const { name, url, file, digest, bytes } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== "string") return null;
  if (typeof file === "string" && typeof digest === "string" && typeof bytes === "number") {
    return { name, file, digest, bytes };
  }
  return typeof url === "string" ? { name, url } : null;
}
