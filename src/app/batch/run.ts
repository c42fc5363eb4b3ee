import { existsSync } from "node:fs";
import { partsOf } from "../../batch/at-provider/part-folder.ts";
import type { RateLimits } from "../../providers/resilience/rate-gate.ts";
import type { Flags } from "../../config/schema.ts";
import { AppError, exitCodeOf, kindOf } from "../../errors.ts";
import type { ScheduleEnd } from "../../batch/scheduler.ts";
import { loadBatchWords } from "../../words/load.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";
import { shownPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { batchGates } from "./batch-gates.ts";
import { ItemRequests } from "./item-request.ts";
import { type LocalRun, runLocally } from "./local-run.ts";
import { openAnswers } from "./run-answers.ts";
import type { BatchOptions } from "./batch-options.ts";
import { RunWatch } from "./run-watch.ts";
import { prepareBatch } from "./prepared-batch.ts";
import { readyInput } from "./ready-input.ts";

export interface RunOptions extends BatchOptions {
  /** What flags say of the accounts. */
  readonly limits: RateLimits;
  /** Seconds that an item may take; null for no limit. */
  readonly itemTimeout: number | null;
  readonly offPeak: boolean;
  /** URL of the Redis server over which workers answer; null: this process does. */
  readonly queue: string | null;
  /** Prints what happens as lines of JSON. */
  readonly json: boolean;
  /** Where metrics are served; null: nowhere. */
  readonly metrics: string | null;
}

/** What the exit code comes from where not all is answered. */
export type BatchEnd = Pick<AppError, "kind"> & { readonly code: string };

/**
 * Answers the prompts of an input that have no answer in the output yet.
 *
 * @param flags what the command line said of settings: the journal keeps it for `batch retry`
 * @param beforehand done once the input was read and checked, before the output is opened
 * @returns what the exit code follows from; null where all is answered
 * @throws AppError what is wrong with input, settings or output; whatever ended the run
 */
export async function runBatch(
  engine: Engine,
  console: Console,
  options: RunOptions,
  flags: Flags,
  beforehand: () => Promise<void> = async () => {},
): Promise<BatchEnd | null> {
  const { terminal } = console;
  const words = await loadBatchWords(engine.language);
  using watch = await RunWatch.open(console, options);
  using ready = await readyInput(engine, console, words, options);
  await beforehand();
  const { limits, itemTimeout, offPeak } = options;
  const gates = batchGates(engine, limits);
  engine.useGates(gates);
  const { onEvent } = watch;
  // Who submits to a queue needs no key.
  await using answers =
    options.queue === null ? await openAnswers(engine, console, { itemTimeout, onEvent, observe: null }) : null;
  const asked = answers?.asked ?? (await new ItemRequests(engine).modelOf({ model: null }));
  const batch = await prepareBatch(engine, ready, { asked, options, flags });
  const { outcomes, source, sink } = batch;
  const output = shownPath(engine.workingFolder, batch.outputPath);
  try {
    if (existsSync(partsOf(batch.outputPath))) {
      await (await import("./at-provider.ts")).tellRunning(engine, console, batch.outputPath);
    }
    if (source.missing === 0) terminal.say(words.nothingLeft());
    else if (outcomes.done > 0) terminal.say(words.resumed({ done: outcomes.done, total: source.total }));
    const { answered: done, failed } = outcomes;
    onEvent({ type: "begin", total: source.total, done, failed: Object.fromEntries(failed) });
    const { why, error } =
      answers === null
        ? await queued(options.queue!)
        : await answerMissing(engine, { source, sink, answers, gates, offPeak, onEvent });
    await batch.finish();
    await watch.end(why, output, outcomes, engine.stop);
    if (why === "stopped") return { code: "interrupted", kind: "interrupted" };
    if (why === "cost") return { code: "budget_exceeded", kind: "config" };
    if (error instanceof AppError) throw error;
    if (error !== null) {
      terminal.report(sanitize(words.stopped({ message: error.message })));
      return { code: error.code, kind: kindOf(error.code) };
    }
    return worstOf([...outcomes.failed.keys()]);
  } catch (error) {
    await watch.end("failed", output, outcomes, engine.stop);
    throw error;
  } finally {
    await batch.close();
  }

  async function queued(url: string): Promise<ScheduleEnd> {
    const { runQueued } = await import("./queue-run.ts");
    const { run } = batch.identity;
    const why = await runQueued(engine, console, url, {
      run,
      name: output,
      source,
      sink,
      asked,
      limits,
      itemTimeout,
      offPeak,
      onEvent,
    });
    return { why, error: null };
  }
}

/** Whatever ends it: what was answered goes to the disk. */
async function answerMissing(engine: Engine, run: LocalRun): Promise<ScheduleEnd> {
  try {
    return await runLocally(engine, run);
  } finally {
    await run.sink.flush();
  }
}

/** The failure that may pass comes first: a script that sees its exit code may try again. */
export function worstOf(codes: readonly string[]): BatchEnd | null {
  const failures = codes.map((code) => ({ code, kind: kindOf(code) }));
  return failures.find(({ kind }) => exitCodeOf(kind) === 5) ?? failures[0] ?? null;
}
