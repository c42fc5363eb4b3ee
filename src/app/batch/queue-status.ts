import { QueueLink } from "../../batch/queue/queue-link.ts";
import { loadQueueWords } from "../../words/load.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { queueServer } from "./queue-server.ts";

/**
 * Shows what is in a queue, of all runs together.
 *
 * @param url of the Redis server
 * @throws AppError `queue_unavailable`, `bad_value`
 */
export async function showQueue(engine: Engine, { terminal }: Console, url: string, json: boolean): Promise<void> {
  const words = await loadQueueWords(engine.language);
  await using link = await QueueLink.open(queueServer(engine, url));
  const state = { ...(await link.counts(engine.stop)), workers: await link.workers() };
  if (json) terminal.json(state);
  else terminal.out(`${words.state(state)}\n`);
}
