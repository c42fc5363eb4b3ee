import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { FileState } from "../store/folder.ts";
import { noted, type Entry, type CatalogPiece } from "./catalog.ts";
import { readWhole } from "./files.ts";
import { fold } from "./fold.ts";
import { limits } from "../limits.ts";
import { byTurns, Rest } from "../steps.ts";
import { outline, roles, textsOf, type Located, type Outline } from "./exchange-offsets.ts";
import type { ExchangeRow } from "./segment-store.ts";
import { SegmentBuilder } from "./segment.ts";

/** Texts of one exchange have numbers beside each other. */
export const textsPerExchange = 8;

/** Terms in texts after which a segment is full: some 100 MB of memory for 30 MB of text. */
const fullSegment = 8_000_000;

/** A new segment while files are read into it. */
export class Indexing {
  readonly builder = new SegmentBuilder();
  readonly exchanges: ExchangeRow[] = [];
  readonly #folder: string;
  readonly #segment: number;
  readonly #onRead: (name: string, state: FileState, bytes: Buffer) => void;
  readonly #rest = new Rest(null);
  readonly #signal: AbortSignal;

  /**
   * @param signal ends the reading of a large file
   * @param onRead told what each file holds
   */
  constructor(
    folder: string,
    segment: number,
    signal: AbortSignal,
    onRead: (name: string, state: FileState, bytes: Buffer) => void,
  ) {
    this.#signal = signal;
    this.#folder = folder;
    this.#segment = segment;
    this.#onRead = onRead;
  }

  get full(): boolean {
    return this.builder.size > fullSegment;
  }

  /** Lets the rest of the program run where it is time. */
  async rest(): Promise<void> {
    await this.#rest.take();
  }

  /**
   * Reads a file, or what was appended to it.
   *
   * @param before what is known of it; null to read the whole of it
   * @param found its state when the folder was looked at
   * @returns what is known of it now; null where it cannot be read
   */
  async add(name: string, before: Entry | null): Promise<Entry | null> {
    try {
      return await this.#add(name, before);
    } catch (error) {
      // A system's error, TooLarge, or the search is stopped; what is no transcript yet may be one later.
      if (error instanceof Error && "code" in error) return null;
      throw error;
    }
  }

  async #add(name: string, before: Entry | null): Promise<Entry> {
    const { bytes, state } = readWhole(join(this.#folder, name), limits.indexedBytes);
    this.#onRead(name, state, bytes);
    const kept = before !== null && isKept(before, bytes) ? before : null;
    if (kept !== null && kept.open === null && kept.whole === bytes.length) return { ...kept, ...noted(state) };
    const appended = kept === null ? null : await byTurns(outline(bytes, kept.whole), this.#signal);
    if (kept !== null && appended !== null) return this.#append(kept, appended, bytes, state);
    const held = await byTurns(outline(bytes, 0), this.#signal);
    return this.#append(emptyEntry(name), held!, bytes, state);
  }

  #append(entry: Entry, held: Outline, bytes: Buffer, state: FileState): Entry {
    const { exchanges, title, whole, settled } = held;
    const name = entry.title ?? title;
    const piece = this.#piece(
      exchanges.slice(0, settled),
      entry.settled,
      entry.pieces.length === 0 && entry.title === null ? title : null,
    );
    const open = this.#piece(exchanges.slice(settled), entry.settled + settled, null);
    return {
      name: entry.name,
      ...noted(state),
      whole,
      checksum: crc32(bytes.subarray(0, whole)),
      settled: entry.settled + settled,
      usedAt: held.usedAt ?? (entry.usedAt || state.mtimeMs),
      forked: entry.forked || held.forked,
      title: name,
      pieces: piece === null ? entry.pieces : [...entry.pieces, piece],
      open,
    };
  }

  /** Takes exchanges in; null where there are none. */
  #piece(exchanges: readonly Located[], turns: number, title: string | null): CatalogPiece | null {
    const first = this.exchanges.length;
    if (title !== null) {
      this.#text("title", title);
      this.exchanges.push({ start: 0, end: 0, slot: 0, turn: 0, at: 0, withdrawn: false });
    }
    for (const [index, { exchange, place }] of exchanges.entries()) {
      for (const { role, text } of textsOf(exchange)) this.#text(role, text);
      const at = Math.max(0, Math.floor(exchange.askedAt.getTime() / 1000));
      this.exchanges.push({ ...place, turn: turns + index + 1, at, withdrawn: exchange.withdrawn });
    }
    const count = this.exchanges.length - first;
    return count === 0 ? null : { segment: this.#segment, first, count };
  }

  #text(role: (typeof roles)[number], text: string): void {
    if (text === "") return;
    this.builder.add(this.exchanges.length * textsPerExchange + roles.indexOf(role), fold(text));
  }
}

function emptyEntry(name: string): Entry {
  const nothing = { whole: 0, checksum: 0, settled: 0, usedAt: 0, forked: false, title: null, pieces: [], open: null };
  return { name, size: 0, mtimeMs: 0, ctimeMs: 0, ...nothing };
}

/** Whether the part that was settled is still what the file begins with. */
function isKept(before: Entry, bytes: Buffer): boolean {
  return before.whole > 0 && before.whole <= bytes.length && crc32(bytes.subarray(0, before.whole)) === before.checksum;
}
