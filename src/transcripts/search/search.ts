import { join } from "node:path";
import { AppError, asAppError } from "../../errors.ts";
import type { FileState } from "../store/folder.ts";
import { Listing } from "../store/summary-cache.ts";
import { describeTranscript, type TranscriptSummary } from "../store/read.ts";
import { Rest } from "../steps.ts";
import { summarize } from "../store/summary.ts";
import { Census } from "./file-watch.ts";
import { Database, indexPath, troubleWith } from "./database.ts";
import type { FoundExchange, Wanted } from "./match-exchange.ts";
import { IndexedProspects } from "./index-query.ts";
import { literalMatcher, literalsOf, regexMatcher } from "./matcher.ts";
import { OpenIndex } from "./index.ts";
import { roles, type Role } from "./exchange-offsets.ts";
import { prospectIn, type Prospect } from "./candidate-files.ts";
import { score } from "./rank.ts";
import type { IndexUpdate } from "./update.ts";

export interface SearchQuery {
  /** Words that must all occur in an exchange, quoted phrases verbatim; or a regular expression. */
  readonly what: string | RegExp;
  /** Null: anywhere, also in thinking, notices and titles. */
  readonly role: "question" | "answer" | null;
  /** Only what was asked from then on. */
  readonly since: Date | null;
  /** How many conversations are wanted; null for all. */
  readonly limit: number | null;
  /** What a fork shares with the conversation it comes from: found once, which is the default, or in each of them. */
  readonly forks?: "once" | "each";
  /** How many exchanges of each are wanted; null for all. */
  readonly exchanges: number | null;
}

/** Signal and progress callback of a search. */
export interface SearchCourse {
  readonly signal: AbortSignal;
  /** Told, while files are read, how many bytes, or without an index files, of how many are done. */
  readonly onProgress: (done: number, total: number) => void;
  /** Told of each file that is passed over: an error `transcript_unreadable`. */
  readonly onUnreadable?: (error: AppError) => void;
}

export interface ConversationHits {
  readonly path: string;
  readonly exchanges: readonly FoundExchange[];
  /** How many exchanges there are besides, at most. */
  readonly more: number;
}

export interface SearchResults {
  /** The best first. */
  readonly conversations: readonly ConversationHits[];
  /** How many there are in all; at most so many where `exact` is false. */
  readonly total: number;
  readonly exact: boolean;
}

/**
 * Looks through the conversations of a folder, one search after the other. The index only tells where to look: what is given was
 * read from the files themselves, and what the index does not know is read as a whole.
 */
export class Searcher implements Disposable {
  readonly #folder: string;
  readonly #cache: string | null;
  readonly #path: string | null;
  readonly #census: Census;
  readonly #often: boolean;
  #index: OpenIndex | null = null;
  #listing: Listing | null = null;

  /**
   * @param cache the folder where the index is kept; null for none
   * @param often whether more searches will follow; then the index stays open, and files are looked at when they change
   */
  constructor(folder: string, cache: string | null, often: "once" | "often") {
    this.#folder = folder;
    this.#cache = cache;
    this.#path = cache === null ? null : indexPath(folder, cache);
    this.#often = often === "often";
    this.#census = new Census(folder, this.#often);
  }

  /** @throws AppError `transcript_unreadable` for the folder, `interrupted` */
  async search(query: SearchQuery, course: SearchCourse): Promise<SearchResults> {
    const literals = typeof query.what === "string" ? literalsOf(query.what) : null;
    const matcher = typeof query.what === "string" ? literalMatcher(literals!) : regexMatcher(query.what);
    if (matcher.count === 0) return { conversations: [], total: 0, exact: true };
    const within = new Set<Role>(query.role === null ? roles : [query.role]);
    const version = await this.#census.look();
    const { states } = this.#census;
    const summaries = new FirstSummaries(this.#folder, this.#cache, states.size);
    const around = { folder: this.#folder, states, onFirstRead: summaries.take, ...course };
    const search = new Search(query, around, { matcher, within, since: query.since });
    if (literals === null || this.#path === null || states.size === 0) return await search.without();
    return await this.#withIndex(this.#path, (index) => search.withIndex(index, version, literals), search);
  }

  /** What a list says of a conversation that was found; null where it is gone. */
  async describe({ path }: ConversationHits): Promise<TranscriptSummary | null> {
    // All that are remembered take as long to read as some hundred files, so that a single search does without them.
    if (this.#often) this.#listing ??= Listing.load(this.#folder, this.#cache);
    return await describeTranscript(path, this.#listing);
  }

  /** Queries the index; rebuilds a damaged one, and searches without it if it is unavailable. */
  async #withIndex(
    path: string,
    ask: (index: OpenIndex) => Promise<SearchResults>,
    search: Search,
  ): Promise<SearchResults> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      try {
        if (this.#index?.isInPlace === false) this.#closeIndex();
        this.#index ??= new OpenIndex(path);
        return await ask(this.#index);
      } catch (error) {
        // Another program may have put other segments in the place of those that this search was reading.
        const isRaced = attempt === 1 && this.#index?.isAsKnown === false;
        this.#closeIndex();
        const trouble = troubleWith(error);
        if (trouble === null) throw error;
        if (isRaced) continue;
        if (trouble === "obstacle" || !Database.remove(path)) break;
      }
    }
    return await search.without();
  }

  [Symbol.dispose](): void {
    this.#closeIndex();
    this.#census[Symbol.dispose]();
  }

  #closeIndex(): void {
    this.#index?.[Symbol.dispose]();
    this.#index = null;
  }
}

/** Summaries of all files, made while these are read for the first index: so no list has to read them again. */
class FirstSummaries {
  readonly #load: () => Listing;
  #listing: Listing | null = null;
  #left: number;

  constructor(folder: string, cache: string | null, files: number) {
    this.#load = () => Listing.load(folder, cache);
    this.#left = files;
  }

  readonly take = (name: string, state: FileState, bytes: Buffer): void => {
    this.#listing ??= this.#load();
    this.#listing.get(name, state, () => summarize(bytes));
    if (--this.#left === 0) this.#listing.save();
  };
}

/** Files between two pauses of a search in the index. */
const filesEach = 64;

/** One search. */
class Search {
  readonly #query: SearchQuery;
  readonly #around: IndexUpdate;
  readonly #wanted: Wanted;

  constructor(query: SearchQuery, around: IndexUpdate, wanted: Wanted) {
    this.#query = query;
    this.#around = around;
    this.#wanted = wanted;
  }

  async withIndex(index: OpenIndex, version: number, literals: readonly string[]): Promise<SearchResults> {
    const { catalog, behind } = await index.know(this.#around, version);
    if (this.#around.signal.aborted) throw new AppError("interrupted", {});
    const indexed = new IndexedProspects(this.#around.folder, index.database, literals, this.#wanted);
    const prospects: Prospect[] = [];
    const rest = new Rest(this.#around.signal);
    for (let file = 0; file < catalog.size; file++) {
      const prospect = indexed.of(catalog, file);
      if (prospect !== null) prospects.push(prospect);
      // Most files hold nothing, and to wait for nothing takes longer than to see that.
      if (file % filesEach === 0) await rest.take();
    }
    return await this.#best([...prospects, ...(await this.#readAll([...behind]))]);
  }

  async without(): Promise<SearchResults> {
    return await this.#best(await this.#readAll([...this.#around.states.keys()], this.#around.onProgress));
  }

  async #readAll(names: readonly string[], onProgress: SearchCourse["onProgress"] = () => {}): Promise<Prospect[]> {
    const prospects: Prospect[] = [];
    const { folder, signal, onUnreadable } = this.#around;
    const total = names.length;
    let done = 0;
    const rest = new Rest(signal);
    for (const name of names) {
      try {
        const prospect = await prospectIn(folder, name, this.#wanted, signal);
        if (prospect !== null) prospects.push(prospect);
      } catch (error) {
        const known = asAppError(error);
        if (known.code !== "transcript_unreadable") throw error;
        onUnreadable?.(known);
      }
      onProgress(++done, total);
      await rest.take();
    }
    return prospects;
  }

  async #best(prospects: readonly Prospect[]): Promise<SearchResults> {
    const { limit, exchanges: max, forks = "once" } = this.#query;
    const now = Date.now();
    const ranked = prospects
      .map((prospect) => ({ prospect, score: score(prospect.tally, now - prospect.usedAt) }))
      .sort((a, b) => b.score - a.score || newestFirst(a.prospect, b.prospect));
    const conversations: ConversationHits[] = [];
    let missed = 0;
    const rest = new Rest(this.#around.signal);
    // What a fork shares with the conversation it comes from is found once: in the one that comes first here.
    const shown = new Map<string, { readonly forked: boolean }>();
    for (const { prospect } of ranked) {
      if (conversations.length === limit) break;
      const { exchanges, more } = prospect.read(
        max,
        (id) => forks === "once" && shown.has(id) && (prospect.forked || shown.get(id)!.forked),
      );
      const path = join(this.#around.folder, prospect.name);
      for (const { id } of exchanges) if (id !== null) shown.set(id, prospect);
      if (exchanges.length === 0) missed++;
      else conversations.push({ path, exchanges, more });
      await rest.take();
    }
    const left = ranked.slice(conversations.length + missed);
    // Of what is left unread nobody knows whether a fork has shown it already.
    const exact =
      left.length === 0 ||
      (left.every(({ prospect }) => prospect.certain) && !ranked.some(({ prospect }) => prospect.forked));
    return { conversations, total: conversations.length + left.length, exact };
  }
}

function newestFirst(a: Prospect, b: Prospect): number {
  return b.usedAt - a.usedAt || (a.name < b.name ? 1 : -1);
}
