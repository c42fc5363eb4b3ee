import type { OnBatchEvent, RunEnd } from "../../batch/events.ts";
import type { ItemSource } from "../../batch/item.ts";
import { QueueLink, type QueueRisk } from "../../batch/queue/queue-link.ts";
import { Submission } from "../../batch/queue/submission.ts";
import type { BatchItem } from "../../batch/item.ts";
import type { ItemResult, ResultSink } from "../../batch/result.ts";
import type { ModelRef } from "../../chat/model.ts";
import type { AppError } from "../../errors.ts";
import { loadQueueWords } from "../../words/load.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { readSchema } from "../ask/schema-source.ts";
import { ItemRequests } from "./item-request.ts";
import { resultOf } from "./item-result.ts";
import { queuedItem, queueParametersOf } from "./queue-parameters.ts";
import { queueServer } from "./queue-server.ts";
import type { RateLimits } from "../../providers/resilience/rate-gate.ts";

/** A batch whose items workers answer. */
export interface QueuedBatch {
  /** The batch's id in its journal. */
  readonly run: string;
  /** Of the output, as it is shown. */
  readonly name: string;
  readonly source: ItemSource;
  readonly sink: ResultSink;
  /** The model of items that name none. */
  readonly asked: ModelRef;
  readonly limits: RateLimits;
  /** Seconds that an item may take; null for no limit. */
  readonly itemTimeout: number | null;
  readonly offPeak: boolean;
  readonly onEvent: OnBatchEvent;
}

/**
 * Submits the items of a batch to a queue and collects the results.
 *
 * @param url of the Redis server, as `--queue` has it
 * @throws AppError `queue_unavailable`, `queue_busy`, `bad_value`, as the sink
 */
export async function runQueued(engine: Engine, console: Console, url: string, batch: QueuedBatch): Promise<RunEnd> {
  const { run, name, source, sink, asked, onEvent } = batch;
  const { terminal, words } = console;
  const own = await loadQueueWords(engine.language);
  const server = queueServer(engine, url);
  await using link = await QueueLink.open(server);
  for (const risk of link.risks) terminal.warn(riskWords(own, risk));
  const requests = new ItemRequests(engine);
  const { schema } = engine.settings;
  const read = schema === undefined ? null : await readSchema(engine, schema, "schema");
  const parameters = queueParametersOf(engine, asked, read, batch);
  const failed = (item: BatchItem, error: AppError): ItemResult => {
    const nothing = { turns: [], data: null, cost: null, calls: [], traceId: null };
    return resultOf({ item, to: asked, startedAt: Date.now(), error, ...nothing }, words.errors);
  };
  const submission = new Submission(link, {
    run,
    name,
    parameters,
    budget: parameters.maxCost,
    source: mapped(source, (item) => queuedItem(requests, item, asked)),
    sink,
    onEvent,
    failed,
  });
  if (source.missing > 0 && (await link.workers()) === 0) terminal.say(own.noWorkers({ queue: server.shownUrl }));
  const end = await submission.run(engine.stop);
  if (submission.repeats > 0) terminal.warn(own.repeats({ count: submission.repeats }));
  return end;
}

function mapped(source: ItemSource, change: (item: BatchItem) => BatchItem): ItemSource {
  return {
    ...source,
    async *items(signal) {
      for await (const item of source.items(signal)) yield change(item);
    },
  };
}

type OwnWords = Awaited<ReturnType<typeof loadQueueWords>>;

/** What a server's settings may do to the queue, in words. */
export function riskWords(words: OwnWords, risk: QueueRisk): string {
  return risk.kind === "volatile" ? words.volatile() : words.eviction({ policy: risk.policy });
}
