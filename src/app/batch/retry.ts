import { resolve } from "node:path";
import { openBatchFiles } from "../../batch/output/batch-files.ts";
import { removeFailures } from "../../batch/output/failure-removal.ts";
import { Outcomes } from "../../batch/output/outcomes.ts";
import { readJournal } from "../../batch/output/recovery.ts";
import { expandHome } from "../../config/home.ts";
import type { Flags } from "../../config/schema.ts";
import { AppError, systemReason } from "../../errors.ts";
import { loadBatchWords } from "../../words/load.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { RunOptions } from "./batch-options.ts";
import { runBatch } from "./run.ts";
import { readBatch } from "./stored-batch.ts";

/** A batch as it was run last, to be run once more. */
export interface StoredRun {
  readonly options: RunOptions;
  readonly flags: Flags;
  /** Where it was run. */
  readonly folder: string;
}

/**
 * The command line of the run that an output is of, with absolute paths.
 *
 * @param output as it was typed
 * @throws AppError `batch_unknown`, `input_unreadable`
 */
export async function storedRun(output: string): Promise<StoredRun> {
  const folder = process.cwd();
  const { command } = (await readBatch(folder, output)).identity;
  const options = command.options as unknown as RunOptions;
  const input = options.input === "-" ? "-" : resolve(command.folder, expandHome(options.input));
  return {
    options: { ...options, input, output: resolve(folder, expandHome(output)) },
    flags: command.flags,
    folder: command.folder,
  };
}

/**
 * Asks items again that failed, and those that are missing.
 *
 * @param codes of their errors; null for all
 * @throws AppError as `runBatch`
 */
export async function retryBatch(
  engine: Engine,
  console: Console,
  { options, flags }: Omit<StoredRun, "folder">,
  codes: readonly string[] | null,
): ReturnType<typeof runBatch> {
  // Without its input nothing could be asked again: what failed stays in the output until that was read.
  return await runBatch(
    engine,
    console,
    options,
    flags,
    async () => await removeFailed(engine, console, options, codes),
  );
}

async function removeFailed(
  engine: Engine,
  console: Console,
  { output, form, ordered }: RunOptions,
  codes: readonly string[] | null,
): Promise<void> {
  const words = await loadBatchWords(engine.language);
  const files = await openBatchFiles(output, output, form === "openai" && !ordered);
  try {
    const { isChanged } = await readJournal(files.journal, files.answers, new Outcomes());
    if (isChanged) throw new AppError("batch_changed", { path: output, changes: [{ what: "output" }] });
    const again = await removeFailures(files, (code) => codes === null || codes.includes(code));
    console.terminal.say(words.retried({ count: again }));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("storage_failed", { path: output, reason: systemReason(error) }, { cause: error });
  } finally {
    await files.close();
  }
}
