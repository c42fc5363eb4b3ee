import { appendFileSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { AppError, systemReason } from "../errors.ts";
import { makeFolder } from "../files.ts";
import type { LossPoint, TuningEvent } from "../providers/fine-tuning/tuning-job.ts";

/** An event as a line of the file. */
interface SavedEvent extends Omit<TuningEvent, "at"> {
  /** ISO 8601. */
  readonly at: string | null;
}

/**
 * What a service said of a job, each event once, kept in a file: whoever watches the job again sees the same, also where the service tells no
 * more than the newest of it.
 */
export class LossHistory {
  readonly #path: string;
  readonly #events = new Map<string, TuningEvent>();
  readonly #points = new Map<number, LossPoint>();
  /** Whether the file ends within a line. */
  #isTorn = false;

  /** @param path of the file, which need not exist */
  constructor(path: string) {
    this.#path = path;
    for (const event of this.#load()) this.#take(event);
  }

  /** As they came. */
  get events(): readonly TuningEvent[] {
    return [...this.#events.values()];
  }

  /** By their steps, each once. */
  get points(): readonly LossPoint[] {
    return [...this.#points.values()].sort((one, other) => one.step - other.step);
  }

  readonly isKnown = (id: string): boolean => this.#events.has(id);

  /**
   * Keeps the events that are not known yet.
   *
   * @returns these
   * @throws AppError `storage_failed`
   */
  add(events: readonly TuningEvent[]): TuningEvent[] {
    const added = events.filter((event) => {
      const isNew = !this.isKnown(event.id);
      if (isNew) this.#take(event);
      return isNew;
    });
    if (added.length > 0) this.#append(added);
    return added;
  }

  #take(event: TuningEvent): void {
    this.#events.set(event.id, event);
    const { loss } = event;
    if (loss === null) return;
    const known = this.#points.get(loss.step);
    // A step may be told twice: as it was trained, and once it was validated.
    this.#points.set(loss.step, {
      step: loss.step,
      steps: loss.steps ?? known?.steps ?? null,
      train: loss.train ?? known?.train ?? null,
      valid: loss.valid ?? known?.valid ?? null,
    });
  }

  #append(events: readonly TuningEvent[]): void {
    const lines = events.map(({ at, ...event }) => {
      const saved: SavedEvent = { ...event, at: at?.toISOString() ?? null };
      return `${JSON.stringify(saved)}\n`;
    });
    try {
      makeFolder(dirname(this.#path));
      appendFileSync(this.#path, (this.#isTorn ? "\n" : "") + lines.join(""), { mode: 0o600 });
      this.#isTorn = false;
    } catch (error) {
      throw new AppError("storage_failed", { path: this.#path, reason: systemReason(error) }, { cause: error });
    }
  }

  #load(): TuningEvent[] {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch {
      // The service tells it all once more.
      return [];
    }
    this.#isTorn = text !== "" && !text.endsWith("\n");
    return text.split("\n").flatMap((line) => eventIn(line) ?? []);
  }
}

/** Null for a line that a crash cut off. */
function eventIn(line: string): TuningEvent | null {
  try {
    const { at, ...event } = JSON.parse(line) as SavedEvent;
    return typeof event.id === "string" ? { ...event, at: at === null ? null : new Date(at) } : null;
  } catch {
    return null;
  }
}
