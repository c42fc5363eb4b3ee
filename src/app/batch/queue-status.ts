import { QueueLink } from "../../batch/queue/queue-link.ts";
import { type QueueState, readQueueState } from "../../batch/queue/queue-state.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { loadQueueWords } from "../../words/load.ts";
import type { Engine } from "../engine.ts";
import { queueServer } from "./queue-server.ts";

/** What is in a queue, for scripts and for people. */
interface ShownQueue {
  readonly state: QueueState;
  readonly text: string;
}

/**
 * Reads what is in a queue, of all runs together and of each.
 *
 * @param url of the Redis server
 * @throws AppError `queue_unavailable`, `bad_value`
 */
export async function readQueue(engine: Engine, url: string): Promise<ShownQueue> {
  const words = await loadQueueWords(engine.language);
  await using link = await QueueLink.open(queueServer(engine, url));
  const state = await readQueueState(link, engine.stop);
  const runs = state.runs.map((run) => `  ${words.run({ ...run, name: sanitizeLine(run.name) })}`);
  return { state, text: `${[words.state(state), ...runs].join("\n")}\n` };
}
