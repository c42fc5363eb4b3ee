import { existsSync } from "node:fs";
import { partsOf } from "../../batch/at-provider/part-folder.ts";
import type { Flags } from "../../config/schema.ts";
import { AppError, exitCodeOf, kindOf } from "../../errors.ts";
import { loadBatchWords } from "../../words/load.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";
import { shownPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import type { RunOptions } from "./batch-options.ts";
import { openLocally } from "./local-run.ts";
import { checkOutput, prepareBatch } from "./prepared-batch.ts";
import { readyInput } from "./ready-input.ts";
import { RunWatch } from "./run-watch.ts";
import type { OpenWay } from "./run-way.ts";

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
  checkOutput(engine, options);
  using watch = await RunWatch.open(console, options);
  using ready = await readyInput(engine, console, words, options);
  await beforehand();
  const { onEvent } = watch;
  const open = await openerOf(options);
  await using way = await open(engine, console, options, onEvent);
  const batch = await prepareBatch(engine, ready, { asked: way.asked, options, flags });
  const { outcomes, source, sink, outputPath } = batch;
  const output = shownPath(engine.workingFolder, outputPath);
  try {
    if (!options.atProvider && existsSync(partsOf(outputPath))) {
      await (await import("./at-provider.ts")).tellRunning(engine, console, outputPath);
    }
    if (source.missing === 0) terminal.say(words.nothingLeft());
    else if (outcomes.done > 0) terminal.say(words.resumed({ done: outcomes.done, total: source.total }));
    const { answered: done, failed } = outcomes;
    onEvent({ type: "begin", total: source.total, done, failed: Object.fromEntries(failed) });
    const items = { run: batch.identity.run, name: output, output: outputPath, source, sink };
    const { why, error } = await way.answer(items);
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
}

/** What workers and providers need is loaded with them alone. */
async function openerOf({ queue, atProvider }: RunOptions): Promise<OpenWay> {
  if (atProvider) return (await import("./at-provider.ts")).openAtProvider;
  return queue === null ? openLocally : (await import("./queue-run.ts")).openQueued;
}

/** The failure that may pass comes first: a script that sees its exit code may try again. */
function worstOf(codes: readonly string[]): BatchEnd | null {
  const failures = codes.map((code) => ({ code, kind: kindOf(code) }));
  return failures.find(({ kind }) => exitCodeOf(kind) === 5) ?? failures[0] ?? null;
}
