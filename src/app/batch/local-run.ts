import type { OnBatchEvent } from "../../batch/events.ts";
import { runItems, type ScheduleEnd } from "../../batch/scheduler.ts";
import type { ModelRef } from "../../chat/model.ts";
import { deferSignals } from "../../terminal/interrupts.ts";
import type { Engine } from "../engine.ts";
import type { RateGates } from "../rate-gates.ts";
import { batchGates } from "./batch-gates.ts";
import { offPeakFor } from "./off-peak-hours.ts";
import { openAnswers, type RunAnswers } from "./run-answers.ts";
import type { MissingItems, OpenWay } from "./run-way.ts";

/** What a run on this machine answers with. */
interface LocalRun {
  readonly answers: RunAnswers;
  readonly gates: RateGates;
  readonly offPeak: boolean;
  readonly onEvent: OnBatchEvent;
}

/** Milliseconds in which a provider may answer nothing where no setting says. */
const defaultMaxTrouble = 15 * 60_000;
/** Milliseconds that requests under way have to end after the first signal. */
const grace = 5_000;

/** Answers items on this machine. */
export const openLocally: OpenWay = async (engine, console, { limits, itemTimeout, offPeak }, onEvent) => {
  const gates = batchGates(engine, limits);
  engine.useGates(gates);
  const answers = await openAnswers(engine, console, { itemTimeout, onEvent, observe: null });
  return {
    asked: answers.asked,
    async answer(items) {
      try {
        return await runLocally(engine, items, { answers, gates, offPeak, onEvent });
      } finally {
        // Whatever ends it: what was answered goes to the disk.
        await items.sink.flush();
      }
    },
    [Symbol.asyncDispose]: async () => await answers[Symbol.asyncDispose](),
  };
};

/**
 * The first signal lets what is under way end, for a few seconds; the second one ends it at once.
 *
 * @throws AppError as `runItems`
 */
async function runLocally(
  engine: Engine,
  { source, sink }: MissingItems,
  { answers, gates, offPeak, onEvent }: LocalRun,
): Promise<ScheduleEnd> {
  const { requests, answer, purse } = answers;
  const models = new Map<string | null, ModelRef>();
  const stop = new AbortController();
  const giveBack = deferSignals(() => {
    onEvent({ type: "stopping" });
    stop.abort();
  });
  try {
    return await runItems({
      source,
      sink,
      answer,
      async providerOf(item) {
        const to = await requests.modelOf(item);
        models.set(item.model, to);
        return to.provider;
      },
      throttleOf: (provider) => gates.of(provider),
      purse,
      closedUntil: ({ model }) => (offPeak ? offPeakFor(engine, models.get(model)!, new Date()) : null),
      maxTrouble: engine.settings.max_wait === undefined ? defaultMaxTrouble : engine.settings.max_wait * 1000,
      grace,
      onEvent,
      stop: stop.signal,
      abort: engine.stop,
    });
  } finally {
    giveBack();
  }
}
