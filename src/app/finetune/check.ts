import type { ModelRef } from "../../chat/model.ts";
import { findProvider } from "../../providers/catalogue.ts";
import { boundedLines } from "../../bounded-lines.ts";
import { AppError, systemReason } from "../../errors.ts";
import { type FileProblem, TrainingFile, type TrainingSummary } from "../../finetune/training-file.ts";
import { count, money } from "../../terminal/figures.ts";
import { ProgressBar } from "../../terminal/progress.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Ink } from "../../terminal/theme.ts";
import { loadTrainingWords } from "../../words/load.ts";
import type { TrainingWords } from "../../words/types.ts";
import { openInput } from "../batch/input-file.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { factsOf } from "../model-facts.ts";
import { modelPrice } from "../usage/model-price.ts";
import { textCounter } from "../usage/text-tokens.ts";

export interface CheckOptions {
  /** A path, or `-` for stdin. */
  readonly file: string;
  /** Every problem, and the summary at the end, as a line of JSON each. */
  readonly json: boolean;
}

/** Bytes of one line: more than any model reads, pictures included. */
const maxLine = 48 * 1024 * 1024;
/** Problems that are printed one by one; `--json` has them all. */
const maxShown = 100;

/** What is known of a file beside what is in it. */
interface TrainingCost {
  /** `provider/model` that tokens and cost are those of. */
  readonly model: string;
  readonly isExact: boolean;
  readonly window: number | null;
  /** The currency that a price is looked for in. */
  readonly currency: string;
  /** Currency and amount of one epoch; null where nobody knows the price. */
  readonly epoch: { readonly currency: string; readonly amount: number } | null;
}

/**
 * Looks at a training file line by line and prints what is wrong with it, then what is in it. Nothing is sent.
 *
 * @throws AppError `training_file_bad` where a line cannot be used, after all was printed; `training_file_empty`; as `openInput`
 */
export async function checkTrainingFile(
  engine: Engine,
  console: Console,
  { file: name, json }: CheckOptions,
): Promise<void> {
  const { terminal } = console;
  const words = await loadTrainingWords(engine.language);
  using input = await openInput(engine, console, name, "jsonl");
  const shown = sanitize(name === "-" ? "stdin" : name);
  const { provider } = engine.settings;
  const model = engine.settings.model ?? findProvider(provider, engine.file.providers ?? {}).model ?? "";
  const to = { provider, model };
  let told = 0;
  const onProblem = (problem: FileProblem) => {
    if (json) return terminal.json({ type: "problem", ...problem, message: words.problem(problem) });
    if (++told > maxShown) return;
    terminal.out(problemLine(terminal.ink.out, words, shown, problem));
  };
  const { summary, isExact, window } = await readTraining(engine, console, words, { name, input, to, onProblem });
  if (told > maxShown) terminal.out(`${words.more({ count: told - maxShown })}\n`);
  const cost = {
    model: model === "" ? provider : `${provider}/${model}`,
    isExact,
    window,
    currency: engine.settings.currency,
    epoch: epochCost(engine, to, summary),
  };
  if (json) terminal.json(summaryObject(name, summary, cost));
  else terminal.out(summaryText(words, shown, summary, cost));
  if (summary.badLines > 0) throw new AppError("training_file_bad", { path: name, bad: summary.badLines });
  if (summary.examples === 0) throw new AppError("training_file_empty", { path: name });
}

/** A training file that is read. */
interface TrainingInput {
  /** As it was typed. */
  readonly name: string;
  readonly input: { readonly path: string; readonly size: number };
  /** The model that reads it. */
  readonly to: ModelRef;
  readonly onProblem: (problem: FileProblem) => void;
}

/** What a training file holds. */
interface TrainingReading {
  readonly summary: TrainingSummary;
  /** Whether the tokens are the model's own. */
  readonly isExact: boolean;
  /** Tokens that the model reads; null where nobody knows. */
  readonly window: number | null;
}

/** Reads a training file line by line, with a bar. @throws AppError `input_unreadable`, `interrupted` */
export async function readTraining(
  engine: Engine,
  { terminal }: Console,
  words: TrainingWords,
  { name, input, to, onProblem }: TrainingInput,
): Promise<TrainingReading> {
  const countTokens = await textCounter(to);
  const window = factsOf(engine, to.provider, to.model).context ?? null;
  const bar = new ProgressBar(terminal, words.reading);
  const training = new TrainingFile({
    count: async (text) => (await countTokens(text)).tokens,
    window,
    onProblem: (problem) => {
      bar.hide();
      onProblem(problem);
    },
  });
  try {
    for await (const lines of boundedLines(input.path, { end: input.size, maxLine }, engine.stop)) {
      for (const line of lines) {
        await training.take(line);
        bar.show(line.end, input.size);
      }
    }
  } catch (error) {
    if (engine.stop.aborted) throw new AppError("interrupted", {}, { cause: error });
    if (error instanceof AppError) throw error;
    throw new AppError("input_unreadable", { path: name, reason: systemReason(error) }, { cause: error });
  } finally {
    bar.hide();
  }
  return { summary: training.summary, isExact: (await countTokens("")).isExact, window };
}

/** What it costs to train on all of it once, where the config file has the price. */
function epochCost(engine: Engine, to: ModelRef, { tokens }: TrainingSummary): TrainingCost["epoch"] {
  const { currency } = engine.settings;
  const rate = modelPrice(engine, to)?.rates.training;
  return rate === undefined ? null : { currency, amount: Number(((tokens * rate) / 1e6).toPrecision(12)) };
}

/** A problem as a line, with its place. @param shown the file's name, harmless already */
export function problemLine(
  { warning, error }: Pick<Ink, "warning" | "error">,
  words: TrainingWords,
  shown: string,
  problem: FileProblem,
): string {
  const level = (problem.level === "error" ? error : warning)(words.levels[problem.level]);
  return `${shown}:${problem.line}: ${level}: ${sanitize(words.problem(problem)).replaceAll("\n", " ")}\n`;
}

function summaryText(
  words: TrainingWords,
  file: string,
  summary: TrainingSummary,
  { model, isExact, window, currency, epoch }: TrainingCost,
): string {
  const { form } = summary;
  const lines = [
    words.contents({ file, form, examples: summary.examples, messages: summary.messages }),
    words.tokens({
      tokens: count(summary.tokens),
      longest: count(summary.longest),
      longestLine: summary.longestLine,
      model: sanitize(model),
      isExact,
      window: window === null ? null : count(window),
    }),
    epoch === null ? words.costUnknown({ model: sanitize(model), currency }) : words.cost({ cost: money(epoch) }),
    ...(summary.allCompared ? [] : [words.notAllCompared]),
    ...(summary.examples > 0 && summary.examples < 10 ? [words.few({ examples: summary.examples })] : []),
    words.verdict(summary),
  ];
  return `${lines.join("\n")}\n`;
}

function summaryObject(
  file: string,
  summary: TrainingSummary,
  { model, isExact, window, epoch }: TrainingCost,
): object {
  const { form, examples, messages, errors, warnings, badLines, duplicates, allCompared } = summary;
  return {
    type: "summary",
    file,
    form,
    examples,
    messages,
    errors,
    warnings,
    bad_lines: badLines,
    duplicates,
    all_compared: allCompared,
    tokens: { total: summary.tokens, exact: isExact, longest: summary.longest, longest_line: summary.longestLine },
    model,
    window,
    cost_per_epoch: epoch,
  };
}
