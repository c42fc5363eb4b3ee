import type { ChatEvent } from "../chat/events.ts";
import type { Layer } from "../chat/layers.ts";
import type { ChatRequest, Cost, ModelRef } from "../chat/model.ts";
import { RequestTrace } from "../chat/request-trace.ts";
import type { RequestRecord } from "../chat/requests.ts";
import { AppError } from "../errors.ts";
import type { Budget } from "./budget.ts";
import type { BudgetState } from "./budget-state.ts";
import type { LedgerRow } from "./ledger-row.ts";
import { waitForLock } from "./lock-wait.ts";
import type { BudgetClaim, Reservation } from "./reservation.ts";

export interface BudgetOptions {
  readonly budget: Budget;
  /** Provider of the requests, where no event names another one. */
  readonly provider: string;
  readonly purpose: LedgerRow["purpose"];
  /** Id of the conversation; null where it is not saved. */
  readonly conversation: () => string | null;
  /**
   * The most that the answer to a request can cost at that model, in one request, at the highest rate it can have; null where that is
   * unknown. The request is the answer's first: one that continues the answer has what came so far in its prompt too.
   */
  readonly maxCostOf: (request: ChatRequest, to: ModelRef) => Promise<Cost | null>;
  /**
   * Whether a request goes out all the same, which could go beyond a limit, has no known price, or cannot be reserved: `budget_exceeded`,
   * `budget_unpriced`, or an error of the ledger. A terminal asks; elsewhere it does not, and the answer ends with the error.
   */
  readonly mayGoOut: (error: AppError) => Promise<boolean>;
  /** What the ledger shall hold of an answer's requests; those that were not billed are left out. */
  readonly rowsOf: (requests: readonly RequestRecord[]) => readonly LedgerRow[];
  /**
   * Called after the last event of each answer that went out. `warnings`: limits of which four fifths are used since. `error`: why
   * the ledger does not hold the answer's requests; null when it does.
   */
  readonly onSettled: (warnings: readonly BudgetState[], error: AppError | null) => void;
}

/**
 * Keeps answers within a budget: reserves what a request can cost before it is sent, and books what was billed after the answer's
 * last event. Further requests of the same answer add to what is reserved and are never refused: an answer under way is not cut.
 */
export function withBudget(options: BudgetOptions): Layer {
  return (next) =>
    async function* budgeted(request, signal) {
      const answer = new AnswerClaims(options, request);
      const refusal = await answer.begin(signal);
      if (refusal !== null) return yield { type: "error", error: refusal };
      try {
        for await (const event of next(request, signal)) {
          await answer.follow(event);
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
  readonly #asked: ModelRef;
  readonly #trace: RequestTrace;
  readonly #reservations: Reservation[] = [];
  /** What is reserved for the request that runs; null where nothing is. */
  #last: Reservation | null = null;

  constructor(options: BudgetOptions, request: ChatRequest) {
    this.#options = options;
    this.#request = request;
    this.#asked = { provider: options.provider, model: request.model };
    this.#trace = new RequestTrace(this.#asked);
  }

  /** @returns why the request may not go out; null when it may */
  async begin(signal: AbortSignal): Promise<AppError | null> {
    const claim = await this.#claim(this.#asked, new Date());
    const error = claim === null ? this.#unpriced() : await this.#tryReserve(claim, false, signal);
    if (error === null) return null;
    const isAllowed = !signal.aborted && (await this.#options.mayGoOut(error));
    if (signal.aborted) return new AppError("interrupted", {});
    if (!isAllowed) return error;
    if (claim !== null && error.code === "budget_exceeded") await this.#tryReserve(claim, true, signal);
    return null;
  }

  async follow(event: ChatEvent): Promise<void> {
    if (event.type === "request" && this.#trace.requests.length > 0) await this.#add(event.to, event.sentAt);
    this.#trace.take(event);
  }

  async settle(): Promise<void> {
    const { budget, rowsOf, onSettled } = this.#options;
    const rows = rowsOf(this.#trace.requests);
    try {
      onSettled(await waitForLock(() => budget.settle(this.#reservations, rows)), null);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      onSettled([], error);
    }
  }

  /** Another request of the same answer: one that was not billed needs no money any more. */
  async #add(to: ModelRef, at: Date): Promise<void> {
    const { producedOutput, usage } = this.#trace.current;
    const last = this.#last;
    if (last !== null && !producedOutput && usage === null) {
      if (last.to.provider === to.provider && last.to.model === to.model) return;
      await this.#release(last);
    }
    const claim = await this.#claim(to, at);
    // What cannot be reserved is booked after the answer all the same.
    if (claim !== null) await this.#tryReserve(claim, true);
    else this.#last = null;
  }

  async #claim(to: ModelRef, at: Date): Promise<BudgetClaim | null> {
    const { budget, conversation, maxCostOf, purpose } = this.#options;
    const cost = await maxCostOf(this.#request, to);
    if (cost?.currency !== budget.currency) return null;
    return { to, purpose, cost, conversation: conversation(), at };
  }

  /** @returns why it is not reserved; null when it is */
  async #tryReserve(claim: BudgetClaim, force: boolean, signal?: AbortSignal): Promise<AppError | null> {
    this.#last = null;
    try {
      const { reservation, exceeded } = await waitForLock(() => this.#options.budget.reserve(claim, force), signal);
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

  #unpriced(): AppError {
    return new AppError("budget_unpriced", { ...this.#asked, currency: this.#options.budget.currency });
  }
}
