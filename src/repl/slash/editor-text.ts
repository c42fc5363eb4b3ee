import { asAppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { errorWords } from "../../terminal/terminal.ts";
import type { EditedFile, Host } from "../host.ts";

/**
 * Opens a text in the person's own editor.
 *
 * @param name of the file that the editor shows
 * @returns the text as it was left; `text` null where the editor left no file or failed, and `reported` where that was said
 */
export async function editorText(
  { editText, lines, terminal, words }: Pick<Host, "editText" | "lines" | "terminal" | "words">,
  text: string,
  name: EditedFile,
): Promise<{ readonly text: string | null; readonly reported: boolean }> {
  lines.release();
  try {
    return { text: await editText(text, name), reported: false };
  } catch (error) {
    const known = asAppError(error);
    if (known.code === "internal") throw error;
    const { what, next } = errorWords(known, words.errors);
    terminal.fail({ what: sanitize(what), next: sanitize(next) });
    return { text: null, reported: true };
  }
}
