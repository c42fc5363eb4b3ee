import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { AppError } from "../../errors.ts";
import type { FileState } from "../folder.ts";
import { Database, indexPath, troubleWith } from "./database.ts";
import type { FoundExchange, Wanted } from "./examine.ts";
import { statesIn } from "./files.ts";
import { IndexedProspects } from "./indexed.ts";
import { literalMatcher, literalsOf, regexMatcher } from "./matcher.ts";
import { roles, type Role } from "./outline.ts";
import { prospectIn, type Prospect } from "./prospects.ts";
import { score } from "./ranking.ts";
import { update, type Surroundings } from "./update.ts";

export interface SearchQuery {
  /** Words, which must all stand in an exchange, those between quotes as they stand; or a regular expression. */
  readonly what: string | RegExp;
  /** Null: anywhere, also in thinking, notices and titles. */
  readonly role: "question" | "answer" | null;
  /** Only what was asked from then on. */
  readonly since: Date | null;
  /** How many conversations are wanted; null for all. */
  readonly limit: number | null;
  /** How many exchanges of each are wanted; null for all. */
  readonly exchanges: number | null;
}

export interface Searching {
  readonly folder: string;
  /** The folder where the index is kept; null for none. */
  readonly cache: string | null;
  readonly signal: AbortSignal;
  /** Told, while the index takes files in, how many bytes of how many are done. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface Found {
  readonly path: string;
  readonly exchanges: readonly FoundExchange[];
  /** How many exchanges there are besides, at most. */
  readonly more: number;
}

export interface Findings {
  /** The best first. */
  readonly conversations: readonly Found[];
  /** How many there are in all; at most so many where `exact` is false. */
  readonly total: number;
  readonly exact: boolean;
}

/**
 * Looks through the conversations of a folder. The index only tells where to look: what is given was read from the files
 * themselves, and what the index does not know is read as a whole.
 *
 * @throws AppError `transcript_unreadable` for the folder, `interrupted`
 */
export async function searchTranscripts(query: SearchQuery, searching: Searching): Promise<Findings> {
  const literals = typeof query.what === "string" ? literalsOf(query.what) : null;
  const matcher = typeof query.what === "string" ? literalMatcher(literals!) : regexMatcher(query.what);
  const within = new Set<Role>(query.role === null ? roles : [query.role]);
  const search = new Search(query, searching, { matcher, within, since: query.since });
  if (matcher.count === 0) return { conversations: [], total: 0, exact: true };
  return literals === null ? await search.without() : await search.withIndex(literals);
}

class Search {
  readonly #query: SearchQuery;
  readonly #around: Surroundings;
  readonly #cache: string | null;
  readonly #wanted: Wanted;
  readonly #states: ReadonlyMap<string, FileState>;

  constructor(query: SearchQuery, { folder, cache, signal, onProgress }: Searching, wanted: Wanted) {
    this.#query = query;
    this.#states = statesIn(folder);
    this.#around = { folder, states: this.#states, signal, onProgress };
    this.#cache = cache;
    this.#wanted = wanted;
  }

  /** Asks the index; one that is damaged is made anew, and one that cannot be had is done without. */
  async withIndex(literals: readonly string[]): Promise<Findings> {
    if (this.#cache === null || this.#states.size === 0) return await this.without();
    const path = indexPath(this.#around.folder, this.#cache);
    for (let attempt = 1; attempt <= 2; attempt++) {
      try {
        return await this.#ask(path, literals);
      } catch (error) {
        const trouble = troubleWith(error);
        if (trouble === null) throw error;
        if (trouble === "obstacle" || !Database.remove(path)) break;
      }
    }
    return await this.without();
  }

  async without(): Promise<Findings> {
    return this.#best(await this.#readAll(this.#states.keys()));
  }

  async #ask(path: string, literals: readonly string[]): Promise<Findings> {
    const database = Database.open(path);
    try {
      const { entries, behind } = await update(database, this.#around);
      this.#check();
      const index = new IndexedProspects(this.#around.folder, database, literals, this.#wanted);
      const known = [...entries.values()].filter(({ name }) => !behind.has(name) && this.#states.has(name));
      const prospects = known.map((entry) => index.of(entry)).filter((prospect) => prospect !== null);
      return this.#best([...prospects, ...(await this.#readAll(behind))]);
    } finally {
      database.close();
    }
  }

  async #readAll(names: Iterable<string>): Promise<Prospect[]> {
    const prospects: Prospect[] = [];
    let rested = performance.now();
    for (const name of names) {
      const prospect = prospectIn(this.#around.folder, name, this.#wanted);
      if (prospect !== null) prospects.push(prospect);
      if (performance.now() - rested < stint) continue;
      await setImmediate();
      this.#check();
      rested = performance.now();
    }
    return prospects;
  }

  #best(prospects: readonly Prospect[]): Findings {
    const { limit, exchanges: most } = this.#query;
    const now = Date.now();
    const ranked = prospects
      .map((prospect) => {
        const usedAt = this.#states.get(prospect.name)?.mtimeMs ?? 0;
        return { prospect, usedAt, score: score(prospect.tally, now - usedAt) };
      })
      .sort((a, b) => b.score - a.score || b.usedAt - a.usedAt || (a.prospect.name < b.prospect.name ? 1 : -1));
    const conversations: Found[] = [];
    let missed = 0;
    for (const { prospect } of ranked) {
      if (conversations.length === limit) break;
      const { exchanges, more } = prospect.read(most);
      const path = join(this.#around.folder, prospect.name);
      if (exchanges.length === 0) missed++;
      else conversations.push({ path, exchanges, more });
    }
    const left = ranked.slice(conversations.length + missed);
    const exact = left.every(({ prospect }) => prospect.certain);
    return { conversations, total: conversations.length + left.length, exact };
  }

  #check(): void {
    if (this.#around.signal.aborted) throw new AppError("interrupted", {});
  }
}

/** Milliseconds of work after which signals get their turn. */
const stint = 30;
