import { AppError } from "../../errors.ts";
import type { Clipping } from "../../repl/editor/paste.ts";
import { pastedText } from "../../terminal/clipboard.ts";
import { pastedPicture } from "../../terminal/clipboard-picture.ts";
import { describe } from "../../terminal/terminal.ts";
import { localeOf } from "../../text-encoding.ts";
import type { Console } from "../console.ts";
import { maxInputBytes, maxInputSize } from "../conversation/input-file.ts";
import { contentOf } from "../conversation/picture.ts";

/**
 * Takes what the clipboard holds: its text, else its picture. Programs of the system read it.
 *
 * @param variables the environment for them, without keys
 * @param nextNumber the number of the picture, asked where there is one
 * @param signal ends the reading
 */
export async function readClipboard(
  { words }: Pick<Console, "words">,
  variables: Readonly<Record<string, string | undefined>>,
  nextNumber: () => number,
  signal: AbortSignal,
): Promise<Clipping> {
  const { session } = words;
  const text = await pastedText(variables, localeOf(variables), signal);
  if (text !== null && text.trim() !== "") return { kind: "text", text };
  const found = await pastedPicture(variables, maxInputBytes, signal);
  if (found.kind === "picture") {
    try {
      const { url, size } = await pictureOf(found.bytes, session.clipboard);
      const name = words.editor.pastedPicture({ number: nextNumber(), size });
      return { kind: "picture", picture: { type: "image", name, url } };
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
 * A picture as a request sends it, and its size.
 *
 * @param name what errors call it
 * @returns `size` null where the header does not tell
 * @throws AppError `input_unreadable` for what no service takes
 */
async function pictureOf(bytes: Buffer, name: string): Promise<{ url: string; size: string | null }> {
  const content = contentOf(bytes);
  if (content.kind === "foreign") throw refused(name, "picture_form", content.form);
  if (content.kind === "other" || !content.whole) throw refused(name, "picture_broken");
  const { imageSize } = await import("image-size");
  let size: string | null = null;
  try {
    const { width, height } = imageSize(bytes);
    size = `${width}×${height}`;
  } catch {
    // What the service makes of it is the service's to say.
  }
  return { url: `data:${content.mediaType};base64,${bytes.toString("base64")}`, size };
}

function refused(path: string, reason: string, limit?: string): AppError {
  return new AppError("input_unreadable", { path, reason, ...(limit !== undefined && { limit }) });
}
