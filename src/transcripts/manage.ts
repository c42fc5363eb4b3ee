import { rmSync } from "node:fs";
import { AppError, systemReason } from "../errors.ts";
import { readTranscript } from "./read.ts";
import { TranscriptWriter } from "./write.ts";

/** Gives a conversation another title. Throws `transcript_unwritable`. */
export function renameTranscript(path: string, title: string): void {
  TranscriptWriter.append(path).note("title", { title });
}

/** Deletes a conversation's file. Throws `transcript_not_found` or `transcript_unwritable`. */
export function removeTranscript(path: string): void {
  try {
    rmSync(path);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === "ENOENT") throw new AppError("transcript_not_found", { reference: path });
    throw new AppError("transcript_unwritable", { path, reason }, { cause: error });
  }
}

/**
 * Starts a new conversation in `folder` with the first `turns` exchanges of another (all of them when null). Gives the
 * writer to go on with. Throws what reading and writing throw.
 */
export async function forkTranscript(path: string, folder: string, turns: number | null): Promise<TranscriptWriter> {
  const { id, exchanges } = await readTranscript(path);
  const kept = exchanges.slice(0, turns ?? exchanges.length);
  const writer = TranscriptWriter.create(folder, { origin: { id, turns: kept.length } });
  for (const exchange of kept) writer.add(exchange);
  return writer;
}
