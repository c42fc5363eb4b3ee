import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { journalLines, reading } from "../../batch/output/answer-lines.ts";
import { isForeignJournal, journalOf } from "../../batch/output/batch-files.ts";
import type { BatchIdentity } from "../../batch/output/journal.ts";
import { Outcomes } from "../../batch/output/outcomes.ts";
import { expandHome } from "../../config/home.ts";
import { AppError, systemReason } from "../../errors.ts";

/** A batch as its journal tells of it. */
export interface StoredBatch {
  readonly identity: BatchIdentity;
  readonly outcomes: Outcomes;
}

/**
 * Reads the journal of an output.
 *
 * @param output as it was typed
 * @throws AppError `batch_unknown`, `batch_journal_foreign`, `input_unreadable`
 */
export async function readBatch(folder: string, output: string): Promise<StoredBatch> {
  const outcomes = new Outcomes();
  let identity: BatchIdentity | null = null;
  try {
    const path = journalOf(resolve(folder, expandHome(output)));
    if (isForeignJournal(path)) throw new AppError("batch_journal_foreign", { path });
    await reading(path, async (journal) => {
      for await (const line of journalLines(journal)) {
        if (line.type === "identity") identity = line.identity;
        else if (line.type === "spent") outcomes.addSpent(line.spent);
        else for (const entry of line.append.entries) outcomes.add(entry);
      }
    });
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = systemReason(error);
    if (reason === "ENOENT") throw new AppError("batch_unknown", { path: output }, { cause: error });
    throw new AppError("input_unreadable", { path: output, reason }, { cause: error });
  }
  if (identity === null) throw new AppError("batch_unknown", { path: output });
  return { identity, outcomes };
}

const ending = ".journal";

/** Outputs in a folder that have a journal, in the order of their names. */
export function outputsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(name.slice(0, -ending.length)))
    .sort();
}
