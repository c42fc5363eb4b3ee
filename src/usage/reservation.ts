import type { Cost, ModelRef } from "../chat/model.ts";
import { isAlive } from "../process-identity.ts";
import type { Calendar } from "./calendar.ts";
import { boundedPico } from "./exact-cost.ts";
import type { LedgerFile } from "./ledger-file.ts";
import type { LedgerRow } from "./ledger-row.ts";

/** The most that a request can cost. */
export interface LargestCost {
  readonly cost: Cost;
  /** Whether that is at the peak rate, which is higher than others. */
  readonly atPeak: boolean;
}

/** A request that is about to be sent. */
export interface BudgetClaim extends LargestCost {
  readonly to: ModelRef;
  readonly purpose: LedgerRow["purpose"];
  /** Id of the conversation; null where it is not saved. */
  readonly conversation: string | null;
  readonly at: Date;
}

/** Money that is set aside for a request until it is booked. */
export interface Reservation extends BudgetClaim {
  readonly id: string;
}

/** Milliseconds after the end of its day for which a reservation stays whose process may run for all that is known. */
const grace = 24 * 3_600_000;

/** Within a transaction. */
export function insertReservation(
  file: LedgerFile,
  { id, at, to, purpose, cost, conversation }: Reservation,
  owner: string,
) {
  const values = [
    id,
    at.getTime(),
    to.provider,
    to.model,
    purpose,
    cost.currency,
    boundedPico(cost.amount),
    conversation,
    owner,
  ];
  file.run(`INSERT INTO reservations VALUES (${values.map(() => "?").join(", ")})`, ...values);
}

/** Within a transaction, or alone. */
export function deleteReservation(file: LedgerFile, { id }: Reservation): void {
  file.run("DELETE FROM reservations WHERE id = ?", id);
}

/**
 * Books the requests of processes that died, once the day on which they were sent is over: as requests that were not counted, which
 * can have cost all that was reserved. Within a transaction.
 *
 * @param now milliseconds since 1970
 */
export function bookAbandoned(file: LedgerFile, calendar: Calendar, now: number): void {
  for (const { id, sent_at: sentAt, owner } of file.all("SELECT id, sent_at, owner FROM reservations")) {
    const { end } = calendar.span("day", Number(sentAt));
    if (now < end) continue;
    const alive = isAlive(String(owner));
    if (alive === true || (alive === null && now < end + grace)) continue;
    file.run(
      `INSERT INTO requests (id, sent_at, provider, model, purpose, currency, at_most, conversation)
       SELECT id, sent_at, provider, model, purpose, currency, cost, conversation FROM reservations WHERE id = ? ON CONFLICT (id) DO NOTHING`,
      id!,
    );
    file.run("DELETE FROM reservations WHERE id = ?", id!);
  }
}
