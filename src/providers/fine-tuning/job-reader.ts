import { countIn, fieldsIn, momentIn, numberIn, textIn } from "../wire/document-fields.ts";
import { isRecord } from "../wire/json.ts";
import type { LossPoint, TuningCheckpoint, TuningEvent, TuningJob, TuningOutcome } from "./tuning-job.ts";

/** Field of a job's metadata that holds its label. */
export const labelField = "deepseek_chat";

/** Statuses in which nothing changes any more, of OpenAI and of those that take its form. */
const outcomes: Readonly<Record<string, TuningOutcome>> = {
  succeeded: "succeeded",
  success: "succeeded",
  completed: "succeeded",
  failed: "failed",
  error: "failed",
  cancelled: "cancelled",
  canceled: "cancelled",
};

/** A job of a service's JSON; null for what is none. */
export function readJob(json: unknown): TuningJob | null {
  const given = fieldsIn(json);
  const { id, status, metadata, error } = given;
  if (typeof id !== "string" || id === "" || typeof status !== "string" || status === "") return null;
  return {
    id,
    status,
    outcome: outcomeIn(status),
    baseModel: textIn(given["model"]),
    tunedModel: textIn(given["fine_tuned_model"]),
    trainingFile: textIn(given["training_file"]),
    validationFile: textIn(given["validation_file"]),
    trainedTokens: countIn(given["trained_tokens"]),
    createdAt: momentIn(given["created_at"]),
    finishedAt: momentIn(given["finished_at"]),
    expectedAt: momentIn(given["estimated_finish"]),
    label: textIn(isRecord(metadata) ? metadata[labelField] : null),
    failure: failureIn(error),
    loss: null,
  };
}

function outcomeIn(status: string): TuningOutcome | null {
  const word = status.toLowerCase();
  return Object.hasOwn(outcomes, word) ? outcomes[word]! : null;
}

/** An event of a job; null for what is none. */
export function readEvent(json: unknown): TuningEvent | null {
  if (!isRecord(json)) return null;
  const { id, created_at: created, level, message: said, data } = json;
  const message = textIn(said) ?? "";
  if (message === "" && !isRecord(data)) return null;
  return {
    // Without an id, what it says at its moment tells it from others.
    id: textIn(id) ?? `${String(created)} ${message}`,
    at: momentIn(created),
    level: textIn(level) ?? "info",
    message,
    loss: lossIn(isRecord(data) ? data : {}) ?? lossInWords(message),
  };
}

/** A checkpoint of a job; null for what is none. */
export function readCheckpoint(json: unknown): TuningCheckpoint | null {
  if (!isRecord(json)) return null;
  const { id, fine_tuned_model_checkpoint: model, step_number: step, metrics, created_at: created } = json;
  if (typeof id !== "string" || typeof model !== "string" || model === "") return null;
  const numbers = Object.entries(isRecord(metrics) ? metrics : {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && Number.isFinite(entry[1]),
  );
  return { id, model, step: countIn(step), createdAt: momentIn(created), metrics: Object.fromEntries(numbers) };
}

/** An uploaded file; null for what is none, and for one that cannot be used. */
export function readUpload(json: unknown): { id: string; name: string | null; size: number | null } | null {
  const { id, filename, bytes, status } = fieldsIn(json);
  if (typeof id !== "string" || id === "" || status === "error" || status === "deleted") return null;
  return { id, name: textIn(filename), size: countIn(bytes) };
}

/** Losses as an event's `data` has them. */
function lossIn(data: Record<string, unknown>): LossPoint | null {
  const step = countIn(data["step"]);
  const train = numberIn(data["train_loss"]) ?? numberIn(data["training_loss"]);
  const valid = numberIn(data["valid_loss"]) ?? numberIn(data["validation_loss"]) ?? numberIn(data["full_valid_loss"]);
  if (step === null || (train === null && valid === null)) return null;
  return { step, steps: countIn(data["total_steps"]), train, valid };
}

/** The same in words, where an event has no data: `Step 20/88: training loss=0.42, validation loss=0.51`. */
function lossInWords(message: string): LossPoint | null {
  const [, step, steps] = /\bstep[ :=]*(\d{1,12})(?:\s*\/\s*(\d{1,12}))?/iu.exec(message) ?? [];
  if (step === undefined) return null;
  const numberAfter = (name: RegExp) => {
    const text = new RegExp(`${name.source}[ _]loss\\s*[:=]\\s*(\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?)`, "iu").exec(
      message,
    )?.[1];
    return text === undefined ? null : numberIn(Number(text));
  };
  const [train, valid] = [numberAfter(/\btrain(?:ing)?/u), numberAfter(/\bvalid(?:ation)?/u)];
  if (train === null && valid === null) return null;
  return { step: Number(step), steps: steps === undefined ? null : Number(steps), train, valid };
}

function failureIn(error: unknown): TuningJob["failure"] {
  if (typeof error === "string" && error !== "") return { code: "", message: error };
  if (!isRecord(error)) return null;
  const [code, message] = [textIn(error["code"]) ?? "", textIn(error["message"]) ?? ""];
  // OpenAI sends an empty object where nothing is wrong.
  return code === "" && message === "" ? null : { code, message };
}
