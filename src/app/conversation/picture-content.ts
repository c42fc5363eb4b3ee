import { basename, extname, resolve } from "node:path";
import type { ImagePart } from "../../chat/messages.ts";
import { isPictureName, type PictureForm, pictureForm } from "../../pictures/picture-form.ts";
import {
  type AttachedContent,
  type Attachment,
  type ContentSource,
  isPageUrl,
  refusedContent,
  unchanged,
} from "./attachment.ts";

/**
 * A picture, known by its content, as it is sent; null for what is none.
 *
 * @throws AppError `input_unreadable` for a picture that cannot be sent, and for what only its name calls a picture; `interrupted`
 */
export async function pictureContent(bytes: Buffer, source: ContentSource): Promise<AttachedContent | null> {
  const form = pictureForm(bytes);
  if (form !== null) return await readyContent(bytes, form, source);
  if (!isPictureName(extname(source.path))) return null;
  throw refusedContent(source, bytes.length === 0 ? "picture_empty" : "picture_broken");
}

/** What makes pictures ready is loaded where there is one. */
async function readyContent(bytes: Buffer, form: PictureForm, source: ContentSource): Promise<AttachedContent> {
  const [{ dataUrl, outgoingPicture }, { PictureFault }] = await Promise.all([
    import("../pictures/picture-thread.ts"),
    import("../../pictures/picture-fault.ts"),
  ]);
  try {
    const picture = await outgoingPicture(source, bytes, form);
    const name = isPageUrl(source.path) ? source.name : basename(source.path);
    return {
      part: { type: "image", name, url: dataUrl(picture) },
      ...unchanged,
      tokens: null,
      bytes: picture.bytes.length,
      ...(picture.changes !== null && { changes: picture.changes }),
    };
  } catch (error) {
    if (!(error instanceof PictureFault)) throw error;
    throw refusedContent(source, error.reason, error.detail);
  }
}

/** A picture that is in memory already; it has a path that no other has of its name. */
export function pictureAttachment(part: ImagePart, folder: string): Attachment {
  const bytes = Math.floor((part.url.length - part.url.indexOf(",") - 1) * 0.75);
  return { path: resolve(folder, part.name), name: part.name, part, ...unchanged, bytes, tokens: null };
}
