import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { loadSqlite } from "../../sqlite.ts";
import { bounds } from "./bounds.ts";

type Row = Readonly<Record<string, SQLOutputValue>>;

/** A file of SQLite goes beyond what an import may take. */
export class TooMuch extends Error {}

/**
 * A database that somebody sent, read only. Only columns of tables that hold values are read: a view, a virtual table or a
 * generated column computes whatever its file says. Rows and their bytes are counted. Its methods throw SQLite's errors, and TooMuch.
 */
export class ForeignDatabase implements Disposable {
  readonly #database: DatabaseSync;
  /** Columns by table. */
  readonly #tables: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #statements = new Map<string, StatementSync>();
  readonly #sign: () => void;
  #rows = 0;
  #bytes = 0;

  /** @param sign called while rows are read */
  constructor(path: string, sign: () => void) {
    const { DatabaseSync } = loadSqlite();
    this.#sign = sign;
    this.#database = new DatabaseSync(path, { readOnly: true, allowExtension: false });
    this.#database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0");
    this.#tables = this.#readTables();
  }

  has(table: string): boolean {
    return this.#tables.has(table);
  }

  /**
   * Rows of a table, one after the other.
   *
   * @param wanted columns; those that the table lacks are left out
   * @param rest what stands behind the table's name; nothing from outside
   */
  *rows(table: string, wanted: readonly string[], rest = "", ...values: readonly SQLInputValue[]): Generator<Row> {
    const there = this.#tables.get(table);
    const columns = wanted.filter((column) => there !== undefined && (column === "rowid" || there.has(column)));
    if (columns.length === 0) return;
    const query = `select ${columns.map((column) => `"${column}"`).join(", ")} from "${table}" ${rest}`;
    const statement = this.#statements.get(query) ?? this.#database.prepare(query);
    this.#statements.set(query, statement);
    for (const row of statement.iterate(...values)) yield this.#counted(row);
  }

  /** The first such row; undefined where there is none. */
  row(table: string, wanted: readonly string[], rest: string, ...values: readonly SQLInputValue[]): Row | undefined {
    for (const row of this.rows(table, wanted, rest, ...values)) return row;
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #counted(row: Row): Row {
    this.#rows += 1;
    for (const value of Object.values(row)) {
      if (typeof value === "string" || value instanceof Uint8Array) this.#bytes += value.length;
    }
    if (this.#rows > bounds.rows || this.#bytes > bounds.total) throw new TooMuch();
    this.#sign();
    return row;
  }

  #readTables(): Map<string, Set<string>> {
    const tables = new Map<string, Set<string>>();
    for (const { name, type } of this.#database.prepare("pragma table_list").iterate()) {
      if (type !== "table" || typeof name !== "string" || !/^[a-z_]{1,40}$/.test(name)) continue;
      const columns = new Set<string>();
      const listed = this.#database.prepare(`pragma table_xinfo("${name}")`).iterate();
      for (const { name: column, hidden } of listed) if (hidden === 0) columns.add(String(column));
      tables.set(name, columns);
    }
    return tables;
  }
}
