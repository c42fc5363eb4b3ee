import type { ImagePart, Message } from "../../chat/messages.ts";
import { PictureFault } from "../../pictures/picture-fault.ts";
import { pictureForm } from "../../pictures/picture-form.ts";
import { dataUrl, outgoingPicture, type PicturePlace } from "./picture-thread.ts";

/**
 * Parts of a message whose pictures are made ready to be sent, those of tools for instance. One that cannot be read stays as it is, for
 * the service to judge.
 *
 * @throws AppError `interrupted`
 */
export async function readyParts<Part extends { readonly type: string }>(
  place: PicturePlace,
  parts: readonly (Part | ImagePart)[],
): Promise<(Part | ImagePart)[]> {
  const ready: (Part | ImagePart)[] = [];
  for (const part of parts) ready.push(isPicture(part) ? await readyPicture(place, part) : part);
  return ready;
}

/** Messages with such parts, of an item of a batch for instance. @throws AppError `interrupted` */
export async function readyMessages(place: PicturePlace, messages: readonly Message[]): Promise<Message[]> {
  const ready: Message[] = [];
  for (const message of messages) {
    if (message.role === "user") ready.push({ ...message, content: await readyParts(place, message.content) });
    else if (message.role === "tool") ready.push({ ...message, content: await readyParts(place, message.content) });
    else ready.push(message);
  }
  return ready;
}

function isPicture(part: { readonly type: string }): part is ImagePart {
  return part.type === "image";
}

async function readyPicture(place: PicturePlace, part: ImagePart): Promise<ImagePart> {
  const [, base64 = ""] = /^data:[^,]*;base64,(.*)$/isu.exec(part.url) ?? [];
  const bytes = Buffer.from(base64, "base64");
  const form = pictureForm(bytes);
  if (form === null) return part;
  try {
    const picture = await outgoingPicture(place, bytes, form);
    return picture.changes === null ? part : { ...part, url: dataUrl(picture) };
  } catch (error) {
    if (error instanceof PictureFault) return part;
    throw error;
  }
}
