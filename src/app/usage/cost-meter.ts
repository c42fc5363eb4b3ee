import type { AppError } from "../../errors.ts";
import type { Bill, SpentTotal } from "../../chat/answer.ts";
import { type Purpose, takesTokens } from "../../chat/purpose.ts";
import type { BilledRequest } from "../../chat/billed-request.ts";
import { billedRequests, type RequestRecord } from "../../chat/requests.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { sumUsage } from "../../chat/usage.ts";
import { chargeOf, withSearches, sumByCurrency, sumCosts, type UnknownCost } from "../../usage/cost.ts";
import type { BudgetState } from "../../usage/budget-state.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import { type Tariff, tariffAt } from "../../usage/tariff.ts";
import type { Books } from "./books.ts";
import { isFree, modelPrice, type PriceSource, searchesPrice } from "./model-price.ts";
import { numberedRows } from "./numbered-rows.ts";
import type { BoundSource } from "./request-bound.ts";
import type { RowPlace, TurnPlace } from "./turn-place.ts";

/** Milliseconds after which a service is taken to think. */
const idleAfter = 30;

/** What a run's requests are charged and booked by. */
export interface Accounts {
  readonly spending: Spending;
  /** Null: nothing is booked. */
  readonly books: Books | null;
}

/** What an answer's requests are booked by. */
export interface Metering {
  readonly spending: Spending;
  readonly books: Books;
  readonly purpose: Purpose;
  readonly place: TurnPlace;
  /** Whether a request goes out that could exceed a budget, or whose cost nobody knows. */
  readonly mayExceed: boolean;
}

/** Null where nothing is booked. */
export function meteringOf(
  { spending, books }: Accounts,
  purpose: Purpose,
  place: TurnPlace,
  mayExceed: boolean,
): Metering | null {
  return books === null ? null : { spending, books, purpose, place, mayExceed };
}

interface ChargedRequest {
  readonly request: BilledRequest;
  readonly unknown: UnknownCost | null;
  readonly tariff: Tariff | null;
}

/** What requests are charged with; the engine is one. */
type SpendingSource = PriceSource & BoundSource;

/** What a run of the program took, by the services' own count. */
export class Spending {
  readonly #source: SpendingSource;
  readonly #books: Pick<Books, "book" | "prepare" | "takeFailure"> | null;
  readonly #billed: BilledRequest[] = [];
  readonly #warnings: BudgetState[] = [];
  #questions = 0;

  /** @param books null: nothing is booked */
  constructor(source: SpendingSource, books: Pick<Books, "book" | "prepare" | "takeFailure"> | null) {
    this.#source = source;
    this.#books = books;
  }

  get total(): SpentTotal {
    const usages = this.#billed.flatMap(({ usage }) => usage ?? []);
    const costs = this.#billed.flatMap(({ cost }) => cost ?? []);
    const paid = this.#billed.filter(({ to }) => !isFree(to.provider));
    return {
      requests: this.#billed,
      usage: usages.length === 0 ? null : sumUsage(usages),
      costs: sumByCurrency(costs),
      questions: this.#questions,
      unknown: paid.filter(({ cost }) => cost === null).length,
      uncounted: this.#billed.filter(({ usage, purpose }) => usage === null && takesTokens(purpose)).length,
    };
  }

  /**
   * Adds what an answer took, each request at the price of the moment when it was sent.
   *
   * @param purpose of its first request; continuations and repetitions of a question have one of their own
   * @param byTools what the tools were billed that it called
   */
  async add({ requests, cached }: TurnResult, purpose: Purpose, byTools: readonly BilledRequest[] = []): Promise<Bill> {
    const charged = await this.#chargeAll(requests, purpose);
    if (purpose === "question" && charged.length > 0) this.#questions++;
    const sent = [...charged.map(({ request }) => request), ...byTools];
    const billed = sent.toSorted((one, other) => one.sentAt.getTime() - other.sentAt.getTime());
    this.#billed.push(...billed);
    const paid = billed.filter(({ to }) => !isFree(to.provider)).map(({ cost }) => cost);
    return {
      billed,
      cost: cached ? { currency: this.#source.settings.currency, amount: 0 } : sumCosts(paid),
      unknownCost: charged.find(({ unknown }) => unknown !== null)?.unknown ?? null,
      tariff: charged.at(-1)?.tariff ?? null,
      warnings: this.#warnings.splice(0),
    };
  }

  /** Books requests that were added. */
  async book(billed: readonly BilledRequest[], place: TurnPlace): Promise<void> {
    const rows = ledgerRows(billed, place);
    if (rows.length > 0) await this.#books?.book(rows);
  }

  /** Why requests could not be booked, once a run; else null. */
  takeUnbooked(): AppError | null {
    return this.#books?.takeFailure() ?? null;
  }

  /**
   * What the ledger is to hold of an answer's requests, before they are added.
   *
   * @param from billed requests of the turn before them
   */
  async rowsOf(
    requests: readonly RequestRecord[],
    purpose: Purpose,
    place: RowPlace,
    from: number,
  ): Promise<LedgerRow[]> {
    const charged = await this.#chargeAll(requests, purpose);
    return ledgerRows(
      charged.map(({ request }) => request),
      place,
      from,
    );
  }

  /** Keeps what a budget says after an answer, for the bill that `add` makes of it. */
  note(warnings: readonly BudgetState[]): void {
    this.#warnings.push(...warnings);
  }

  /**
   * To be called when a request is on its way: opens the ledger in the time in which the service thinks. What comes at once is not kept
   * waiting for it.
   */
  prepare(): Disposable {
    const timer = setTimeout(() => this.#books?.prepare(), idleAfter).unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  async #chargeAll(requests: readonly RequestRecord[], purpose: Purpose): Promise<ChargedRequest[]> {
    return await Promise.all(billedRequests(requests).map(async (request) => await this.#charge(request, purpose)));
  }

  async #charge(record: RequestRecord, purpose: Purpose): Promise<ChargedRequest> {
    const { file, settings } = this.#source;
    const { to, usage, sentAt, why } = record;
    const holidays = file.holidays ?? [];
    const price = modelPrice(this.#source, to);
    const searched = searchesPrice(this.#source, to, record.searches === undefined ? 0 : record.searches);
    const tokens = chargeOf(usage, price, settings.currency, sentAt, holidays);
    const { cost, unknown } = withSearches(tokens, searched);
    // What bounds a cost is loaded where a count is missing, of tokens or of searches.
    const isBounded = (usage === null || unknown === "searches") && price !== null;
    const atMost = isBounded ? (await import("./uncounted-cost.ts")).uncountedCost(this.#source, record) : null;
    return {
      request: { sentAt, to, purpose: purposeOf(why, purpose), usage, cost, atMost },
      unknown: isFree(to.provider) ? null : unknown,
      tariff: price === null || price.peakFactor === 1 ? null : tariffAt(sentAt, holidays),
    };
  }
}

function ledgerRows(billed: readonly BilledRequest[], place: RowPlace, from = 0): LedgerRow[] {
  return numberedRows(billed, place, from).filter(({ to }) => !isFree(to.provider));
}

/** What a request was for: of a question, those after the first are told apart. */
function purposeOf(why: RequestRecord["why"], purpose: Purpose): Purpose {
  if (why === "tools") return purpose === "question" || purpose === "continuation" ? "tools" : purpose;
  if (purpose !== "question" || why === "first") return purpose;
  return why === "continue-prefix" || why === "continue-prompt" ? "continuation" : "retry";
}

/** Tokens of the conversation after an answer; null if its last request was not counted. */
export function countedAfter({ requests, messages }: TurnResult): number | null {
  const last = billedRequests(requests).at(-1)?.usage ?? null;
  if (last === null) return null;
  // The last request had all that came before in it. Thinking is sent back only where tools are called.
  const thinking = messages.some(({ role }) => role === "tool") ? 0 : last.reasoningTokens;
  return last.promptTokens + Math.max(0, last.completionTokens - thinking);
}
