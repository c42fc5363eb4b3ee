import { readBalance } from "../../providers/account.ts";
import { money } from "../../terminal/figures.ts";
import { table } from "../../terminal/table.ts";
import { audit } from "../../usage/audit.ts";
import { Calendar } from "../../usage/calendar.ts";
import { Ledger } from "../../usage/ledger.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { ledgerPath } from "./ledger-place.ts";

/**
 * What `usage --audit` does: records the account's balance, and compares what was spent between all that were recorded by our figures
 * with what the account says.
 *
 * @param since null: from the first balance on
 * @throws AppError as for a question, and as the ledger's
 */
export async function auditAccount(
  engine: Engine,
  console: Console,
  { since, json }: { readonly since: Date | null; readonly json: boolean },
): Promise<void> {
  const { terminal, words } = console;
  const connection = await engine.connect(engine.settings.provider);
  const balances = (await readBalance(connection, engine.stop)) ?? [];
  if (balances.length === 0) return terminal.say(words.tables.noBalance({ provider: connection.name }));
  using ledger = Ledger.open(ledgerPath(engine.folders));
  const at = new Date();
  for (const { currency, total } of balances) {
    if (/^\d+(?:\.\d+)?$/u.test(total)) ledger.recordBalance({ at, provider: connection.name, currency, total });
  }
  const from = since ?? new Date(0);
  const own = ledger.balances(from).filter(({ provider }) => provider === connection.name);
  const entries = audit(own, ledger.rows({ since: from, provider: connection.name }), new Calendar(null));
  if (json) {
    const objects = entries.map(({ paidIn, ...entry }) => ({ ...entry, paid_in: paidIn }));
    return terminal.json({
      provider: connection.name,
      balances: own.map(({ at, currency, total }) => ({ at: at.toISOString(), currency, total })),
      days: objects,
    });
  }
  if (entries.length === 0) return terminal.say(words.usage.auditBegun({ provider: connection.name }));
  const { auditColumns, agrees, disagrees, paidIn: paid, unknownCosts } = words.usage;
  const { muted, warning } = terminal.ink.out;
  const rows = entries.map((entry) => {
    const { currency } = entry;
    const notes = [
      entry.disagrees ? disagrees : agrees,
      entry.paidIn > 0 ? paid({ amount: money({ currency, amount: entry.paidIn }) }) : "",
      entry.unknown > 0 ? unknownCosts({ requests: entry.unknown }) : "",
    ].filter(Boolean);
    const day = entry.from === entry.to ? entry.from : `${entry.from} – ${entry.to}`;
    const [booked, charged] = [entry.booked, entry.charged].map((amount) => money({ currency, amount }));
    const cells = [day, booked!, charged!, notes.join(" · ")];
    return entry.disagrees ? cells.map((cell) => warning(cell)) : cells;
  });
  const head = [auditColumns.day, auditColumns.booked, auditColumns.charged, ""].map((cell) => muted(cell));
  terminal.out(table([head, ...rows], [1, 2], terminal.tableRoom));
}
