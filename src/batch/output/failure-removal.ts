import { open, rename } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { appendTo, type WrittenFile } from "./answer-log.ts";
import { journalLines } from "./answer-lines.ts";
import { type BatchFiles, finishReplacement } from "./batch-files.ts";
import { appendLine, identityLine, type JournalAppend, type JournalEntry, spentLine } from "./journal.ts";

/** Bytes that are written at once. */
const pieceLength = 1 << 20;

/**
 * Takes the lines of items that failed out of the answers, so that a run asks them again; what they cost stays in the journal. Both files
 * are written anew beside the old ones, and take their places at the end: a kill leaves the old ones, or the new ones.
 *
 * @param isWanted whether items that failed with a code are to be asked again
 * @returns how many
 * @throws AppError `storage_failed`; the system's error
 */
export async function removeFailures(files: BatchFiles, isWanted: (code: string) => boolean): Promise<number> {
  const { paths } = files;
  const [answers, journal] = [await create(paths.nextAnswers), await create(`${paths.nextJournal}.part`)];
  const rewriting = new Rewriting(files, answers, journal, isWanted);
  try {
    for await (const line of journalLines(files.journal)) {
      if (line.type === "identity") await appendTo(journal, Buffer.from(identityLine(line.identity)));
      else if (line.type === "spent") await appendTo(journal, Buffer.from(spentLine(line.spent)));
      else await rewriting.take(line.append);
    }
    await rewriting.flush();
    await rewriting.copyRest();
    await answers.handle.sync();
    await journal.handle.sync();
  } finally {
    await answers.handle.close();
    await journal.handle.close();
  }
  await rename(journal.path, paths.nextJournal);
  finishReplacement(paths);
  return rewriting.removed;
}

async function create(path: string): Promise<WrittenFile> {
  const handle = await open(path, "w", 0o600);
  return { path, handle, size: 0 };
}

class Rewriting {
  readonly #from: BatchFiles;
  readonly #answers: WrittenFile;
  readonly #journal: WrittenFile;
  readonly #isWanted: (code: string) => boolean;
  #pieces: Buffer[] = [];
  #entries: JournalEntry[] = [];
  #length = 0;
  /** Bytes of the old answers that the journal knows. */
  #end = 0;
  removed = 0;

  constructor(from: BatchFiles, answers: WrittenFile, journal: WrittenFile, isWanted: (code: string) => boolean) {
    [this.#from, this.#answers, this.#journal, this.#isWanted] = [from, answers, journal, isWanted];
  }

  async take({ at, entries }: JournalAppend): Promise<void> {
    let place = at;
    for (const entry of entries) {
      if (entry.code !== null && this.#isWanted(entry.code)) {
        this.removed++;
        await appendTo(this.#journal, Buffer.from(spentLine(entry)));
      } else await this.#keep(entry, place);
      place += entry.length;
    }
    this.#end = place;
  }

  async #keep(entry: JournalEntry, place: number): Promise<void> {
    const { length } = entry;
    const { buffer } = await this.#from.answers.read(Buffer.allocUnsafe(length), 0, length, place);
    this.#pieces.push(buffer);
    this.#entries.push(entry);
    this.#length += length;
    if (this.#length >= pieceLength) await this.flush();
  }

  /** Lines that the journal does not know, of a run that was killed: they are looked at by the next one. */
  async copyRest(): Promise<void> {
    for (let at = this.#end; ;) {
      const { bytesRead, buffer } = await this.#from.answers.read(Buffer.allocUnsafe(pieceLength), 0, pieceLength, at);
      if (bytesRead === 0) return;
      await appendTo(this.#answers, buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  }

  async flush(): Promise<void> {
    if (this.#entries.length === 0) return;
    const bytes = Buffer.concat(this.#pieces);
    const at = this.#answers.size;
    await appendTo(this.#answers, bytes);
    await appendTo(this.#journal, Buffer.from(appendLine({ at, crc: crc32(bytes), entries: this.#entries })));
    [this.#pieces, this.#entries, this.#length] = [[], [], 0];
  }
}
