import { runPool } from "../../batch/pool.ts";
import { exitCodeOf, kindOf, type AppError } from "../../errors.ts";
import { loadBatchWords } from "../../words/load.ts";
import type { Console } from "../console.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { openAnswers } from "./run-answers.ts";
import type { BatchOptions } from "./batch-options.ts";
import { prepareBatch, readyInput } from "./prepared-batch.ts";

export interface RunOptions extends BatchOptions {
  readonly output: string;
}

/** Items that are answered at once. */
const concurrency = 8;

/** What the exit code comes from where not all is answered. */
type BatchEnd = Pick<AppError, "kind"> & { readonly code: string };

/**
 * Answers the prompts of an input that have no answer in the output yet.
 *
 * @returns what the exit code follows from; null where all is answered
 * @throws AppError what is wrong with input, settings or output; whatever ended the run
 */
export async function runBatch(engine: Engine, console: Console, options: RunOptions): Promise<BatchEnd | null> {
  const { terminal } = console;
  const words = await loadBatchWords(engine.language);
  using ready = await readyInput(engine, console, words, options);
  const { asked, answer, book } = await openAnswers(engine, console);
  const batch = await prepareBatch(engine, ready, options.output, asked, options);
  const { outcomes, source, sink } = batch;
  try {
    if (outcomes.done > 0) terminal.say(words.resumed({ done: outcomes.done, total: source.total }));
    if (source.missing === 0) terminal.say(words.nothingLeft());
    const end = await runPool(source, answer, sink, () => {}, { concurrency, signal: engine.stop });
    await sink.flush();
    await book();
    const path = displayPath(engine.workingFolder, batch.outputPath);
    const { answered, failures: failed } = outcomes;
    terminal.report(words.summary({ answered, failed, total: source.total, path }));
    for (const [code, count] of outcomes.failed) terminal.report(words.failures({ code, count }));
    const left = source.total - outcomes.done;
    if (left > 0) terminal.report(words.left({ left }));
    if (end === "stopped") return { code: "interrupted", kind: "interrupted" };
    return worstOf([...outcomes.failed.keys()]);
  } finally {
    await batch.close();
  }
}

/** The failure that may pass comes first: a script that sees its exit code may try again. */
function worstOf(codes: readonly string[]): BatchEnd | null {
  const failures = codes.map((code) => ({ code, kind: kindOf(code) }));
  return failures.find(({ kind }) => exitCodeOf(kind) === 5) ?? failures[0] ?? null;
}
