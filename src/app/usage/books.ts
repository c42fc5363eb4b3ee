import type { Folders } from "../../config/folders.ts";
import { type AppError, asAppError } from "../../errors.ts";
import type { Budget, BudgetLimits } from "../../usage/budget.ts";
import type { BudgetState } from "../../usage/budget-state.ts";
import type { Ledger } from "../../usage/ledger.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import type { Reservation } from "../../usage/reservation.ts";
import { ledgerPath } from "./ledger-place.ts";

/** Books billed requests in the ledger, which is opened with the first one. */
export class Books implements Disposable {
  readonly #folders: Pick<Folders, "data">;
  #ledger: Promise<Ledger> | null = null;
  #budget: Budget | null = null;
  /** Why requests could not be booked; undefined once that was taken. */
  #failure: AppError | null | undefined = null;

  constructor(folders: Pick<Folders, "data">) {
    this.#folders = folders;
  }

  /** Why requests could not be booked, once a run; else null. Their transcripts have them all the same. */
  takeFailure(): AppError | null {
    const failure = this.#failure ?? null;
    if (failure !== null) this.#failure = undefined;
    return failure;
  }

  /** Opens the ledger while nothing else is to be done; what fails is reported when something is booked. */
  prepare(): void {
    void this.ledger().catch(() => {
      this.#ledger = null;
    });
  }

  /**
   * The ledger, opened once.
   *
   * @throws AppError `ledger_unwritable`, `ledger_damaged`, `ledger_newer`
   */
  async ledger(): Promise<Ledger> {
    this.#ledger ??= import("../../usage/ledger.ts").then(({ Ledger }) => Ledger.open(ledgerPath(this.#folders)));
    return await this.#ledger;
  }

  /**
   * Limits to what may be spent, counted over the whole run.
   *
   * @throws AppError as `ledger`
   */
  async budget(limits: BudgetLimits): Promise<Budget> {
    const [ledger, { Budget }] = await Promise.all([this.ledger(), import("../../usage/budget.ts")]);
    this.#budget ??= new Budget(ledger, limits, null);
    this.#budget.useLimits(limits);
    return this.#budget;
  }

  /** Books rows, each once. Throws nothing: what was answered and saved does not depend on it. */
  async book(rows: readonly LedgerRow[]): Promise<void> {
    try {
      const [ledger, { waitForLock }] = await Promise.all([this.ledger(), import("../../usage/lock-wait.ts")]);
      await waitForLock(() => ledger.book(rows));
    } catch (error) {
      this.#ledger = null;
      this.#report(error);
    }
  }

  /**
   * Books rows in place of what was reserved for them, once for each. Throws nothing.
   *
   * @returns limits of which four fifths are used since
   */
  async settle(reservations: readonly Reservation[], rows: readonly LedgerRow[]): Promise<readonly BudgetState[]> {
    const budget = this.#budget;
    if (budget === null) {
      if (rows.length > 0) await this.book(rows);
      return [];
    }
    try {
      const { waitForLock } = await import("../../usage/lock-wait.ts");
      return await waitForLock(() => budget.settle(reservations, rows));
    } catch (error) {
      this.#report(error);
      return [];
    }
  }

  #report(error: unknown): void {
    if (this.#failure === null) this.#failure = asAppError(error);
  }

  [Symbol.dispose](): void {
    void this.#ledger?.then((ledger) => ledger.close()).catch(() => {});
  }
}
