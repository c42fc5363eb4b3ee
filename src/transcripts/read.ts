import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { AppError, systemReason } from "../errors.ts";
import { filesIn, stateOf, withBytes, type FileState } from "./folder.ts";
import type { Transcript } from "./format.ts";
import { Listing } from "./listing.ts";
import { parseTranscript } from "./parse.ts";
import { settleWaiting } from "./settle.ts";
import { decodeFile, toTranscript } from "./source.ts";
import { summarize, type Summary } from "./summary.ts";

export interface TranscriptSummary extends Omit<Summary, "startedAt"> {
  readonly path: string;
  readonly startedAt: Date;
  /** When the file was last written. */
  readonly updatedAt: Date;
  readonly bytes: number;
}

/**
 * The conversation in a file, with what other programs left waiting for it. Throws `transcript_not_found` when there is no
 * such file or it holds no exchange, `transcript_unreadable` when the system refuses it.
 */
export async function readTranscript(path: string): Promise<Transcript> {
  try {
    takeInWaiting(path);
    const transcript = toTranscript(path, parseTranscript(decodeFile(readFileSync(path))));
    if (transcript !== null) return transcript;
  } catch (error) {
    const reason = systemReason(error);
    if (reason !== "ENOENT") throw new AppError("transcript_unreadable", { path, reason }, { cause: error });
  }
  throw new AppError("transcript_not_found", { reference: path });
}

/**
 * The conversations in a folder, the one used last first. A folder that is missing has none. `cache` is the folder where
 * summaries are remembered, null for none. Throws `transcript_unreadable` for the folder; files that cannot be read are
 * left out.
 */
export async function listTranscripts(folder: string, cache: string | null = null): Promise<TranscriptSummary[]> {
  const files = [...filesIn(folder)];
  if (files.length === 0) return [];
  const listing = Listing.load(folder, cache);
  const found: TranscriptSummary[] = [];
  for (const { name, path, state } of files) {
    const summary = listing.get(name, state, () => summaryOf(path, state));
    if (summary !== null) found.push(describe(path, state, summary));
  }
  listing.save();
  return found.sort((a, b) => newestFirst(a.updatedAt.getTime(), b.updatedAt.getTime(), a.path, b.path));
}

/** The conversation used last; null when the folder has none. Throws `transcript_unreadable` for the folder. */
export async function newestTranscript(folder: string): Promise<TranscriptSummary | null> {
  const files = [...filesIn(folder)];
  files.sort((a, b) => newestFirst(a.state.mtimeMs, b.state.mtimeMs, a.path, b.path));
  for (const { path } of files) {
    const found = describeTranscript(path);
    if (found !== null) return found;
  }
  return null;
}

/**
 * The conversation meant by an id or the beginning of one, a path, a file name in the folder, or `last`. Throws
 * `transcript_not_found` and `transcript_ambiguous`; `cache` as for `listTranscripts`.
 */
export async function findTranscript(
  folder: string,
  reference: string,
  cache: string | null = null,
): Promise<TranscriptSummary> {
  const direct =
    reference === "last"
      ? await newestTranscript(folder)
      : (describeTranscript(resolve(reference)) ?? describeTranscript(join(folder, basename(reference))));
  if (direct !== null) return direct;

  const all = /^[0-9a-z]+$/.test(reference) ? await listTranscripts(folder, cache) : [];
  const whole = all.filter(({ id }) => id === reference);
  const matching = whole.length > 0 ? whole : all.filter(({ id }) => id.startsWith(reference));
  if (matching.length === 1) return matching[0]!;
  if (matching.length === 0) throw new AppError("transcript_not_found", { reference });
  // A copied file has the id of its original: then only the names tell them apart.
  const candidates = matching.map(({ id, path }) => (whole.length > 0 ? basename(path) : id));
  throw new AppError("transcript_ambiguous", { reference, candidates: candidates.slice(0, mostCandidates) });
}

/** Enough to choose from in one line. */
const mostCandidates = 10;

/**
 * What a list says of the conversation in a file; null when there is none.
 *
 * @param listing the summaries that are remembered of its folder
 */
export function describeTranscript(path: string, listing: Listing | null = null): TranscriptSummary | null {
  const state = stateOf(path);
  if (state === null) return null;
  const make = () => summaryOf(path, state);
  const summary = listing === null ? make() : listing.get(basename(path), state, make);
  return summary === null ? null : describe(path, state, summary);
}

function summaryOf(path: string, { size }: FileState): Summary | null {
  return withBytes(path, size, summarize);
}

function describe(path: string, { mtimeMs, size }: FileState, summary: Summary): TranscriptSummary {
  return {
    ...summary,
    path,
    startedAt: new Date(summary.startedAt),
    updatedAt: new Date(Math.round(mtimeMs)),
    bytes: size,
  };
}

function newestFirst(timeA: number, timeB: number, pathA: string, pathB: string): number {
  return timeB - timeA || (pathA < pathB ? 1 : -1);
}

function takeInWaiting(path: string): void {
  try {
    settleWaiting(path);
  } catch {
    // What waits is safe in its side files.
  }
}
