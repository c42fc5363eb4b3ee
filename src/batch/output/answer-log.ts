import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { AppError, systemReason } from "../../errors.ts";
import type { ItemResult, ResultSink } from "../result.ts";
import { appendLine, type JournalEntry } from "./journal.ts";
import type { Outcomes } from "./outcomes.ts";
import { resultLine } from "./result-line.ts";

/** Milliseconds between two times that the disk itself is waited for. */
const syncInterval = 1000;

/** An open file, and how far it is written. */
export interface WrittenFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** Bytes. */
  size: number;
}

interface PendingResult {
  readonly line: Buffer;
  readonly entry: JournalEntry;
}

/**
 * Appends results to the output and to the journal beside it: all that came since the last append, at once. The system has them as soon
 * as it takes them, so that a killed program loses none; the disk has them a second later, if the power fails.
 */
export class AnswerLog implements ResultSink {
  readonly #run: string;
  readonly #output: WrittenFile;
  readonly #journal: WrittenFile;
  readonly #outcomes: Outcomes;
  readonly #taken = new Set<number>();
  #pending: PendingResult[] = [];
  #writing: Promise<void> | null = null;
  #failure: AppError | null = null;
  #syncedAt = Date.now();

  constructor(run: string, output: WrittenFile, journal: WrittenFile, outcomes: Outcomes) {
    [this.#run, this.#output, this.#journal, this.#outcomes] = [run, output, journal, outcomes];
  }

  readonly put = (result: ItemResult): void => {
    if (this.#failure !== null) throw this.#failure;
    const { index, error, usage, cost, requests } = result;
    // What was stopped is still to be answered.
    if (error?.code === "interrupted" || this.#outcomes.has(index) || this.#taken.has(index)) return;
    const line = Buffer.from(`${resultLine(this.#run, result)}\n`);
    this.#taken.add(index);
    const entry = { index, length: line.length, code: error?.code ?? null, usage, cost, requests };
    this.#pending.push({ line, entry });
    this.#writing ??= this.#write();
  };

  readonly flush = async (): Promise<void> => {
    while (this.#writing !== null) await this.#writing;
    if (this.#failure !== null) throw this.#failure;
    await this.#sync();
  };

  async #write(): Promise<void> {
    // What comes in the same turn of the event loop goes into the same append.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0 && this.#failure === null) {
      const results = this.#pending;
      this.#pending = [];
      try {
        await this.#append(results);
      } catch (error) {
        this.#failure = error as AppError;
      }
    }
    this.#writing = null;
    if (this.#failure === null && Math.abs(Date.now() - this.#syncedAt) >= syncInterval) void this.#sync();
  }

  async #append(results: readonly PendingResult[]): Promise<void> {
    const at = this.#output.size;
    const bytes = Buffer.concat(results.map(({ line }) => line));
    const entries = results.map(({ entry }) => entry);
    await appendTo(this.#output, bytes);
    await appendTo(this.#journal, Buffer.from(appendLine({ at, crc: crc32(bytes), entries })));
    for (const entry of entries) {
      this.#outcomes.add(entry);
      this.#taken.delete(entry.index);
    }
  }

  /** A disk that is slower than the system is not waited for elsewhere. */
  async #sync(): Promise<void> {
    this.#syncedAt = Date.now();
    try {
      await this.#output.handle.datasync();
      await this.#journal.handle.datasync();
    } catch (error) {
      this.#failure ??= failed(this.#output.path, error);
    }
  }
}

/** @throws AppError `storage_failed`; the file is as long as it was then */
async function appendTo(file: WrittenFile, bytes: Buffer): Promise<void> {
  let written = 0;
  try {
    while (written < bytes.length) {
      const { bytesWritten } = await file.handle.write(bytes, written, bytes.length - written, file.size + written);
      written += bytesWritten;
    }
    file.size += bytes.length;
  } catch (error) {
    await file.handle.truncate(file.size).catch(() => {});
    throw failed(file.path, error);
  }
}

function failed(path: string, error: unknown): AppError {
  return new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
}
