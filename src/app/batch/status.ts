import { resolve } from "node:path";
import { isRunning } from "../../batch/output/batch-files.ts";
import { expandHome } from "../../config/home.ts";
import { AppError } from "../../errors.ts";
import { count, inLines, money } from "../../terminal/figures.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { loadBatchWords } from "../../words/load.ts";
import type { BatchWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { outputsIn, readBatch, type StoredBatch } from "./stored-batch.ts";

/** Codes of the errors that files of other programs give. */
const foreign = new Set<string>(["batch_unknown", "batch_journal_foreign"]);

/** How far a batch is. */
interface BatchStatus extends StoredBatch {
  readonly output: string;
  readonly isRunning: boolean;
}

interface WantedStatus {
  /** Null for all that have a journal in the working directory. */
  readonly output: string | null;
  /** URL of a Redis server whose queue is shown too; null for none. */
  readonly queue: string | null;
  readonly json: boolean;
}

/**
 * Shows how far batches are.
 *
 * @throws AppError `batch_unknown`, `input_unreadable`, `queue_unavailable`, `bad_value`
 */
export async function showStatus(
  engine: Engine,
  { terminal }: Console,
  { output, queue, json }: WantedStatus,
): Promise<void> {
  const { workingFolder } = engine;
  const words = await loadBatchWords(engine.language);
  const statuses: BatchStatus[] = [];
  for (const name of output === null ? outputsIn(workingFolder) : [output]) {
    const batch = await readBatch(workingFolder, name).catch((error: unknown) => {
      // A journal of another program.
      if (output === null && error instanceof AppError && foreign.has(error.code)) return null;
      throw error;
    });
    const isHeld = isRunning(resolve(workingFolder, expandHome(name)));
    if (batch !== null) statuses.push({ ...batch, output: name, isRunning: isHeld });
  }
  const queued = queue === null ? null : await (await import("./queue-status.ts")).readQueue(engine, queue);
  if (json) {
    const files = statuses.map(statusJson);
    if (queued !== null) return terminal.json({ batches: files, queue: queued.state });
    return terminal.json(output === null ? files : files[0]!);
  }
  if (statuses.length === 0) terminal.say(words.noBatches());
  const room = terminal.outIsTerminal ? terminal.columns : Infinity;
  for (const status of statuses) terminal.out(sanitize(statusText(words, status, room)));
  if (queued !== null) terminal.out(queued.text);
}

function statusJson({ output, isRunning: running, identity, outcomes }: BatchStatus): object {
  const { input, startedAt } = identity;
  const { answered, failed, failures, requests, costs, unpriced } = outcomes;
  return {
    output,
    input: input.path,
    started_at: startedAt,
    running,
    total: input.items,
    answered,
    failed: failures,
    left: input.items - outcomes.done,
    errors: Object.fromEntries(failed),
    skipped: input.skipped,
    requests,
    usage: {
      prompt_tokens: outcomes.promptTokens,
      cached_tokens: outcomes.cachedTokens,
      completion_tokens: outcomes.completionTokens,
      reasoning_tokens: outcomes.reasoningTokens,
    },
    cost: costs,
    cost_unknown: unpriced,
  };
}

/** @param room columns of a line */
function statusText(
  words: BatchWords,
  { output, isRunning: running, identity, outcomes }: BatchStatus,
  room: number,
): string {
  const { items: total, path: input } = identity.input;
  const { answered, failures: failed, failed: codes, costs, unpriced } = outcomes;
  const left = total - outcomes.done;
  const spent = [
    ...costs.filter(({ amount }) => amount > 0).map(money),
    ...(unpriced > 0 ? [words.unpriced({ count: unpriced })] : []),
  ];
  const tokens = words.tokens({
    prompt: count(outcomes.promptTokens),
    cached: count(outcomes.cachedTokens),
    completion: count(outcomes.completionTokens),
  });
  const state = running ? "running" : left > 0 ? "stopped" : failed > 0 ? "failures" : "done";
  const blocks = [
    { indent: "", facts: words.status({ output, input, state }) },
    { indent: "  ", facts: words.counts({ answered, failed, left, total }) },
    ...[...codes].map(([code, many]) => ({ indent: "    ", facts: [words.failures({ code, count: many })] })),
    { indent: "  ", facts: [...tokens, ...spent] },
  ];
  const lines = blocks.flatMap(({ indent, facts }) =>
    inLines(facts, room - indent.length)
      .split("\n")
      .map((line) => indent + line),
  );
  return `${lines.join("\n")}\n`;
}
