import { existsSync, renameSync } from "node:fs";
import { AppError } from "../errors.ts";
import { removeDatabase } from "../sqlite.ts";
import { picoOfText } from "./exact-cost.ts";
import { balanceOf, rowOf } from "./ledger-columns.ts";
import { guarded, LedgerFile, type SqlRow } from "./ledger-file.ts";
import { Ledger } from "./ledger.ts";
import type { LedgerRow } from "./ledger-row.ts";

/**
 * Makes the ledger agree with the saved conversations, as `Ledger.replace` does. A damaged file is put aside as `<path>.damaged`, and
 * what can be read of it is kept.
 *
 * @param rows those of the transcripts, read once
 * @throws AppError `ledger_unwritable`, `ledger_newer`
 */
export function rebuildLedger(path: string, rows: Iterable<LedgerRow>): void {
  if (isDamaged(path)) return renew(path, rows);
  using ledger = Ledger.open(path);
  ledger.replace(rows);
}

function isDamaged(path: string): boolean {
  try {
    using file = LedgerFile.open(path);
    file.check();
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === "ledger_damaged") return true;
    throw error;
  }
}

/** Makes a new file beside a damaged one, then puts it in its place. */
function renew(path: string, rows: Iterable<LedgerRow>): void {
  const [fresh, aside] = [`${path}.new`, `${path}.damaged`];
  removeDatabase(fresh);
  {
    using ledger = Ledger.open(fresh);
    ledger.book(readable(path, "SELECT * FROM requests ORDER BY rowid", rowOf));
    ledger.book(readable(path, "SELECT * FROM requests ORDER BY rowid DESC", rowOf));
    const balances = readable(path, "SELECT * FROM balances", balanceOf);
    for (const balance of balances) if (picoOfText(balance.total) !== null) ledger.recordBalance(balance);
    ledger.replace(rows);
  }
  guarded(path, () => {
    removeDatabase(aside);
    // A log beside the new file would be taken for its own.
    for (const ending of ["-wal", "-shm", "-journal", ""]) {
      if (existsSync(path + ending)) renameSync(path + ending, aside + ending);
    }
    renameSync(fresh, path);
  });
}

/** The rows before the first one that cannot be read. */
function readable<Row>(path: string, sql: string, read: (row: SqlRow) => Row): Row[] {
  const found: Row[] = [];
  try {
    using file = LedgerFile.look(path);
    for (const row of file.each(sql)) found.push(read(row));
  } catch {
    // The rest is damaged.
  }
  return found;
}
