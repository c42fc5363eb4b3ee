import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import type { FileState } from "../folder.ts";
import { noted, type Entry, type Piece } from "./catalog.ts";
import { readWhole } from "./files.ts";
import { fold } from "./fold.ts";
import { outline, roles, textsOf, type Located, type Outline } from "./outline.ts";
import type { ExchangeRow } from "./rows.ts";
import { SegmentBuilder } from "./segment.ts";

/** Texts of one exchange have numbers beside each other. */
export const textsPerExchange = 8;

/** Terms in texts after which a segment is full: some 100 MB of memory for 30 MB of text. */
const fullSegment = 8_000_000;
/** Milliseconds of work after which signals and the screen get their turn. */
const stint = 30;

/** A new segment while files are read into it. */
export class Indexing {
  readonly builder = new SegmentBuilder();
  readonly exchanges: ExchangeRow[] = [];
  readonly #folder: string;
  readonly #segment: number;
  readonly #onRead: (name: string, state: FileState, bytes: Buffer) => void;
  #rested = performance.now();

  /** @param onRead told what each file holds */
  constructor(folder: string, segment: number, onRead: (name: string, state: FileState, bytes: Buffer) => void) {
    this.#folder = folder;
    this.#segment = segment;
    this.#onRead = onRead;
  }

  get full(): boolean {
    return this.builder.size > fullSegment;
  }

  /** Lets the rest of the program run where it is time. */
  async rest(): Promise<void> {
    if (performance.now() - this.#rested < stint) return;
    await setImmediate();
    this.#rested = performance.now();
  }

  /**
   * Reads a file, or what was appended to it.
   *
   * @param before what is known of it; null to read the whole of it
   * @param found its state when the folder was looked at
   * @returns what is known of it now
   */
  add(name: string, found: FileState, before: Entry | null): Entry {
    const file = readWhole(join(this.#folder, name));
    // Who may not read it now may later, and then its times are others.
    if (file === null) return { ...emptyEntry(name), ...noted(found) };
    const { bytes, state } = file;
    this.#onRead(name, state, bytes);
    const kept = before !== null && isKept(before, bytes) ? before : null;
    if (kept !== null && kept.open === null && kept.whole === bytes.length) return { ...kept, ...noted(state) };
    const appended = kept === null ? null : outline(bytes, kept.whole);
    if (kept !== null && appended !== null) return this.#append(kept, appended, bytes, state);
    return this.#append(emptyEntry(name), outline(bytes, 0)!, bytes, state);
  }

  #append(entry: Entry, { exchanges, title, whole, settled }: Outline, bytes: Buffer, state: FileState): Entry {
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
      title: name,
      pieces: piece === null ? entry.pieces : [...entry.pieces, piece],
      open,
    };
  }

  /** Takes exchanges in; null where there are none. */
  #piece(exchanges: readonly Located[], turns: number, title: string | null): Piece | null {
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
  const nothing = { whole: 0, checksum: 0, settled: 0, title: null, pieces: [], open: null };
  return { name, size: 0, mtimeMs: 0, ctimeMs: 0, ...nothing };
}

/** Whether the part that was settled is still what the file begins with. */
function isKept(before: Entry, bytes: Buffer): boolean {
  return before.whole > 0 && before.whole <= bytes.length && crc32(bytes.subarray(0, before.whole)) === before.checksum;
}
