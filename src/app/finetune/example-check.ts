import type { ModelRef } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import type { FileProblem } from "../../finetune/training-file.ts";
import { loadTrainingWords } from "../../words/load.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { problemLine, readTraining } from "./check.ts";
import type { Examples } from "./examples.ts";

/** Problems that are told one by one. */
const maxShown = 20;

/**
 * Looks at examples before they are sent, and says what a service would refuse.
 *
 * @returns their tokens
 * @throws AppError `training_file_bad`, `training_file_empty`, `input_unreadable`
 */
export async function checkExamples(engine: Engine, console: Console, file: Examples, to: ModelRef): Promise<number> {
  const { terminal } = console;
  const words = await loadTrainingWords(engine.language);
  let told = 0;
  const onProblem = (problem: FileProblem) => {
    if (problem.level !== "error" || ++told > maxShown) return;
    terminal.report(problemLine(terminal.ink.err, words, file.shown, problem).trimEnd());
  };
  const { summary } = await readTraining(engine, console, words, { name: file.shown, input: file, to, onProblem });
  if (told > maxShown) terminal.report(words.more({ count: told - maxShown }));
  if (summary.badLines > 0) throw new AppError("training_file_bad", { path: file.shown, bad: summary.badLines });
  if (summary.examples === 0) throw new AppError("training_file_empty", { path: file.shown });
  return summary.tokens;
}
