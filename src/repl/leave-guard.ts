import { sanitize } from "../terminal/sanitize.ts";
import type { AppError } from "../errors.ts";
import type { Host } from "./host.ts";

/**
 * Whether this conversation can be left. If part of it isn't saved, a warning is shown first, and the person may leave it
 * the next time; a script has nobody to tell.
 */
export function mayLeave(host: Host): boolean {
  const { terminal, words, dialogue } = host;
  const { unsaved } = dialogue;
  if (unsaved === null || unsaved === host.reportedUnsaved || !terminal.interactive) return true;
  host.reportedUnsaved = unsaved;
  terminal.warn(words.session.unsaved({ path: sanitize(pathOf(unsaved)) }));
  return false;
}

function pathOf({ details }: AppError<"transcript_unwritable">): string {
  return details.path;
}
