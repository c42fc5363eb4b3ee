import { AppError } from "../../errors.ts";
import type { KnownJob } from "../../finetune/job-shelf.ts";
import { watchJob } from "../../finetune/job-watch.ts";
import { LossHistory } from "../../finetune/loss-history.ts";
import type { TuningJob } from "../../providers/fine-tuning/tuning-job.ts";
import { count, money } from "../../terminal/figures.ts";
import { watchKeys } from "../../terminal/key-watch.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { shellWord } from "../../terminal/shell-word.ts";
import { loadTuningWords } from "../../words/load.ts";
import type { TuningWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { JobView } from "./job-view.ts";
import { bookTraining } from "./training-cost.ts";
import { namedJob, openTuning, persistenceOf, shelfOf, type TuningProvider } from "./tuning-provider.ts";

interface WatchOptions {
  /** Null for the newest job that is known here. */
  readonly id: string | null;
  /** Prints what happens as lines of JSON. */
  readonly json: boolean;
}

/** What ended the watching before the job: it runs on. */
const left = { code: "interrupted", kind: "interrupted" } as const;

/**
 * Shows a job until it has ended, or the person leaves.
 *
 * @returns what the exit code follows from; null where there is a model
 * @throws AppError `not_offered`, `job_not_found`, `job_unsuccessful`, what the service says
 */
export async function watchTuning(
  engine: Engine,
  console: Console,
  { id, json }: WatchOptions,
): Promise<typeof left | null> {
  const words = await loadTuningWords(engine.language);
  const named = namedJob(engine, words, id);
  const provider = await openTuning(engine, named.provider);
  const shelf = shelfOf(engine);
  const history = new LossHistory(shelf.eventsOf(named));
  const leaving = new AbortController();
  const signal = AbortSignal.any([engine.stop, leaving.signal]);
  const { terminal } = console;
  const shown = { id: sanitizeLine(named.id), provider: named.provider, model: named.known?.model ?? null };
  if (!json) terminal.say(words.watching({ ...shown, model: shown.model && sanitizeLine(shown.model) }));
  using view = new JobView(console, words, { provider: named.provider, history, json });
  using _keys = terminal.interactive && !json ? keys(leaving, view) : null;
  const persistence = persistenceOf(engine, view, signal, named.known !== null);
  try {
    view.begin(notAsked(named.id));
    const onJob = (job: TuningJob) => {
      shelf.add(knownOf(named, job));
      view.onJob(job);
    };
    const options = { service: provider.service, history, persistence, onJob, onEvent: view.onEvent };
    const job = await watchJob(named.id, options, signal);
    view.end();
    return await tellEnd(engine, console, words, { provider, job, known: named.known, json });
  } catch (error) {
    if (!signal.aborted) throw error;
    view.end();
    terminal.report(words.goesOn({ id: shellWord(shown.id) }));
    return left;
  }
}

function keys(leaving: AbortController, view: JobView): Disposable {
  return watchKeys({ onEnter: () => {}, onLeave: () => leaving.abort(), onContinue: () => view.redraw() });
}

/** A job before the service was asked about it. */
function notAsked(id: string): TuningJob {
  return {
    id,
    status: "…",
    outcome: null,
    baseModel: null,
    tunedModel: null,
    trainingFile: null,
    validationFile: null,
    trainedTokens: null,
    createdAt: null,
    finishedAt: null,
    expectedAt: null,
    label: null,
    failure: null,
    loss: null,
  };
}

/** What is remembered of a job that is watched: whoever watches without an id means the one that was created, or first watched, last. */
function knownOf({ provider, id, known }: ReturnType<typeof namedJob>, job: TuningJob): KnownJob {
  return known ?? { provider, id, model: job.baseModel, training: null, suffix: null, at: new Date().toISOString() };
}

interface EndedJob {
  readonly provider: TuningProvider;
  readonly job: TuningJob;
  readonly known: KnownJob | null;
  readonly json: boolean;
}

/** @throws AppError `job_unsuccessful` */
async function tellEnd(
  engine: Engine,
  { terminal }: Console,
  words: TuningWords,
  { provider, job, known, json }: EndedJob,
): Promise<null> {
  const models = [known?.model ?? null, job.baseModel].filter((model) => model !== null);
  const cost = await bookTraining(engine, provider.name, job, models);
  const { id, tunedModel, trainedTokens, outcome, failure } = job;
  if (json) {
    terminal.json({ type: "end", id, outcome, fine_tuned_model: tunedModel, trained_tokens: trainedTokens, cost });
  } else if (trainedTokens !== null) {
    terminal.say(words.billed({ tokens: count(trainedTokens), cost: cost && money(cost) }));
  }
  if (outcome === "failed" || outcome === "cancelled") {
    const { code, message } = failure ?? { code: "", message: "" };
    throw new AppError("job_unsuccessful", { provider: provider.name, id, outcome, code, message });
  }
  if (json) return null;
  const shown = sanitizeLine(id);
  terminal.succeed(words.succeeded({ id: shown, model: tunedModel && sanitizeLine(tunedModel) }));
  if (tunedModel !== null) terminal.say(words.useIt({ id: shellWord(shown) }));
  return null;
}
