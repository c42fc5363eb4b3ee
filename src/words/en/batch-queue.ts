import type { QueueWords } from "../types.ts";

const items = (count: number) => `${count} ${count === 1 ? "item" : "items"}`;

type JobCounts = Record<"waiting" | "active" | "held" | "finished", number>;
const jobCounts = ({ waiting, active, held, finished }: JobCounts) =>
  `${waiting} waiting · ${active} under way · ${held} held back · ${finished} to be collected`;

export const queueWords: QueueWords = {
  volatile: () =>
    "This Redis server keeps nothing on disk (neither AOF nor snapshots): if it restarts, items under way may be paid twice. Answers that are in the output are safe.",
  eviction: ({ policy }) =>
    `This Redis server drops data when memory is short (maxmemory-policy ${policy}): items may be paid twice. Set it to noeviction.`,
  noWorkers: ({ queue }) => `No worker is connected yet. Start some with: deepseek-chat batch worker --queue ${queue}`,
  repeats: ({ count }) =>
    `${items(count)} had been begun by a worker that died or stopped, and may have been paid twice.`,
  working: ({ queue, concurrency }) => `Worker on ${queue} · up to ${items(concurrency)} at once · Ctrl-C to stop`,
  progress: ({ answered, failed, holding }) => `${answered} answered · ${failed} failed · ${holding} under way`,
  disconnected: () => "Redis can't be used for now (no connection, or out of memory); trying again…",
  connected: () => "Redis can be used again.",
  draining: ({ holding, seconds }) =>
    `Stopping: finishing ${items(holding)}, at most ${seconds} s. Again to give them back at once.`,
  worked: ({ answered, failed }) => `Worker stopped: ${answered} answered, ${failed} failed.`,
  state: ({ workers, ...jobs }) =>
    `Queue: ${jobCounts(jobs)}${workers === null ? "" : ` · ${workers} ${workers === 1 ? "worker" : "workers"}`}`,
  run: ({ name, done, total, ...jobs }) => `${name}: ${done} of ${total} done · ${jobCounts(jobs)}`,
};
