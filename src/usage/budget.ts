import { randomUUID } from "node:crypto";
import { AppError } from "../errors.ts";
import { thisOwner } from "../process-identity.ts";
import { Calendar } from "./calendar.ts";
import type { BudgetScope, BudgetState } from "./budget-state.ts";
import { boundedPico, exactCost, fromPico } from "./exact-cost.ts";
import type { Ledger } from "./ledger.ts";
import type { LedgerRow } from "./ledger-row.ts";
import { emptyUse, type LimitRange, type LimitUse, useOf } from "./limit-use.ts";
import {
  bookAbandoned,
  type BudgetClaim,
  deleteReservation,
  insertReservation,
  type Reservation,
} from "./reservation.ts";

/** In units of the budget's currency; null for no limit. */
export interface SpendingLimits {
  readonly day: number | null;
  readonly month: number | null;
  readonly conversation: number | null;
}

export interface BudgetLimits {
  /** ISO 4217. Costs in another one do not count. */
  readonly currency: string;
  /** Of all providers together. */
  readonly all: SpendingLimits;
  /** Of each provider, by its name. */
  readonly providers: Readonly<Record<string, SpendingLimits>>;
  /** Of all that this run of the program sends; null for no limit. */
  readonly command: number | null;
}

/** `reserved`: the request may go out. `exceeded`: it may not, by the first limit that it could go beyond. */
export type BudgetCheck =
  | { readonly reservation: Reservation; readonly exceeded: null }
  | { readonly reservation: null; readonly exceeded: AppError<"budget_exceeded"> };

/** A limit that holds for a request. */
interface Limit {
  readonly scope: BudgetScope;
  readonly limited: string | null;
  readonly amount: number;
  /** Of which requests. */
  readonly place: Place;
}

/** What decides which limits hold for a request. */
interface Place {
  readonly provider: string;
  readonly conversation: string | null;
  readonly at: Date;
}

/**
 * Limits to what requests may cost, over all programs that use the ledger: what a request can cost at most is reserved before it is
 * sent, in one transaction with the look at what is spent, and booked by its usage afterwards. Methods throw as the ledger's do.
 */
export class Budget {
  readonly #ledger: Ledger;
  #limits: BudgetLimits;
  readonly #calendar: Calendar;
  readonly #owner = thisOwner();
  /** Of the limits that hold for this run alone, by their names. */
  readonly #own = new Map<string, LimitUse>();

  /** @param zone IANA's name of the time zone in which days begin; null for the machine's own */
  constructor(ledger: Ledger, limits: BudgetLimits, zone: string | null) {
    this.#ledger = ledger;
    this.#limits = limits;
    this.#calendar = new Calendar(zone);
  }

  /** Other limits from now on; what was spent stays counted. */
  useLimits(limits: BudgetLimits): void {
    this.#limits = limits;
  }

  get currency(): string {
    return this.#limits.currency;
  }

  /**
   * Sets aside what a request can cost, unless that could go beyond a limit.
   *
   * @param claim its cost is in the budget's currency
   * @param force whether it is set aside in any case
   */
  reserve(claim: BudgetClaim, force = false): BudgetCheck {
    const { file } = this.#ledger;
    const reservation = { ...claim, id: randomUUID() };
    const check = file.transaction((): BudgetCheck => {
      bookAbandoned(file, this.#calendar, claim.at.getTime());
      const exceeded = force ? null : this.exceededBy(claim);
      if (exceeded !== null) return { reservation: null, exceeded };
      insertReservation(file, reservation, this.#owner);
      return { reservation, exceeded };
    });
    if (check.reservation !== null) this.#countReserved(reservation, 1n);
    return check;
  }

  /**
   * Books what an answer was billed, in place of what was reserved for it.
   *
   * @returns the limits of which four fifths are used since, and were not before
   */
  settle(reservations: readonly Reservation[], rows: readonly LedgerRow[]): BudgetState[] {
    const limits = this.#limitsOfRows(rows);
    const shared = limits.filter((limit) => !isOwn(limit));
    const own = limits.filter(isOwn);
    const crossed = this.#ledger.file.transaction(() =>
      this.#crossed(shared, () => {
        for (const reservation of reservations) deleteReservation(this.#ledger.file, reservation);
        this.#ledger.insert(rows);
      }),
    );
    const ownCrossed = this.#crossed(own, () => {
      for (const reservation of reservations) this.#countReserved(reservation, -1n);
      for (const row of rows) this.#countSpent(row);
    });
    return [...crossed, ...ownCrossed];
  }

  /** Gives back what was reserved for a request that was not billed. */
  release(reservation: Reservation): void {
    deleteReservation(this.#ledger.file, reservation);
    this.#countReserved(reservation, -1n);
  }

  /** How much is used of each limit that holds for a request to that provider. */
  states(provider: string, conversation: string | null, at: Date): BudgetState[] {
    return this.#limitsAt({ provider, conversation, at }).map((limit) => this.#state(limit));
  }

  /** The limits of which four fifths are used once `work` is done, and were not before. */
  #crossed(limits: readonly Limit[], work: () => void): BudgetState[] {
    const low = limits.filter((limit) => !isWarned(this.#state(limit)));
    work();
    return low.map((limit) => this.#state(limit)).filter(isWarned);
  }

  /** The first limit that a request could go beyond now, those of its provider first; null where there is none. */
  exceededBy({ to, conversation, at, cost, atPeak }: BudgetClaim): AppError<"budget_exceeded"> | null {
    const amount = boundedPico(cost.amount);
    for (const limit of this.#limitsAt({ provider: to.provider, conversation, at })) {
      const { spent, uncounted, reserved } = this.#use(limit);
      if (spent + uncounted + reserved + amount <= boundedPico(limit.amount)) continue;
      const { unknown: _unknown, foreign: _foreign, ...facts } = this.#state(limit);
      return new AppError("budget_exceeded", { ...facts, amount: cost.amount, atPeak });
    }
    return null;
  }

  #limitsAt(place: Place): Limit[] {
    const { all, providers, command } = this.#limits;
    const { provider } = place;
    const limitsOf = (limits: SpendingLimits, limited: string | null) =>
      (["conversation", "day", "month"] as const).map((scope) => ({ scope, limited, amount: limits[scope], place }));
    const limits = [
      { scope: "command" as const, limited: null, amount: command, place },
      ...(Object.hasOwn(providers, provider) ? limitsOf(providers[provider]!, provider) : []),
      ...limitsOf(all, null),
    ];
    return limits.flatMap(({ amount, ...limit }) => (amount === null ? [] : [{ ...limit, amount }]));
  }

  /** The limits that hold for an answer's requests, each once. */
  #limitsOfRows(rows: readonly LedgerRow[]): Limit[] {
    const places = rows.map(({ to, conversation, sentAt }) => ({ provider: to.provider, conversation, at: sentAt }));
    const limits = places.flatMap((place) => this.#limitsAt(place));
    return [...new Map(limits.map((limit) => [nameOf(limit), limit])).values()];
  }

  #state(limit: Limit): BudgetState {
    const { spent, uncounted, reserved, ...counts } = this.#use(limit);
    const { scope, limited, amount } = limit;
    const used = { spent: fromPico(spent), uncounted: fromPico(uncounted), reserved: fromPico(reserved) };
    return { scope, limited, currency: this.currency, limit: amount, ...used, ...counts };
  }

  #use(limit: Limit): LimitUse {
    return isOwn(limit) ? this.#ownUse(limit) : useOf(this.#ledger.file, this.currency, this.#rangeOf(limit));
  }

  #ownUse(limit: Limit): LimitUse {
    const known = this.#own.get(nameOf(limit));
    if (known !== undefined) return known;
    const use = emptyUse();
    this.#own.set(nameOf(limit), use);
    return use;
  }

  /** Which rows of the ledger count for a limit. */
  #rangeOf({ scope, limited, place }: Limit): LimitRange {
    const { conversation, at } = place;
    const isOfConversation = scope === "conversation" && conversation !== null;
    const within = isOfConversation
      ? conversation
      : this.#calendar.span(scope === "day" ? "day" : "month", at.getTime());
    return { within, provider: limited };
  }

  #countReserved({ to, conversation, at, cost }: Reservation, sign: 1n | -1n): void {
    for (const limit of this.#limitsAt({ provider: to.provider, conversation, at }).filter(isOwn)) {
      this.#ownUse(limit).reserved += sign * boundedPico(cost.amount);
    }
  }

  #countSpent({ to, conversation, sentAt, cost, atMost }: LedgerRow): void {
    const known = cost ?? atMost;
    const exact = known === null ? null : exactCost(known);
    for (const limit of this.#limitsAt({ provider: to.provider, conversation, at: sentAt }).filter(isOwn)) {
      const use = this.#ownUse(limit);
      if (exact === null) use.unknown++;
      else if (exact.currency === this.currency) use[cost === null ? "uncounted" : "spent"] += exact.pico;
      else use.foreign++;
    }
  }
}

/** Whether a limit is counted in memory: the ledger does not tell runs from one another, nor conversations that are not saved. */
function isOwn({ scope, place }: Limit): boolean {
  return scope === "command" || (scope === "conversation" && place.conversation === null);
}

/** Unique among the limits that hold for one answer. */
function nameOf({ scope, limited }: Limit): string {
  return `${scope} ${limited ?? ""}`;
}

/** Whether four fifths of a limit are used. */
function isWarned({ spent, uncounted, limit }: BudgetState): boolean {
  return (spent + uncounted) * 5 >= limit * 4;
}
