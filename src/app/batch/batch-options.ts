import type { InputForm } from "../../batch/input/record.ts";
import type { OutputForm } from "../../batch/output/output-forms.ts";

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
