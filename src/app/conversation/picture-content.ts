import { basename, extname, resolve } from "node:path";
import type { ImagePart } from "../../chat/messages.ts";
import {
  isPageUrl,
  type AttachedContent,
  type Attachment,
  type ContentSource,
  refusedContent,
  unchanged,
} from "./attachment.ts";
import { contentOf, isPictureName } from "./picture.ts";

/**
 * A picture, known by its content; null for what is none.
 *
 * @throws AppError `input_unreadable` for a picture that cannot be sent, and for what only its name calls a picture
 */
export function pictureContent(bytes: Buffer, source: ContentSource): Promise<AttachedContent | null> {
  const content = contentOf(bytes);
  if (content.kind === "foreign") throw refusedContent(source, "picture_form", content.form);
  if (content.kind === "picture") {
    if (!content.whole) throw refusedContent(source, "picture_broken");
    const url = `data:${content.mediaType};base64,${bytes.toString("base64")}`;
    const name = isPageUrl(source.path) ? source.name : basename(source.path);
    return Promise.resolve({ bytes: bytes.length, part: { type: "image", name, url }, ...unchanged, tokens: null });
  }
  if (isPictureName(extname(source.path)))
    throw refusedContent(source, bytes.length === 0 ? "picture_empty" : "picture_broken");
  return Promise.resolve(null);
}

/** A picture that is in memory already; it has a path that no other has of its name. */
export function pictureAttachment(part: ImagePart, folder: string): Attachment {
  const bytes = Math.floor((part.url.length - part.url.indexOf(",") - 1) * 0.75);
  return { path: resolve(folder, part.name), name: part.name, part, ...unchanged, bytes, tokens: null };
}
