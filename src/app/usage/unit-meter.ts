import type { BilledRequest } from "../../chat/billed-request.ts";
import type { Cost, ModelRef } from "../../chat/model.ts";
import type { Purpose } from "../../chat/purpose.ts";
import type { ConfigFile, Settings } from "../../config/schema.ts";
import { AppError, asAppError } from "../../errors.ts";
import type { BudgetState } from "../../usage/budget-state.ts";
import type { Reservation } from "../../usage/reservation.ts";
import type { Books } from "./books.ts";
import { limitsOf } from "./budget-layers.ts";
import { isFree } from "./model-price.ts";
import { numberedRows } from "./numbered-rows.ts";
import { TurnPlace } from "./turn-place.ts";

/** A request that is billed by the number of something, not by tokens. */
export interface UnitClaim {
  readonly to: ModelRef;
  readonly purpose: Purpose;
  /** The most that it can cost; null where nobody knows. */
  readonly atMost: Cost | null;
}

/** What became of such a request. */
export interface UnitOutcome<Result> {
  readonly result: Result;
  /** Null where nobody knows it. */
  readonly cost: Cost | null;
}

interface UnitMeterOptions {
  readonly engine: { readonly file: ConfigFile; readonly settings: Settings };
  readonly books: Books;
  /** Asks whether a request goes out that could exceed a budget; false where nobody can be asked. */
  readonly mayExceed: (error: AppError) => Promise<boolean>;
  /** Called with limits of which four fifths are used since a request. */
  readonly onWarnings: (warnings: readonly BudgetState[]) => void;
}

/** Keeps requests that are billed by number within the budget, and books them in the ledger, each with an id of its own. */
export class UnitMeter {
  readonly #options: UnitMeterOptions;

  constructor(options: UnitMeterOptions) {
    this.#options = options;
  }

  /**
   * Sends a request, if the budget lets it.
   *
   * @param send gets what says that the request may be billed from now on, whatever becomes of it
   * @throws AppError `budget_exceeded`, `budget_unpriced`; what `send` throws, once what it may cost is booked
   */
  async run<Result>(
    claim: UnitClaim,
    send: (onBillable: () => void) => Promise<UnitOutcome<Result>>,
  ): Promise<UnitOutcome<Result>> {
    const held = await this.#reserve(claim);
    const sentAt = new Date();
    let isBillable = false;
    try {
      const outcome = await send(() => (isBillable = true));
      await this.#settle(held, { ...requestOf(claim, sentAt), cost: outcome.cost });
      return outcome;
    } catch (error) {
      const isBilled = isBillable && mayBeBilled(error);
      await this.#settle(held, isBilled ? { ...requestOf(claim, sentAt), atMost: claim.atMost } : null);
      throw error;
    }
  }

  async #reserve({ to, purpose, atMost: cost }: UnitClaim): Promise<Reservation | null> {
    const { engine, books, mayExceed } = this.#options;
    const limits = limitsOf(engine);
    if (limits === null || isFree(to.provider)) return null;
    const { over_budget: force, currency } = engine.settings;
    if (cost === null) {
      const unpriced = new AppError("budget_unpriced", { ...to, currency });
      if (force || (await mayExceed(unpriced))) return null;
      throw unpriced;
    }
    const [budget, { waitForLock }] = await Promise.all([books.budget(limits), import("../../usage/lock-wait.ts")]);
    const claim = { to, purpose, cost, atPeak: false, conversation: null, at: new Date() };
    const check = await waitForLock(() => budget.reserve(claim, force));
    if (check.exceeded === null) return check.reservation;
    if (!(await mayExceed(check.exceeded))) throw check.exceeded;
    return (await waitForLock(() => budget.reserve({ ...claim, at: new Date() }, true))).reservation;
  }

  async #settle(held: Reservation | null, request: BilledRequest | null): Promise<void> {
    const { books, onWarnings } = this.#options;
    const isBooked = request !== null && !isFree(request.to.provider);
    const rows = isBooked ? numberedRows([request], new TurnPlace(null, true)) : [];
    if (held === null && rows.length === 0) return;
    onWarnings(await books.settle(held === null ? [] : [held], rows));
  }
}

/** Whether a request that went out may be billed although it failed: the service did not say that it refuses it. */
export function mayBeBilled(error: unknown): boolean {
  const { kind, code } = asAppError(error);
  return (kind === "service" && code !== "rate_limited") || kind === "interrupted";
}

function requestOf({ to, purpose }: UnitClaim, sentAt: Date): BilledRequest {
  return { sentAt, to, purpose, usage: null, cost: null, atMost: null };
}
