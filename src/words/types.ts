import type * as en from "./en/all.ts";
import type { batchProgress } from "./en/batch-progress.ts";
import type { training } from "./en/training-file.ts";

export type Language = "en" | "zh";

/** Every word the program says. English is the source; a key missing in Chinese does not compile. */
export type Words = { readonly [Area in keyof typeof en]: (typeof en)[Area] };

/** A few lines that can be typed, by the command's name without the program's; empty for the program itself. */
export type HelpExamples = Readonly<Record<string, readonly (readonly [does: string, line: string])[]>>;

/** Why an answer does not fit its schema. */
export interface SchemaMisfit {
  /** JSON pointer of what does not fit; empty for the answer itself. */
  readonly path: string;
  /** Of the schema; or `empty`, `not_json`, `too_deep`, `too_slow` (to check), `cut` (at the limit of tokens). */
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The validator's sentence, English. */
  readonly message: string;
}

/** What is said of training files. English is the source. */
export type TrainingWords = typeof training;

/** What is said of how a batch stands. English is the source. */
export type BatchProgressWords = typeof batchProgress;

export interface SchemaWords {
  readonly misfit: (misfit: SchemaMisfit) => string;
}

/** What is said of batches; loaded with them. */
/** What is said of batches on a queue. */
export interface QueueWords {
  readonly volatile: () => string;
  readonly eviction: (facts: { readonly policy: string }) => string;
  readonly noWorkers: (facts: { readonly queue: string }) => string;
  readonly repeats: (facts: { readonly count: number }) => string;
  readonly working: (facts: { readonly queue: string; readonly concurrency: number }) => string;
  readonly progress: (facts: WorkerFigures) => string;
  readonly disconnected: () => string;
  readonly connected: () => string;
  readonly draining: (facts: { readonly holding: number; readonly seconds: number }) => string;
  readonly worked: (facts: Omit<WorkerFigures, "holding">) => string;
  readonly state: (facts: {
    readonly waiting: number;
    readonly active: number;
    readonly held: number;
    readonly finished: number;
    readonly workers: number | null;
  }) => string;
  /** A run in the queue. */
  readonly run: (facts: {
    readonly name: string;
    readonly done: number;
    readonly total: number;
    readonly waiting: number;
    readonly active: number;
    readonly held: number;
    readonly finished: number;
  }) => string;
}

interface WorkerFigures {
  readonly answered: number;
  readonly failed: number;
  readonly holding: number;
}

export interface BatchWords {
  /** `fault` as in `src/batch/input/record.ts`. */
  readonly badLine: (bad: {
    readonly path: string;
    readonly line: number;
    readonly fault: string;
    readonly detail: string;
  }) => string;
  readonly moreBad: (facts: { readonly count: number }) => string;
  readonly skipped: (facts: { readonly bad: number }) => string;
  readonly ignored: (facts: { readonly names: readonly string[] }) => string;
  readonly resumed: (facts: { readonly done: number; readonly total: number }) => string;
  readonly nothingLeft: () => string;
  readonly costReached: () => string;
  /** @param facts `message`: what kept it from going on */
  readonly stopped: (facts: { readonly message: string }) => string;
  readonly failures: (facts: { readonly code: string; readonly count: number }) => string;
  readonly retried: (facts: { readonly count: number }) => string;
  readonly noBatches: () => string;
  /** Facts that stand by themselves, between dots. */
  readonly status: (facts: {
    readonly output: string;
    readonly input: string;
    readonly state: "running" | "stopped" | "failures" | "done";
  }) => readonly string[];
  readonly counts: (facts: {
    readonly answered: number;
    readonly failed: number;
    readonly left: number;
    readonly total: number;
  }) => readonly string[];
  /** Numbers as they are shown. */
  readonly tokens: (facts: {
    readonly prompt: string;
    readonly cached: string;
    readonly completion: string;
  }) => readonly string[];
  readonly unpriced: (facts: { readonly count: number }) => string;
  /** Numbers and amounts as they are shown; null where nobody knows, or for a price that does not depend on the hour. */
  readonly estimate: (facts: {
    readonly model: string;
    readonly items: number;
    readonly tokens: string;
    readonly maxOutput: string | null;
    readonly isFree: boolean;
    readonly costs: {
      readonly offPeak: string;
      readonly peak: string | null;
      readonly atMost: string | null;
    } | null;
  }) => readonly string[];
}

/** What is said of a file on its way to a service; loaded with it. */
export interface UploadWords {
  readonly uploading: (facts: { readonly name: string; readonly provider: string }) => string;
  /** Bytes with their units, as the rate of each second. */
  readonly bytes: (facts: { readonly sent: string; readonly size: string }) => string;
  readonly rate: (facts: { readonly rate: string }) => string;
  readonly left: (facts: { readonly time: string }) => string;
  /** All has gone out, and the service has not answered yet. */
  readonly reading: (facts: { readonly name: string; readonly provider: string }) => string;
}

interface UploadedName {
  readonly name: string;
  readonly provider: string;
  readonly until: string | null;
}

/** What is said of files that are sent to a service: documents whose text is recognized, uploaded ones; loaded with them. */
export interface FileWords {
  /** Before a file is sent. `pages`: null where that is not known; then the price is that of a page. Null for an unknown price. */
  readonly toRecognize: (facts: {
    readonly name: string;
    readonly size: string;
    readonly pages: string | null;
    readonly price: string | null;
  }) => string;
  /** The same for a document that goes with a question. */
  readonly toUpload: (facts: {
    readonly name: string;
    readonly provider: string;
    readonly size: string;
    readonly pages: string | null;
    readonly price: string | null;
  }) => string;
  /** It lies there already. `until`: the day on which it expires; null where nobody knows. */
  readonly reused: (facts: UploadedName) => string;
  /** An upload that broke off was whole. */
  readonly takenUp: (facts: UploadedName) => string;
  /** The service does not have it any more. */
  readonly sentAgain: (facts: UploadedName) => string;
  /** The provider reads no documents, or not this one. */
  readonly asText: (facts: UploadedName) => string;
  /** The provider does not have it, and this machine does not either. */
  readonly lost: (facts: Pick<UploadedName, "name" | "provider">) => string;
  readonly uploadCut: (facts: Pick<UploadedName, "name" | "provider">) => string;
  /** What several files cost together. */
  readonly paid: (facts: { readonly cost: string }) => string;
  /** Something ended a request after bytes of it had gone out. */
  readonly cutOff: (facts: { readonly name: string; readonly provider: string }) => string;
  /** `reason`: the service's word for why the text of a page ends early. */
  readonly pageCut: (facts: { readonly name: string; readonly page: number; readonly reason: string }) => string;
  readonly pagesMissing: (facts: { readonly name: string; readonly pages: string }) => string;
  readonly noText: (facts: { readonly name: string }) => string;
  /** Above the columns of the list. */
  readonly columns: Readonly<Record<"id" | "name" | "size" | "uploaded" | "expires", string>>;
  readonly noFiles: (facts: { readonly provider: string }) => string;
  readonly reallyRemove: (facts: { readonly files: number; readonly provider: string }) => string;
  readonly removed: (facts: { readonly files: number; readonly provider: string }) => string;
}

/** What is said of a service's own batches; loaded with them. */
export interface ProviderBatchWords {
  /** What a file of requests is called. */
  readonly part: (facts: { readonly part: number }) => string;
  /** Tools or searches were wanted. */
  readonly noTools: (facts: { readonly provider: string }) => string;
  /** The limit of costs lets so many items be asked for now. */
  readonly cut: (facts: { readonly items: number; readonly total: number }) => string;
  readonly created: (facts: {
    readonly id: string;
    readonly provider: string;
    readonly items: string;
    readonly size: string;
  }) => string;
  /** What a service says of a batch; counts are null where it does not tell. */
  readonly status: (facts: {
    readonly id: string;
    readonly status: string;
    readonly counts: { readonly total: number; readonly completed: number; readonly failed: number } | null;
  }) => string;
  readonly collected: (facts: {
    readonly id: string;
    readonly status: string;
    readonly answered: number;
    readonly failed: number;
    readonly left: number;
  }) => string;
  /** Lines of results that nothing could be made of. */
  readonly oddLines: (facts: {
    readonly id: string;
    readonly unknown: number;
    readonly doubled: number;
    readonly unreadable: number;
  }) => string;
  readonly filesGone: (facts: { readonly id: string; readonly files: number }) => string;
  /** Why a service did not take a batch; `line` of its file, null for all of it. */
  readonly mistake: (facts: {
    readonly line: number | null;
    readonly code: string;
    readonly message: string;
  }) => string;
  readonly paused: (facts: { readonly reason: string; readonly time: string }) => string;
  /** After Ctrl-C. */
  readonly goesOn: (facts: { readonly provider: string; readonly ids: readonly string[] }) => string;
  /** Before a run on this machine. */
  readonly alsoRunning: (facts: { readonly provider: string; readonly batches: number }) => string;
  /** A line names a model of another provider. */
  readonly otherProvider: (facts: { readonly id: string; readonly model: string; readonly provider: string }) => string;
  readonly expires: (facts: { readonly time: string }) => string;
  /** It had ended before it was cancelled. */
  readonly overAlready: (facts: { readonly id: string }) => string;
  /** A batch that was looked at and has results, and nobody said where to. */
  readonly downloadable: (facts: { readonly id: string; readonly provider: string }) => string;
  readonly written: (facts: { readonly path: string; readonly answered: number; readonly failed: number }) => string;
}

type Says<Facts> = (facts: Readonly<Facts>) => string;

/** What is said of fine-tuning jobs; loaded with them. */
export interface TuningWords {
  /** What the keys do while a job is watched. */
  readonly keys: string;
  readonly loss: { readonly train: Says<{ loss: string }>; readonly valid: Says<{ loss: string }> };
  /** `steps`: of the whole job; null where nobody knows. */
  readonly step: Says<{ step: number; steps: number | null }>;
  readonly left: Says<{ time: string }>;
  readonly watching: Says<{ id: string; provider: string; model: string | null }>;
  readonly status: Says<{ status: string }>;
  readonly paused: Says<{ reason: string; time: string }>;
  readonly resumed: () => string;
  /** After `q` or Ctrl-C. */
  readonly goesOn: Says<{ id: string }>;
  readonly succeeded: Says<{ id: string; model: string | null }>;
  readonly useIt: Says<{ id: string }>;
  /** `cost`: null where nobody knows it. */
  readonly billed: Says<{ tokens: string; cost: string | null }>;
  readonly created: Says<{ id: string; provider: string; model: string }>;
  /** An earlier request had created it. */
  readonly found: Says<{ id: string; provider: string; model: string }>;
  readonly watchIt: Says<{ id: string }>;
  readonly reused: Says<{ file: string; id: string }>;
  readonly planned: Says<{
    model: string;
    provider: string;
    files: readonly { readonly file: string; readonly size: string }[];
  }>;
  /** `epochs`: null where nobody knows them: tokens and cost are those of one. */
  readonly cost: Says<{ tokens: string; epochs: number | null; cost: string | null }>;
  /** Another program has the same order. */
  readonly busy: string;
  readonly costUnknown: string;
  readonly create: string;
  readonly createAnother: string;
  readonly notCreated: string;
  readonly noJobs: string;
  readonly noModel: string;
  readonly noFile: string;
  /** What a provider's form has not. */
  readonly noSuchThing: {
    readonly [Name in "list" | "checkpoints" | "cancel"]: Says<{ provider: string }>;
  };
  /** Heads of tables. */
  readonly columns: {
    readonly [Name in "job" | "status" | "model" | "tuned" | "created" | "tokens" | "step" | "train" | "valid"]: string;
  };
  readonly noneListed: Says<{ provider: string }>;
  readonly noCheckpoints: Says<{ id: string }>;
  readonly statusOf: Says<{ id: string; status: string }>;
  readonly unfinished: Says<{ id: string; status: string }>;
  readonly aliasTaken: Says<{ name: string; target: string }>;
  readonly replaceAlias: Says<{ name: string; target: string }>;
  readonly used: Says<{ name: string; model: string }>;
  readonly chat: Says<{ name: string }>;
}
