import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { AppError, systemReason } from "../../errors.ts";
import type { ItemResult, ResultSink } from "../result.ts";
import type { DiskReserve } from "./disk-reserve.ts";
import { appendLine, type JournalEntry } from "./journal.ts";
import type { Outcomes } from "./outcomes.ts";
import { resultLine } from "./result-line.ts";

/** Milliseconds between two times that the disk itself is waited for. */
const syncInterval = 1000;

/** The system's codes where there is no room. */
const fullDisk: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** An open file, and how far it is written. */
export interface WrittenFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** Bytes. */
  size: number;
}

/** What a log writes to. */
export interface LogFiles {
  readonly answers: WrittenFile;
  readonly journal: WrittenFile;
  readonly reserve: DiskReserve;
}

interface PendingResult {
  readonly line: Buffer;
  readonly entry: JournalEntry;
}

/**
 * Appends results to the answers and to the journal: all that came since the last append, at once. The system has them as soon as it
 * takes them, so that a killed program loses none; the disk has them a second later, if the power fails.
 */
export class AnswerLog implements ResultSink {
  readonly #run: string;
  readonly #files: LogFiles;
  readonly #outcomes: Outcomes;
  readonly #taken = new Set<number>();
  #pending: PendingResult[] = [];
  #writing: Promise<void> | null = null;
  #failure: AppError | null = null;
  #syncedAt = performance.now();

  constructor(run: string, files: LogFiles, outcomes: Outcomes) {
    [this.#run, this.#files, this.#outcomes] = [run, files, outcomes];
  }

  /** What comes after a failure is written too, as far as it can be: it is paid for. */
  readonly put = (result: ItemResult): void => {
    const { index, error, usage, cost, requests } = result;
    // What was stopped is still to be answered.
    const isOver = error?.code !== "interrupted" && !this.#outcomes.has(index) && !this.#taken.has(index);
    if (isOver) {
      const line = Buffer.from(`${resultLine(this.#run, result)}\n`);
      this.#taken.add(index);
      const entry = { index, length: line.length, code: error?.code ?? null, usage, cost, requests };
      this.#pending.push({ line, entry });
      this.#writing ??= this.#write();
    }
    if (this.#failure !== null) throw this.#failure;
  };

  readonly flush = async (): Promise<void> => {
    while (this.#writing !== null) await this.#writing;
    if (this.#pending.length > 0) await this.#write();
    if (this.#failure !== null) throw this.#failure;
    await this.#sync();
    if (this.#failure !== null) throw this.#failure;
  };

  /** Keeps room on the disk for what is under way when it is full. @throws AppError `storage_failed` where there is none: no answer would be saved */
  reserve(): void {
    try {
      this.#files.reserve.take();
    } catch (error) {
      // What else may keep it from being made says nothing of the answers.
      if (fullDisk.has(systemReason(error))) throw failed(this.#files.answers.path, error);
    }
  }

  close(): void {
    this.#files.reserve.release();
  }

  async #write(): Promise<void> {
    // What comes in the same turn of the event loop goes into the same append.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const results = this.#pending;
      this.#pending = [];
      try {
        await this.#append(results);
      } catch (error) {
        this.#failure ??= error as AppError;
        this.#pending = [...results, ...this.#pending];
        if (!this.#files.reserve.release()) break;
      }
    }
    this.#writing = null;
    if (performance.now() - this.#syncedAt >= syncInterval) void this.#sync();
  }

  async #append(results: readonly PendingResult[]): Promise<void> {
    const { answers, journal } = this.#files;
    const at = answers.size;
    const bytes = Buffer.concat(results.map(({ line }) => line));
    const entries = results.map(({ entry }) => entry);
    await appendTo(answers, bytes);
    try {
      await appendTo(journal, Buffer.from(appendLine({ at, crc: crc32(bytes), entries })));
    } catch (error) {
      answers.size = at;
      throw error;
    }
    for (const entry of entries) {
      this.#outcomes.add(entry);
      this.#taken.delete(entry.index);
    }
  }

  /** A disk that is slower than the system is not waited for elsewhere. */
  async #sync(): Promise<void> {
    this.#syncedAt = performance.now();
    try {
      await this.#files.answers.handle.datasync();
      await this.#files.journal.handle.datasync();
    } catch (error) {
      this.#failure ??= failed(this.#files.answers.path, error);
    }
  }
}

/** @throws AppError `storage_failed`; the file is as long as it was then */
export async function appendTo(file: WrittenFile, bytes: Buffer): Promise<void> {
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
