import type { RunSnapshot } from "../batch/run-snapshot.ts";
import type { BatchProgressWords, Words } from "../words/types.ts";
import { batchFigures, hitShare } from "./batch-figures.ts";
import { count, inLines, shortCount } from "./figures.ts";

/** How the run stands on one line, where there is no display. */
export function batchLine(snapshot: RunSnapshot, words: BatchProgressWords, tariff: Words["tariff"]): string {
  const { progress, percent, left, failed, pace, money, flight, pause } = batchFigures(snapshot, words, tariff);
  const facts = [`${progress} (${percent})`, failed, ...pace, ...money, ...flight, left, pause];
  return facts.filter((fact) => fact !== null).join(" · ");
}

/**
 * The lines at the end of a run: how it ended, what failed, tokens and money, where the answers are, what to do next.
 *
 * @param output path of the answers, harmless already
 * @param room columns of a line
 */
export function batchSummary(
  snapshot: RunSnapshot,
  { progress, answer, tariff }: { progress: BatchProgressWords; answer: Words["answer"]; tariff: Words["tariff"] },
  output: string,
  room: number,
): string[] {
  const { answered, failed, cached, total, usage, end, elapsedMs } = snapshot;
  const { elapsed, failures, money } = batchFigures({ ...snapshot, budget: null }, progress, tariff);
  const hit = hitShare(usage);
  const time = elapsedMs < 60_000 ? answer.seconds((elapsedMs / 1000).toFixed(1)) : elapsed;
  const missing = Math.max(0, total - answered - failed);
  const [firstFailure, ...otherFailures] = failures;
  const tokens = answer.tokens({
    prompt: shortCount(usage.promptTokens),
    cached: null,
    completion: shortCount(usage.completionTokens),
    thinking: usage.reasoningTokens === 0 ? null : shortCount(usage.reasoningTokens),
  });
  const blocks: (string | null)[][] = [
    [
      progress.ended[end ?? "failed"]({ finished: count(answered + failed), total: count(total), time }),
      progress.answered({ items: count(answered) }),
      failed === 0 ? null : progress.failed({ items: count(failed) }),
      cached === 0 ? null : progress.cached({ items: count(cached) }),
    ],
    firstFailure === undefined ? [] : [progress.failures({ codes: firstFailure }), ...otherFailures],
    [
      ...(usage.totalTokens === 0 ? [] : tokens.split(" · ")),
      hit === null ? null : progress.cacheHit({ share: hit }),
      ...money,
    ],
    [progress.output({ path: output })],
    next(),
  ];
  return blocks
    .map((facts) => facts.filter((fact) => fact !== null))
    .filter((facts) => facts.length > 0)
    .flatMap((facts) => inLines(facts, room).split("\n"));

  /** What to do next. */
  function next(): string[] {
    if (missing === 0) return failed === 0 ? [] : [progress.retry({ path: output })];
    const items = count(missing);
    if (end === "cost") return [progress.missingAtLimit({ items })];
    return [end === "failed" ? progress.missingAfterError({ items }) : progress.missing({ items })];
  }
}
