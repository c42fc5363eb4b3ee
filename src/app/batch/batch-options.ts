import type { InputForm } from "../../batch/input/record.ts";

export type BatchInputForm = InputForm;

/** What a batch is run with. */
export interface BatchOptions {
  /** A path, or `-` for stdin. */
  readonly input: string;
  /** Null: told by the input. */
  readonly inputForm: BatchInputForm | null;
  readonly template: string | null;
  readonly skipBad: boolean;
  readonly acceptChanges: boolean;
}
