import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { type CheckedInput, checkInput } from "../../batch/input/input-check.ts";
import { itemSource } from "../../batch/input/item-source.ts";
import { draftOf, type DraftOptions } from "../../batch/input/line-draft.ts";
import { lineReader } from "../../batch/input/line-reader.ts";
import type { RecordContent, RecordReader } from "../../batch/input/record.ts";
import type { ItemSource } from "../../batch/item.ts";
import type { AnswerLog } from "../../batch/output/answer-log.ts";
import { openBatchFiles } from "../../batch/output/batch-files.ts";
import type { Outcomes } from "../../batch/output/outcomes.ts";
import { resumeOutput } from "../../batch/output/batch-output.ts";
import type { BatchIdentity } from "../../batch/output/journal.ts";
import type { ModelRef } from "../../chat/model.ts";
import { expandHome } from "../../config/home.ts";
import { AppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { BatchWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { BatchOptions } from "./batch-options.ts";
import { batchParameters } from "./batch-parameters.ts";
import { type BatchInput, fingerprint, openInput } from "./input-file.ts";
import { pictureSource } from "./item-picture.ts";
import { promptTemplate } from "./prompt-template.ts";

/** Bytes of one line: as much as a service takes in one request. */
const maxLine = 48 * 1024 * 1024;

/** An input that was read to its end, and whose lines are good or left out. */
export interface ReadyInput extends Disposable {
  readonly file: BatchInput;
  readonly checked: CheckedInput;
  /** The items without a line in the output. */
  readonly source: (outcomes: Outcomes) => ItemSource;
}

/**
 * Checks an input before anything is sent.
 *
 * @throws AppError `batch_input_bad`, `batch_input_empty`, as `openInput`
 */
export async function readyInput(
  engine: Engine,
  console: Console,
  words: BatchWords,
  options: BatchOptions,
): Promise<ReadyInput> {
  const file = await openInput(engine, console, options.input, options.inputForm);
  try {
    const template = options.template === null ? null : promptTemplate(options.template);
    const picture = pictureSource(engine);
    const draftOptions: DraftOptions = { form: file.form, template, picture };
    const draft = (content: RecordContent) => draftOf(content, draftOptions);
    const read = readerOf(file);
    const checked = await checkInput(read, draft, engine.stop);
    tellBadLines(console, words, options, checked);
    const input = {
      name: file.name,
      read,
      index: checked.index,
      draft,
      ignoresModels: engine.origins.model?.kind === "flag",
    };
    const source = (outcomes: Outcomes) =>
      itemSource(input, (index) => outcomes.has(index), checked.index.count - outcomes.done);
    return { file, checked, source, [Symbol.dispose]: () => file[Symbol.dispose]() };
  } catch (error) {
    file[Symbol.dispose]();
    throw engine.stop.aborted ? new AppError("interrupted", {}, { cause: error }) : error;
  }
}

function readerOf({ path, size }: BatchInput): RecordReader {
  return lineReader(path, { end: size, maxLine });
}

/** @throws AppError where there are bad lines that are not to be left out, or nothing else */
function tellBadLines(
  { terminal }: Console,
  words: BatchWords,
  { input: path, skipBad }: BatchOptions,
  { index, bad, badLines, ignored }: CheckedInput,
): void {
  for (const each of badLines) terminal.report(sanitize(`${path}, ${words.badLine(each)}`));
  if (bad > badLines.length) terminal.report(words.moreBad({ count: bad - badLines.length }));
  if (bad > 0 && !skipBad) throw new AppError("batch_input_bad", { path, bad });
  if (bad > 0) terminal.warn(words.skipped({ bad }));
  if (index.count === 0) throw new AppError("batch_input_empty", { path });
  if (ignored.length > 0) terminal.say(sanitize(words.ignored({ names: ignored })));
}

/** A batch that is ready to run: what is missing, and where results go. */
export interface PreparedBatch {
  readonly outputPath: string;
  readonly identity: BatchIdentity;
  readonly source: ItemSource;
  readonly sink: AnswerLog;
  readonly outcomes: Outcomes;
  readonly close: () => Promise<void>;
}

/**
 * Opens the output of a batch, and takes over what an earlier run of it has answered.
 *
 * @param asked the model of items that name none
 * @throws AppError `batch_busy`, `batch_changed`, `batch_output_foreign`, `storage_failed`
 */
export async function prepareBatch(
  engine: Engine,
  ready: ReadyInput,
  output: string,
  asked: ModelRef,
  options: BatchOptions,
): Promise<PreparedBatch> {
  const { file, checked } = ready;
  const files = await openBatchFiles(resolve(engine.workingFolder, expandHome(output)), output);
  try {
    const present: BatchIdentity = {
      run: randomBytes(6).toString("hex"),
      startedAt: new Date().toISOString(),
      input: {
        path: file.name,
        size: file.size,
        sha256: await fingerprint(file.path, file.size),
        items: checked.index.count,
        skipped: checked.bad,
      },
      parameters: batchParameters(engine, asked, options),
    };
    const prefix = async (size: number) => (size > file.size ? "" : await fingerprint(file.path, size));
    const resumed = await resumeOutput(
      files,
      output,
      checked.index,
      { identity: present, prefix },
      options.acceptChanges,
    );
    const { sink, outcomes, identity } = resumed;
    const { outputPath, close } = files;
    return { outputPath, identity, source: ready.source(outcomes), sink, outcomes, close };
  } catch (error) {
    await files.close();
    throw error;
  }
}
