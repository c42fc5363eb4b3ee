import { basename, resolve } from "node:path";
import { AppError, asAppError, systemReason } from "../../errors.ts";
import { filesIn, memberOf, stateOf, withBytes, wholeFile, type FileState } from "./folder.ts";
import type { Transcript, TranscriptFile } from "../format/types.ts";
import { smallFile } from "../limits.ts";
import { NewestMarker } from "./newest-marker.ts";
import { Listing } from "./summary-cache.ts";
import { parsing } from "../format/parse.ts";
import { releaseSideFiles } from "./side-files.ts";
import { decodeFile, toTranscript } from "../format/decode.ts";
import { byTurns, Rest } from "../steps.ts";
import { summarize, summarizing, type Summary } from "./summary.ts";

export interface TranscriptSummary extends Omit<Summary, "startedAt" | "usedAt"> {
  readonly path: string;
  readonly startedAt: Date;
  /** When it was used last, as the file says; when the file was last written where it does not. */
  readonly updatedAt: Date;
  readonly bytes: number;
}

/** Options of reading files: the signal to stop, and the callback for files that can't be read. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Told of each file that is passed over: an error `transcript_unreadable`. */
  readonly onUnreadable?: (error: AppError) => void;
}

/**
 * The conversation in a file. Throws `transcript_not_found` when there is no
 * such file or it holds no exchange, `transcript_unreadable` when the system refuses it or it is too large, `interrupted`.
 */
export async function readTranscript(path: string, signal: AbortSignal | null = null): Promise<Transcript> {
  const { text: _, ...transcript } = await readTranscriptFile(path, signal);
  return transcript;
}

/** The same with the text of the file. */
export async function readTranscriptFile(path: string, signal: AbortSignal | null = null): Promise<TranscriptFile> {
  try {
    releaseSideFiles(path);
    const text = decodeFile(wholeFile(path));
    const transcript = toTranscript(path, await byTurns(parsing(text), signal));
    if (transcript !== null) return { ...transcript, text };
  } catch (error) {
    if (systemReason(error) !== "ENOENT") throw unreadable(path, error);
  }
  throw new AppError("transcript_not_found", { reference: path });
}

/**
 * The conversations in a folder, the one used last first. A folder that is missing has none. `cache` is the folder where
 * summaries are remembered, null for none. Throws `transcript_unreadable` for the folder, `interrupted`; a file that cannot be
 * read costs itself alone.
 */
export async function listTranscripts(
  folder: string,
  cache: string | null = null,
  reading: ReadOptions = {},
): Promise<TranscriptSummary[]> {
  const found: TranscriptSummary[] = [];
  await eachSummary(folder, cache, reading, ({ path, state, summary }) => {
    if (summary !== null) found.push(describe(path, state, summary));
  });
  return found.sort((a, b) => newestFirst(a.updatedAt.getTime(), b.updatedAt.getTime(), a.path, b.path));
}

interface Summarized {
  readonly path: string;
  readonly state: FileState;
  /** Whether it may be written to through another name. */
  readonly linked: boolean;
  /** Null where the file holds no conversation. */
  readonly summary: Summary | null;
}

/** Tells each file of a folder, in any order; throws as `listTranscripts` does. */
async function eachSummary(
  folder: string,
  cache: string | null,
  { signal, onUnreadable = () => {} }: ReadOptions,
  take: (one: Summarized) => void,
): Promise<void> {
  const listing = Listing.load(folder, cache);
  const rest = new Rest(signal ?? null);
  for (const { name, path, state, linked } of filesIn(folder)) {
    try {
      let summary = listing.recall(name, state);
      if (summary === undefined) {
        await rest.take();
        summary = listing.remember(name, state, await summaryOf(path, state, signal));
      }
      take({ path, state, linked, summary });
    } catch (error) {
      const known = asAppError(error);
      if (known.code !== "transcript_unreadable") throw error;
      onUnreadable(known);
    }
  }
  listing.save();
}

/**
 * The conversation used last; null when the folder has none. Throws `transcript_unreadable` for the folder, `interrupted`;
 * `cache` as for `listTranscripts`.
 */
export async function newestTranscript(
  folder: string,
  cache: string | null = null,
  reading: ReadOptions = {},
): Promise<TranscriptSummary | null> {
  const path = await newestPath(folder, cache, reading);
  return path === null ? null : await describeTranscript(path);
}

/** The path of the conversation used last, as `newestTranscript` gives it. */
export async function newestPath(
  folder: string,
  cache: string | null,
  { signal, onUnreadable }: ReadOptions,
): Promise<string | null> {
  const marker = new NewestMarker(folder, cache);
  const marked = marker.path;
  if (marked !== null) return marked;
  const scan = marker.scan();
  const miss = (error: AppError) => {
    scan.miss();
    onUnreadable?.(error);
  };
  const latest = Date.now() + day;
  let newest = null as { readonly path: string; readonly state: FileState; readonly time: number } | null;
  // Of thousands only one is wanted: no list of them is made.
  await eachSummary(folder, cache, { ...(signal && { signal }), onUnreadable: miss }, (one) => {
    const { path, state, linked, summary } = one;
    // It becomes the newest one as time passes, without any change.
    if ((summary?.usedAt ?? 0) > latest) scan.miss();
    if (linked || summary === null || summary.usedAt === null) scan.loose(path, state);
    if (summary === null) return;
    const time = lastUsed(state, summary);
    if (newest === null || newestFirst(time, newest.time, path, newest.path) < 0) newest = { path, state, time };
  });
  if (newest !== null) scan.end(newest.path, newest.state, newest.time);
  return newest?.path ?? null;
}

/**
 * The conversation meant by an id or the beginning of one, a path, a file name in the folder, or `last`. Throws
 * `transcript_not_found` and `transcript_ambiguous`, `transcript_unreadable` for a file that was named; `cache` as for
 * `listTranscripts`.
 */
export async function findTranscript(
  folder: string,
  reference: string,
  cache: string | null = null,
  reading: ReadOptions = {},
): Promise<TranscriptSummary> {
  const direct =
    reference === "last"
      ? await newestTranscript(folder, cache, reading)
      : ((await describeTranscript(resolve(reference))) ?? (await describeTranscript(memberOf(folder, reference))));
  if (direct !== null) return direct;

  const troubles: AppError[] = [];
  const search: ReadOptions = { ...reading, onUnreadable: (error) => void troubles.push(error) };
  const all = /^[0-9a-z]+$/.test(reference) ? await listTranscripts(folder, cache, search) : [];
  const whole = all.filter(({ id }) => id === reference);
  const matching = whole.length > 0 ? whole : all.filter(({ id }) => id.startsWith(reference));
  if (matching.length === 1) return matching[0]!;
  if (matching.length === 0) {
    // It may be in one of those.
    for (const trouble of troubles) reading.onUnreadable?.(trouble);
    throw new AppError("transcript_not_found", { reference });
  }
  // A copied file has the id of its original: then only the names tell them apart.
  const candidates = matching.map(({ id, path }) => (whole.length > 0 ? basename(path) : id));
  throw new AppError("transcript_ambiguous", { reference, candidates: candidates.slice(0, maxCandidates) });
}

/** Enough to choose from in one line. */
const maxCandidates = 10;

/**
 * What a list says of the conversation in a file; null when there is none. Throws `transcript_unreadable`.
 *
 * @param listing the summaries that are remembered of its folder
 */
export async function describeTranscript(
  path: string,
  listing: Listing | null = null,
): Promise<TranscriptSummary | null> {
  const state = stateOf(path);
  if (state === null) return null;
  let summary = listing?.recall(basename(path), state);
  if (summary === undefined) {
    summary = await summaryOf(path, state);
    listing?.remember(basename(path), state, summary);
  }
  return summary === null ? null : describe(path, state, summary);
}

async function summaryOf(
  path: string,
  { size }: FileState,
  signal: AbortSignal | null = null,
): Promise<Summary | null> {
  try {
    if (size <= smallFile) return withBytes(path, size, summarize);
    return await byTurns(summarizing(wholeFile(path)), signal);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The error for a file that the system does not let us read, or that is too large, with the reason; any other as it is. */
export function unreadable(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("transcript_unreadable", { path, reason: systemReason(error) }, { cause: error });
}

/** Later than that in the future no clock is wrong by accident; milliseconds. */
const day = 24 * 3_600_000;

/** When a conversation was used last, in milliseconds since 1970. */
function lastUsed({ mtimeMs }: FileState, { usedAt }: Summary): number {
  return usedAt !== null && usedAt <= Date.now() + day ? usedAt : Math.round(mtimeMs);
}

/** Written out, as the rest of an object is copied name by name, which takes long for thousands. */
function describe(path: string, state: FileState, summary: Summary): TranscriptSummary {
  const { id, startedAt, title, pinned, tags, turns, provider, model } = summary;
  return {
    id,
    title,
    pinned,
    tags,
    turns,
    provider,
    model,
    path,
    startedAt: new Date(startedAt),
    updatedAt: new Date(lastUsed(state, summary)),
    bytes: state.size,
  };
}

function newestFirst(timeA: number, timeB: number, pathA: string, pathB: string): number {
  return timeB - timeA || (pathA < pathB ? 1 : -1);
}
