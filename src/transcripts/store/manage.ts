import { realpathSync, statSync, unlinkSync, utimesSync } from "node:fs";
import { AppError, systemReason } from "../../errors.ts";
import { isLink } from "../../files.ts";
import { encodeTranscript } from "../format/encode.ts";
import { imagesIn, withImages } from "../format/exchange-images.ts";
import { metadataLine } from "../format/metadata-write.ts";
import type { TagChange } from "../format/tags.ts";
import type { Compaction, Exchange, Transcript, TranscriptFile, TranscriptHeader } from "../format/types.ts";
import { Channel } from "./append-channel.ts";
import { isHeld, retryWhileHeld } from "../../file-lock.ts";
import { newId, titleOf } from "./names.ts";
import { copyPictures, PictureCopies } from "./picture-copies.ts";
import { PictureFolder } from "./picture-folder.ts";
import { releaseSideFiles } from "./side-files.ts";
import { newFile, unwritable } from "./target-file.ts";

/** How long a note waits at most for another program that is writing to the file; milliseconds. */
const noteTimeout = 2_000;

/**
 * Gives a conversation another title.
 *
 * @throws AppError as `annotate`
 */
export async function renameTranscript(path: string, title: string, timeout = noteTimeout): Promise<void> {
  await annotate(path, "title", { title }, timeout);
}

/**
 * Puts a conversation before the others in lists, or back among them.
 *
 * @throws AppError as `annotate`
 */
export async function pinTranscript(path: string, pinned: boolean, timeout = noteTimeout): Promise<void> {
  await annotate(path, "pin", { pinned }, timeout);
}

/**
 * Gives tags to a conversation or takes them off it.
 *
 * @param change names that `tagOf` takes
 * @throws AppError as `annotate`
 */
export async function tagTranscript(path: string, change: TagChange, timeout = noteTimeout): Promise<void> {
  const given = Object.entries(change).filter(([, tags]: [string, readonly string[]]) => tags.length > 0);
  await annotate(path, "tags", Object.fromEntries(given), timeout);
}

/**
 * Adds a note about a whole conversation, after a short wait where another program is writing to it. The file's time stays, so that
 * the conversation does not become the newest.
 *
 * @throws AppError `transcript_not_found`, and as `addNote`
 */
async function annotate(path: string, kind: string, data: object, timeout: number): Promise<void> {
  const note = () => {
    const times = statSync(path, { throwIfNoEntry: false });
    if (times === undefined) throw new AppError("transcript_not_found", { reference: path });
    const added = tryToAddNote(path, kind, data);
    if (added) utimesSync(path, times.atime, times.mtime);
    return added;
  };
  if (!(await retryWhileHeld(note, timeout))) throw new AppError("transcript_busy", { path });
}

/** Adds a note about a conversation. Throws `transcript_busy` where another program is writing to it, `transcript_unwritable`. */
export function addNote(path: string, kind: string, data: object): void {
  if (!tryToAddNote(path, kind, data)) throw new AppError("transcript_busy", { path });
}

/** Adds a note; false where another program is writing to the file. Throws `transcript_unwritable`. */
function tryToAddNote(path: string, kind: string, data: object): boolean {
  let channel: Channel | null = null;
  try {
    const opened = Channel.open(path, false, null);
    if (opened === null) return false;
    ({ channel } = opened);
    channel.writeWhole(`${metadataLine(kind, data)}\n\n`, path);
    return true;
  } catch (error) {
    throw error instanceof AppError ? error : unwritable(path, error);
  } finally {
    channel?.release();
  }
}

/**
 * Deletes a conversation with its pictures. Throws `transcript_busy` where somebody is writing to it,
 * `transcript_not_found` and `transcript_unwritable`.
 */
export function removeTranscript(path: string): void {
  try {
    if (isHeld(realpathSync.native(path))) throw new AppError("transcript_busy", { path });
    releaseSideFiles(path);
    // A link's pictures are those of the file that it leads to, which stays.
    const pictures = isLink(path) ? null : new PictureFolder(path);
    unlinkSync(path);
    pictures?.remove();
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (systemReason(error) === "ENOENT") throw new AppError("transcript_not_found", { reference: path });
    throw unwritable(path, error);
  }
}

/**
 * Writes a conversation that is already over to a new file in `folder`, named like any other, with copies of the pictures that stand in
 * it themselves; gives its path. Throws `transcript_unwritable`.
 */
export function saveTranscript(
  folder: string,
  header: TranscriptHeader,
  exchanges: readonly Exchange[],
  compaction: Compaction | null = null,
): string {
  const pictures = new PictureCopies();
  const named = exchanges.map((exchange) => withImages(exchange, pictures.add));
  const text = encodeTranscript(header, named, compaction);
  return save(folder, header, exchanges, text, (path) => pictures.writeBeside(path));
}

/**
 * Branches off a conversation: a new file in `folder`, begun at `at`, that holds the first `turns` exchanges (all of them
 * when null) and names where they come from, with copies of their pictures. Throws `transcript_unwritable`.
 *
 * @returns the conversation in that file; it is not read again
 */
export function forkTranscript(source: Transcript, folder: string, at: Date, turns: number | null): TranscriptFile {
  const kept = source.exchanges.slice(0, turns ?? source.exchanges.length);
  const origin = { id: source.id, turns: kept.length };
  const header = { id: newId(), startedAt: at, zone: source.zone, title: null, origin };
  const compaction = kept.some(({ id }) => id === source.compaction?.through) ? source.compaction : null;
  const text = encodeTranscript(header, kept, compaction);
  const path = save(folder, header, kept, text, (place) => copyPictures(imagesIn(kept), source.path, place));
  const title = titleOf(kept[0]?.question ?? "");
  const own = { title, named: false, pinned: false, tags: [], exchanges: kept, torn: false, compaction };
  return { ...header, ...own, ownRequests: [], path, text };
}

function save(
  folder: string,
  header: TranscriptHeader,
  exchanges: readonly Exchange[],
  text: string,
  prepare: (path: string) => void,
): string {
  try {
    const { path, channel } = newFile(folder, header.startedAt, exchanges[0]?.question ?? "", text, prepare);
    channel.release();
    return path;
  } catch (error) {
    throw unwritable(folder, error);
  }
}
