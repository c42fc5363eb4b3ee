import { randomUUID } from "node:crypto";
import { AppError } from "../errors.ts";
import type { ExamplesFile, TuningJob, TuningOrder, TuningService } from "../providers/fine-tuning/tuning-job.ts";
import type { JobShelf, OpenOrder } from "./job-shelf.ts";
import type { Persistence } from "./persistence.ts";

export interface JobOrderOptions {
  readonly service: TuningService;
  readonly shelf: JobShelf;
  readonly persistence: Persistence;
  /** Digest of all that is ordered: the same order again is the same job. */
  readonly order: string;
  /** A file of this machine, or the id of one that is uploaded already. */
  readonly training: ExamplesFile | string;
  readonly validation: ExamplesFile | string | null;
  readonly wanted: Omit<TuningOrder, "trainingFile" | "validationFile" | "label">;
  /** Uploads a file, and shows how far it is. @returns its id */
  readonly upload: (file: ExamplesFile) => Promise<string>;
  /** A file was there already. */
  readonly onReuse: (file: ExamplesFile, id: string) => void;
  /**
   * Whether a job is created although there are others of the same file, or an earlier request may have created it.
   *
   * @param ids of the others; empty where nobody knows
   */
  readonly mayRepeat: (ids: readonly string[]) => Promise<boolean>;
}

export interface OrderedJob {
  readonly job: TuningJob;
  /** Whether an earlier request had created it, whose answer was lost. */
  readonly isFound: boolean;
}

/**
 * Has a service create a job, once: what is ordered is written down before the request, and after a crash or a lost answer the job is looked
 * for before another one is created.
 *
 * @returns null where it is not to be created, because there are others of the same file
 * @throws AppError what the service says for good; `storage_failed`; `interrupted`
 */
export async function orderJob(options: JobOrderOptions, signal: AbortSignal): Promise<OrderedJob | null> {
  return await new JobOrder(options, signal).run();
}

class JobOrder {
  readonly #options: JobOrderOptions;
  readonly #signal: AbortSignal;

  constructor(options: JobOrderOptions, signal: AbortSignal) {
    [this.#options, this.#signal] = [options, signal];
  }

  async run(): Promise<OrderedJob | null> {
    const { persistence, shelf, order, service, mayRepeat, training, validation } = this.#options;
    const trainingFile = await this.#uploaded(training);
    const validationFile = validation === null ? null : await this.#uploaded(validation);
    const files = { trainingFile, validationFile };
    const open = shelf.openOrder(order);
    const lost = open === null ? null : await persistence.run(async () => await this.#find(open, trainingFile));
    if (lost !== null) return { job: lost, isFound: true };
    // Nobody can look for what an earlier request may have created.
    const isUnclear = open !== null && service.list === null;
    const others = await persistence.run(async () => await this.#othersOf(trainingFile));
    const living = others.filter(({ outcome }) => outcome === null || outcome === "succeeded").map(({ id }) => id);
    if ((isUnclear || (open === null && living.length > 0)) && !(await mayRepeat(living))) return null;
    const next = isUnclear || open === null ? { label: randomUUID(), before: others.map(({ id }) => id) } : open;
    return await this.#create(next, files);
  }

  async #uploaded(file: ExamplesFile | string): Promise<string> {
    if (typeof file === "string") return file;
    const { persistence, service, upload, onReuse } = this.#options;
    return await persistence.run(async () => {
      // After an upload whose answer was lost, too.
      const there = await service.findUpload(file, this.#signal);
      if (there !== null) onReuse(file, there);
      return there ?? (await upload(file));
    });
  }

  async #create(open: OpenOrder, files: Pick<TuningOrder, "trainingFile" | "validationFile">): Promise<OrderedJob> {
    const { persistence, service, shelf, order, wanted } = this.#options;
    let isAsked = false;
    const step = async (): Promise<OrderedJob> => {
      const there = isAsked ? await this.#find(open, files.trainingFile) : null;
      if (there !== null) return { job: there, isFound: true };
      shelf.begin(order, open);
      isAsked = true;
      const job = await service.create({ ...wanted, ...files, label: open.label }, this.#signal);
      return { job, isFound: false };
    };
    try {
      // Where jobs cannot be looked for, a request that got no answer is not repeated: it may have created one.
      return await (service.list === null ? step() : persistence.run(step));
    } catch (error) {
      // What the service refuses, it has not created.
      if (error instanceof AppError && error.kind !== "service" && error.kind !== "interrupted") shelf.end(order);
      throw error;
    }
  }

  /** The job of an order, which an earlier request created; null where there is none. */
  async #find({ label, before }: OpenOrder, trainingFile: string): Promise<TuningJob | null> {
    const jobs = this.#options.service.list?.(this.#signal) ?? [];
    for await (const job of jobs) {
      if (job.label === label) return job;
      // Some services keep no labels.
      if (job.label === null && job.trainingFile === trainingFile && !before.includes(job.id)) return job;
    }
    return null;
  }

  async #othersOf(trainingFile: string): Promise<TuningJob[]> {
    const found: TuningJob[] = [];
    for await (const job of this.#options.service.list?.(this.#signal) ?? []) {
      if (job.trainingFile === trainingFile) found.push(job);
    }
    return found;
  }
}
