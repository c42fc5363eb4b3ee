import { type FileHandle, open } from "node:fs/promises";
import { type JournalLine, readJournalLine } from "./journal.ts";
import { OutputReader } from "./output-reader.ts";

/** The whole lines of a journal. */
export async function* journalLines(journal: FileHandle): AsyncGenerator<JournalLine> {
  const reader = new OutputReader(journal);
  for (let bytes = await reader.line(); bytes !== null; bytes = await reader.line()) {
    const line = bytes.at(-1) === 0x0a ? readJournalLine(bytes.toString("utf8")) : null;
    if (line === null) return;
    yield line;
  }
}

/** The lines of the answers without line breaks, in the order in which they came. */
export async function* answerLines(answers: FileHandle): AsyncGenerator<string> {
  const reader = new OutputReader(answers);
  for (let bytes = await reader.line(); bytes !== null; bytes = await reader.line()) yield textOf(bytes);
}

/**
 * The same in the order of the input. Memory holds the places of the lines.
 *
 * @param count items of the input
 */
export async function* orderedLines(answers: FileHandle, journal: FileHandle, count: number): AsyncGenerator<string> {
  const places = new Float64Array(count);
  const lengths = new Uint32Array(count);
  for await (const line of journalLines(journal)) {
    if (line.type !== "append") continue;
    let at = line.append.at;
    for (const { index, length } of line.append.entries) {
      [places[index], lengths[index]] = [at, length];
      at += length;
    }
  }
  for (let index = 0; index < count; index++) {
    const length = lengths[index]!;
    if (length === 0) continue;
    const { buffer } = await answers.read(Buffer.allocUnsafe(length), 0, length, places[index]);
    yield textOf(buffer);
  }
}

function textOf(line: Buffer): string {
  return line.toString("utf8", 0, line.at(-1) === 0x0a ? line.length - 1 : line.length);
}

/** Runs work with a file that is read. */
export async function reading<Result>(path: string, work: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await open(path, "r");
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}
