import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { ItemSource } from "../../batch/item.ts";
import { answerLines, orderedLines } from "../../batch/output/answer-lines.ts";
import type { AnswerLog } from "../../batch/output/answer-log.ts";
import { type BatchFiles, openBatchFiles } from "../../batch/output/batch-files.ts";
import { resumeOutput } from "../../batch/output/batch-output.ts";
import type { BatchIdentity } from "../../batch/output/journal.ts";
import type { Outcomes } from "../../batch/output/outcomes.ts";
import { writeForm } from "../../batch/output/output-forms.ts";
import type { ModelRef } from "../../chat/model.ts";
import { expandHome } from "../../config/home.ts";
import type { Flags } from "../../config/schema.ts";
import { AppError } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import type { BatchOptions } from "./batch-options.ts";
import { batchParameters } from "./batch-parameters.ts";
import { fingerprint } from "./input-file.ts";
import type { ReadyInput } from "./ready-input.ts";

/** A batch that is ready to run: what is missing, and where results go. */
export interface PreparedBatch {
  readonly outputPath: string;
  readonly identity: BatchIdentity;
  readonly source: ItemSource;
  readonly sink: AnswerLog;
  readonly outcomes: Outcomes;
  /** Writes the output in the form that is wanted, where that is not how results come. @throws AppError `storage_failed` */
  readonly finish: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Before a large input is read for nothing.
 *
 * @throws AppError `batch_output_unfit`
 */
export function checkOutput({ workingFolder }: Pick<Engine, "workingFolder">, { input, output }: BatchOptions): void {
  const statOf = (name: string) => statSync(resolve(workingFolder, expandHome(name)), { throwIfNoEntry: false });
  const [out, read] = [statOf(output), input === "-" ? undefined : statOf(input)];
  if (out === undefined) return;
  if (!out.isFile()) throw new AppError("batch_output_unfit", { path: output, why: "not_a_file" });
  if (out.ino === read?.ino && out.dev === read.dev)
    throw new AppError("batch_output_unfit", { path: output, why: "input" });
}

/** What a batch's journal keeps of a run. */
interface RunFacts {
  /** The model of items that name none. */
  readonly asked: ModelRef;
  readonly options: BatchOptions;
  readonly flags: Flags;
}

/**
 * Opens the output of a batch, and takes over what an earlier run of it has answered.
 *
 * @throws AppError `batch_busy`, `batch_changed`, `batch_output_foreign`, `storage_failed`
 */
export async function prepareBatch(engine: Engine, ready: ReadyInput, facts: RunFacts): Promise<PreparedBatch> {
  const { file, checked } = ready;
  const { output, form, ordered, acceptChanges } = facts.options;
  const isDirect = form === "openai" && !ordered;
  const files = await openBatchFiles(resolve(engine.workingFolder, expandHome(output)), output, isDirect);
  try {
    const present = await identityOf(engine, ready, facts);
    const prefix = async (size: number) => (size > file.size ? "" : await fingerprint(file.path, size));
    const now = { identity: present, prefix };
    const { sink, outcomes, identity } = await resumeOutput(files, output, checked.index, now, acceptChanges);
    const { count } = checked.index;
    const missing = count - outcomes.done;
    if (missing > 0) sink.reserve();
    return {
      outputPath: files.paths.output,
      identity,
      source: ready.source((index) => outcomes.has(index), missing),
      sink,
      outcomes,
      finish: async () => await writeOutput(files, facts.options, count),
      close: async () => {
        sink.close();
        await files.close();
      },
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function identityOf(
  engine: Engine,
  { file, checked }: ReadyInput,
  { asked, options, flags }: RunFacts,
): Promise<BatchIdentity> {
  const sha256 = await fingerprint(file.path, file.size);
  const { index, bad: skipped } = checked;
  return {
    run: randomBytes(6).toString("hex"),
    startedAt: new Date().toISOString(),
    input: { path: file.name, size: file.size, sha256, items: index.count, skipped },
    parameters: batchParameters(engine, asked, options),
    command: { folder: engine.workingFolder, options: { ...options }, flags: { ...flags } },
  };
}

async function writeOutput(
  { paths, answers, journal }: BatchFiles,
  { form, ordered }: BatchOptions,
  count: number,
): Promise<void> {
  if (paths.answers === paths.output) return;
  await writeForm(paths.output, form, ordered ? orderedLines(answers, journal, count) : answerLines(answers));
}
