import { AppError } from "../../errors.ts";
import { documentPages } from "../documents/document-reader.ts";
import type { Engine } from "../engine.ts";
import { maxInputBytes } from "../conversation/input-file.ts";
import type { SendableFile } from "./sendable-file.ts";

/** Reasons for which a service could not read it either. */
const locked: ReadonlySet<string> = new Set(["document_password", "document_password_wrong", "document_locked"]);

/**
 * Pages that a file has, which are billed; null where that is not known before the service has read it.
 *
 * @throws AppError `input_unreadable` for a document with a password; `interrupted`
 */
export async function pageCount(
  engine: Pick<Engine, "thread">,
  { path, form }: SendableFile,
  name: string,
  signal: AbortSignal,
): Promise<number | null> {
  if (form === null) return 1;
  if (form.obstacle !== null || (form.unit !== "page" && form.unit !== "slide")) return null;
  try {
    const request = { source: { path }, form, name, range: null, maxLength: maxInputBytes, signal };
    return await documentPages(engine, request);
  } catch (error) {
    // What this program cannot read a service may.
    if (isLocked(error) || !(error instanceof AppError) || error.code !== "input_unreadable") throw error;
    return null;
  }
}

/** Whether a document could not be read for want of its password. */
export function isLocked(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== "input_unreadable") return false;
  return locked.has((error as AppError<"input_unreadable">).details.reason);
}
