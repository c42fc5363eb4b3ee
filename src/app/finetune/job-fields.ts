import type { TuningEvent, TuningJob } from "../../providers/fine-tuning/tuning-job.ts";
import { isoWithOffset } from "../../transcripts/format/times.ts";

/** A job as `--json` has it. */
export function jobFields(provider: string, job: TuningJob): object {
  return {
    provider,
    id: job.id,
    status: job.status,
    outcome: job.outcome,
    model: job.baseModel,
    fine_tuned_model: job.tunedModel,
    training_file: job.trainingFile,
    validation_file: job.validationFile,
    trained_tokens: job.trainedTokens,
    created_at: momentField(job.createdAt),
    finished_at: momentField(job.finishedAt),
    estimated_finish: momentField(job.expectedAt),
    error: job.failure,
  };
}

/** An event as `--json` has it. */
export function eventFields({ id, at, level, message, loss }: TuningEvent): object {
  return { type: "event", id, at: momentField(at), level, message, loss };
}

export function momentField(moment: Date | null): string | null {
  return moment === null ? null : isoWithOffset(moment);
}
