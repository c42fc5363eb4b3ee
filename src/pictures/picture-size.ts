/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The size that a picture's header gives, without decoding anything; null where it gives none that makes sense. */
export async function pictureSize(bytes: Uint8Array): Promise<PictureSize | null> {
  const { imageSize } = await import("image-size");
  try {
    // The package reads on behind the end of what shares its memory with something else.
    const { width, height } = imageSize(bytes.length === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes));
    return width > 0 && height > 0 ? { width, height } : null;
  } catch {
    return null;
  }
}

/** A size as people read it. */
export function sizeText({ width, height }: PictureSize): string {
  return `${width}×${height}`;
}
