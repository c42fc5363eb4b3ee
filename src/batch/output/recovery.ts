import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { ItemIndex } from "../input/item-index.ts";
import { type BatchIdentity, type JournalAppend, type JournalEntry, readJournalLine } from "./journal.ts";
import { OutputReader } from "./output-reader.ts";
import type { Outcomes } from "./outcomes.ts";
import { readResultLine } from "./result-line.ts";

const lineBreak = Buffer.from("\n");
/** Entries that go into one line of the journal at most. */
const maxEntries = 1000;

/** What the journal of a batch says, and how much of the output agrees with it. */
export interface ReadJournal {
  /** The last one that was written; null where there is none. */
  readonly identity: BatchIdentity | null;
  /** Bytes of whole lines. */
  readonly journalSize: number;
  /** Bytes of the output that the journal knows. */
  readonly outputSize: number;
  /** Whether the output is not what was written there. */
  readonly isChanged: boolean;
}

/** Reads a journal and compares the output with it; what both have is added to the outcomes. A torn last line is left out. */
export async function readJournal(journal: FileHandle, output: FileHandle, outcomes: Outcomes): Promise<ReadJournal> {
  const lines = new OutputReader(journal);
  const written = new OutputReader(output);
  let identity: BatchIdentity | null = null;
  let [journalSize, outputSize] = [0, 0];
  for (let bytes = await lines.line(); bytes !== null; bytes = await lines.line()) {
    const line = bytes.at(-1) === 0x0a ? readJournalLine(bytes.toString("utf8")) : null;
    if (line === null) break;
    if (line.type === "identity") identity = line.identity;
    else if (line.type === "spent") outcomes.addSpent(line.spent);
    else {
      const { at, crc, entries } = line.append;
      const length = entries.reduce((sum, entry) => sum + entry.length, 0);
      const isSame = at === outputSize && (await written.checksum(length)) === crc;
      if (!isSame) return { identity, journalSize, outputSize, isChanged: true };
      for (const entry of entries) outcomes.add(entry);
      outputSize += length;
    }
    journalSize += bytes.length;
  }
  return { identity, journalSize, outputSize, isChanged: false };
}

/** Where the lines of an output end that the journal did not know. */
export interface OutputTail {
  /** Bytes of the output up to the end of the last of them, with the line break that it may lack. */
  readonly end: number;
  /** The first line that belongs to no item, or to one that has a line already; from 1 behind the place. Null for none. */
  readonly strange: number | null;
}

/**
 * Reads the lines of an output behind a place, and adds them to the outcomes; a torn last line is left out.
 *
 * @param onAppend gets them as the journal is to have them; what they cost is not known any more
 */
export async function readTail(
  output: FileHandle,
  from: number,
  index: ItemIndex,
  outcomes: Outcomes,
  onAppend: (append: JournalAppend) => Promise<void>,
): Promise<OutputTail> {
  const reader = new OutputReader(output, from);
  let [at, end, crc, count] = [from, from, 0, 0];
  let entries: JournalEntry[] = [];
  const flush = async () => {
    if (entries.length > 0) await onAppend({ at, crc, entries });
    [entries, at, crc] = [[], end, 0];
  };
  for (let bytes = await reader.line(); bytes !== null; bytes = await reader.line()) {
    const isWhole = bytes.at(-1) === 0x0a;
    const line = readResultLine(bytes.toString("utf8"));
    if (!isWhole && line === null) break;
    const place = line === null ? null : index.find(line.id);
    if (line === null || place === null || outcomes.has(place)) return { end, strange: count + 1 };
    const whole = isWhole ? bytes : Buffer.concat([bytes, lineBreak]);
    const { code, usage } = line;
    const entry = { index: place, length: whole.length, code, usage, cost: null, requests: 1 };
    [end, crc, count] = [end + whole.length, crc32(whole, crc), count + 1];
    outcomes.add(entry);
    entries.push(entry);
    if (entries.length >= maxEntries) await flush();
  }
  await flush();
  return { end, strange: null };
}
