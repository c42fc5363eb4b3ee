import { AppError } from "../../errors.ts";
import { JobShelf, type KnownJob } from "../../finetune/job-shelf.ts";
import { Persistence, type PersistenceOptions } from "../../finetune/persistence.ts";
import { findProvider, providersWith, serviceOf } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import { FineTune } from "../../providers/fine-tuning/fine-tune.ts";
import { OpenAITuning } from "../../providers/fine-tuning/openai-jobs.ts";
import type { TuningService } from "../../providers/fine-tuning/tuning-job.ts";
import type { TuningWords } from "../../words/types.ts";
import type { Engine } from "../engine.ts";
import { serviceRetryDelay } from "../service-retry.ts";

/** A provider that fine-tunes models. */
export interface TuningProvider {
  readonly name: string;
  readonly connection: Connection;
  readonly service: TuningService;
}

/** @throws AppError `not_offered` before anything is asked for; as `Engine.connect` */
export async function openTuning(engine: Engine, name: string): Promise<TuningProvider> {
  const custom = engine.file.providers ?? {};
  const rules = serviceOf(findProvider(name, custom), "fineTuning", custom);
  const connection = await engine.connect(name);
  const others = providersWith("fineTuning", custom);
  const service =
    rules.form === "openai" ? new OpenAITuning(connection, others) : new FineTune(connection, rules.rows, others);
  return { name, connection, service };
}

/** A job that a command is about. */
interface NamedJob {
  readonly provider: string;
  readonly id: string;
  /** Null for one that is not known on this machine. */
  readonly known: KnownJob | null;
}

/**
 * The job of an id, at the provider that a flag names, or that it is known of, or else of the settings; without an id the newest job that is
 * known on this machine.
 *
 * @throws AppError `not_possible` where none is known
 */
export function namedJob(engine: Engine, words: TuningWords, id: string | null): NamedJob {
  const { provider } = engine.settings;
  const isChosen = engine.origins.provider?.kind === "flag";
  const jobs = shelfOf(engine)
    .jobs()
    .filter((job) => !isChosen || job.provider === provider);
  const known = (id === null ? jobs[0] : jobs.find((job) => job.id === id)) ?? null;
  if (id !== null) return { provider: known?.provider ?? provider, id, known };
  if (known === null) throw new AppError("not_possible", { message: words.noJobs });
  return { provider: known.provider, id: known.id, known };
}

/** Jobs that are known on this machine, the newest first; none where they cannot be read. */
export function knownJobs(engine: Pick<Engine, "folders">): KnownJob[] {
  try {
    return shelfOf(engine).jobs();
  } catch {
    return [];
  }
}

export function shelfOf({ folders }: Pick<Engine, "folders">): JobShelf {
  return new JobShelf(folders.data);
}

/**
 * @param isReached whether the service has answered before
 * @param signal ends what is waited for
 */
export function persistenceOf(
  { settings }: Pick<Engine, "settings">,
  shown: Pick<PersistenceOptions, "onPause" | "onResume">,
  signal: AbortSignal,
  isReached = false,
): Persistence {
  const retryDelay: PersistenceOptions["retryDelay"] = (error, failures, reached) =>
    serviceRetryDelay(settings.retries, error, failures, reached);
  return new Persistence({ ...shown, retryDelay }, signal, isReached);
}
