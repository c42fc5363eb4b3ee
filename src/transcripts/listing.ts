import { createHash } from "node:crypto";
import { readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "./disk.ts";
import { newId } from "./names.ts";
import type { Summary } from "./summary.ts";

/** What a file was when it was summarised, and the summary; null for a file that holds no conversation. */
interface Entry {
  readonly state: string;
  readonly summary: Summary | null;
}

/** Entries by file name. */
type Entries = Record<string, Entry>;

/** Fewer new summaries than this are sooner made again than written down. */
const worthSaving = 50;
/** A file that was touched this shortly before may be touched again within one tick of its clock; milliseconds. */
const settled = 2_000;

export interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/**
 * The summaries of one folder's files, remembered in the cache folder: derived data that anybody may delete. A summary
 * counts as long as its file has the same size and times.
 */
export class Listing {
  readonly #file: string | null;
  readonly #old: Entries;
  readonly #new: Entries = {};
  #made = 0;

  private constructor(file: string | null, old: Entries) {
    this.#file = file;
    this.#old = old;
  }

  /** What is remembered of `folder`; nothing without a cache folder. */
  static load(folder: string, cache: string | null): Listing {
    if (cache === null) return new Listing(null, {});
    const name = createHash("sha256").update(realpathSync.native(folder)).digest("hex").slice(0, 16);
    const file = join(cache, `transcripts-${name}.json`);
    return new Listing(file, entriesIn(file));
  }

  /** The summary of a file: the remembered one, else what `make` gives. */
  get(name: string, file: FileState, make: () => Summary | null): Summary | null {
    const state = `${file.size} ${file.mtimeMs} ${file.ctimeMs}`;
    const known = this.#old[name];
    const fresh = known === undefined || known.state !== state;
    const entry = fresh ? { state, summary: make() } : known;
    if (fresh) this.#made++;
    if (file.ctimeMs < Date.now() - settled) this.#new[name] = entry;
    return entry.summary;
  }

  /** Remembers what is new, where that is worth it. A cache that cannot be written is done without. */
  save(): void {
    if (this.#file === null || this.#made < worthSaving) return;
    const temporary = `${this.#file}.${newId()}`;
    try {
      makeFolder(join(this.#file, ".."));
      writeFileSync(temporary, JSON.stringify({ v: 1, entries: this.#new }), { mode: 0o600, flag: "wx" });
      renameSync(temporary, this.#file);
    } catch {
      // The list is made from the files then.
    }
  }
}

function entriesIn(file: string): Entries {
  try {
    const { v, entries } = JSON.parse(readFileSync(file, "utf8")) as { v?: unknown; entries?: unknown };
    const valid = v === 1 && typeof entries === "object" && entries !== null && Object.values(entries).every(isEntry);
    return valid ? (entries as Entries) : {};
  } catch {
    return {};
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null || !("state" in value) || !("summary" in value)) return false;
  const { state, summary } = value;
  return typeof state === "string" && (summary === null || isSummary(summary));
}

function isSummary(value: unknown): value is Summary {
  const { id, startedAt, title, turns, provider, model } = Object(value) as Record<keyof Summary, unknown>;
  return (
    typeof id === "string" &&
    typeof startedAt === "number" &&
    typeof title === "string" &&
    typeof turns === "number" &&
    (provider === null || typeof provider === "string") &&
    (model === null || typeof model === "string")
  );
}
