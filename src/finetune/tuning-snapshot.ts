import type { LossPoint, TuningJob } from "../providers/fine-tuning/tuning-job.ts";

/** How a job stands, for what draws it. */
export interface TuningSnapshot {
  readonly job: TuningJob;
  readonly points: readonly LossPoint[];
  /** Why the service cannot be asked at the moment; null where it answers. */
  readonly pause: string | null;
}
