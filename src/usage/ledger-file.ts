import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { AppError } from "../errors.ts";
import { quarterHour } from "./calendar.ts";
import { databaseTrouble, isOnNetwork, loadSqlite, obstacleReason, openDatabase } from "../sqlite.ts";

/** The part of a cost that sums keep apart, in units of 1e-12. */
export const lowUnits = 1_000_000;

/** Version of the tables. */
const version = 2;

/**
 * Milliseconds for which the program stands still while another one writes. `waitForLock` repeats what takes longer, between which
 * keys are read.
 */
const busyTimeout = 100;

/**
 * Costs are in units of 1e-12 of their currency, moments in milliseconds since 1970. `spent` adds the requests up by quarters of an
 * hour, so that a budget need not look at each request of a month: `currency` is empty for unknown costs, and the sum of costs is
 * in two columns, as one could be too small. Of a request that was not counted, `at_most` stands in the place of `cost`, in `spent` in
 * a row of its own.
 */
const tables = `
  CREATE TABLE requests (
    id TEXT NOT NULL UNIQUE, sent_at INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, purpose TEXT NOT NULL,
    prompt_tokens INTEGER, cached_tokens INTEGER, completion_tokens INTEGER, reasoning_tokens INTEGER, total_tokens INTEGER,
    currency TEXT, cost INTEGER, at_most INTEGER, conversation TEXT, turn TEXT
  ) STRICT;
  CREATE INDEX requests_by_time ON requests (sent_at);
  CREATE INDEX requests_by_conversation ON requests (conversation, provider, currency, cost, at_most) WHERE conversation IS NOT NULL;
  CREATE TABLE spent (
    quarter INTEGER NOT NULL, provider TEXT NOT NULL, currency TEXT NOT NULL, is_bound INTEGER NOT NULL,
    requests INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL,
    PRIMARY KEY (quarter, provider, currency, is_bound)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER request_added AFTER INSERT ON requests BEGIN
    INSERT INTO spent VALUES (
      new.sent_at / ${quarterHour}, new.provider, coalesce(new.currency, ''), new.cost IS NULL, 1,
      coalesce(new.cost, new.at_most, 0) / ${lowUnits}, coalesce(new.cost, new.at_most, 0) % ${lowUnits}
    ) ON CONFLICT DO UPDATE SET requests = requests + 1, high = high + excluded.high, low = low + excluded.low;
  END;
  CREATE TRIGGER request_removed AFTER DELETE ON requests BEGIN
    UPDATE spent SET requests = requests - 1,
      high = high - coalesce(old.cost, old.at_most, 0) / ${lowUnits}, low = low - coalesce(old.cost, old.at_most, 0) % ${lowUnits}
    WHERE quarter = old.sent_at / ${quarterHour} AND provider = old.provider
      AND currency = coalesce(old.currency, '') AND is_bound = (old.cost IS NULL);
  END;
  CREATE TABLE reservations (
    id TEXT NOT NULL UNIQUE, sent_at INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, purpose TEXT NOT NULL,
    currency TEXT NOT NULL, cost INTEGER NOT NULL, conversation TEXT, owner TEXT NOT NULL
  ) STRICT;
  CREATE TABLE balances (at INTEGER NOT NULL, provider TEXT NOT NULL, currency TEXT NOT NULL, total TEXT NOT NULL) STRICT;
  PRAGMA user_version = ${version};
`;

export type SqlRow = Record<string, SQLOutputValue>;

/** The file of a ledger. Whole numbers come as `bigint`. Every method throws an AppError `ledger_unwritable`, `ledger_damaged` or `ledger_newer`. */
export class LedgerFile implements Disposable {
  readonly path: string;
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #hasWritten = false;

  private constructor(path: string, sqlite: DatabaseSync) {
    this.path = path;
    this.#sqlite = sqlite;
  }

  /** Opens the file, making it where there is none. */
  static open(path: string): LedgerFile {
    const sqlite = guarded(path, () => openDatabase(path));
    const file = new LedgerFile(path, sqlite);
    try {
      guarded(path, () => file.#prepare());
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Opens a file for reading what can be read of it, whatever its state. */
  static look(path: string): LedgerFile {
    return new LedgerFile(
      path,
      guarded(path, () => new (loadSqlite().DatabaseSync)(path, { readOnly: true, timeout: busyTimeout })),
    );
  }

  all(sql: string, ...values: SQLInputValue[]): SqlRow[] {
    return guarded(this.path, () => this.#statement(sql).all(...values));
  }

  /** Reads while rows are taken, so that all of them need no room at once. */
  *each(sql: string, ...values: SQLInputValue[]): Generator<SqlRow> {
    // A statement of its own: another reader of the same rows would begin it again.
    const rows = guarded(this.path, () => this.#newStatement(sql).iterate(...values));
    while (true) {
      const { done, value } = guarded(this.path, () => rows.next());
      if (done === true) return;
      yield value;
    }
  }

  /** @returns how many rows it changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return guarded(this.path, () => Number(this.#statement(sql).run(...values).changes));
  }

  /** Does all of it or nothing; meanwhile nobody else writes. */
  transaction<Result>(work: () => Result): Result {
    return guarded(this.path, () => this.#transaction(work));
  }

  /** @throws AppError `ledger_damaged` where a page cannot be read, an index misses a row, or the tables are not ours */
  check(): void {
    const found = this.all("PRAGMA integrity_check(1)")[0]?.["integrity_check"];
    const existing = new Set(this.all(schemaQuery).map(({ sql }) => sql));
    if (found !== "ok" || !ownSchema().every((sql) => existing.has(sql)))
      throw new AppError("ledger_damaged", { path: this.path });
  }

  close(): void {
    if (this.#sqlite.isOpen) this.#sqlite.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #prepare(): void {
    this.#sqlite.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
    const isNew = this.#isEmpty();
    // A file that is not ours, or no more, is left as it is.
    if (!isNew) this.#checkVersion();
    // Of a new file there is nothing to lose.
    else this.#sqlite.exec("PRAGMA synchronous = OFF");
    // In a write-ahead log a commit waits for no disk, and outlives its process all the same. Where such a log cannot be, in a
    // rollback journal, each commit waits for the disk.
    const synchronous = this.#chooseJournal() === "wal" ? "NORMAL" : "FULL";
    this.#sqlite.exec(`PRAGMA synchronous = ${synchronous}`);
    if (!isNew) return;
    // Another program may have made the tables meanwhile.
    this.#transaction(() => {
      if (this.#isEmpty()) this.#sqlite.exec(tables);
    });
    this.#checkVersion();
  }

  #checkVersion(): void {
    const found = this.#number("PRAGMA user_version");
    if (found > version) throw new AppError("ledger_newer", { path: this.path });
    if (found < version) throw new AppError("ledger_damaged", { path: this.path });
  }

  #isEmpty(): boolean {
    return this.#number("SELECT count(*) FROM sqlite_schema") === 0 && this.#number("PRAGMA user_version") === 0;
  }

  #chooseJournal(): string {
    try {
      const mode = isOnNetwork(dirname(this.path)) ? "DELETE" : "WAL";
      return String(this.#sqlite.prepare(`PRAGMA journal_mode = ${mode}`).get()!["journal_mode"]);
    } catch (error) {
      // Another program uses it at this moment. The mode is kept in the file.
      if (databaseTrouble(error) !== "obstacle") throw error;
      return "unknown";
    }
  }

  #number(sql: string): number {
    return Number(Object.values(this.#sqlite.prepare(sql).get()!)[0]);
  }

  #transaction<Result>(work: () => Result): Result {
    const isUnsynced = !this.#hasWritten && this.#isLogNew();
    if (isUnsynced) this.#sqlite.exec("PRAGMA synchronous = OFF");
    try {
      this.#sqlite.exec("BEGIN IMMEDIATE");
      const result = work();
      this.#sqlite.exec("COMMIT");
      this.#hasWritten = true;
      return result;
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec("ROLLBACK");
      throw error;
    } finally {
      if (isUnsynced) this.#sqlite.exec("PRAGMA synchronous = NORMAL");
    }
  }

  /**
   * Whether the write-ahead log is a new file. SQLite waits for the disk when it begins a log, lest what stood in its file before be
   * taken for part of it after a power failure. In a new file nothing stood.
   */
  #isLogNew(): boolean {
    return (statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size ?? -1) === 0;
  }

  /** A statement, prepared once. */
  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#newStatement(sql);
    this.#statements.set(sql, made);
    return made;
  }

  #newStatement(sql: string): StatementSync {
    const made = this.#sqlite.prepare(sql);
    made.setReadBigInts(true);
    return made;
  }
}

const schemaQuery = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL";

/** The statements of the tables as SQLite keeps them. */
function ownSchema(): SQLOutputValue[] {
  const empty = new (loadSqlite().DatabaseSync)(":memory:");
  try {
    empty.exec(tables);
    return empty
      .prepare(schemaQuery)
      .all()
      .map(({ sql }) => sql!);
  } finally {
    empty.close();
  }
}

/** SQLite's errors, and the system's, as ours. */
export function guarded<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const trouble = error instanceof AppError ? null : databaseTrouble(error);
    if (trouble === null) throw error;
    if (trouble === "damage") throw new AppError("ledger_damaged", { path }, { cause: error });
    throw new AppError("ledger_unwritable", { path, reason: obstacleReason(error) }, { cause: error });
  }
}
