/** How a job ended: with a model, with a failure, or because somebody cancelled it. */
export type TuningOutcome = "succeeded" | "failed" | "cancelled";

/** A fine-tuning job as its service describes it. */
export interface TuningJob {
  readonly id: string;
  /** OpenAI's words, or whatever else a service says. */
  readonly status: string;
  /** Null while it goes on. */
  readonly outcome: TuningOutcome | null;
  /** The model that is tuned. */
  readonly baseModel: string | null;
  /** The model that came of it. */
  readonly tunedModel: string | null;
  /** Ids of uploaded files. */
  readonly trainingFile: string | null;
  readonly validationFile: string | null;
  /** Tokens that are billed. */
  readonly trainedTokens: number | null;
  readonly createdAt: Date | null;
  readonly finishedAt: Date | null;
  readonly expectedAt: Date | null;
  /** What the one who made it named it by; null where it has no such name. */
  readonly label: string | null;
  /** Why it failed. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** The newest loss, at services that tell it with the status alone. */
  readonly loss: LossPoint | null;
}

/** Losses at a step; null for what is not told. */
export interface LossPoint {
  readonly step: number;
  /** Steps of the whole job. */
  readonly steps: number | null;
  readonly train: number | null;
  readonly valid: number | null;
}

/** What a service says of a job as it goes on. */
export interface TuningEvent {
  readonly id: string;
  readonly at: Date | null;
  /** `info`, `warn` or `error`, or whatever else a service says. */
  readonly level: string;
  readonly message: string;
  /** Null for one that tells no loss. */
  readonly loss: LossPoint | null;
}

/** A model of a job as it was at a step. */
export interface TuningCheckpoint {
  readonly id: string;
  readonly model: string;
  readonly step: number | null;
  readonly createdAt: Date | null;
  /** By the service's names, as `train_loss` and `full_valid_mean_token_accuracy`. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A job that is wanted. */
export interface TuningOrder {
  readonly model: string;
  /** Ids of uploaded files. */
  readonly trainingFile: string;
  readonly validationFile: string | null;
  /** Of the new model's name. */
  readonly suffix: string | null;
  /** `supervised`, `dpo` …; null for the service's usual one. */
  readonly method: string | null;
  readonly epochs: number | "auto" | null;
  readonly batchSize: number | "auto" | null;
  readonly learningRate: number | "auto" | null;
  readonly seed: number | null;
  /** Fields of the request that are sent as they are, over all others. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Tells this job from all others. */
  readonly label: string;
}

/** A file of examples on this machine. */
export interface ExamplesFile {
  readonly path: string;
  /** What it is called at the service: no file of other content is. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * A service that fine-tunes models. Methods are null where it has no such thing; all throw AppError as a question's request does,
 * `job_not_found` for ids that the service does not know, `not_offered` where it tunes nothing, `interrupted` when the signal is aborted.
 */
export interface TuningService {
  /** @returns the file's id @param onSent gets the bytes that have gone out */
  readonly upload: (file: ExamplesFile, onSent: (bytes: number) => void, signal: AbortSignal) => Promise<string>;
  /** The id of a file that is there already; null where there is none, or none can be looked for. */
  readonly findUpload: (file: Pick<ExamplesFile, "name" | "size">, signal: AbortSignal) => Promise<string | null>;
  readonly create: (order: TuningOrder, signal: AbortSignal) => Promise<TuningJob>;
  /** The newest jobs first. */
  readonly list: ((signal: AbortSignal) => AsyncGenerator<TuningJob>) | null;
  readonly retrieve: (id: string, signal: AbortSignal) => Promise<TuningJob>;
  /** Events that are not known yet, the oldest first. @param isKnown by their ids */
  readonly events:
    | ((id: string, isKnown: (event: string) => boolean, signal: AbortSignal) => Promise<TuningEvent[]>)
    | null;
  /** In the order of their steps. */
  readonly checkpoints: ((id: string, signal: AbortSignal) => Promise<TuningCheckpoint[]>) | null;
  readonly cancel: ((id: string, signal: AbortSignal) => Promise<TuningJob>) | null;
}
