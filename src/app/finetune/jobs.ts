import { AppError } from "../../errors.ts";
import type { TuningCheckpoint, TuningJob } from "../../providers/fine-tuning/tuning-job.ts";
import { count } from "../../terminal/figures.ts";
import { localTime } from "../../terminal/local-time.ts";
import { shortNumber } from "../../terminal/loss-plot.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { table } from "../../terminal/table.ts";
import { loadTuningWords } from "../../words/load.ts";
import type { TuningWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { jobFields, momentField } from "./job-fields.ts";
import { namedJob, openTuning, shelfOf, type TuningProvider } from "./tuning-provider.ts";

/**
 * Lists a provider's jobs, the newest first; where it has no list, those that are known on this machine.
 *
 * @param limit the most that are listed
 * @throws AppError `not_offered`, what the service says
 */
export async function listTuning(engine: Engine, console: Console, limit: number, json: boolean): Promise<void> {
  const { terminal } = console;
  const words = await loadTuningWords(engine.language);
  const { provider: name } = engine.settings;
  const provider = await openTuning(engine, name);
  const jobs = await newestJobs(engine, provider, limit);
  if (json) return terminal.json(jobs.map((job) => jobFields(name, job)));
  if (jobs.length === 0) return terminal.say(words.noneListed({ provider: name }));
  const { job, status, model, created, tokens, tuned } = words.columns;
  const { muted } = terminal.ink.out;
  const now = new Date();
  const head = terminal.outIsTerminal ? [[job, status, created, tokens, model, tuned].map(muted)] : [];
  const rows = jobs.map((each) => [
    sanitizeLine(each.id),
    statusText(each, console),
    each.createdAt === null ? "" : muted(localTime(each.createdAt, now, console.words.tariff)),
    each.trainedTokens === null ? "" : count(each.trainedTokens),
    muted(sanitizeLine(each.baseModel ?? "")),
    sanitizeLine(each.tunedModel ?? ""),
  ]);
  terminal.out(table([...head, ...rows], [3], terminal.tableRoom));
}

async function newestJobs(engine: Engine, { name, service }: TuningProvider, limit: number): Promise<TuningJob[]> {
  const jobs: TuningJob[] = [];
  if (service.list === null) {
    const known = shelfOf(engine)
      .jobs()
      .filter(({ provider }) => provider === name);
    for (const { id } of known.slice(0, limit)) jobs.push(await service.retrieve(id, engine.stop));
    return jobs;
  }
  for await (const job of service.list(engine.stop)) {
    jobs.push(job);
    if (jobs.length >= limit) break;
  }
  return jobs;
}

function statusText({ status, outcome }: TuningJob, { terminal }: Console): string {
  const { success, error, warning, accent } = terminal.ink.out;
  const paint = outcome === null ? accent : { succeeded: success, failed: error, cancelled: warning }[outcome];
  return paint(sanitizeLine(status));
}

/** @throws AppError `not_possible` where a job cannot be cancelled; `job_not_found`, what the service says */
export async function cancel(engine: Engine, { terminal }: Console, id: string, json: boolean): Promise<void> {
  const words = await loadTuningWords(engine.language);
  const { provider, service } = await providerOf(engine, words, id);
  if (service.cancel === null) throw notPossible(words.noSuchThing.cancel({ provider }));
  const job = await service.cancel(id, engine.stop);
  if (json) return terminal.json(jobFields(provider, job));
  terminal.succeed(words.statusOf({ id: sanitizeLine(job.id), status: sanitizeLine(job.status) }));
}

/** @throws AppError `not_possible` where a form has none; `job_not_found`, what the service says */
export async function checkpoints(engine: Engine, { terminal }: Console, id: string, json: boolean): Promise<void> {
  const words = await loadTuningWords(engine.language);
  const { provider, service } = await providerOf(engine, words, id);
  if (service.checkpoints === null) throw notPossible(words.noSuchThing.checkpoints({ provider }));
  const all = await service.checkpoints(id, engine.stop);
  if (json) return terminal.json(all.map(checkpointFields));
  if (all.length === 0) return terminal.say(words.noCheckpoints({ id: sanitizeLine(id) }));
  const { step, train, valid, tuned } = words.columns;
  const { muted } = terminal.ink.out;
  const head = terminal.outIsTerminal ? [[step, train, valid, tuned].map(muted)] : [];
  const number = (value: number | undefined) => (value === undefined ? "" : shortNumber(value));
  const rows = all.map(({ step: at, metrics, model }) => [
    at === null ? "" : String(at),
    number(metrics["train_loss"]),
    number(metrics["full_valid_loss"] ?? metrics["valid_loss"]),
    sanitizeLine(model),
  ]);
  terminal.out(table([...head, ...rows], [0, 1, 2], terminal.tableRoom));
}

async function providerOf(engine: Engine, words: TuningWords, id: string) {
  const { provider } = namedJob(engine, words, id);
  return { provider, service: (await openTuning(engine, provider)).service };
}

function checkpointFields({ id, model, step, createdAt, metrics }: TuningCheckpoint): object {
  return { id, fine_tuned_model_checkpoint: model, step_number: step, created_at: momentField(createdAt), metrics };
}

function notPossible(message: string): AppError {
  return new AppError("not_possible", { message });
}
