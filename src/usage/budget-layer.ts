import type { ChatEvent } from "../chat/events.ts";
import type { Admission, Model } from "../chat/layers.ts";
import type { ChatRequest, ModelRef } from "../chat/model.ts";
import { RequestTrace } from "../chat/request-trace.ts";
import type { RequestRecord } from "../chat/requests.ts";
import { AppError } from "../errors.ts";
import type { Budget } from "./budget.ts";
import type { BudgetState } from "./budget-state.ts";
import type { LedgerRow } from "./ledger-row.ts";
import { waitForLock } from "./lock-wait.ts";
import type { BudgetClaim, LargestCost, Reservation } from "./reservation.ts";

export interface BudgetOptions {
  readonly budget: Budget;
  /** Provider of the requests, where no event names another one. */
  readonly provider: string;
  readonly purpose: LedgerRow["purpose"];
  /** Id of the conversation; null where it is not saved. */
  readonly conversation: () => string | null;
  /**
   * The most that a request can cost at that model, at the highest rate it can have; null where that is unknown. One that costs nothing
   * needs no room in the budget.
   */
  readonly maxCostOf: (request: ChatRequest, to: ModelRef) => Promise<LargestCost | null>;
  /**
   * Whether a request goes out all the same, which could go beyond a limit, has no known price, or cannot be reserved: `budget_exceeded`,
   * `budget_unpriced`, or an error of the ledger. A terminal asks; elsewhere it does not, and the answer ends with the error.
   */
  readonly mayGoOut: (error: AppError) => Promise<boolean>;
  /** Whether the service bills a request. */
  readonly isBilled: (request: RequestRecord) => boolean;
  /** What the ledger shall hold of an answer's requests; those that were not billed are left out. Called once for each answer. */
  readonly rowsOf: (requests: readonly RequestRecord[]) => Promise<readonly LedgerRow[]>;
  /**
   * Called after the last event of each answer that went out. `warnings`: limits of which four fifths are used since. `error`: why
   * the ledger does not hold the answer's requests; null when it does.
   */
  readonly onSettled: (warnings: readonly BudgetState[], error: AppError | null) => void;
}

/** Makes a model of one that asks before each of its requests. */
export type BudgetedModel = (open: (admit: Admission) => Model) => Model;

/**
 * Keeps answers within a budget: reserves what a request can cost before it is sent, and books what was billed after the answer's
 * last event. Further requests of the same answer add to what is reserved. Before any output they may be refused as the first one;
 * afterwards they never are: an answer under way is not cut.
 */
export function withBudget(options: BudgetOptions): BudgetedModel {
  return (open) =>
    async function* budgeted(request, signal) {
      const answer = new AnswerClaims(options, request, signal);
      const refusal = await answer.begin();
      if (refusal !== null) return yield { type: "error", error: refusal };
      try {
        for await (const event of open(answer.admit)(request, signal)) {
          answer.follow(event);
          yield event;
        }
      } finally {
        await answer.settle();
      }
    };
}

/** What is reserved for one answer. */
class AnswerClaims {
  readonly #options: BudgetOptions;
  readonly #request: ChatRequest;
  readonly #signal: AbortSignal;
  readonly #asked: ModelRef;
  readonly #trace: RequestTrace;
  readonly #reservations: Reservation[] = [];
  /** What is reserved for the request that runs; null where nothing is. */
  #last: Reservation | null = null;

  constructor(options: BudgetOptions, request: ChatRequest, signal: AbortSignal) {
    this.#options = options;
    this.#request = request;
    this.#signal = signal;
    this.#asked = request.preferred ?? { provider: options.provider, model: request.model };
    this.#trace = new RequestTrace(this.#asked, request);
  }

  /** @returns why the answer's first request may not go out; null when it may */
  async begin(): Promise<AppError | null> {
    return await this.#enter(this.#asked, this.#request);
  }

  follow(event: ChatEvent): void {
    this.#trace.take(event);
  }

  /** Another request of the same answer: one before it that was not billed needs no money any more. */
  readonly admit: Admission = async (to, request, isUnderWay) => {
    const before = this.#trace.requests.at(-2);
    // The first one was admitted before it was opened.
    if (before === undefined && isSame(to, this.#asked)) return null;
    const last = this.#last;
    const isBilled = before !== undefined && this.#options.isBilled(before);
    if (last !== null && !isBilled) {
      if (isSame(to, last.to)) return null;
      await this.#release(last);
    }
    if (!isUnderWay) return await this.#enter(to, request);
    // What cannot be reserved is booked after the answer all the same.
    const claim = await this.#claim(to, request);
    if (claim === null) this.#last = null;
    else await this.#tryReserve(claim, true);
    return null;
  };

  async settle(): Promise<void> {
    const { budget, rowsOf, onSettled } = this.#options;
    const rows = await rowsOf(this.#trace.requests);
    try {
      onSettled(await waitForLock(() => budget.settle(this.#reservations, rows)), null);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      onSettled([], error);
    }
  }

  /** @returns why a request may not go out; null when it may */
  async #enter(to: ModelRef, request: ChatRequest): Promise<AppError | null> {
    const { budget, mayGoOut } = this.#options;
    const claim = await this.#claim(to, request);
    const error =
      claim === null
        ? new AppError("budget_unpriced", { ...to, currency: budget.currency })
        : await this.#tryReserve(claim, false);
    if (error === null) return null;
    const isAllowed = !this.#signal.aborted && (await mayGoOut(error));
    if (this.#signal.aborted) return new AppError("interrupted", {});
    if (!isAllowed) return error;
    if (claim !== null && error.code === "budget_exceeded") await this.#tryReserve(claim, true);
    return null;
  }

  async #claim(to: ModelRef, request: ChatRequest): Promise<BudgetClaim | null> {
    const { budget, conversation, maxCostOf, purpose } = this.#options;
    const largest = await maxCostOf(request, to);
    if (largest?.cost.currency !== budget.currency) return null;
    return { to, purpose, ...largest, conversation: conversation(), at: new Date() };
  }

  /** @returns why it is not reserved; null when it is, or costs nothing */
  async #tryReserve(claim: BudgetClaim, force: boolean): Promise<AppError | null> {
    this.#last = null;
    if (claim.cost.amount === 0) return null;
    const { budget } = this.#options;
    try {
      const { reservation, exceeded } = await waitForLock(() => budget.reserve(claim, force), this.#signal);
      if (reservation === null) return exceeded;
      this.#reservations.push(reservation);
      this.#last = reservation;
      return null;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return error;
    }
  }

  async #release(reservation: Reservation): Promise<void> {
    try {
      await waitForLock(() => this.#options.budget.release(reservation));
      this.#reservations.splice(this.#reservations.indexOf(reservation), 1);
    } catch (error) {
      // It goes with the others after the answer.
      if (!(error instanceof AppError)) throw error;
    }
  }
}

function isSame(one: ModelRef, other: ModelRef): boolean {
  return one.provider === other.provider && one.model === other.model;
}
