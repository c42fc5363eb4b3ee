import { AppError } from "../../errors.ts";
import type { TranscriptFile } from "../../transcripts/format/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { findConversation, readingOf } from "./conversations.ts";

/** Which conversation to resume. */
export type Earlier =
  | { readonly kind: "none" }
  | { readonly kind: "newest" }
  | { readonly kind: "named"; readonly reference: string }
  | { readonly kind: "pick" };

/**
 * Reads the conversation to resume; null for a new one.
 *
 * @throws AppError `transcript_not_found`, `transcript_ambiguous`; `not_a_terminal` where a choice is needed and nobody can
 * be asked
 */
export async function findEarlier(engine: Engine, console: Console, earlier: Earlier): Promise<TranscriptFile | null> {
  if (earlier.kind === "none") return null;
  const { readTranscriptFile } = await import("../../transcripts/store/read.ts");
  return await readTranscriptFile(await pathOf(engine, console, earlier), engine.stop);
}

async function pathOf(
  engine: Engine,
  console: Console,
  earlier: Exclude<Earlier, { readonly kind: "none" }>,
): Promise<string> {
  if (earlier.kind === "named") return (await findConversation(engine, console, earlier.reference)).path;
  if (earlier.kind === "pick") {
    const path = await pickTranscript(engine, console, null);
    // Quitting the picker doesn't start a new conversation.
    if (path === null) throw new AppError("interrupted", {});
    return path;
  }
  const { newestPath } = await import("../../transcripts/store/read.ts");
  const newest = await newestPath(engine.transcripts, engine.folders.cache, readingOf(engine.stop, console));
  if (newest === null) throw new AppError("transcript_not_found", { reference: "last" });
  return newest;
}

/**
 * Lets a person choose the one to resume; returns its path, or null if the picker was quit.
 *
 * @param inUse the path of a conversation that must stay; null for none
 * @throws AppError `not_a_terminal`; `transcript_not_found` where there is none
 */
export async function pickTranscript(engine: Engine, console: Console, inUse: string | null): Promise<string | null> {
  const { interactive, capable } = console.terminal;
  if (!interactive || !capable) throw new AppError("not_a_terminal", { what: "--resume", instead: "--resume <id>" });
  const { pickConversation } = await import("./browse.ts");
  return await pickConversation(engine, console, "resume", inUse);
}
