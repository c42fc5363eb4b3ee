import { join } from "node:path";
import { bitsOf, candidatesIn, type Candidates } from "./candidates.ts";
import { piecesOf, type Entry } from "./catalog.ts";
import type { Database } from "./database.ts";
import { examine, examineTitle, type FoundExchange, type Wanted } from "./examine.ts";
import { roles } from "./outline.ts";
import { PlaceReader } from "./places.ts";
import { Damage } from "./sealed.ts";
import { mostTelling, tellingRoles, type Prospect, type Reading } from "./prospects.ts";
import { Segment } from "./rows.ts";

/** An exchange that may hold what is looked for. */
interface Hit {
  readonly segment: Segment;
  readonly number: number;
  /** The roles in whose texts it was found. */
  readonly bits: number;
}

interface Asked extends Candidates {
  readonly segment: Segment;
  /** Null where times do not matter. */
  readonly times: Uint32Array | null;
}

const tellingBits = bitsOf(tellingRoles);

/** Asks an index about files that are as it knows them. */
export class IndexedProspects {
  readonly #folder: string;
  readonly #literals: readonly string[];
  readonly #wanted: Wanted;
  /** In seconds since 1970. */
  readonly #since: number | null;
  readonly #segments: ReadonlyMap<number, Segment>;
  readonly #asked = new Map<number, Asked>();

  constructor(folder: string, database: Database, literals: readonly string[], wanted: Wanted) {
    this.#folder = folder;
    this.#literals = literals;
    this.#wanted = wanted;
    this.#since = wanted.since === null ? null : Math.floor(wanted.since.getTime() / 1000);
    this.#segments = Segment.all(database);
  }

  /**
   * The prospect that a file is; null where it holds nothing.
   *
   * @throws Damage, and SQLite's errors; so does reading the prospect
   */
  of(entry: Entry): Prospect | null {
    const tally = roles.map(() => 0);
    const hits: Hit[] = [];
    let certain = false;
    for (const { segment: id, first, count } of piecesOf(entry)) {
      const { segment, found, times, certain: clear } = this.#ask(id);
      if (first + count > found.length) throw new Damage();
      for (let number = first; number < first + count; number++) {
        const bits = found[number]!;
        if (bits === 0 || (times !== null && times[number]! < this.#since!)) continue;
        certain ||= clear;
        hits.push({ segment, number, bits });
        for (let role = 0; role < tally.length; role++) tally[role]! += (bits >>> role) & 1;
      }
    }
    if (hits.length === 0) return null;
    return { name: entry.name, tally, certain, read: (most) => this.#read(entry, hits, most) };
  }

  #ask(id: number): Asked {
    const known = this.#asked.get(id);
    if (known !== undefined) return known;
    const segment = this.#segments.get(id);
    if (segment === undefined) throw new Damage();
    const { found, certain } = candidatesIn(segment, this.#literals, this.#wanted.within);
    // Times are kept in seconds only.
    const asked = this.#since === null ? { certain, times: null } : { certain: false, times: segment.times() };
    this.#asked.set(id, { segment, found, ...asked });
    return this.#asked.get(id)!;
  }

  #read({ name, title }: Entry, hits: readonly Hit[], most: number | null): Reading {
    using file = new PlaceReader(join(this.#folder, name));
    const exchanges: FoundExchange[] = [];
    let left = hits.length;
    for (const { segment, number } of mostTelling(hits, ({ bits }) => (bits & tellingBits) !== 0)) {
      if (exchanges.length === most) break;
      left--;
      const row = segment.row(number);
      const exchange = row.turn === 0 ? null : file.read(row);
      const found =
        exchange === null
          ? examineTitle(row.turn === 0 ? title : null, this.#wanted)
          : examine(exchange, row, this.#wanted);
      if (found !== null) exchanges.push(found);
    }
    return { exchanges: exchanges.sort((a, b) => a.turn - b.turn), more: left };
  }
}
