import { randomUUID } from "node:crypto";
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../atomic-file.ts";
import { AppError, systemReason } from "../../errors.ts";
import { makeFolder } from "../../files.ts";
import { customIdOf } from "./request-id.ts";
import type { RequestPart, PartItem } from "./part.ts";

interface Saved {
  readonly version: 1;
  readonly run: string;
  readonly provider: string;
  readonly parts: readonly RequestPart[];
  /** The highest number that a part had which was dropped; absent where none was. */
  readonly dropped?: number;
}

/** Where the parts of an output's batches are kept. */
export function partsOf(output: string): string {
  return `${output}.parts`;
}

const stateFile = "parts.json";

/**
 * The parts of a run on this machine's disk: how far each is, its requests until the service has them, and its items until their
 * results are here. Methods throw AppError `storage_failed`.
 */
export class PartFolder {
  readonly path: string;
  #saved: Saved;

  private constructor(path: string, saved: Saved) {
    this.path = path;
    this.#saved = saved;
  }

  /** The folder of an earlier run; null where there is none. @throws AppError `storage_failed` also for one that cannot be read */
  static find(path: string): PartFolder | null {
    const file = join(path, stateFile);
    if (!existsSync(file)) return null;
    return guarded(file, () => new PartFolder(path, JSON.parse(readFileSync(file, "utf8")) as Saved));
  }

  /** A folder for a run that begins, for its owner alone. */
  static create(path: string, provider: string): PartFolder {
    guarded(path, () => makeFolder(path));
    const folder = new PartFolder(path, { version: 1, run: randomUUID(), provider, parts: [] });
    folder.#save();
    return folder;
  }

  get provider(): string {
    return this.#saved.provider;
  }

  /** In the order in which they were written. */
  get parts(): readonly RequestPart[] {
    return this.#saved.parts;
  }

  /** Of a new part: no part of the run has it, nor had it. */
  get nextNumber(): number {
    return Math.max(this.#saved.dropped ?? 0, ...this.parts.map(({ number }) => number)) + 1;
  }

  /** What a part is called at the service: no other one of any run is. */
  nameOf({ number }: Pick<RequestPart, "number">): string {
    return `deepseek-chat-${this.#saved.run}-${number}`;
  }

  requestsOf({ number }: Pick<RequestPart, "number">): string {
    return join(this.path, `part-${number}.jsonl`);
  }

  /** Removes what was being written when an earlier run ended. */
  clean(): void {
    const known = new Set(this.parts.flatMap((part) => [this.requestsOf(part), this.#itemsOf(part)]));
    guarded(this.path, () => {
      for (const name of readdirSync(this.path)) {
        if (name.startsWith("part-") && !known.has(join(this.path, name))) rmSync(join(this.path, name));
      }
    });
  }

  /** Adds lines to a part that is being written. */
  append(number: number, requests: string, items: readonly PartItem[]): void {
    const lines = items.map(({ index, id }) => `${JSON.stringify([index, id])}\n`).join("");
    guarded(this.path, () => {
      appendFileSync(this.requestsOf({ number }), requests, { mode: 0o600 });
      appendFileSync(this.#itemsOf({ number }), lines, { mode: 0o600 });
    });
  }

  /** A part is whole: from now on it is known. */
  add(part: RequestPart): void {
    guarded(this.path, () => [this.requestsOf(part), this.#itemsOf(part)].forEach(synced));
    this.#saved = { ...this.#saved, parts: [...this.parts, part] };
    this.#save();
  }

  /** Writes down how far a part is, before anything else happens. */
  update(part: RequestPart): void {
    const parts = this.parts.map((each) => (each.number === part.number ? part : each));
    this.#saved = { ...this.#saved, parts };
    this.#save();
    const gone =
      part.stage === "collected"
        ? [this.requestsOf(part), this.#itemsOf(part)]
        : part.stage === "waiting"
          ? [this.requestsOf(part)]
          : [];
    guarded(this.path, () => gone.forEach((path) => rmSync(path, { force: true })));
  }

  /** Forgets a part of which there is no batch. */
  drop(part: RequestPart): void {
    const parts = this.parts.filter(({ number }) => number !== part.number);
    this.#saved = { ...this.#saved, parts, dropped: Math.max(part.number, this.#saved.dropped ?? 0) };
    this.#save();
    guarded(this.path, () =>
      [this.requestsOf(part), this.#itemsOf(part)].forEach((path) => rmSync(path, { force: true })),
    );
  }

  /** The items of a part, by what they are called at the service. */
  itemsOf(part: RequestPart): Map<string, PartItem> {
    return new Map([...this.#items(part)].map((item) => [customIdOf(item.id), item]));
  }

  /** Whether each of a part's items is one that is still wanted. */
  *indexesOf(part: RequestPart): Generator<number> {
    for (const { index } of this.#items(part)) yield index;
  }

  /** To be called once every result is here. */
  remove(): void {
    guarded(this.path, () => rmSync(this.path, { recursive: true, force: true }));
  }

  *#items(part: RequestPart): Generator<PartItem> {
    const path = this.#itemsOf(part);
    const text = guarded(path, () => readFileSync(path, "utf8"));
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const [index, id] = JSON.parse(line) as [number, string];
      yield { index, id };
    }
  }

  #itemsOf({ number }: Pick<RequestPart, "number">): string {
    return join(this.path, `part-${number}.items.jsonl`);
  }

  #save(): void {
    replaceFile(join(this.path, stateFile), `${JSON.stringify(this.#saved, null, 1)}\n`);
  }
}

function synced(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function guarded<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
}
