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

/** Entries as they are written: every search reads all of them first, and numbers need no parsing where they are bytes. */
export interface CatalogColumns {
  /** JSON: the names, and the titles there are, each behind the index of its entry. */
  readonly texts: string;
  /**
   * Of each entry size, times, settled part, its last use, whether it was forked, whether a piece is open and how many there are;
   * of each piece, that last, its three.
   */
  readonly numbers: Float64Array;
}

/** How many numbers of an entry stand before those of its pieces. */
const numbersEach = 10;

type Texts = readonly [names: readonly string[], titles: readonly (readonly [index: number, title: string])[]];

export function encodeCatalog(entries: Iterable<Entry>): CatalogColumns {
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
  return { texts: JSON.stringify(texts), numbers: Float64Array.from(numbers) };
}

/**
 * The entries by name.
 *
 * @param columns what `encodeCatalog` gave; their checksums are known to be right
 */
export function decodeCatalog({ texts, numbers }: CatalogColumns): Map<string, Entry> {
  const [names, titles] = JSON.parse(texts) as Texts;
  const titled = new Map(titles);
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let index = 0; index < names.length; index++) {
    const name = names[index]!;
    const first = at + numbersEach;
    at = first + numbers[at + 9]! * 3;
    const pieces: CatalogPiece[] = [];
    for (let piece = first; piece < at; piece += 3) {
      pieces.push({ segment: numbers[piece]!, first: numbers[piece + 1]!, count: numbers[piece + 2]! });
    }
    entries.set(name, {
      name,
      size: numbers[first - 10]!,
      mtimeMs: numbers[first - 9]!,
      ctimeMs: numbers[first - 8]!,
      whole: numbers[first - 7]!,
      checksum: numbers[first - 6]!,
      settled: numbers[first - 5]!,
      usedAt: numbers[first - 4]!,
      forked: numbers[first - 3] === 1,
      title: titled.get(index) ?? null,
      open: numbers[first - 2] === 1 ? pieces.pop()! : null,
      pieces,
    });
  }
  return entries;
}
