/** Endings of copies, by the forms of pictures. SVG is none: a browser that opens such a file runs the scripts in it. */
const endings: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
  "image/avif": "avif",
  "image/bmp": "bmp",
  "image/tiff": "tiff",
  "image/heic": "heic",
};
const mediaTypes = new Map(Object.entries(endings).map(([mediaType, ending]) => [ending, mediaType]));

/** The ending of a copy, without its dot; null for a picture of which no copy is made. */
export function endingOf(mediaType: string): string | null {
  return endings[mediaType.toLowerCase()] ?? null;
}

/** The form of the picture in a copy, by its name; null for a name that no copy has. */
export function mediaTypeOf(file: string): string | null {
  return mediaTypes.get(file.slice(file.lastIndexOf(".") + 1)) ?? null;
}
