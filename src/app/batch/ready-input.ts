import { type CheckedInput, checkInput } from "../../batch/input/input-check.ts";
import { itemSource } from "../../batch/input/item-source.ts";
import { draftOf, type DraftOptions } from "../../batch/input/line-draft.ts";
import { lineReader } from "../../batch/input/line-reader.ts";
import type { RecordContent, RecordReader } from "../../batch/input/record.ts";
import type { BatchItem, ItemSource } from "../../batch/item.ts";
import { AppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { BatchWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { BatchInputOptions } from "./batch-options.ts";
import type { PicturePlace } from "../pictures/picture-thread.ts";
import { type BatchInput, openInput } from "./input-file.ts";
import { pictureSource } from "./item-picture.ts";
import { promptTemplate } from "./prompt-template.ts";

/** Bytes of one line: as much as a service takes in one request. */
const maxLine = 48 * 1024 * 1024;

/** An input that was read to its end, and whose lines are good or left out. */
export interface ReadyInput extends Disposable {
  readonly file: BatchInput;
  readonly checked: CheckedInput;
  /**
   * The items that are still to be answered.
   *
   * @param done whether an item has its line in the answers
   * @param missing how many have not
   */
  readonly source: (done: (index: number) => boolean, missing: number) => ItemSource;
}

/**
 * Checks an input before anything is sent, and says which lines are bad.
 *
 * @throws AppError `batch_input_bad`, `batch_input_empty`; as `openInput`
 */
export async function readyInput(
  engine: Engine,
  console: Console,
  words: BatchWords,
  options: BatchInputOptions,
): Promise<ReadyInput> {
  const file = await openInput(engine, console, options.input, options.inputForm);
  try {
    const template = options.template === null ? null : promptTemplate(options.template);
    const draftOptions: DraftOptions = { form: file.form, template, picture: pictureSource(engine) };
    const draft = (content: RecordContent) => draftOf(content, draftOptions);
    const read = await readerOf(file);
    const checked = await checkInput(read, draft, engine.stop);
    tellBadLines(console, words, options, checked);
    const { index } = checked;
    const input = { name: file.name, read, index, draft, ignoresModels: engine.origins.model?.kind === "flag" };
    return {
      file,
      checked,
      source: (done, missing) => withReadyPictures(engine, itemSource(input, done, missing)),
      [Symbol.dispose]: () => file[Symbol.dispose](),
    };
  } catch (error) {
    file[Symbol.dispose]();
    throw engine.stop.aborted ? new AppError("interrupted", {}, { cause: error }) : error;
  }
}

/** What makes pictures ready is loaded where there are some. */
function withReadyPictures(engine: PicturePlace, source: ItemSource): ItemSource {
  async function* items(signal: AbortSignal): AsyncGenerator<BatchItem> {
    for await (const item of source.items(signal)) {
      const hasPictures = item.messages.some(({ content }) => typeof content !== "string" && content.some(isPicture));
      if (!hasPictures) yield item;
      else {
        const { readyMessages } = await import("../pictures/ready-parts.ts");
        yield { ...item, messages: await readyMessages(engine, item.messages) };
      }
    }
  }
  return { ...source, items };
}

function isPicture({ type }: { readonly type: string }): boolean {
  return type === "image";
}

/** What reads tables is loaded where there is one. */
async function readerOf({ path, size, form }: BatchInput): Promise<RecordReader> {
  const limits = { end: size, maxLine };
  if (form === "jsonl" || form === "text") return lineReader(path, limits);
  const { tableReader } = await import("../../batch/input/table-reader.ts");
  return tableReader(path, limits, form === "tsv" ? "\t" : ",");
}

/** @throws AppError where there are bad lines that are not to be left out, or nothing else */
function tellBadLines(
  { terminal }: Console,
  words: BatchWords,
  { input: path, skipBad }: BatchInputOptions,
  { index, bad, badLines, ignored }: CheckedInput,
): void {
  for (const each of badLines) terminal.report(sanitize(words.badLine({ path, ...each })));
  if (bad > badLines.length) terminal.report(words.moreBad({ count: bad - badLines.length }));
  if (bad > 0 && !skipBad) throw new AppError("batch_input_bad", { path, bad });
  if (bad > 0) terminal.warn(words.skipped({ bad }));
  if (index.count === 0) throw new AppError("batch_input_empty", { path });
  if (ignored.length > 0) terminal.say(sanitize(words.ignored({ names: ignored })));
}
