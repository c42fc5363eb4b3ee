import type { Database } from "./database.ts";
import type { FileSpan } from "./exchange-offsets.ts";
import { bytesOf, Damage, numbersOf, seal, unseal } from "./checksum.ts";
import type { SegmentBuilder } from "./segment.ts";

/** What of an exchange is kept beside its words. */
export interface ExchangeRow extends FileSpan {
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
  const times = Uint32Array.from(exchanges, ({ at }) => at);
  database.statement("INSERT INTO segments VALUES (?, ?, ?)").run(id, exchanges.length, seal(bytesOf(times)));
  const place = database.statement("INSERT INTO places VALUES (?, ?, ?, ?, ?, ?)");
  for (const [number, { start, end, slot, turn, withdrawn }] of exchanges.entries()) {
    place.run(id * numbers + number, start, end, slot, turn, Number(withdrawn));
  }
  const pairs = database.statement("INSERT INTO pairs VALUES (?, ?)");
  for (const { key, data } of builder.pairGroups()) pairs.run(id * units + key, data);
  const words = database.statement("INSERT INTO words VALUES (?, ?, ?)");
  for (const { key, words: spelled, lists } of builder.wordGroups()) {
    words.run(id * numbers + key, seal(Buffer.from(spelled)), lists);
  }
  const grams = database.statement("INSERT INTO grams VALUES (?, ?)");
  for (const { key, data } of builder.gramGroups()) grams.run(id * units + key, data);
}

export function deleteSegment(database: Database, id: number): void {
  database.statement("DELETE FROM segments WHERE id = ?").run(id);
  for (const [table, size] of [
    ["places", numbers],
    ["words", numbers],
    ["pairs", units],
    ["grams", units],
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

  /** When each exchange was asked, in seconds since 1970. */
  times(): Uint32Array {
    return numbersOf(
      Uint32Array,
      unseal(this.#database.statement("SELECT times FROM segments WHERE id = ?").get(this.#id)?.["times"]),
    );
  }

  /** The lists of the pairs that begin with a unit; null when there is none. */
  pairs(first: number): Uint8Array | null {
    return this.#group("pairs", first);
  }

  /** The lists of the groups of words in which stretches stand that begin as `key` says; null when there is none. */
  grams(key: number): Uint8Array | null {
    return this.#group("grams", key);
  }

  /** How many groups of words there are. */
  get wordGroups(): number {
    const first = this.#id * numbers;
    const row = this.#database
      .statement("SELECT max(key) AS last FROM words WHERE key >= ? AND key < ?")
      .get(first, first + numbers);
    return typeof row?.["last"] === "number" ? row["last"] - first + 1 : 0;
  }

  /** The words of a group. */
  spelled(key: number): string {
    return this.#words("words", key).toString();
  }

  /** The lists of a group of words. */
  lists(key: number): Uint8Array {
    return this.#words("lists", key);
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

  #words(column: "words" | "lists", key: number): Buffer {
    const row = this.#database.statement(`SELECT ${column} FROM words WHERE key = ?`).get(this.#id * numbers + key);
    return unseal(row?.[column]);
  }

  #group(table: "pairs" | "grams", key: number): Uint8Array | null {
    const row = this.#database.statement(`SELECT data FROM ${table} WHERE key = ?`).get(this.#id * units + key);
    return row === undefined ? null : unseal(row["data"]);
  }
}
