import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { constants } from "node:fs";
import { AppError, systemReason } from "../../errors.ts";
import { Lock } from "../../file-lock.ts";
import { flagsIn, linkedPath } from "../../files.ts";

/** The journal of the output at a path. */
export function journalOf(output: string): string {
  return join(dirname(output), `${basename(output)}.journal`);
}

/** The files of a batch, open and locked. */
export interface BatchFiles {
  readonly outputPath: string;
  readonly journalPath: string;
  readonly output: FileHandle;
  readonly journal: FileHandle;
  readonly close: () => Promise<void>;
}

/**
 * Opens output and journal, making what is missing, for their owner alone; another run on the same output is refused, and a run that was
 * killed is not in the way.
 *
 * @param name the output as it was typed
 * @throws AppError `batch_busy`, `storage_failed`
 */
export async function openBatchFiles(path: string, name: string): Promise<BatchFiles> {
  let lock: Lock | null = null;
  const opened: FileHandle[] = [];
  const close = async () => {
    for (const handle of opened.splice(0)) await handle.close();
    lock?.release();
  };
  try {
    const outputPath = linkedPath(path);
    const journalPath = journalOf(outputPath);
    lock = Lock.take(outputPath);
    if (lock === null) throw new AppError("batch_busy", { path: name });
    for (const file of [outputPath, journalPath]) opened.push(await openPrivate(file));
    const [output, journal] = opened as [FileHandle, FileHandle];
    return { outputPath, journalPath, output, journal, close };
  } catch (error) {
    await close();
    if (error instanceof AppError) throw error;
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
}

async function openPrivate(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT | flagsIn(dirname(path)), 0o600);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new AppError("storage_failed", { path, reason: "not_a_file" });
}
