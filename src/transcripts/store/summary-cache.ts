import { join } from "node:path";
import { replaceFile } from "../../atomic-file.ts";
import { readRegular } from "../../files.ts";
import { folderKey, type FileState } from "./folder.ts";
import type { Summary } from "./summary.ts";

/** Changes whenever a row means something else. */
const version = 3;

/**
 * A file's name, what it was when it was summarised, and the summary; an id of null for a file that holds no conversation. A
 * row and not an object with names, because thousands of them are read each time.
 */
type Row = readonly [
  name: string,
  size: number,
  mtimeMs: number,
  ctimeMs: number,
  id: string | null,
  startedAt: number,
  usedAt: number | null,
  title: string,
  turns: number,
  provider: string | null,
  model: string | null,
];

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
  readonly #old: ReadonlyMap<string, Row>;
  readonly #new: Row[] = [];
  readonly #settledBefore = Date.now() - settled;
  #made = 0;

  private constructor(file: string | null, rows: readonly Row[]) {
    this.#file = file;
    this.#old = new Map(rows.map((row) => [row[0], row]));
  }

  /** What is remembered of `folder`; nothing without a cache folder. */
  static load(folder: string, cache: string | null): Listing {
    if (cache === null) return new Listing(null, []);
    const file = join(cache, `transcripts-${folderKey(folder)}.json`);
    return new Listing(file, rowsIn(file));
  }

  /** The summary of a file: the remembered one, else what `make` gives. */
  get(name: string, state: FileState, make: () => Summary | null): Summary | null {
    const known = this.recall(name, state);
    return known === undefined ? this.remember(name, state, make()) : known;
  }

  /** The remembered summary of a file, null where it holds no conversation; undefined where none is remembered. */
  recall(name: string, { size, mtimeMs, ctimeMs }: FileState): Summary | null | undefined {
    const known = this.#old.get(name);
    if (known === undefined || known[1] !== size || known[2] !== mtimeMs || known[3] !== ctimeMs) return undefined;
    this.#new.push(known);
    return summaryIn(known);
  }

  /** Takes in the summary of a file, and gives it back. */
  remember(name: string, { size, mtimeMs, ctimeMs }: FileState, summary: Summary | null): Summary | null {
    this.#made++;
    if (ctimeMs >= this.#settledBefore) return summary;
    const { id = null, startedAt = 0, usedAt = null, title = "", turns = 0 } = summary ?? {};
    const { provider = null, model = null } = summary ?? {};
    this.#new.push([name, size, mtimeMs, ctimeMs, id, startedAt, usedAt, title, turns, provider, model]);
    return summary;
  }

  /** Remembers what is new, where that is worth it. A cache that cannot be written is done without. */
  save(): void {
    if (this.#file === null || this.#made < worthSaving) return;
    try {
      replaceFile(this.#file, JSON.stringify({ v: version, rows: this.#new }));
    } catch {
      // The list is made from the files then.
    }
  }
}

function summaryIn([, , , , id, startedAt, usedAt, title, turns, provider, model]: Row): Summary | null {
  return id === null ? null : { id, startedAt, usedAt, title, turns, provider, model };
}

function rowsIn(file: string): readonly Row[] {
  try {
    const text = readRegular(file, { maxBytes, noLinks: true, owner: "self" }).toString("utf8");
    const { v, rows } = JSON.parse(text) as { v?: unknown; rows?: unknown };
    return v === version && Array.isArray(rows) && rows.every(isRow) ? rows : [];
  } catch {
    return [];
  }
}

/** Spelled out: loops over such small lists take longer than all the rest of reading the memory. */
function isRow(value: unknown): value is Row {
  if (!Array.isArray(value)) return false;
  const row = value as readonly unknown[];
  return (
    typeof row[0] === "string" &&
    typeof row[1] === "number" &&
    typeof row[2] === "number" &&
    typeof row[3] === "number" &&
    (typeof row[4] === "string" || row[4] === null) &&
    typeof row[5] === "number" &&
    (typeof row[6] === "number" || row[6] === null) &&
    typeof row[7] === "string" &&
    typeof row[8] === "number" &&
    (typeof row[9] === "string" || row[9] === null) &&
    (typeof row[10] === "string" || row[10] === null)
  );
}
