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

export interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
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

/** The entries as text. */
export function encodeCatalog(entries: Iterable<Entry>): string {
  return JSON.stringify([...entries]);
}

/**
 * The entries by name.
 *
 * @param json what `encodeCatalog` gave; its checksum is known to be right
 */
export function decodeCatalog(json: string): Map<string, Entry> {
  const entries = JSON.parse(json) as readonly Entry[];
  return new Map(entries.map((entry) => [entry.name, entry]));
}
