import type { OnBatchEvent, RunEnd } from "./events.ts";
import type { ItemSource } from "./item.ts";
import type { AnswerItem, ResultSink } from "./result.ts";

/**
 * Answers items, so many at once, in the order of the input.
 *
 * @throws AppError what the source or the sink throws
 */
export async function runPool(
  source: ItemSource,
  answer: AnswerItem,
  sink: ResultSink,
  onEvent: OnBatchEvent,
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
): Promise<RunEnd> {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const items = source.items(stop)[Symbol.asyncIterator]();
  const work = async () => {
    for (let next = await items.next(); !next.done && !stop.aborted; next = await items.next()) {
      const item = next.value;
      onEvent({ type: "start", item });
      const result = await answer(item, stop);
      sink.put(result);
      if (result.error?.code !== "interrupted") onEvent({ type: "result", result });
    }
  };
  const workers = Array.from({ length: concurrency }, async () => {
    try {
      await work();
    } catch (error) {
      if (!stop.aborted) failure.abort(error);
    }
  });
  await Promise.all(workers);
  if (failure.signal.aborted) throw failure.signal.reason;
  return signal.aborted ? "stopped" : "done";
}
