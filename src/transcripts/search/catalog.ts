import type { FileState } from "../store/folder.ts";

/** A file's exchanges that lie beside each other in one segment. */
export interface CatalogPiece {
  readonly segment: number;
  /** Number of the first in the segment. */
  readonly first: number;
  readonly count: number;
}

/** What is known of a file. */
export interface Entry {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Bytes that stay when something is appended, their checksum, and how many exchanges they hold. */
  readonly whole: number;
  readonly checksum: number;
  readonly settled: number;
  /** When the conversation was used last, in milliseconds since 1970. */
  readonly usedAt: number;
  /** Whether it was branched off another. */
  readonly forked: boolean;
  /** The name someone gave it: then the first exchange of the first piece stands for that. */
  readonly title: string | null;
  /** Of the settled part. */
  readonly pieces: readonly CatalogPiece[];
  /** What is behind it and may still change. */
  readonly open: CatalogPiece | null;
}

/** A file that was touched this shortly before may be touched again within one tick of its clock; milliseconds. */
const tick = 2_000;

/** Whether a file is as it was when it was read. */
export function isAsBefore(entry: Entry, state: FileState): boolean {
  return entry.size === state.size && entry.mtimeMs === state.mtimeMs && entry.ctimeMs === state.ctimeMs;
}

/** A file's state as it is noted: one that was touched just now counts as changed the next time. */
export function noted(state: FileState): FileState {
  const { size, mtimeMs, ctimeMs } = state;
  return { size, mtimeMs, ctimeMs: ctimeMs < Date.now() - tick ? ctimeMs : 0 };
}

export function piecesOf({ pieces, open }: Entry): readonly CatalogPiece[] {
  return open === null ? pieces : [...pieces, open];
}

/** How many exchanges of each segment belong to a file as it is now. */
export function livingIn(entries: Iterable<Entry>): Map<number, number> {
  const living = new Map<number, number>();
  for (const entry of entries) {
    for (const { segment, count } of piecesOf(entry)) living.set(segment, (living.get(segment) ?? 0) + count);
  }
  return living;
}

/**
 * What an index knows of a folder's files, as it is written: texts, and numbers that need no parsing. A search asks for all of it, and
 * thousands of objects would take the collector of garbage longer than all the rest: an entry is made where one is asked for.
 */
export class Catalog {
  /** JSON: the names, and the titles there are, each behind the index of its entry. */
  readonly texts: string;
  /**
   * Of each entry size, times, settled part, its last use, whether it was forked, whether a piece is open and how many there are;
   * of each piece, that last, its three.
   */
  readonly numbers: Float64Array;
  readonly names: readonly string[];
  readonly #titles: ReadonlyMap<number, string>;
  /** Where in the numbers each entry begins, and where the last one ends. */
  readonly #starts: Uint32Array;
  #places: ReadonlyMap<string, number> | null = null;

  /** @param columns what another catalog was written as; their checksums are known to be right */
  constructor({ texts, numbers }: CatalogColumns) {
    const [names, titles] = JSON.parse(texts) as Texts;
    this.texts = texts;
    this.numbers = numbers;
    this.names = names;
    this.#titles = new Map(titles);
    this.#starts = new Uint32Array(names.length + 1);
    for (let index = 0, at = 0; index < names.length; index++) {
      at += numbersEach + numbers[at + 9]! * 3;
      this.#starts[index + 1] = at;
    }
  }

  static of(entries: Iterable<Entry>): Catalog {
    const all = [...entries];
    const titles = all.flatMap(({ title }, index): [number, string][] => (title === null ? [] : [[index, title]]));
    const texts: Texts = [all.map(({ name }) => name), titles];
    const numbers: number[] = [];
    for (const entry of all) {
      const { size, mtimeMs, ctimeMs, whole, checksum, settled, usedAt, forked, open } = entry;
      const pieces = piecesOf(entry);
      numbers.push(size, mtimeMs, ctimeMs, whole, checksum, settled, usedAt, Number(forked));
      numbers.push(open === null ? 0 : 1, pieces.length);
      for (const { segment, first, count } of pieces) numbers.push(segment, first, count);
    }
    return new Catalog({ texts: JSON.stringify(texts), numbers: Float64Array.from(numbers) });
  }

  get size(): number {
    return this.names.length;
  }

  /** Whether each file is as it was when it was read, and there is no other. */
  isOf(states: ReadonlyMap<string, FileState>): boolean {
    if (states.size !== this.size) return false;
    let next = 0;
    for (const [name, state] of states) {
      // A folder is mostly listed in the order in which it was read.
      const index = this.names[next] === name ? next : this.#placeOf(name);
      if (index === undefined || !this.isAsBefore(index, state)) return false;
      next = index + 1;
    }
    return true;
  }

  /** Whether a file is as it was when it was read. */
  isAsBefore(index: number, { size, mtimeMs, ctimeMs }: FileState): boolean {
    const { numbers } = this;
    const at = this.#starts[index]!;
    return numbers[at] === size && numbers[at + 1] === mtimeMs && numbers[at + 2] === ctimeMs;
  }

  /** Whether `test` is true of a piece of a file. */
  hasPiece(index: number, test: (segment: number, first: number, count: number) => boolean): boolean {
    const { numbers } = this;
    const end = this.#starts[index + 1]!;
    for (let at = this.#starts[index]! + numbersEach; at < end; at += 3) {
      if (test(numbers[at]!, numbers[at + 1]!, numbers[at + 2]!)) return true;
    }
    return false;
  }

  entry(index: number): Entry {
    const { numbers } = this;
    const at = this.#starts[index]!;
    const pieces: CatalogPiece[] = [];
    for (let piece = at + numbersEach; piece < this.#starts[index + 1]!; piece += 3) {
      pieces.push({ segment: numbers[piece]!, first: numbers[piece + 1]!, count: numbers[piece + 2]! });
    }
    return {
      name: this.names[index]!,
      size: numbers[at]!,
      mtimeMs: numbers[at + 1]!,
      ctimeMs: numbers[at + 2]!,
      whole: numbers[at + 3]!,
      checksum: numbers[at + 4]!,
      settled: numbers[at + 5]!,
      usedAt: numbers[at + 6]!,
      forked: numbers[at + 7] === 1,
      title: this.#titles.get(index) ?? null,
      open: numbers[at + 8] === 1 ? pieces.pop()! : null,
      pieces,
    };
  }

  /** All entries, by name. */
  entries(): Map<string, Entry> {
    return new Map(this.names.map((name, index) => [name, this.entry(index)]));
  }

  #placeOf(name: string): number | undefined {
    this.#places ??= new Map(this.names.map((each, index) => [each, index]));
    return this.#places.get(name);
  }
}

/** A catalog as it is kept. */
export type CatalogColumns = Pick<Catalog, "numbers" | "texts">;

/** How many numbers of an entry stand before those of its pieces. */
const numbersEach = 10;

type Texts = readonly [names: readonly string[], titles: readonly (readonly [index: number, title: string])[]];
