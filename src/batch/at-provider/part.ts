/** One file of requests, and the batch that a service makes of it. */
export interface RequestPart {
  /** From 1. */
  readonly number: number;
  /** The id that the service knows. */
  readonly model: string;
  readonly lines: number;
  /** Of the file. */
  readonly bytes: number;
  readonly stage: PartStage;
  /** Milliseconds since the epoch at which the part was written. */
  readonly writtenAt: number;
  /** The file at the service; null before it is there. */
  readonly file: string | null;
  /** The batch at the service; null before there is one. */
  readonly batch: string | null;
}

/**
 * How far a part is. `uploading` and `creating` are written down before the request goes out: whoever finds one of them does not know
 * whether the service had it, and looks there first.
 */
type PartStage = "written" | "uploading" | "uploaded" | "creating" | "waiting" | "collected";

/** An item as it goes to a service. */
export interface RequestLine {
  readonly index: number;
  readonly id: string;
  readonly customId: string;
  /** The id that the service knows. */
  readonly model: string;
  /** JSON, without a line end. */
  readonly text: string;
}

/** An item of a part. */
export type PartItem = Pick<RequestLine, "index" | "id">;
