import { sanitize } from "../terminal/sanitize.ts";
import type { AppError } from "../errors.ts";
import type { Host } from "./host.ts";

/**
 * Whether this conversation can be left. Where a part of it is not saved, a person is told so first, and may leave it
 * the next time; a script has nobody to tell.
 */
export function mayLeave(host: Host): boolean {
  const { terminal, words, dialogue } = host;
  const { unsaved } = dialogue;
  if (unsaved === null || unsaved === host.toldUnsaved || !terminal.interactive) return true;
  host.toldUnsaved = unsaved;
  terminal.warn(words.session.unsaved({ path: sanitize(pathOf(unsaved)) }));
  return false;
}

function pathOf({ details }: AppError<"transcript_unwritable">): string {
  return details.path;
}
