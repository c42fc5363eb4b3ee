import { indexOf } from "./queue-job.ts";
import type { QueueLink } from "./queue-link.ts";

/** How many items are in a queue, by their state there. */
interface JobCounts {
  readonly waiting: number;
  /** Workers have them. */
  readonly active: number;
  /** They are offered again after a while. */
  readonly held: number;
  /** Their results are not collected yet. */
  readonly finished: number;
}

/** A run as its submitter wrote it down last, and what is in the queue of it. */
interface QueuedRunState extends JobCounts {
  readonly run: string;
  /** Name of its output. */
  readonly name: string;
  readonly total: number;
  /** Items that have a line in the output; up to 5 s old. */
  readonly done: number;
}

export interface QueueState extends JobCounts {
  /** Null where the server does not say. */
  readonly workers: number | null;
  readonly runs: readonly QueuedRunState[];
}

/** @throws AppError `queue_unavailable`, `interrupted` */
export async function readQueueState(link: QueueLink, signal: AbortSignal): Promise<QueueState> {
  const { client, queue } = link;
  const key = (part: string) => queue.toKey(part);
  const [waiting, active, held, ...finished] = await link.use(
    async () =>
      await Promise.all([
        client.lRange(key("wait"), 0, -1),
        client.lRange(key("active"), 0, -1),
        client.zRange(key("delayed"), 0, -1),
        client.zRange(key("completed"), 0, -1),
        client.zRange(key("failed"), 0, -1),
      ]),
    signal,
  );
  const jobs = { waiting, active, held, finished: finished.flat() };
  const runs: QueuedRunState[] = [];
  for (const run of await link.runs(signal)) {
    const { record, late } = link.keysOf(run);
    const [[name, total, done], alsoFinished] = await link.use(
      async () => await Promise.all([client.hmGet(record, ["name", "total", "done"]), client.hLen(late)]),
      signal,
    );
    const counts = countsOf(jobs, (id) => indexOf(run, id) !== null);
    const facts = { run, name: name ?? "", total: wholeNumber(total), done: wholeNumber(done) };
    runs.push({ ...facts, ...counts, finished: counts.finished + alsoFinished });
  }
  return { ...countsOf(jobs, () => true), workers: await link.workers(), runs };
}

function countsOf(jobs: Record<keyof JobCounts, readonly string[]>, isCounted: (id: string) => boolean): JobCounts {
  const count = (ids: readonly string[]) => ids.filter(isCounted).length;
  return {
    waiting: count(jobs.waiting),
    active: count(jobs.active),
    held: count(jobs.held),
    finished: count(jobs.finished),
  };
}

function wholeNumber(text: string | null | undefined): number {
  const number = Number(text ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}
