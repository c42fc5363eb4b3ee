import type { SQLInputValue } from "node:sqlite";
import { isAlive } from "../process-identity.ts";
import { Calendar } from "./calendar.ts";
import { type AccountBalance, balanceOf, insertion, rowOf, valuesOf } from "./ledger-columns.ts";
import { picoOfText } from "./exact-cost.ts";
import { LedgerFile } from "./ledger-file.ts";
import type { LedgerRow } from "./ledger-row.ts";
import { type Grouping, type LedgerSum, sumRequests } from "./ledger-sums.ts";

/** Which rows are meant; what is absent leaves none out. */
export interface LedgerFilter {
  /** Sent then or later. */
  readonly since?: Date | undefined;
  /** Sent before. */
  readonly until?: Date | undefined;
  readonly provider?: string | undefined;
  readonly conversation?: string | undefined;
}

/**
 * What billed requests cost, one row each. Several programs may use the file at once. Methods throw AppError `ledger_unwritable`
 * where the file is out of reach, full or held by another program (`waitForLock`), `ledger_damaged`, and `ledger_newer` where a later
 * version of the program made it.
 */
export class Ledger implements Disposable {
  readonly file: LedgerFile;

  private constructor(file: LedgerFile) {
    this.file = file;
  }

  /** Opens the file, making it and its folder where they are missing, for their owner alone. */
  static open(path: string): Ledger {
    return new Ledger(LedgerFile.open(path));
  }

  /** Adds rows, all or none; one whose id is there already is left out. */
  book(rows: readonly LedgerRow[]): void {
    if (rows.length > 0) this.file.transaction(() => this.insert(rows));
  }

  /** As `book`, within a transaction. */
  insert(rows: Iterable<LedgerRow>): void {
    for (const row of rows) this.file.run(insertion("requests"), ...valuesOf(row));
  }

  /** In the order in which they were sent. */
  *rows(filter: LedgerFilter = {}): Generator<LedgerRow> {
    const { condition, values } = conditionOf(filter);
    const sql = `SELECT * FROM requests WHERE ${condition} ORDER BY sent_at, rowid`;
    for (const row of this.file.each(sql, ...values)) yield rowOf(row);
  }

  /**
   * Sums over rows, in no order.
   *
   * @param zone IANA's name of the time zone in which days begin; null for the machine's own
   */
  sums(by: Grouping, zone: string | null, filter: LedgerFilter = {}): LedgerSum[] {
    const { condition, values } = conditionOf(filter);
    return sumRequests(this.file, by, new Calendar(zone), condition, values);
  }

  /** @throws RangeError where `total` is no decimal number */
  recordBalance({ at, provider, currency, total }: AccountBalance): void {
    if (picoOfText(total) === null) throw new RangeError(`no balance: ${total}`);
    this.file.run("INSERT INTO balances VALUES (?, ?, ?, ?)", at.getTime(), provider, currency, total);
  }

  /** In the order in which they were recorded. */
  balances(since: Date): AccountBalance[] {
    const rows = this.file.all("SELECT * FROM balances WHERE at >= ? ORDER BY at, rowid", since.getTime());
    return rows.map(balanceOf);
  }

  /**
   * Replaces the rows of each conversation that `rows` names, and keeps all others: those of unsaved conversations, and of transcripts
   * elsewhere. What other programs book meanwhile stays.
   *
   * @param rows where two have the same id, as after a fork, the first one counts
   */
  replace(rows: Iterable<LedgerRow>): void {
    const { file } = this;
    const last = file.all("SELECT coalesce(max(rowid), 0) AS last FROM requests")[0]!["last"]!;
    // They are gathered first: reading transcripts takes long, and nobody else could write meanwhile.
    file.run("PRAGMA temp_store = MEMORY");
    file.run("CREATE TEMP TABLE saved AS SELECT * FROM requests WHERE false");
    file.run("CREATE UNIQUE INDEX temp.saved_ids ON saved (id)");
    try {
      for (const row of rows) file.run(insertion("saved"), ...valuesOf(row));
      file.transaction(() => this.#takeSaved(last));
    } finally {
      file.run("DROP TABLE temp.saved");
    }
  }

  close(): void {
    this.file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #takeSaved(last: SQLInputValue): void {
    const { file } = this;
    const isSaved = "conversation IN (SELECT conversation FROM saved)";
    file.run(`DELETE FROM requests WHERE rowid <= ? AND ${isSaved}`, last);
    file.run("INSERT INTO requests SELECT * FROM saved WHERE true ORDER BY rowid ON CONFLICT (id) DO NOTHING");
    // What a process that died had reserved for such a conversation, its transcript knows by now, as far as anybody does.
    for (const { owner } of file.all(`SELECT DISTINCT owner FROM reservations WHERE ${isSaved}`)) {
      if (isAlive(String(owner)) !== false) continue;
      file.run(`DELETE FROM reservations WHERE owner = ? AND ${isSaved}`, owner!);
    }
  }
}

function conditionOf({ since, until, provider, conversation }: LedgerFilter): {
  readonly condition: string;
  readonly values: readonly SQLInputValue[];
} {
  const parts = (
    [
      ["sent_at >= ?", since?.getTime()],
      ["sent_at < ?", until?.getTime()],
      ["provider = ?", provider],
      ["conversation = ?", conversation],
    ] as const
  ).filter(([, value]) => value !== undefined);
  return { condition: parts.map(([part]) => part).join(" AND ") || "true", values: parts.map(([, value]) => value!) };
}
