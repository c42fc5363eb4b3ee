import type { ProviderConfig } from "../../config/schema.ts";
import type { AnswerPlaces } from "../../config/wire-schema.ts";

/** How a service is told to fine-tune a model: in OpenAI's form, or in the older one, by rows. */
export type TuningRules = { readonly form: "openai" } | { readonly form: "fine_tune"; readonly rows: FineTuneRows };

/** Paths behind the base URL, the request as a template, and where an answer has what. */
export interface FineTuneRows {
  readonly create: string;
  readonly status: string;
  /** Null where a job cannot be cancelled. */
  readonly cancel: string | null;
  readonly request: Readonly<Record<string, unknown>>;
  readonly job: Readonly<Record<JobField, AnswerPlaces>>;
  /** Statuses in which nothing changes any more. */
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
  readonly cancelled: readonly string[];
}

type JobField =
  | "id"
  | "status"
  | "model"
  | "base_model"
  | "error"
  | "trained_tokens"
  | "step"
  | "steps"
  | "train_loss"
  | "valid_loss";

/**
 * The older form, as far as gateways agree on it: `POST /fine_tune/create` names a job, and `GET /fine_tune/<id>` says how it is. What is
 * otherwise at one of them is a row of the config file.
 */
const fineTuneRows: FineTuneRows = {
  create: "/fine_tune/create",
  status: "/fine_tune/${id}",
  cancel: null,
  request: {
    model: "${model}",
    training_file: "${training_file}",
    validation_file: "${validation_file}",
    suffix: "${suffix}",
    method: "${method}",
    seed: "${seed}",
    hyperparameters: {
      n_epochs: "${epochs}",
      batch_size: "${batch_size}",
      learning_rate: "${learning_rate}",
    },
  },
  job: {
    id: ["/id", "/job_id", "/fine_tune_id", "/task_id", "/data/id", "/data/job_id", "/data/task_id"],
    status: ["/status", "/state", "/data/status", "/data/state"],
    model: ["/fine_tuned_model", "/output_model", "/data/fine_tuned_model", "/data/output_model"],
    base_model: ["/model", "/base_model", "/data/model", "/data/base_model"],
    error: ["/error/message", "/error", "/data/error/message", "/data/error"],
    trained_tokens: ["/trained_tokens", "/data/trained_tokens"],
    step: ["/step", "/current_step", "/data/step", "/data/current_step"],
    steps: ["/total_steps", "/data/total_steps"],
    train_loss: ["/train_loss", "/loss", "/metrics/train_loss", "/data/train_loss", "/data/loss"],
    valid_loss: ["/valid_loss", "/validation_loss", "/metrics/valid_loss", "/data/valid_loss"],
  },
  succeeded: ["succeeded", "success", "completed", "finished", "done"],
  failed: ["failed", "failure", "error"],
  cancelled: ["cancelled", "canceled", "stopped"],
};

/**
 * The rules of a provider: the catalogue's, or as the config file's entry has them.
 *
 * @returns null for one that tunes nothing
 */
export function tuningRulesOf(entry: ProviderConfig["fine_tuning"], row: TuningRules | null): TuningRules | null {
  if (entry === undefined) return row;
  if (entry === "none") return null;
  if (entry === "openai") return { form: "openai" };
  if (entry === "fine_tune") return { form: "fine_tune", rows: fineTuneRows };
  const { form, job, ...rows } = entry;
  const own = { ...rows, job: { ...fineTuneRows.job, ...job } } as Partial<FineTuneRows>;
  return { form, rows: { ...fineTuneRows, ...own } };
}
