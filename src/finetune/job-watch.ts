import type { TuningEvent, TuningJob, TuningService } from "../providers/fine-tuning/tuning-job.ts";
import type { LossHistory } from "./loss-history.ts";
import type { Persistence } from "./persistence.ts";

export interface JobWatchOptions {
  readonly service: Pick<TuningService, "retrieve" | "events">;
  readonly history: LossHistory;
  readonly persistence: Persistence;
  /** What the service says of the job has changed; called first with what it says at first. */
  readonly onJob: (job: TuningJob) => void;
  /** Each event once, the oldest first. */
  readonly onEvent: (event: TuningEvent) => void;
}

/** Milliseconds: a job is asked about soon after there was news, and then more and more rarely. */
const firstPoll = 500;
const afterNews = 1_000;
const maxPoll = 10_000;
const slower = 1.5;

/**
 * Follows a job until it has ended.
 *
 * @returns the job as it ended
 * @throws AppError what the service says for good; `storage_failed`; `interrupted`: the job runs on
 */
export async function watchJob(id: string, options: JobWatchOptions, signal: AbortSignal): Promise<TuningJob> {
  const { service, history, persistence, onJob, onEvent } = options;
  let said = "";
  let delay = firstPoll;
  for (;;) {
    // First the job, so that all events of one that has ended are there.
    const job = await persistence.run(async () => await service.retrieve(id, signal));
    const what = JSON.stringify({ ...job, loss: null });
    const isNews = said !== what;
    if (isNews) onJob(job);
    const isFirst = said === "";
    said = what;
    const { events } = service;
    const told = events === null ? [] : await persistence.run(async () => await events(id, history.isKnown, signal));
    const added = history.add([...told, ...lossEvent(job)]);
    for (const event of added) onEvent(event);
    if (job.outcome !== null) return job;
    if (!isFirst) delay = isNews || added.length > 0 ? afterNews : Math.min(delay * slower, maxPoll);
    await persistence.wait(delay);
  }
}

/** A loss that a service tells with the status alone. */
function lossEvent({ loss }: TuningJob): TuningEvent[] {
  if (loss === null) return [];
  return [{ id: `step ${loss.step}`, at: new Date(), level: "info", message: "", loss }];
}
