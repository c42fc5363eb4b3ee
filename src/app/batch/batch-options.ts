import type { InputForm } from "../../batch/input/record.ts";
import type { OutputForm } from "../../batch/output/output-forms.ts";
import type { RateLimits } from "../../providers/resilience/rate-gate.ts";

export type BatchInputForm = InputForm;
export type BatchOutputForm = OutputForm;

/** How a batch's input is read. */
export interface BatchInputOptions {
  /** A path, or `-` for stdin. */
  readonly input: string;
  /** Null: told by the input. */
  readonly inputForm: BatchInputForm | null;
  readonly template: string | null;
  readonly skipBad: boolean;
}

/** What a batch is run with. */
export interface BatchOptions extends BatchInputOptions {
  readonly output: string;
  readonly form: BatchOutputForm;
  /** Whether answers stand in the order of the input, in the end. */
  readonly ordered: boolean;
  readonly acceptChanges: boolean;
}

/** How a batch is answered. */
export interface RunOptions extends BatchOptions {
  /** What flags say of the accounts. */
  readonly limits: RateLimits;
  /** Seconds that an item may take; null for no limit. */
  readonly itemTimeout: number | null;
  readonly offPeak: boolean;
  /** URL of the Redis server over which workers answer; null: none do. */
  readonly queue: string | null;
  /** Whether the provider answers, as batches of its own. */
  readonly atProvider: boolean;
  /** Prints what happens as lines of JSON. */
  readonly json: boolean;
  /** Where metrics are served; null: nowhere. */
  readonly metrics: string | null;
}
