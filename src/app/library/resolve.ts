import { AppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { errorWords } from "../../terminal/terminal.ts";
import type { Transcript } from "../../transcripts/format/types.ts";
import type { ReadOptions, TranscriptSummary } from "../../transcripts/store/read.ts";
import type { App } from "../app.ts";

/** Which conversation to go on with. */
export type Earlier =
  | { readonly kind: "none" }
  | { readonly kind: "newest" }
  | { readonly kind: "named"; readonly reference: string }
  | { readonly kind: "pick" };

/**
 * Reads the conversation to go on with; null for a new one.
 *
 * @throws AppError `transcript_not_found`, `transcript_ambiguous`; `not_a_terminal` where a choice is needed and nobody can
 * be asked
 */
export async function findEarlier(app: App, earlier: Earlier): Promise<Transcript | null> {
  if (earlier.kind === "none") return null;
  const { findTranscript, newestTranscript, readTranscript } = await import("../../transcripts/store/read.ts");
  if (earlier.kind === "named") {
    const { transcripts, folders } = app;
    const { path } = await findTranscript(transcripts, earlier.reference, folders.cache, readingOf(app));
    return await readTranscript(path, app.stop);
  }
  if (earlier.kind === "pick") {
    const path = await pickTranscript(app, null);
    // Whoever leaves the choice has not asked for a new conversation.
    if (path === null) throw new AppError("interrupted", {});
    return await readTranscript(path, app.stop);
  }
  const newest = await newestTranscript(app.transcripts, app.folders.cache, readingOf(app));
  if (newest === null) throw new AppError("transcript_not_found", { reference: "last" });
  return await readTranscript(newest.path, app.stop);
}

/** The conversations in the transcripts folder, newest first. */
export async function listConversations(app: App): Promise<TranscriptSummary[]> {
  const { listTranscripts } = await import("../../transcripts/store/read.ts");
  return await listTranscripts(app.transcripts, app.folders.cache, readingOf(app));
}

/** Reading that stops with the program, and tells of files that are passed over. */
export function readingOf(app: App): ReadOptions {
  return { signal: app.stop, onUnreadable: (error) => passOver(app, error) };
}

/** Tells of a file that costs itself alone. */
export function passOver({ terminal, words }: App, error: AppError): void {
  const { what } = errorWords(error, words.errors);
  terminal.warn(sanitize(words.transcripts.passedOver({ what })));
}

/**
 * Lets a person choose the one to go on with; gives the path, null when they left it.
 *
 * @param inUse the path of a conversation that must stay; null for none
 * @throws AppError `not_a_terminal`; `transcript_not_found` where there is none
 */
export async function pickTranscript(app: App, inUse: string | null): Promise<string | null> {
  const { interactive, capable } = app.terminal;
  if (!interactive || !capable) throw new AppError("not_a_terminal", { what: "--resume", instead: "--resume <id>" });
  const { pickConversation } = await import("./browse.ts");
  return await pickConversation(app, "resume", inUse);
}
