import { join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { folderKey } from "../store/folder.ts";
import { databaseTrouble, loadSqlite, openDatabase, removeDatabase } from "../../sqlite.ts";
import { Catalog, type Entry } from "./catalog.ts";
import { bytesOf, Damage, numbersOf, seal, unseal } from "./checksum.ts";

/** Version of the tables; an index of another version is rebuilt. */
const version = 5;

/** Bytes. Lists and words are values of up to megabytes, which lie in a chain of pages. */
const pageSize = 16_384;

/** How long another program that writes to the index is waited for; milliseconds. */
const busyTimeout = 300;

const tables = `
  CREATE TABLE catalog (id INTEGER PRIMARY KEY, texts BLOB NOT NULL, numbers BLOB NOT NULL);
  CREATE TABLE segments (id INTEGER PRIMARY KEY, exchanges INTEGER NOT NULL, times BLOB NOT NULL);
  CREATE TABLE places (key INTEGER PRIMARY KEY, start INTEGER NOT NULL, "end" INTEGER NOT NULL, slot INTEGER NOT NULL, turn INTEGER NOT NULL, withdrawn INTEGER NOT NULL);
  CREATE TABLE pairs (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE words (key INTEGER PRIMARY KEY, words BLOB NOT NULL, lists BLOB NOT NULL);
  CREATE TABLE grams (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
  PRAGMA user_version = ${version};
`;

/** Whether an index failed because it is out of reach, or because it is damaged; null for any other error. */
export function troubleWith(error: unknown): "obstacle" | "damage" | null {
  return error instanceof Damage ? "damage" : databaseTrouble(error);
}

/** The index of a folder has the folder's real path in its name, so that each has its own. */
export function indexPath(folder: string, cache: string): string {
  return join(cache, `search-${folderKey(folder)}.db`);
}

/** The file of an index. Every method throws SQLite's errors, or `Damage` for what cannot be. */
export class Database implements Disposable {
  readonly #sqlite: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(sqlite: DatabaseSync, path: string) {
    this.#sqlite = sqlite;
    this.#path = path;
  }

  /** Opens the file, making it where there is none; one of another version is emptied. */
  static open(path: string): Database {
    const sqlite = openDatabase(path);
    const database = new Database(sqlite, path);
    try {
      sqlite.exec(
        `PRAGMA busy_timeout = ${busyTimeout}; PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000`,
      );
      if (!database.isCurrent) database.#make();
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  }

  /** Opens a file that is there, and leaves it as it is. */
  static look(path: string): Database {
    const sqlite = new (loadSqlite().DatabaseSync)(path, { readOnly: true });
    sqlite.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
    return new Database(sqlite, path);
  }

  /** Deletes the file with what SQLite keeps beside it; false where that cannot be. */
  static remove(path: string): boolean {
    return removeDatabase(path);
  }

  get path(): string {
    return this.#path;
  }

  /** Whether the tables are those of this version of the program. */
  get isCurrent(): boolean {
    return this.#number("PRAGMA user_version") === version;
  }

  /** Another number than before where another program has written to the file. */
  get changes(): number {
    return this.#number("PRAGMA data_version");
  }

  /** A statement, prepared once. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#sqlite.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  /** Begins to write: nobody else does until `commit` or `rollback`. False where another program does so now. */
  begin(): boolean {
    try {
      this.#sqlite.exec("BEGIN IMMEDIATE");
      return true;
    } catch (error) {
      if (troubleWith(error) === "obstacle") return false;
      throw error;
    }
  }

  commit(): void {
    this.#sqlite.exec("COMMIT");
  }

  rollback(): void {
    if (this.#sqlite.isTransaction) this.#sqlite.exec("ROLLBACK");
  }

  readCatalog(): Catalog {
    const row = this.statement("SELECT texts, numbers FROM catalog").get();
    if (row === undefined) return Catalog.of([]);
    const [texts, numbers] = [unseal(row["texts"]).toString(), numbersOf(Float64Array, unseal(row["numbers"]))];
    return new Catalog({ texts, numbers });
  }

  writeCatalog(entries: Iterable<Entry>): void {
    const { texts, numbers } = Catalog.of(entries);
    this.statement("REPLACE INTO catalog VALUES (1, ?, ?)").run(seal(Buffer.from(texts)), seal(bytesOf(numbers)));
  }

  close(): void {
    this.#sqlite.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #number(sql: string): number {
    return Number(Object.values(this.statement(sql).get() ?? {})[0]);
  }

  #make(): void {
    this.#sqlite.exec("BEGIN EXCLUSIVE");
    for (const { name } of this.#sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()) {
      this.#sqlite.exec(`DROP TABLE "${String(name)}"`);
    }
    this.#sqlite.exec(tables);
    this.commit();
  }
}
