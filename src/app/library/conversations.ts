import type { AppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { errorWords } from "../../terminal/terminal.ts";
import type { ReadOptions, TranscriptSummary } from "../../transcripts/store/read.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";

/** What reaches saved conversations; the engine does. */
export type Library = Pick<Engine, "folders" | "stop" | "transcripts">;

/** The conversations in the transcripts folder, newest first. */
export async function listConversations(engine: Library, console: Console): Promise<TranscriptSummary[]> {
  const { listTranscripts } = await import("../../transcripts/store/read.ts");
  return await listTranscripts(engine.transcripts, engine.folders.cache, readingOf(engine.stop, console));
}

/**
 * The conversation that a person named.
 *
 * @throws AppError `transcript_not_found`, `transcript_ambiguous`
 */
export async function findConversation(
  { transcripts, folders, stop }: Library,
  console: Console,
  reference: string,
): Promise<TranscriptSummary> {
  const { findTranscript } = await import("../../transcripts/store/read.ts");
  return await findTranscript(transcripts, reference, folders.cache, readingOf(stop, console));
}

/** Reading that stops with the program, and tells of files that are passed over. */
export function readingOf(stop: AbortSignal, console: Console): ReadOptions {
  return { signal: stop, onUnreadable: (error) => passOver(console, error) };
}

/** Tells of a file that costs itself alone. */
export function passOver({ terminal, words }: Console, error: AppError): void {
  const { what } = errorWords(error, words.errors);
  terminal.warn(sanitize(words.transcripts.passedOver({ what })));
}
