import type { OnBatchEvent, RunEnd } from "../../batch/events.ts";
import type { ItemSource } from "../../batch/item.ts";
import { QueueLink, type QueueRisk } from "../../batch/queue/queue-link.ts";
import { Submission } from "../../batch/queue/submission.ts";
import type { BatchItem } from "../../batch/item.ts";
import type { ItemResult } from "../../batch/result.ts";
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
import type { RunOptions } from "./batch-options.ts";
import type { MissingItems, OpenWay } from "./run-way.ts";

/** Has workers answer the items. Who submits to a queue needs no key. */
export const openQueued: OpenWay = async (engine, console, options, onEvent) => {
  const asked = await new ItemRequests(engine).modelOf({ model: null });
  return {
    asked,
    answer: async (items) => ({
      why: await runQueued(engine, console, { asked, options, onEvent }, items),
      error: null,
    }),
    async [Symbol.asyncDispose]() {},
  };
};

interface QueuedRun {
  /** The model of items that name none. */
  readonly asked: ModelRef;
  readonly options: RunOptions;
  readonly onEvent: OnBatchEvent;
}

/**
 * Submits the items of a batch to a queue and collects the results.
 *
 * @throws AppError `queue_unavailable`, `queue_busy`, `bad_value`, as the sink
 */
async function runQueued(
  engine: Engine,
  console: Console,
  { asked, options, onEvent }: QueuedRun,
  { run, name, source, sink }: MissingItems,
): Promise<RunEnd> {
  const { terminal, words } = console;
  const own = await loadQueueWords(engine.language);
  const server = queueServer(engine, options.queue!);
  await using link = await QueueLink.open(server);
  for (const risk of link.risks) terminal.warn(riskWords(own, risk));
  const requests = new ItemRequests(engine);
  const { schema } = engine.settings;
  const read = schema === undefined ? null : await readSchema(engine, schema, "schema");
  const parameters = queueParametersOf(engine, asked, read, options);
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
