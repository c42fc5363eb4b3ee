import { join } from "node:path";
import { replaceFile } from "../../atomic-file.ts";
import { readRegular } from "../../files.ts";
import { folderKey, type FileState } from "./folder.ts";
import type { Summary } from "./summary.ts";

/** Changes whenever a column means something else. */
const version = 5;

/**
 * What is remembered, a list for each fact with a value for each file: its name, what it was when it was summarised, and the
 * summary; an id of null for a file that holds no conversation. Lists, because thousands of rows take the collector of garbage
 * longer than all the rest of reading them.
 */
interface Columns {
  readonly name: string[];
  readonly size: number[];
  readonly mtimeMs: number[];
  readonly ctimeMs: number[];
  readonly id: (string | null)[];
  readonly startedAt: number[];
  readonly usedAt: (number | null)[];
  readonly title: string[];
  readonly pinned: boolean[];
  /** Of each file in one text, a newline between two. */
  readonly tags: string[];
  readonly turns: number[];
  readonly provider: (string | null)[];
  readonly model: (string | null)[];
}

const columns = [
  "name",
  "size",
  "mtimeMs",
  "ctimeMs",
  "id",
  "startedAt",
  "usedAt",
  "title",
  "pinned",
  "tags",
  "turns",
  "provider",
  "model",
] as const;

function columnsOf(listOf: (name: keyof Columns) => readonly unknown[]): Columns {
  return Object.fromEntries(columns.map((name) => [name, listOf(name)])) as unknown as Columns;
}

/** Fewer new summaries than this are sooner made again than written down. */
const worthSaving = 50;
/** Of the file with the summaries; some hundred thousand of them. */
const maxBytes = 64 * 1024 * 1024;
/** A file that was touched this shortly before may be touched again within one tick of its clock; milliseconds. */
const settled = 2_000;

/**
 * The summaries of one folder's files, remembered in the cache folder: derived data that anybody may delete. A summary
 * counts as long as its file has the same size and times.
 */
export class Listing {
  readonly #file: string | null;
  readonly #old: Columns;
  /** Where a name is in them; made when they are asked for in another order than theirs. */
  #places: ReadonlyMap<string, number> | null = null;
  /** Where in the old ones that stands which counts still. */
  readonly #kept: number[] = [];
  readonly #new = columnsOf(() => []);
  readonly #settledBefore = Date.now() - settled;
  #made = 0;

  private constructor(file: string | null, old: Columns) {
    this.#file = file;
    this.#old = old;
  }

  /** What is remembered of `folder`; nothing without a cache folder. */
  static load(folder: string, cache: string | null): Listing {
    const file = cache === null ? null : join(cache, `transcripts-${folderKey(folder)}.json`);
    return new Listing(file, (file === null ? null : columnsIn(file)) ?? columnsOf(() => []));
  }

  /** The summary of a file: the remembered one, else what `make` gives. */
  get(name: string, state: FileState, make: () => Summary | null): Summary | null {
    const known = this.recall(name, state);
    return known === undefined ? this.remember(name, state, make()) : known;
  }

  /** The remembered summary of a file, null where it holds no conversation; undefined where none is remembered. */
  recall(name: string, { size, mtimeMs, ctimeMs }: FileState): Summary | null | undefined {
    const at = this.#placeOf(name);
    const old = this.#old;
    if (at === undefined || old.size[at] !== size) return undefined;
    if (old.mtimeMs[at] !== mtimeMs || old.ctimeMs[at] !== ctimeMs) return undefined;
    const id = old.id[at];
    if (id === null) {
      this.#kept.push(at);
      return null;
    }
    const [startedAt, usedAt, title, turns] = [old.startedAt[at], old.usedAt[at], old.title[at], old.turns[at]];
    const [provider, model, pinned, tags] = [old.provider[at], old.model[at], old.pinned[at], old.tags[at]];
    // Looked at here, because a loop over all of them takes longer than reading them.
    if (typeof id !== "string" || typeof title !== "string") return undefined;
    if (typeof startedAt !== "number" || typeof turns !== "number" || !isNumberOrNull(usedAt)) return undefined;
    if (!isTextOrNull(provider) || !isTextOrNull(model)) return undefined;
    if (typeof pinned !== "boolean" || typeof tags !== "string") return undefined;
    this.#kept.push(at);
    return { id, startedAt, usedAt, title, pinned, tags: tagsIn(tags), turns, provider, model };
  }

  /** A folder is mostly read in the order in which it was read before. */
  #placeOf(name: string): number | undefined {
    const next = (this.#kept.at(-1) ?? -1) + 1;
    if (this.#old.name[next] === name) return next;
    this.#places ??= new Map(this.#old.name.map((each, place) => [each, place]));
    return this.#places.get(name);
  }

  /** Takes in the summary of a file, and gives it back. */
  remember(name: string, { size, mtimeMs, ctimeMs }: FileState, summary: Summary | null): Summary | null {
    this.#made++;
    if (ctimeMs >= this.#settledBefore) return summary;
    const row: { readonly [Name in keyof Columns]: Columns[Name][number] } = {
      name,
      size,
      mtimeMs,
      ctimeMs,
      ...(summary === null ? nothing : { ...summary, tags: summary.tags.join("\n") }),
    };
    for (const column of columns) (this.#new[column] as unknown[]).push(row[column]);
    return summary;
  }

  /** Remembers what is new, where that is worth it. A cache that cannot be written is done without. */
  save(): void {
    if (this.#file === null || this.#made < worthSaving) return;
    try {
      const all = columnsOf((name) => [...this.#kept.map((at) => this.#old[name][at]), ...this.#new[name]]);
      // A part of it is no JSON, and then nothing is remembered.
      replaceFile(this.#file, JSON.stringify({ v: version, ...all }), false);
    } catch {
      // The list is made from the files then.
    }
  }
}

/** Of a file that holds no conversation. */
const nothing = {
  id: null,
  startedAt: 0,
  usedAt: null,
  title: "",
  pinned: false,
  tags: "",
  turns: 0,
  provider: null,
  model: null,
};

const noTags: readonly string[] = [];

function tagsIn(text: string): readonly string[] {
  return text === "" ? noTags : text.split("\n");
}

/** Null for what is missing, damaged or of another version. */
function columnsIn(file: string): Columns | null {
  try {
    const text = readRegular(file, { maxBytes, noLinks: true, owner: "self" }).toString("utf8");
    const read = JSON.parse(text) as { readonly v?: unknown } & Columns;
    return read.v === version && columns.every((name) => Array.isArray(read[name])) ? read : null;
  } catch {
    return null;
  }
}

const isNumberOrNull = (value: unknown): value is number | null => value === null || typeof value === "number";
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === "string";
