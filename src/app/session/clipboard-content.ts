import type { ImagePart } from "../../chat/messages.ts";
import { AppError } from "../../errors.ts";
import type { Clipping } from "../../repl/editor/paste.ts";
import { pastedText } from "../../terminal/clipboard.ts";
import { pastedPicture } from "../../terminal/clipboard-picture.ts";
import { describe } from "../../terminal/terminal.ts";
import type { PictureChanges } from "../../pictures/outgoing-picture.ts";
import { pictureForm } from "../../pictures/picture-form.ts";
import { localeOf } from "../../text-encoding.ts";
import type { Console } from "../console.ts";
import { maxInputBytes, maxInputSize } from "../conversation/input-file.ts";
import type { PicturePlace } from "../pictures/picture-thread.ts";

/**
 * Takes what the clipboard holds: its text, else its picture. Programs of the system read it.
 *
 * @param variables the environment for them, without keys
 * @param nextNumber the number of the picture, asked where there is one
 * @param place where its picture is made ready; its `stop` ends the reading
 * @param onChanges called where something was done to the picture
 */
export async function readClipboard(
  { words }: Pick<Console, "words">,
  variables: Readonly<Record<string, string | undefined>>,
  nextNumber: () => number,
  place: PicturePlace,
  onChanges: (picture: ImagePart, changes: PictureChanges) => void,
): Promise<Clipping> {
  const { session } = words;
  const text = await pastedText(variables, localeOf(variables), place.stop);
  if (text !== null && text.trim() !== "") return { kind: "text", text };
  const found = await pastedPicture(variables, maxInputBytes, place.stop);
  if (found.kind === "picture") {
    try {
      const { url, size, changes } = await pictureOf(found.bytes, session.clipboard, place);
      const picture: ImagePart = {
        type: "image",
        name: words.editor.pastedPicture({ number: nextNumber(), size }),
        url,
      };
      if (changes !== null) onChanges(picture, changes);
      return { kind: "picture", picture };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { kind: "nothing", message: describe(error, words.errors) };
    }
  }
  if (found.kind === "too_large") {
    const error = refused(session.clipboard, "too_large", maxInputSize);
    return { kind: "nothing", message: describe(error, words.errors) };
  }
  if (found.kind === "remote") return { kind: "nothing", message: session.remoteClipboard };
  const readable = found.kind === "none" || text !== null;
  return { kind: "nothing", message: readable ? session.emptyClipboard : session.noClipboard };
}

/**
 * A picture as a request sends it, its size, and what was done to it.
 *
 * @param name what errors call it
 * @returns `size` null where the header does not tell
 * @throws AppError `input_unreadable` for what cannot be sent; `interrupted`
 */
async function pictureOf(
  bytes: Buffer,
  name: string,
  place: PicturePlace,
): Promise<{ url: string; size: string | null; changes: PictureChanges | null }> {
  const [{ dataUrl, outgoingPicture }, { PictureFault }, { pictureSize, sizeText }] = await Promise.all([
    import("../pictures/picture-thread.ts"),
    import("../../pictures/picture-fault.ts"),
    import("../../pictures/picture-size.ts"),
  ]);
  const form = pictureForm(bytes);
  if (form === null) throw refused(name, "picture_broken");
  try {
    const picture = await outgoingPicture(place, bytes, form);
    const size = await pictureSize(picture.bytes);
    return { url: dataUrl(picture), size: size === null ? null : sizeText(size), changes: picture.changes };
  } catch (error) {
    if (!(error instanceof PictureFault)) throw error;
    throw refused(name, error.reason, error.detail);
  }
}

function refused(path: string, reason: string, limit?: string): AppError {
  return new AppError("input_unreadable", { path, reason, ...(limit !== undefined && { limit }) });
}
