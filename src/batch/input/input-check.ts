import { idOfLine, type ItemDraft } from "./item-draft.ts";
import { ItemIndex } from "./item-index.ts";
import { type BadLine, type InputRecord, LineMistake, type RecordContent, type RecordReader } from "./record.ts";

/** Bad lines that are told one by one; of the others the number alone. */
const maxBadLines = 20;
/** Names of fields that mean nothing, which are told. */
const maxIgnored = 10;

/** What an input holds. */
export interface CheckedInput {
  readonly index: ItemIndex;
  /** The first ones. */
  readonly badLines: readonly BadLine[];
  /** How many there are. */
  readonly bad: number;
  /** Fields that mean nothing here. */
  readonly ignored: readonly string[];
}

/**
 * Reads an input to its end and checks each line; what is good becomes an item.
 *
 * @param draft reads a record; throws `LineMistake`
 */
export async function checkInput(
  read: RecordReader,
  draft: (content: RecordContent) => ItemDraft,
  signal: AbortSignal,
): Promise<CheckedInput> {
  const index = new ItemIndex();
  const badLines: BadLine[] = [];
  const ignored = new Set<string>();
  let bad = 0;
  for await (const records of read(signal)) {
    for (const record of records) {
      try {
        addItem(index, record, draft(record.content()), ignored);
      } catch (error) {
        if (!(error instanceof LineMistake)) throw error;
        bad++;
        if (badLines.length < maxBadLines)
          badLines.push({ line: record.line, fault: error.fault, detail: error.detail });
      }
    }
  }
  return { index, badLines, bad, ignored: [...ignored] };
}

/** @throws LineMistake `duplicate_id` */
function addItem(index: ItemIndex, { line, crc }: InputRecord, draft: ItemDraft, ignored: Set<string>): void {
  const id = draft.id ?? idOfLine(line);
  const same = index.add(id, line, crc);
  if (same !== null) throw new LineMistake("duplicate_id", String(index.lineOf(same)));
  for (const name of draft.ignored) if (ignored.size < maxIgnored) ignored.add(name);
}
