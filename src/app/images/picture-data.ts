import type { ImagePart } from "../../chat/messages.ts";

/** The bytes of a picture that is here. */
export interface PictureData {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** The bytes of a picture of an answer; see `bringPicture`. */
export function dataOf({ url }: Pick<ImagePart, "url">): PictureData {
  const comma = url.indexOf(",");
  const mediaType = /^data:([^;,]*)/iu.exec(url)?.[1] ?? "";
  return { bytes: Buffer.from(url.slice(comma + 1), "base64"), mediaType };
}

/** The usual ending of a picture's name. */
export function endingOf(mediaType: string): string {
  return mediaType === "image/jpeg" ? "jpg" : mediaType.replace("image/", "");
}
