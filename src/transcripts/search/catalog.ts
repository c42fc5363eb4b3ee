import type { FileState } from "../folder.ts";

/** A file's exchanges that lie beside each other in one segment. */
export interface Piece {
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
  /** The name someone gave it: then the first exchange of the first piece stands for that. */
  readonly title: string | null;
  /** Of the settled part. */
  readonly pieces: readonly Piece[];
  /** What is behind it and may still change. */
  readonly open: Piece | null;
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

export function piecesOf({ pieces, open }: Entry): readonly Piece[] {
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

/** An entry as it is written: its pieces, and the open one last, are three numbers each. */
type Row = readonly [
  name: string,
  size: number,
  mtimeMs: number,
  ctimeMs: number,
  whole: number,
  checksum: number,
  settled: number,
  title: string | null,
  isOpen: 0 | 1,
  pieces: readonly number[],
];

/** The entries as text. Without names: every search reads all of it first. */
export function encodeCatalog(entries: Iterable<Entry>): string {
  const rows = Array.from(entries, (entry): Row => {
    const { name, size, mtimeMs, ctimeMs, whole, checksum, settled, title, open } = entry;
    const pieces = piecesOf(entry).flatMap(({ segment, first, count }) => [segment, first, count]);
    return [name, size, mtimeMs, ctimeMs, whole, checksum, settled, title, open === null ? 0 : 1, pieces];
  });
  return JSON.stringify(rows);
}

/**
 * The entries by name.
 *
 * @param json what `encodeCatalog` gave; its checksum is known to be right
 */
export function decodeCatalog(json: string): Map<string, Entry> {
  const rows = JSON.parse(json) as readonly Row[];
  return new Map(rows.map((row) => [row[0], entryIn(row)]));
}

function entryIn([name, size, mtimeMs, ctimeMs, whole, checksum, settled, title, isOpen, numbers]: Row): Entry {
  const pieces: Piece[] = [];
  for (let at = 0; at < numbers.length; at += 3) {
    pieces.push({ segment: numbers[at]!, first: numbers[at + 1]!, count: numbers[at + 2]! });
  }
  const open = isOpen === 1 ? pieces.pop()! : null;
  return { name, size, mtimeMs, ctimeMs, whole, checksum, settled, title, pieces, open };
}
