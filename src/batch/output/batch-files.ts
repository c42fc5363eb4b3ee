import { closeSync, constants, existsSync, openSync, readSync, renameSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError, systemReason } from "../../errors.ts";
import { isHeld, Lock } from "../../file-lock.ts";
import { flagsIn, linkedPath } from "../../files.ts";
import { journalStart } from "./journal.ts";

/** Where a batch keeps what. */
export interface BatchPaths {
  /** What the person gets. */
  readonly output: string;
  /** Results in the order in which they came, in OpenAI's form: the output itself where it is wanted so. */
  readonly answers: string;
  readonly journal: string;
  /** Takes the place of the answers, and of the journal, once both are written. */
  readonly nextAnswers: string;
  readonly nextJournal: string;
  /** Holds nothing but its place on the disk. */
  readonly reserve: string;
}

/** @param isDirect whether results go to the output as they come */
function pathsOf(output: string, isDirect: boolean): BatchPaths {
  const journal = `${output}.journal`;
  const answers = isDirect ? output : `${output}.answers`;
  return {
    output,
    answers,
    journal,
    nextAnswers: `${journal}.answers`,
    nextJournal: `${journal}.next`,
    reserve: `${journal}.reserve`,
  };
}

/** The files of a batch, open and locked. */
export interface BatchFiles {
  readonly paths: BatchPaths;
  readonly answers: FileHandle;
  readonly journal: FileHandle;
  readonly close: () => Promise<void>;
}

/**
 * Opens answers and journal, making what is missing, for their owner alone; another run on the same output is refused, and a run that was
 * killed is not in the way.
 *
 * @param name the output as it was typed
 * @param isDirect whether results are to go to the output as they come; they go beside it where an earlier run had them there
 * @throws AppError `batch_busy`, `batch_journal_foreign`, `batch_output_foreign`, `storage_failed`
 */
export async function openBatchFiles(path: string, name: string, isDirect: boolean): Promise<BatchFiles> {
  let lock: Lock | null = null;
  const opened: FileHandle[] = [];
  let made: string[] = [];
  const close = async () => {
    const isUnused = (await opened[1]?.stat())?.size === 0;
    for (const handle of opened.splice(0)) await handle.close();
    // Nothing came of it.
    if (isUnused) for (const file of made) rmSync(file, { force: true });
    lock?.release();
  };
  try {
    const output = linkedPath(path);
    lock = Lock.take(output);
    if (lock === null) throw new AppError("batch_busy", { path: name });
    const { journal: journalPath } = pathsOf(output, isDirect);
    if (isForeignJournal(journalPath)) throw new AppError("batch_journal_foreign", { path: journalPath });
    const paths = settledPaths(output, isDirect);
    made = [paths.answers, paths.journal].filter((file) => !existsSync(file));
    for (const file of [paths.answers, paths.journal]) opened.push(await openPrivate(file, name));
    const [answers, journal] = opened as [FileHandle, FileHandle];
    const isForeign = paths.answers !== output && existsSync(output) && (await journal.stat()).size === 0;
    if (isForeign) throw new AppError("batch_output_foreign", { path: name, line: null });
    return { paths, answers, journal, close };
  } catch (error) {
    await close();
    if (error instanceof AppError) throw error;
    throw new AppError("storage_failed", { path: name, reason: systemReason(error) }, { cause: error });
  }
}

/** The paths in use, once a change that a kill broke off is finished or undone. */
function settledPaths(output: string, isDirect: boolean): BatchPaths {
  const beside = pathsOf(output, false);
  const paths = isDirect && !existsSync(beside.answers) ? pathsOf(output, true) : beside;
  // An output that had the answers themselves, and is wanted in another form now.
  const moves = !isDirect && existsSync(paths.journal) && existsSync(output) && !existsSync(paths.answers);
  if (moves) renameSync(output, paths.answers);
  finishReplacement(paths);
  // Of a run that was killed.
  rmSync(paths.reserve, { force: true });
  return paths;
}

/** Puts rewritten answers and their journal in the place of the old ones; a journal that is complete says that both are. */
export function finishReplacement({ answers, journal, nextAnswers, nextJournal }: BatchPaths): void {
  if (existsSync(nextJournal)) {
    if (existsSync(nextAnswers)) renameSync(nextAnswers, answers);
    renameSync(nextJournal, journal);
  } else rmSync(nextAnswers, { force: true });
}

/** Whether a file is there that begins like no journal, not even a torn one: of a newer version, or of another program. */
export function isForeignJournal(path: string): boolean {
  if (!existsSync(path)) return false;
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const start = Buffer.alloc(journalStart.length);
    return !journalStart.startsWith(start.toString("latin1", 0, readSync(descriptor, start)));
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a run writes to an output now. */
export function isRunning(output: string): boolean {
  return isHeld(linkedPath(output));
}

/** The journal of the output at a path. */
export function journalOf(output: string): string {
  return pathsOf(linkedPath(output), true).journal;
}

async function openPrivate(path: string, name: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT | flagsIn(dirname(path)), 0o600);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new AppError("storage_failed", { path: name, reason: "not_a_file" });
}
