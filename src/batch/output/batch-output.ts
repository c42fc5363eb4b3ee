import { AppError, type BatchChange, systemReason } from "../../errors.ts";
import type { ItemIndex } from "../input/item-index.ts";
import { AnswerLog, appendTo, type WrittenFile } from "./answer-log.ts";
import type { BatchFiles } from "./batch-files.ts";
import { DiskReserve } from "./disk-reserve.ts";
import { appendLine, type BatchIdentity, identityLine } from "./journal.ts";
import { Outcomes } from "./outcomes.ts";
import { readJournal, type ReadJournal, readTail } from "./recovery.ts";

/** What is known of the input now. */
export interface PresentInput {
  readonly identity: BatchIdentity;
  /** SHA-256 of its first bytes; empty where it is shorter. */
  readonly prefix: (size: number) => Promise<string>;
}

/**
 * Takes up the output of an earlier run. The output is the truth: what has its line there is done. The journal says of what batch it is,
 * what the answers cost, and how far the output was looked at.
 *
 * @param name the output as it was typed
 * @param acceptChanges goes on though input, parameters or output are not as they were
 * @returns the sink for what is still missing, and what is done
 * @throws AppError `batch_changed`, `batch_output_foreign`, `storage_failed`
 */
export async function resumeOutput(
  files: BatchFiles,
  name: string,
  index: ItemIndex,
  present: PresentInput,
  acceptChanges: boolean,
): Promise<{ readonly sink: AnswerLog; readonly outcomes: Outcomes; readonly identity: BatchIdentity }> {
  let outcomes = new Outcomes();
  let read = await readJournal(files.journal, files.answers, outcomes);
  const before = read.identity;
  const { run, startedAt } = before ?? present.identity;
  const identity = { ...present.identity, run, startedAt };
  const isForeign = before === null && (await files.answers.stat()).size > 0;
  if (isForeign && !acceptChanges) throw new AppError("batch_output_foreign", { path: name, line: null });
  const changes = before === null ? [] : await changesOf(before, read, present);
  if (changes.length > 0 && !acceptChanges) throw new AppError("batch_changed", { path: name, changes });
  if (isForeign || changes.some(({ what }) => what === "input" || what === "output")) {
    // Places of items may be others: they are found by their ids.
    outcomes = new Outcomes();
    read = { identity: null, journalSize: 0, outputSize: 0, isChanged: false };
  }
  try {
    const isKnown = read.identity !== null && changes.length === 0;
    const sink = await openLog(files, name, read, isKnown ? null : identity, index, outcomes, identity.run);
    return { sink, outcomes, identity };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("storage_failed", { path: name, reason: systemReason(error) }, { cause: error });
  }
}

async function changesOf(
  before: BatchIdentity,
  { isChanged }: ReadJournal,
  { identity, prefix }: PresentInput,
): Promise<readonly BatchChange[]> {
  const changes: BatchChange[] = isChanged ? [{ what: "output" }] : [];
  const [was, is] = [before.input, identity.input];
  if (was.sha256 !== is.sha256 || was.items !== is.items) {
    const isGrown = is.items >= was.items && is.size > was.size && (await prefix(was.size)) === was.sha256;
    changes.push(isGrown ? { what: "grown", lines: is.items - was.items } : { what: "input" });
  }
  const names = new Set([...Object.keys(before.parameters), ...Object.keys(identity.parameters)]);
  for (const name of names) {
    const [old, now] = [before.parameters[name], identity.parameters[name]].map((value) => JSON.stringify(value) ?? "");
    if (old !== now) changes.push({ what: "parameter", name, before: old!, after: now! });
  }
  return changes;
}

/**
 * Mends the ends of both files, and takes over lines that the journal does not know.
 *
 * @param identity is written to the journal; null: it has it already
 * @throws AppError `batch_output_foreign`, with both files as they were
 */
async function openLog(
  { answers, journal, paths }: BatchFiles,
  name: string,
  { journalSize, outputSize }: ReadJournal,
  identity: BatchIdentity | null,
  index: ItemIndex,
  outcomes: Outcomes,
  run: string,
): Promise<AnswerLog> {
  const { end, strange } = await readTail(answers, outputSize, index, outcomes.copy(), async () => {});
  if (strange !== null) throw new AppError("batch_output_foreign", { path: name, line: outcomes.done + strange });
  await journal.truncate(journalSize);
  const log: WrittenFile = { path: paths.journal, handle: journal, size: journalSize };
  if (identity !== null) await appendTo(log, Buffer.from(identityLine(identity)));
  await readTail(answers, outputSize, index, outcomes, (append) => appendTo(log, Buffer.from(appendLine(append))));
  const { size } = await answers.stat();
  if (size < end) await answers.write("\n", size);
  else if (size > end) await answers.truncate(end);
  const reserve = new DiskReserve(paths.reserve);
  return new AnswerLog(
    run,
    { answers: { path: paths.answers, handle: answers, size: end }, journal: log, reserve },
    outcomes,
  );
}
