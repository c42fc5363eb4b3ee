import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../atomic-file.ts";
import { AppError, systemReason } from "../errors.ts";
import { Lock, retryWhileHeld } from "../file-lock.ts";
import { makeFolder } from "../files.ts";

/** A job that was created or watched on this machine. */
export interface KnownJob {
  readonly provider: string;
  readonly id: string;
  /** The model that is tuned. */
  readonly model: string | null;
  /** The examples, where they were uploaded from here; `digest`: SHA-256. */
  readonly training: { readonly path: string; readonly digest: string } | null;
  readonly suffix: string | null;
  /** When it became known, ISO 8601. */
  readonly at: string;
}

/** A job that was asked for and whose id is not known yet. */
export interface OpenOrder {
  /** What the job is named by at the service. */
  readonly label: string;
  /** Jobs of the same file that were there before it. */
  readonly before: readonly string[];
}

/** Jobs that are remembered. */
const maxJobs = 200;
const ofJob = ".job.json";
const ofOrder = ".order.json";
const ofEvents = ".events.jsonl";

/** The jobs that are known on this machine, in a folder for its owner alone; the newest is the one that `watch` takes. */
export class JobShelf {
  readonly #folder: string;

  /** @param data the folder of a person's own data */
  constructor(data: string) {
    this.#folder = join(data, "fine-tuning");
  }

  /** The newest first. */
  jobs(): KnownJob[] {
    const names = this.#names().filter((name) => name.endsWith(ofJob));
    const jobs = names.flatMap((name) => jobIn(this.#read(name)) ?? []);
    return jobs.sort((one, other) => other.at.localeCompare(one.at));
  }

  find(id: string): KnownJob | null {
    return this.jobs().find((job) => job.id === id) ?? null;
  }

  /** Adds a job, or what is known of it since. @throws AppError `storage_failed` */
  add(job: KnownJob): void {
    replaceFile(this.#pathOf(keyOf(job), ofJob), JSON.stringify(job));
    for (const old of this.jobs().slice(maxJobs)) {
      this.#remove(keyOf(old), ofJob);
      this.#remove(keyOf(old), ofEvents);
    }
  }

  /** Where the events of a job are kept. */
  eventsOf(job: Pick<KnownJob, "provider" | "id">): string {
    return this.#pathOf(keyOf(job), ofEvents);
  }

  /** @param order digest of all that is ordered */
  openOrder(order: string): OpenOrder | null {
    return orderIn(this.#read(`${order}${ofOrder}`));
  }

  /**
   * The right to order something, which one program has at a time.
   *
   * @returns null where it is still held after that time, in milliseconds, or the signal is aborted
   * @throws AppError `storage_failed`
   */
  async lock(order: string, timeout: number, signal: AbortSignal): Promise<Lock | null> {
    const path = this.#pathOf(order, ofOrder);
    try {
      makeFolder(this.#folder);
    } catch (error) {
      throw new AppError("storage_failed", { path: this.#folder, reason: systemReason(error) }, { cause: error });
    }
    let lock: Lock | null = null;
    await retryWhileHeld(() => (lock = Lock.take(path)) !== null, timeout, signal);
    return lock;
  }

  /** To be called before the service is asked for the job. @throws AppError `storage_failed` */
  begin(order: string, open: OpenOrder): void {
    replaceFile(this.#pathOf(order, ofOrder), JSON.stringify(open));
  }

  /** The job is known, or there will be none. */
  end(order: string): void {
    this.#remove(order, ofOrder);
  }

  #pathOf(key: string, ending: string): string {
    return join(this.#folder, `${key}${ending}`);
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if (systemReason(error) === "ENOENT") return [];
      throw new AppError("storage_failed", { path: this.#folder, reason: systemReason(error) }, { cause: error });
    }
  }

  /** Null for what is not there, or damaged: it costs itself alone. */
  #read(name: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.#folder, name), "utf8"));
    } catch {
      return null;
    }
  }

  #remove(key: string, ending: string): void {
    rmSync(this.#pathOf(key, ending), { force: true });
  }
}

/** An id may hold anything. */
function keyOf({ provider, id }: Pick<KnownJob, "provider" | "id">): string {
  return digestOf([provider, id]);
}

/** Tells values from all others. */
export function digestOf(values: unknown): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 24);
}

function jobIn(saved: unknown): KnownJob | null {
  const job = saved as KnownJob | null;
  return typeof job?.id === "string" && typeof job.provider === "string" && typeof job.at === "string" ? job : null;
}

function orderIn(saved: unknown): OpenOrder | null {
  const order = saved as OpenOrder | null;
  return typeof order?.label === "string" && Array.isArray(order.before) ? order : null;
}
