import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { AppError, systemReason } from "../errors.ts";
import type { Transcript } from "./format.ts";
import { loadTranscript } from "./source.ts";

export interface TranscriptSummary {
  readonly id: string;
  readonly path: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly title: string;
  /** How many exchanges it holds. */
  readonly turns: number;
  /** Of the last exchange. */
  readonly provider: string | null;
  readonly model: string | null;
  readonly bytes: number;
}

/**
 * The conversation in a file. Throws `transcript_not_found` when there is no such file or it holds no exchange,
 * `transcript_unreadable` when the system refuses it.
 */
export async function readTranscript(path: string): Promise<Transcript> {
  try {
    const transcript = loadTranscript(path);
    if (transcript !== null) return transcript;
  } catch (error) {
    if (systemReason(error) !== "ENOENT") {
      throw new AppError("transcript_unreadable", { path, reason: systemReason(error) }, { cause: error });
    }
  }
  throw new AppError("transcript_not_found", { reference: path });
}

/** The conversations in a folder, the one used last first. A folder that is missing has none. */
export async function listTranscripts(folder: string): Promise<TranscriptSummary[]> {
  const found: TranscriptSummary[] = [];
  for (const name of names(folder)) {
    const path = join(folder, name);
    const { mtime, size } = statSync(path);
    const transcript = loadTranscript(path);
    if (transcript === null) continue;
    const last = transcript.exchanges.at(-1);
    found.push({
      id: transcript.id,
      path,
      startedAt: transcript.startedAt,
      updatedAt: mtime,
      title: transcript.title,
      turns: transcript.exchanges.length,
      provider: last?.provider ?? null,
      model: last?.model ?? null,
      bytes: size,
    });
  }
  return found.sort((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime() || (a.path < b.path ? 1 : -1));
}

/** The conversation used last; null when the folder has none. */
export async function newestTranscript(folder: string): Promise<TranscriptSummary | null> {
  return (await listTranscripts(folder))[0] ?? null;
}

/**
 * The conversation meant by an id or the beginning of one, a path, a file name or `last`. Throws `transcript_not_found`
 * or `transcript_ambiguous`.
 */
export async function findTranscript(folder: string, reference: string): Promise<TranscriptSummary> {
  const all = await listTranscripts(folder);
  const matching =
    reference === "last"
      ? all.slice(0, 1)
      : all.filter(({ id, path }) => path === reference || basename(path) === reference || id.startsWith(reference));
  if (matching.length === 1) return matching[0]!;
  if (matching.length === 0) throw new AppError("transcript_not_found", { reference });
  throw new AppError("transcript_ambiguous", { reference, candidates: matching.map(({ id }) => id) });
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^[^.].*\.(?:md|txt)$/i.test(name));
  } catch (error) {
    if (systemReason(error) === "ENOENT") return [];
    throw new AppError("transcript_unreadable", { path: folder, reason: systemReason(error) }, { cause: error });
  }
}
