import type { Flags } from "../../config/schema.ts";
import { loadBatchWords, loadProviderBatchWords, loadUploadWords } from "../../words/load.ts";

import type { Console } from "../console.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { answerAtProvider, openAtProvider } from "./at-provider.ts";
import type { BatchOptions } from "./batch-options.ts";
import { prepareBatch } from "./prepared-batch.ts";
import { ProviderDisplay } from "./provider-display.ts";
import { readyInput } from "./ready-input.ts";
import { type BatchEnd, worstOf } from "./run.ts";

export interface ProviderBatchOptions extends BatchOptions {
  /** Prints what happens as lines of JSON. */
  readonly json: boolean;
}

/**
 * Has a provider answer the prompts of an input as batches of its own: those that have no answer in the output yet.
 *
 * @param flags what the command line said of settings: the journal keeps it for `batch retry`
 * @returns what the exit code follows from; null where all is answered
 * @throws AppError what is wrong with input, settings or output; what the service says; `batch_left`
 */
export async function runProviderBatch(
  engine: Engine,
  console: Console,
  options: ProviderBatchOptions,
  flags: Flags,
): Promise<BatchEnd | null> {
  const { terminal } = console;
  const words = await loadBatchWords(engine.language);
  using ready = await readyInput(engine, console, words, options);
  const opened = await openAtProvider(engine, console);
  const [batches, uploads] = await Promise.all([
    loadProviderBatchWords(engine.language),
    loadUploadWords(engine.language),
  ]);
  using display = new ProviderDisplay(console, { batches, uploads }, opened.connection.name, options.json);
  const batch = await prepareBatch(engine, ready, { asked: opened.asked, options, flags });
  const { outcomes, source, sink, outputPath: output } = batch;
  try {
    if (source.missing === 0) terminal.say(words.nothingLeft());
    else if (outcomes.done > 0) terminal.say(words.resumed({ done: outcomes.done, total: source.total }));
    const { end, left } = await answerAtProvider(engine, console, opened, { source, sink, output, display });
    await batch.finish();
    const path = displayPath(engine.workingFolder, output);
    const { answered, failures: failed } = outcomes;
    terminal.report(words.summary({ answered, failed, total: source.total, path }));
    for (const [code, count] of outcomes.failed) terminal.report(words.failures({ code, count }));
    if (end === "stopped") return { code: "interrupted", kind: "interrupted" };
    if (left !== null) throw left;
    return worstOf([...outcomes.failed.keys()]);
  } finally {
    await batch.close();
  }
}
