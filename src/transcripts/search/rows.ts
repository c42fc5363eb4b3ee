import type { Database } from "./database.ts";
import type { Place } from "./outline.ts";
import { Damage, seal, unseal } from "./sealed.ts";
import { wordsInGroup, type Group, type Lexicon, type SegmentBuilder } from "./segment.ts";

/** What of an exchange is kept beside its words. */
export interface ExchangeRow extends Place {
  /** Its number in the conversation, from 1; 0 stands for the conversation's title. */
  readonly turn: number;
  /** When it was asked, in seconds since 1970. */
  readonly at: number;
  /** The person took it back. */
  readonly withdrawn: boolean;
}

/** Keys of the tables: the segment and what is numbered within it. A double holds both exactly. */
const units = 0x1_0000;
const numbers = 2 ** 28;

/** Writes a new segment. */
export function writeSegment(
  database: Database,
  id: number,
  builder: SegmentBuilder,
  exchanges: readonly ExchangeRow[],
): void {
  const { bytes, starts } = builder.lexicon();
  const times = Uint32Array.from(exchanges, ({ at }) => at);
  database
    .statement("INSERT INTO segments VALUES (?, ?, ?, ?, ?)")
    .run(id, exchanges.length, seal(bytesOf(times)), seal(bytes), seal(bytesOf(starts())));
  const place = database.statement("INSERT INTO places VALUES (?, ?, ?, ?, ?, ?)");
  for (const [number, { start, end, slot, turn, withdrawn }] of exchanges.entries()) {
    place.run(id * numbers + number, start, end, slot, turn, Number(withdrawn));
  }
  const pairs = database.statement("INSERT INTO pairs VALUES (?, ?)");
  for (const { key, data } of builder.pairGroups()) pairs.run(id * units + key, data);
  const words = database.statement("INSERT INTO words VALUES (?, ?)");
  for (const { key, data } of builder.wordGroups()) words.run(id * numbers + key, data);
}

export function deleteSegment(database: Database, id: number): void {
  database.statement("DELETE FROM segments WHERE id = ?").run(id);
  for (const [table, size] of [
    ["places", numbers],
    ["words", numbers],
    ["pairs", units],
  ] as const) {
    database.statement(`DELETE FROM ${table} WHERE key >= ? AND key < ?`).run(id * size, (id + 1) * size);
  }
}

/** A segment as it is searched. */
export class Segment {
  readonly #database: Database;
  readonly #id: number;
  readonly exchanges: number;

  constructor(database: Database, id: number, exchanges: number) {
    this.#database = database;
    this.#id = id;
    this.exchanges = exchanges;
  }

  /** The segments that are there, by id. */
  static all(database: Database): Map<number, Segment> {
    const rows = database.statement("SELECT id, exchanges FROM segments").all();
    return new Map(rows.map(({ id, exchanges }) => [Number(id), new Segment(database, Number(id), Number(exchanges))]));
  }

  lexicon(): Lexicon {
    // A word that is nowhere needs no place.
    return { bytes: this.#column("lexicon"), starts: () => numbersOf(this.#column("starts")) };
  }

  /** When each exchange was asked, in seconds since 1970. */
  times(): Uint32Array {
    return numbersOf(this.#column("times"));
  }

  /** The lists of the pairs that begin with a unit; null when there is none. */
  pairs(first: number): Uint8Array | null {
    return this.#group("pairs", this.#id * units + first);
  }

  /** The lists of the group in which a word's is, and the last word of that. */
  words(number: number): { readonly group: Uint8Array; readonly last: number } {
    const key = Math.floor(number / wordsInGroup);
    const group = this.#group("words", this.#id * numbers + key);
    if (group === null) throw new Damage();
    return { group, last: (key + 1) * wordsInGroup - 1 };
  }

  row(number: number): Omit<ExchangeRow, "at"> {
    const found = this.#database
      .statement('SELECT start, "end", slot, turn, withdrawn FROM places WHERE key = ?')
      .get(this.#id * numbers + number);
    if (found === undefined) throw new Damage();
    const { start, end, slot, turn, withdrawn } = found;
    return {
      start: Number(start),
      end: Number(end),
      slot: Number(slot),
      turn: Number(turn),
      withdrawn: withdrawn !== 0,
    };
  }

  #column(name: "lexicon" | "starts" | "times"): Buffer {
    return unseal(this.#database.statement(`SELECT ${name} FROM segments WHERE id = ?`).get(this.#id)?.[name]);
  }

  #group(table: "pairs" | "words", key: number): Group["data"] | null {
    const row = this.#database.statement(`SELECT data FROM ${table} WHERE key = ?`).get(key);
    return row === undefined ? null : unseal(row["data"]);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** A copy, because the bytes may begin anywhere. */
function numbersOf(bytes: Uint8Array): Uint32Array {
  if (bytes.length % 4 !== 0) throw new Damage();
  return new Uint32Array(new Uint8Array(bytes).buffer);
}
