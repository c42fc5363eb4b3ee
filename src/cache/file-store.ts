import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import { AppError } from "../errors.ts";
import { databaseTrouble, isOnNetwork, obstacleReason, openDatabase, removeDatabase } from "../sqlite.ts";
import { type AnswerStore, claimMs, type Lookup, type StoreStats } from "./answer-store.ts";
import { readAnswer, type StoredAnswer } from "./stored-answer.ts";

export interface FileStoreOptions {
  readonly path: string;
  /** Bytes that all answers may take. */
  readonly maxSize: number;
  /** Whether the owner of a claim still runs; null when unknown. */
  readonly isAlive: (owner: string) => boolean | null;
  /** Called where a damaged database was removed and made again. */
  readonly onDamage: (error: AppError) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Changes whenever a column means something else. */
const version = 1;

/** The index by use holds the sizes too, so that their sum is read without the answers. */
const schema = `
  CREATE TABLE answers (
    key TEXT PRIMARY KEY, stored_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER NOT NULL,
    hits INTEGER NOT NULL, size INTEGER NOT NULL, answer TEXT NOT NULL);
  CREATE INDEX answers_by_use ON answers (used_at, size);
  CREATE INDEX answers_by_end ON answers (expires_at);
  CREATE TABLE claims (key TEXT PRIMARY KEY, owner TEXT NOT NULL, ends_at INTEGER NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${version}`;

/** Bytes that an answer takes besides its text: key, times and indexes. */
const overhead = 256;
/** Milliseconds for which a locked database is tried again. */
const patience = 2_000;
/** Answers in a SQLite database of the cache folder. What it holds may be deleted at any time. */
export class FileStore implements AnswerStore {
  readonly #options: FileStoreOptions;
  readonly #now: () => number;
  #database: DatabaseSync | null = null;

  constructor(options: FileStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async find(key: string, maxAge: number, owner: string): Promise<Lookup> {
    // Reading waits for nobody, and nobody for it.
    const found = await this.#use((database) => this.#look(database, key, maxAge));
    if (found?.state === "stored") await this.#use((database) => this.#noteUse(database, key));
    if (found !== null) return found;
    return await this.#change((database) => {
      // Another process may have stored or claimed it in between.
      const meanwhile = this.#look(database, key, maxAge);
      if (meanwhile !== null) return meanwhile;
      database.prepare("REPLACE INTO claims VALUES (?, ?, ?)").run(key, owner, this.#now() + claimMs);
      return { state: "claimed" };
    });
  }

  async put(key: string, answer: StoredAnswer, ttl: number): Promise<void> {
    const text = JSON.stringify(answer);
    const size = Buffer.byteLength(text) + overhead;
    const { maxSize } = this.#options;
    await this.#change((database) => {
      const now = this.#now();
      database.prepare("DELETE FROM claims WHERE key = ? OR ends_at <= ?").run(key, now);
      database.prepare("DELETE FROM answers WHERE expires_at <= ? OR key = ?").run(now, key);
      if (size > maxSize) return;
      makeRoom(database, maxSize - size);
      const insert = database.prepare("INSERT INTO answers VALUES (?, ?, ?, ?, 0, ?, ?)");
      insert.run(key, answer.storedAt, answer.storedAt + ttl, now, size, text);
    });
  }

  async renew(key: string, owner: string): Promise<void> {
    await this.#use((database) => {
      const end = this.#now() + claimMs;
      database.prepare("UPDATE claims SET ends_at = ? WHERE key = ? AND owner = ?").run(end, key, owner);
    });
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#use((database) => database.prepare("DELETE FROM claims WHERE key = ? AND owner = ?").run(key, owner));
  }

  async stats(): Promise<StoreStats> {
    return await this.#use((database) => {
      const row = database
        .prepare(
          "SELECT count(*) AS answers, coalesce(sum(size), 0) AS bytes, coalesce(sum(hits), 0) AS hits, min(stored_at) AS oldest FROM answers WHERE expires_at > ?",
        )
        .get(this.#now())!;
      const { answers, bytes, hits, oldest } = row as { [Name in keyof StoreStats]: number };
      return { answers, bytes, hits, oldest };
    });
  }

  async clear(before: number | null): Promise<number> {
    const { changes } = await this.#change((database) =>
      before === null
        ? database.prepare("DELETE FROM answers").run()
        : database.prepare("DELETE FROM answers WHERE stored_at < ?").run(before),
    );
    // The file becomes smaller.
    await this.#use((database) => database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)"));
    return Number(changes);
  }

  [Symbol.dispose](): void {
    this.#database?.close();
    this.#database = null;
  }

  /** The answer, or that somebody has the claim to it; null for neither. */
  #look(database: DatabaseSync, key: string, maxAge: number): Lookup | null {
    const answer = this.#read(database, key, maxAge);
    if (answer !== null) return { state: "stored", answer };
    const claim = database.prepare("SELECT owner, ends_at FROM claims WHERE key = ?").get(key);
    const stands = claim !== undefined && this.#now() < Number(claim["ends_at"]);
    return stands && this.#options.isAlive(String(claim["owner"])) !== false ? { state: "busy" } : null;
  }

  /** An answer that is no older than `maxAge`; one that a jumping clock dates in the future is as old as it is early. */
  #read(database: DatabaseSync, key: string, maxAge: number): StoredAnswer | null {
    const row = database.prepare("SELECT stored_at, expires_at, answer FROM answers WHERE key = ?").get(key);
    if (row === undefined) return null;
    const {
      stored_at: storedAt,
      expires_at: end,
      answer,
    } = row as { stored_at: number; expires_at: number; answer: string };
    const now = this.#now();
    return now < end && Math.abs(now - storedAt) < maxAge ? readAnswer(answer) : null;
  }

  /** Waits for nobody: that an answer was used is not worth it. */
  #noteUse(database: DatabaseSync, key: string): void {
    try {
      database.prepare("UPDATE answers SET used_at = ?, hits = hits + 1 WHERE key = ?").run(this.#now(), key);
    } catch (error) {
      if (databaseTrouble(error) !== "obstacle") throw error;
    }
  }

  async #change<T>(work: (database: DatabaseSync) => T): Promise<T> {
    return await this.#use((database) => transaction(database, () => work(database)));
  }

  /** Does some work that may be done twice: again where another process holds the lock, and after damage in a new database. */
  async #use<T>(work: (database: DatabaseSync) => T): Promise<T> {
    try {
      return await this.#withPatience(work);
    } catch (error) {
      if (databaseTrouble(error) !== "damage" || !this.#removeDamaged()) throw this.#unavailable(error);
    }
    try {
      return await this.#withPatience(work);
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  /** SQLite's own waiting would keep the program from everything else. */
  async #withPatience<T>(work: (database: DatabaseSync) => T): Promise<T> {
    const end = performance.now() + patience;
    for (let wait = 2; ; wait = Math.min(2 * wait, 50)) {
      try {
        this.#database ??= opened(this.#options.path);
        return work(this.#database);
      } catch (error) {
        if (obstacleReason(error) !== "locked" || performance.now() > end) throw error;
        await setTimeout(wait * (0.5 + Math.random()));
      }
    }
  }

  #removeDamaged(): boolean {
    try {
      this[Symbol.dispose]();
    } catch {
      // It is damaged.
    }
    this.#database = null;
    const { path, onDamage } = this.#options;
    if (!removeDatabase(path)) return false;
    onDamage(new AppError("cache_damaged", { path }));
    return true;
  }

  #unavailable(error: unknown): unknown {
    if (error instanceof AppError || databaseTrouble(error) === null) return error;
    const details = { store: this.#options.path, reason: obstacleReason(error) };
    return new AppError("cache_unavailable", details, { cause: error });
  }
}

/**
 * Opens the database and makes its tables where there are none.
 *
 * @throws AppError `cache_unavailable` for one of a later version; as `openDatabase`
 */
function opened(path: string): DatabaseSync {
  const database = openDatabase(path);
  try {
    if (versionOf(database) === 0) {
      if (!isOnNetwork(dirname(path))) database.exec("PRAGMA journal_mode = WAL");
      transaction(database, () => {
        // Another process may have made them meanwhile.
        if (versionOf(database) === 0) database.exec(schema);
      });
    }
    if (versionOf(database) !== version)
      throw new AppError("cache_unavailable", { store: path, reason: "later_version" });
    // What was stored last may be lost with the power, and be asked again.
    database.exec("PRAGMA synchronous = NORMAL");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()!["user_version"]);
}

function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite has ended it where the disk is full.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Removes answers until the others take no more than `limit` bytes: those first that nobody used for longest. */
function makeRoom(database: DatabaseSync, limit: number): void {
  let bytes = Number(database.prepare("SELECT coalesce(sum(size), 0) AS bytes FROM answers").get()!["bytes"]);
  if (bytes <= limit) return;
  const oldest = database.prepare("SELECT rowid, size FROM answers ORDER BY used_at, size LIMIT 1");
  const remove = database.prepare("DELETE FROM answers WHERE rowid = ?");
  // A file of somebody else's may have rows of any size: it ends with the last one.
  for (let row = oldest.get(); row !== undefined && bytes > limit; row = oldest.get()) {
    remove.run(row["rowid"]!);
    bytes -= Number(row["size"]);
  }
}
