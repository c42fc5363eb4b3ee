import { join } from "node:path";
import { realpathSync, rmSync, statSync, unlinkSync, utimesSync } from "node:fs";
import { AppError, systemReason } from "../../errors.ts";
import { makeFolder } from "../../files.ts";
import { createFile, using, writeAll } from "./fs.ts";
import { encodeTranscript } from "../format/encode.ts";
import type { Compaction, Exchange, TranscriptHeader } from "../format/types.ts";
import { companion, isHeld } from "./lock.ts";
import { fileName, newId } from "./names.ts";
import { readTranscript } from "./read.ts";
import { TranscriptWriter } from "./writer.ts";

/**
 * Gives a conversation another title. The file's time stays, so that the conversation does not become the newest. Throws
 * `transcript_not_found` and `transcript_unwritable`.
 */
export function renameTranscript(path: string, title: string): void {
  const times = statSync(path, { throwIfNoEntry: false });
  if (times === undefined) throw new AppError("transcript_not_found", { reference: path });
  TranscriptWriter.append(path).note("title", { title });
  utimesSync(path, times.atime, times.mtime);
}

/**
 * Deletes a conversation with what waits for it. Throws `transcript_busy` where somebody is writing to it,
 * `transcript_not_found` and `transcript_unwritable`.
 */
export function removeTranscript(path: string): void {
  try {
    if (isHeld(realpathSync.native(path))) throw new AppError("transcript_busy", { path });
    unlinkSync(path);
    rmSync(companion(path, "waiting"), { recursive: true, force: true });
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = systemReason(error);
    if (reason === "ENOENT") throw new AppError("transcript_not_found", { reference: path });
    throw new AppError("transcript_unwritable", { path, reason }, { cause: error });
  }
}

/**
 * Writes a conversation that is already over to a new file in `folder`, named like any other; gives its path. Throws
 * `transcript_unwritable`.
 */
export function saveTranscript(
  folder: string,
  header: TranscriptHeader,
  exchanges: readonly Exchange[],
  compaction: Compaction | null = null,
): string {
  const text = encodeTranscript(header, exchanges, compaction);
  let path = folder;
  try {
    makeFolder(folder);
    for (let copy = 1; ; copy++) {
      path = join(folder, fileName(header.startedAt, exchanges[0]?.question ?? "", copy));
      const descriptor = createFile(path);
      if (descriptor === null) continue;
      writeOrRemove(path, descriptor, text);
      return path;
    }
  } catch (error) {
    throw new AppError("transcript_unwritable", { path, reason: systemReason(error) }, { cause: error });
  }
}

/** On a full disk no half of a conversation stays, which would be taken for the whole when it is imported again. */
function writeOrRemove(path: string, descriptor: number, text: string): void {
  try {
    using(descriptor, () => writeAll(descriptor, text));
  } catch (error) {
    rmSync(path);
    throw error;
  }
}

/**
 * Branches off a conversation: a new file in `folder`, begun at `at`, that holds the first `turns` exchanges (all of them
 * when null) and names where they come from. Gives its path. Throws what reading and writing throw.
 */
export async function forkTranscript(path: string, folder: string, at: Date, turns: number | null): Promise<string> {
  const { id, zone, exchanges, compaction } = await readTranscript(path);
  const kept = exchanges.slice(0, turns ?? exchanges.length);
  const origin = { id, turns: kept.length };
  return saveTranscript(folder, { id: newId(), startedAt: at, zone, title: null, origin }, kept, compaction);
}
