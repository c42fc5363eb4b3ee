import type { AppError } from "../../errors.ts";
import type { FileState } from "../store/folder.ts";
import { Catalog, isAsBefore, livingIn, piecesOf, type Entry } from "./catalog.ts";
import type { Database } from "./database.ts";
import { Indexing } from "./index-build.ts";
import { deleteSegment, Segment, writeSegment } from "./segment-store.ts";

export interface IndexUpdate {
  readonly folder: string;
  /** What is in the folder now. */
  readonly states: ReadonlyMap<string, FileState>;
  /** Ends the work early; what was done stays. */
  readonly signal: AbortSignal;
  /** Told how many bytes were read so far, and how many there are to read. */
  readonly onProgress: (done: number, total: number) => void;
  /** Told, while an index is made for the first time, what each file holds; the bytes are gone afterwards. */
  readonly onFirstRead: (name: string, state: FileState, bytes: Buffer) => void;
  /** Told of each file that is passed over. */
  readonly onUnreadable?: (error: AppError) => void;
}

/** What an index says of a folder. */
export interface Known {
  /** The files that it knows as they are now. */
  readonly catalog: Catalog;
  /** Those that it does not. */
  readonly behind: ReadonlySet<string>;
  /** Whether it knows all as they are now, for certain. */
  readonly settled: boolean;
  /** The number of the changes of the index by which this is true. */
  readonly changes: number;
}

/** So many segments of about one size are made into one; the sizes differ by this factor. */
const manySegments = 8;

/**
 * Brings an index up to date with a folder. While another program writes to it, it stays as it is.
 *
 * @throws Damage, and SQLite's errors
 */
export async function update(database: Database, around: IndexUpdate): Promise<Known> {
  const { changes } = database;
  const catalog = database.readCatalog();
  // Most searches find it so, and ask no more.
  if (catalog.isOf(around.states)) return { catalog, behind: new Set(), settled: true, changes };
  const run = new Update(database, around, catalog, changes);
  await run.all();
  const after = Catalog.of(run.entries.values());
  if (after.isOf(around.states)) return { catalog: after, behind: new Set(), settled: true, changes: run.changes };
  const behind = new Set(run.unknown());
  const known = [...run.entries.values()].filter(({ name }) => around.states.has(name) && !behind.has(name));
  return { catalog: Catalog.of(known), behind, settled: false, changes: run.changes };
}

class Update {
  readonly #database: Database;
  readonly #around: IndexUpdate;
  entries: Map<string, Entry>;
  changes: number;
  readonly #isFirst: boolean;
  /** Files that were read in this run: those that go on changing wait for the next one. */
  readonly #read = new Set<string>();
  /** Those of them that cannot be read. */
  readonly #failed = new Set<string>();
  #bytes = 0;
  #total = 0;

  /** @param catalog what it knows, by the number of its changes `changes` */
  constructor(database: Database, around: IndexUpdate, catalog: Catalog, changes: number) {
    this.#database = database;
    this.#around = around;
    this.changes = changes;
    this.entries = catalog.entries();
    this.#isFirst = this.entries.size === 0;
  }

  /** Files that are new, or not as they were when they were read. */
  changed(): string[] {
    const names: string[] = [];
    for (const [name, state] of this.#around.states) {
      const entry = this.entries.get(name);
      if (!this.#read.has(name) && (entry === undefined || !isAsBefore(entry, state))) names.push(name);
    }
    return names;
  }

  /** Those whose contents the index does not tell. */
  unknown(): string[] {
    return [...this.changed(), ...this.#failed];
  }

  async all(): Promise<void> {
    while (this.#isBehind() && !this.#around.signal.aborted) {
      if (!this.#database.begin()) return;
      try {
        this.#reload();
        await this.#step();
        this.#database.commit();
      } catch (error) {
        this.#database.rollback();
        throw error;
      }
    }
  }

  #isBehind(): boolean {
    return this.#gone().length > 0 || this.#toRead().length > 0;
  }

  #gone(): string[] {
    return [...this.entries.keys()].filter((name) => !this.#around.states.has(name));
  }

  #toRead(): string[] {
    const uprooted = this.#uprooted();
    return uprooted.length === 0 ? this.changed() : [...new Set([...this.changed(), ...uprooted])];
  }

  /** Files in segments that are worth rebuilding: half of a segment is obsolete, or there are many small ones. */
  #uprooted(): string[] {
    const living = livingIn(this.entries.values());
    const sizes = new Map<number, number[]>();
    const leave = new Set<number>();
    for (const [id, { exchanges }] of Segment.all(this.#database)) {
      if ((living.get(id) ?? 0) * 2 < exchanges) leave.add(id);
      const size = Math.floor(Math.log2(exchanges) / Math.log2(manySegments));
      sizes.set(size, [...(sizes.get(size) ?? []), id]);
    }
    for (const ids of sizes.values()) if (ids.length >= manySegments) ids.forEach((id) => leave.add(id));
    const entries = leave.size === 0 ? [] : [...this.entries.values()];
    return entries.flatMap((entry) =>
      !this.#read.has(entry.name) && piecesOf(entry).some(({ segment }) => leave.has(segment)) ? [entry.name] : [],
    );
  }

  /** Another program may have done some of the work meanwhile. */
  #reload(): void {
    if (this.#database.changes === this.changes) return;
    this.changes = this.#database.changes;
    this.entries = this.#database.readCatalog().entries();
  }

  /** Reads files until a segment is full or all is read, and writes it. */
  async #step(): Promise<void> {
    const { folder, states, signal, onProgress, onFirstRead } = this.#around;
    const names = this.#toRead();
    const uprooted = new Set(this.#uprooted());
    this.#total = Math.max(this.#total, this.#bytes + sum(names.map((name) => states.get(name)?.size ?? 0)));
    for (const name of this.#gone()) this.entries.delete(name);
    const id = [...Segment.all(this.#database).keys()].reduce((most, one) => Math.max(most, one), 0) + 1;
    const indexing = new Indexing(folder, id, signal, this.#isFirst ? onFirstRead : () => {});
    for (const name of names) {
      if (indexing.full || signal.aborted) break;
      const state = states.get(name);
      if (state === undefined) continue;
      const entry = await indexing.add(name, uprooted.has(name) ? null : (this.entries.get(name) ?? null));
      if (signal.aborted) break;
      if (entry !== null) this.entries.set(name, entry);
      else {
        this.entries.delete(name);
        this.#failed.add(name);
      }
      this.#read.add(name);
      this.#bytes += state.size;
      onProgress(this.#bytes, this.#total);
      await indexing.rest();
    }
    this.#write(id, indexing);
  }

  #write(id: number, { builder, exchanges }: Indexing): void {
    if (exchanges.length > 0) writeSegment(this.#database, id, builder, exchanges);
    const living = livingIn(this.entries.values());
    for (const other of Segment.all(this.#database).keys()) {
      if (!living.has(other)) deleteSegment(this.#database, other);
    }
    this.#database.writeCatalog(this.entries.values());
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
