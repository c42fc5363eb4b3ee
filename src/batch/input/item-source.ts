import { AppError } from "../../errors.ts";
import type { BatchItem, ItemSource } from "../item.ts";
import { idOfLine, type ItemDraft } from "./item-draft.ts";
import type { ItemIndex } from "./item-index.ts";
import { type InputRecord, LineMistake, type RecordContent, type RecordReader } from "./record.ts";

/** What items are read from. */
export interface ItemInput {
  /** What errors call it. */
  readonly name: string;
  readonly read: RecordReader;
  readonly index: ItemIndex;
  /** Reads a record; throws `LineMistake`. */
  readonly draft: (content: RecordContent) => ItemDraft;
  /** Whether the settings' model is that of all items, whatever their lines say. */
  readonly ignoresModels: boolean;
}

/**
 * The items of an input that was checked, from the file itself, which is read again.
 *
 * @param done whether an item has its line in the output
 * @param missing how many have not
 */
export function itemSource(input: ItemInput, done: (index: number) => boolean, missing: number): ItemSource {
  return { total: input.index.count, missing, items: (signal) => itemsOf(input, done, signal) };
}

/** @throws AppError `batch_input_changed` where a line is not what was checked */
async function* itemsOf(
  { name, read, index, draft, ignoresModels }: ItemInput,
  done: (index: number) => boolean,
  signal: AbortSignal,
): AsyncGenerator<BatchItem> {
  let next = 0;
  for await (const records of read(signal)) {
    for (const record of records) {
      if (next === index.count) return;
      // A line that was left out.
      if (record.line !== index.lineOf(next)) continue;
      const at = next++;
      if (done(at)) continue;
      if (record.crc !== index.checksumOf(at))
        throw new AppError("batch_input_changed", { path: name, line: record.line });
      const item = draftAgain(name, record, draft);
      const { messages, sampling, thinking, tools, toolChoice } = item;
      const model = ignoresModels ? null : item.model;
      yield { index: at, id: item.id ?? idOfLine(record.line), model, messages, sampling, thinking, tools, toolChoice };
    }
  }
  if (next < index.count) throw new AppError("batch_input_changed", { path: name, line: index.lineOf(next) });
}

/** What was good before, and is not any more, names a picture that has gone since. */
function draftAgain(path: string, { line, content }: InputRecord, draft: ItemInput["draft"]): ItemDraft {
  try {
    return draft(content());
  } catch (error) {
    throw error instanceof LineMistake ? new AppError("batch_input_changed", { path, line }, { cause: error }) : error;
  }
}
