import { AppError } from "../../errors.ts";
import { digestOf, type KnownJob } from "../../finetune/job-shelf.ts";
import { type OrderedJob, orderJob } from "../../finetune/job-order.ts";
import type { ExamplesFile, TuningOrder } from "../../providers/fine-tuning/tuning-job.ts";
import { count, money, shortBytes } from "../../terminal/figures.ts";
import { timeLeft } from "../../terminal/local-time.ts";
import { confirmed } from "../../terminal/prompts.ts";
import { sanitize, sanitizeLine } from "../../terminal/sanitize.ts";
import { shellWord } from "../../terminal/shell-word.ts";
import { describe } from "../../terminal/terminal.ts";
import { UploadRow } from "../../terminal/upload-row.ts";
import { loadTuningWords, loadUploadWords } from "../../words/load.ts";
import type { TuningWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { checkExamples } from "./example-check.ts";
import { jobFields } from "./job-fields.ts";
import { setFields } from "./set-fields.ts";
import { checkBudget, trainingCost } from "./training-cost.ts";
import { checkUnchanged, type Examples, readExamples } from "./examples.ts";
import { openTuning, persistenceOf, shelfOf, type TuningProvider } from "./tuning-provider.ts";
import { watchTuning } from "./watch.ts";

export interface CreateOptions extends Pick<
  TuningOrder,
  "suffix" | "method" | "epochs" | "batchSize" | "learningRate" | "seed"
> {
  /** `field=value` of the request, `a.b=` for a field within another; a value is JSON, or text. */
  readonly set: readonly string[];
  /** Null where `set` has the id of an uploaded one. */
  readonly file: string | null;
  readonly validation: string | null;
  /** Whether the examples are looked at before they are sent. */
  readonly check: boolean;
  /** Whether a job is created although there is one of the same file. */
  readonly again: boolean;
  /** Whether nobody is asked. */
  readonly yes: boolean;
  readonly watch: boolean;
  readonly json: boolean;
}

/** What will be ordered. */
interface Plan {
  readonly model: string;
  readonly training: Examples | string;
  readonly validation: Examples | null;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Tokens of the training file; null where it was not looked at. */
  readonly tokens: number | null;
}

/** Methods whose examples have a form that is known. */
const checkedMethods: ReadonlySet<string> = new Set(["supervised", "dpo"]);
/** Milliseconds that another program may take over the same order. */
const lockTimeout = 600_000;

/**
 * Uploads examples and has a provider fine-tune a model with them. The same command again, after a crash or a lost answer, finds the job
 * that is there.
 *
 * @returns as `watchTuning`, where the job is watched; else null
 * @throws AppError `not_offered`, `usage`, `input_unreadable`, `job_exists`, what the service says
 */
export async function createTuning(
  engine: Engine,
  console: Console,
  options: CreateOptions,
): Promise<Awaited<ReturnType<typeof watchTuning>>> {
  const words = await loadTuningWords(engine.language);
  const model = modelOf(engine, words);
  const { provider: name } = engine.settings;
  const provider = await openTuning(engine, name);
  const plan = await planOf(engine, console, words, model, options);
  if (!(await isWanted(engine, console, words, plan, options))) return null;
  const shelf = shelfOf(engine);
  const order = orderOf(provider, plan, options);
  const lock = await shelf.lock(order, lockTimeout, engine.stop);
  if (lock === null) throw lockFailure(engine, words);
  try {
    const ordered = await new Creation(engine, console, words, provider).run(plan, options, order);
    if (ordered === null) {
      console.terminal.say(words.notCreated);
      return null;
    }
    shelf.add(knownOf(name, ordered, plan, options));
    shelf.end(order);
    tell(console, words, name, ordered, plan, options);
    if (!options.watch) return null;
    lock.release();
    return await watchTuning(engine, console, { id: ordered.job.id, json: options.json });
  } finally {
    lock.release();
  }
}

function lockFailure({ stop }: Engine, words: TuningWords): AppError {
  return stop.aborted ? new AppError("interrupted", {}) : new AppError("not_possible", { message: words.busy });
}

/** @throws AppError `usage`: what is trained for money is named */
function modelOf({ settings, origins }: Engine, words: TuningWords): string {
  if (settings.model !== undefined && origins.model?.kind === "flag") return settings.model;
  throw new AppError("usage", { message: words.noModel });
}

async function planOf(
  engine: Engine,
  console: Console,
  words: TuningWords,
  model: string,
  { file, validation, set, method, check }: CreateOptions,
): Promise<Plan> {
  const fields = setFields(set);
  const { training_file: uploaded } = fields;
  if (file === null && typeof uploaded !== "string") throw new AppError("usage", { message: words.noFile });
  const to = { provider: engine.settings.provider, model };
  const training = file === null ? (uploaded as string) : await readExamples(engine, file);
  const other = validation === null ? null : await readExamples(engine, validation);
  const isChecked = check && (method === null || checkedMethods.has(method));
  const read = async (examples: Examples | string | null) =>
    isChecked && isExamples(examples) ? await checkExamples(engine, console, examples, to) : null;
  const tokens = await read(training);
  await read(other);
  return { model, training, validation: other, fields, tokens };
}

/** Says what will be done, and asks on a terminal whether it is to be. */
async function isWanted(
  engine: Engine,
  { terminal, words: all }: Console,
  words: TuningWords,
  { model, training, validation, tokens }: Plan,
  { yes, json, epochs }: CreateOptions,
): Promise<boolean> {
  const files = [training, validation].flatMap((file) =>
    file === null || typeof file === "string" ? [] : [{ file: file.shown, size: shortBytes(file.size) }],
  );
  const { provider } = engine.settings;
  const planned = words.planned({ model: sanitizeLine(model), provider, files });
  const times = typeof epochs === "number" ? epochs : null;
  const cost = tokens === null ? null : trainingCost(engine, { provider, model }, tokens * (times ?? 1));
  const size =
    tokens === null
      ? words.costUnknown
      : words.cost({ tokens: count(tokens), epochs: times, cost: cost && money(cost) });
  if (!json) terminal.say(`${planned} · ${size}`);
  await checkBudget(engine, { provider, model }, cost);
  return yes || json || !terminal.interactive || (await confirmed(words.create, true, all.confirm));
}

/** Tells an order from all others: the same files, model and numbers are the same order. */
function orderOf(
  { name, connection }: TuningProvider,
  { model, training, validation, fields }: Plan,
  options: CreateOptions,
): string {
  const { suffix, method, epochs, batchSize, learningRate, seed } = options;
  const digest = (file: Examples | string | null) => (file === null || typeof file === "string" ? file : file.digest);
  const numbers = [suffix, method, epochs, batchSize, learningRate, seed, fields];
  return digestOf([name, connection.baseUrl, model, digest(training), digest(validation), numbers]);
}

function knownOf(
  provider: string,
  { job }: OrderedJob,
  { model, training }: Plan,
  { suffix }: CreateOptions,
): KnownJob {
  const from = typeof training === "string" ? null : { path: training.path, digest: training.digest };
  return { provider, id: job.id, model, training: from, suffix, at: new Date().toISOString() };
}

function tell(
  { terminal }: Console,
  words: TuningWords,
  provider: string,
  { job, isFound }: OrderedJob,
  { model }: Plan,
  { json, watch }: CreateOptions,
): void {
  if (json) return terminal.json({ type: "job", ...jobFields(provider, job) });
  const shown = { id: sanitizeLine(job.id), provider, model: sanitizeLine(model) };
  terminal.succeed(isFound ? words.found(shown) : words.created(shown));
  if (watch) return;
  terminal.say(words.watchIt({ id: shellWord(shown.id) }));
  // For scripts: the id alone.
  if (!terminal.outIsTerminal) terminal.text(`${job.id}\n`);
}

/** What of an order is shown and asked. */
class Creation {
  readonly #engine: Engine;
  readonly #console: Console;
  readonly #words: TuningWords;
  readonly #provider: TuningProvider;

  constructor(engine: Engine, console: Console, words: TuningWords, provider: TuningProvider) {
    [this.#engine, this.#console, this.#words, this.#provider] = [engine, console, words, provider];
  }

  async run(plan: Plan, options: CreateOptions, order: string): Promise<OrderedJob | null> {
    const { stop } = this.#engine;
    const { terminal, words: all } = this.#console;
    const { suffix, method, epochs, batchSize, learningRate, seed } = options;
    const uploads = await loadUploadWords(this.#engine.language);
    const examples = [plan.training, plan.validation].filter(isExamples);
    const shown = ({ name }: ExamplesFile) => examples.find((each) => each.name === name)?.shown ?? name;
    const shownPause = {
      onPause: (error: AppError, until: Date) => {
        const reason = sanitizeLine(describe(error, all.errors));
        terminal.say(this.#words.paused({ reason, time: timeLeft(until.getTime() - Date.now()) }));
      },
      onResume: () => terminal.say(this.#words.resumed()),
    };
    return await orderJob(
      {
        service: this.#provider.service,
        shelf: shelfOf(this.#engine),
        persistence: persistenceOf(this.#engine, shownPause, stop),
        order,
        training: plan.training,
        validation: plan.validation,
        wanted: { model: plan.model, suffix, method, epochs, batchSize, learningRate, seed, fields: plan.fields },
        upload: async (file) => {
          for (const each of examples) if (each.name === file.name) checkUnchanged(each);
          using row = new UploadRow(terminal, uploads, {
            name: shown(file),
            provider: this.#provider.name,
            size: file.size,
          });
          return await this.#provider.service.upload(file, row.onSent, stop);
        },
        onReuse: (file, id) => terminal.detail(this.#words.reused({ file: shown(file), id: sanitizeLine(id) })),
        mayRepeat: async (ids) => await this.#mayRepeat(ids, plan, options),
      },
      stop,
    );
  }

  /** @throws AppError `job_exists` where nobody can be asked */
  async #mayRepeat(ids: readonly string[], { training }: Plan, { again, yes }: CreateOptions): Promise<boolean> {
    if (again) return true;
    const { terminal, words: all } = this.#console;
    const file = typeof training === "string" ? training : training.shown;
    const error = new AppError("job_exists", { provider: this.#provider.name, file, ids });
    if (!terminal.interactive || yes) throw error;
    terminal.warn(sanitize(describe(error, all.errors)));
    return await confirmed(this.#words.createAnother, false, all.confirm);
  }
}

function isExamples(file: Examples | string | null): file is Examples {
  return file !== null && typeof file !== "string";
}
