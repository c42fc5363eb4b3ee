/** A batch as its service describes it. */
export interface ProviderBatch {
  readonly id: string;
  /** OpenAI's words, or whatever else a service says, as SiliconFlow's `in_queue`. */
  readonly status: string;
  /** Whether nothing changes any more. */
  readonly isEnded: boolean;
  readonly inputFile: string | null;
  /** Ids of files, or addresses; null where there are none. */
  readonly outputFile: string | null;
  readonly errorFile: string | null;
  /** Lines; null where the service does not tell. */
  readonly counts: BatchCounts | null;
  readonly createdAt: Date | null;
  readonly expiresAt: Date | null;
  /** What the one who made it named it by; null where it has no such name. */
  readonly label: string | null;
  /** Why it failed. */
  readonly mistakes: readonly BatchMistake[];
}

export interface BatchCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
}

export interface BatchMistake {
  readonly code: string;
  readonly message: string;
  /** Of the input file, from 1; null where it is about all of it. */
  readonly line: number | null;
}

/** A file of lines, on this machine. */
interface UploadFile {
  readonly path: string;
  /** What it is called at the service; no other file is. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * A service's batches. Each method is one request; all throw AppError as a question's request does, `batch_not_found` for ids that the
 * service does not know, `not_offered` where it has none, `interrupted` when the signal is aborted.
 */
export interface BatchService {
  /** @returns the file's id @param onSent gets the bytes that have gone out */
  readonly upload: (file: UploadFile, onSent: (bytes: number) => void, signal: AbortSignal) => Promise<string>;
  /** The id of a file that is there already; null where there is none. */
  readonly findUpload: (file: Pick<UploadFile, "name" | "size">, signal: AbortSignal) => Promise<string | null>;
  readonly create: (inputFile: string, label: string, signal: AbortSignal) => Promise<ProviderBatch>;
  /** The batch of a file that is there already; null where there is none. @param since when it can have been created at the earliest */
  readonly findBatch: (
    inputFile: string,
    label: string,
    since: Date,
    signal: AbortSignal,
  ) => Promise<ProviderBatch | null>;
  readonly retrieve: (id: string, signal: AbortSignal) => Promise<ProviderBatch>;
  /** Has a batch end early; what it has answered by then is kept, and billed. It may run on for some minutes. */
  readonly cancel: (id: string, signal: AbortSignal) => Promise<ProviderBatch>;
  /** Downloads a file while it is used. */
  readonly download: <Result>(
    file: string,
    use: (body: AsyncIterable<Buffer>) => Promise<Result>,
    signal: AbortSignal,
  ) => Promise<Result>;
}
