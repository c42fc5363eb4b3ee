import { join } from "node:path";
import { bitsOf, candidatesIn, type Candidates } from "./candidates.ts";
import { piecesOf, type Catalog, type Entry } from "./catalog.ts";
import type { Database } from "./database.ts";
import { examine, examineTitle, type FoundExchange, type Wanted } from "./match-exchange.ts";
import { roles } from "./exchange-offsets.ts";
import { PlaceReader } from "./exchange-reader.ts";
import { Damage } from "./checksum.ts";
import { mostTelling, tellingRoles, type Prospect, type CandidateReading, type Shown } from "./candidate-files.ts";
import { Segment } from "./segment-store.ts";

/** An exchange that may hold what is looked for. */
interface Hit {
  readonly segment: Segment;
  readonly number: number;
  /** The roles in whose texts it was found. */
  readonly bits: number;
}

interface Asked extends Candidates {
  readonly segment: Segment;
}

const tellingBits = bitsOf(tellingRoles);

/** Asks an index about files that are as it knows them. */
export class IndexedProspects {
  readonly #folder: string;
  readonly #literals: readonly string[];
  readonly #wanted: Wanted;
  readonly #segments: ReadonlyMap<number, Segment>;
  readonly #asked = new Map<number, Asked>();

  constructor(folder: string, database: Database, literals: readonly string[], wanted: Wanted) {
    this.#folder = folder;
    this.#literals = literals;
    this.#wanted = wanted;
    this.#segments = Segment.all(database);
  }

  /**
   * The prospect that a file is; null where it holds nothing.
   *
   * @param index of the file in the catalog
   * @throws Damage, and SQLite's errors; so does reading the prospect
   */
  of(catalog: Catalog, index: number): Prospect | null {
    return catalog.hasPiece(index, this.#holds) ? this.#prospectOf(catalog.entry(index)) : null;
  }

  /** Whether an exchange of a piece was found. */
  readonly #holds = (segment: number, first: number, count: number): boolean => {
    const { found } = this.#ask(segment);
    if (first + count > found.length) throw new Damage();
    for (let number = first; number < first + count; number++) if (found[number] !== 0) return true;
    return false;
  };

  #prospectOf(entry: Entry): Prospect {
    const tally = roles.map(() => 0);
    let certain = false;
    for (const { segment, first, count } of piecesOf(entry)) {
      const { found, certain: clear } = this.#ask(segment);
      if (first + count > found.length) throw new Damage();
      for (let number = first; number < first + count; number++) {
        const bits = found[number]!;
        if (bits === 0) continue;
        certain ||= clear;
        for (let role = 0; role < tally.length; role++) tally[role]! += (bits >>> role) & 1;
      }
    }
    const { name, usedAt, forked } = entry;
    const read = (max: number | null, shown: Shown) => this.#read(entry, max, shown);
    return { name, usedAt, forked, tally, certain, read };
  }

  #ask(id: number): Asked {
    const known = this.#asked.get(id);
    if (known !== undefined) return known;
    const segment = this.#segments.get(id);
    if (segment === undefined) throw new Damage();
    const asked = { segment, ...this.#candidatesIn(segment) };
    this.#asked.set(id, asked);
    return asked;
  }

  #candidatesIn(segment: Segment): Candidates {
    const candidates = candidatesIn(segment, this.#literals, this.#wanted.within);
    if (this.#wanted.since === null) return candidates;
    // Times are kept in seconds only.
    const since = Math.floor(this.#wanted.since.getTime() / 1000);
    const times = segment.times();
    return { found: candidates.found.map((bits, number) => (times[number]! < since ? 0 : bits)), certain: false };
  }

  #hits(entry: Entry): Hit[] {
    const hits: Hit[] = [];
    for (const { segment: id, first, count } of piecesOf(entry)) {
      const { segment, found } = this.#ask(id);
      for (let number = first; number < first + count; number++) {
        const bits = found[number]!;
        if (bits !== 0) hits.push({ segment, number, bits });
      }
    }
    return hits;
  }

  #read(entry: Entry, max: number | null, shown: Shown): CandidateReading {
    using file = new PlaceReader(join(this.#folder, entry.name));
    const hits = this.#hits(entry);
    const exchanges: FoundExchange[] = [];
    let left = hits.length;
    for (const { segment, number } of mostTelling(hits, ({ bits }) => (bits & tellingBits) !== 0)) {
      if (exchanges.length === max) break;
      left--;
      const row = segment.row(number);
      const exchange = row.turn === 0 ? null : file.read(row);
      const found =
        exchange === null
          ? examineTitle(row.turn === 0 ? entry.title : null, this.#wanted)
          : examine(exchange, row, this.#wanted);
      if (found !== null && (found.id === null || !shown(found.id))) exchanges.push(found);
    }
    return { exchanges: exchanges.sort((a, b) => a.turn - b.turn), more: left };
  }
}
