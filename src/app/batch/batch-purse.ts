import type { OnBatchEvent } from "../../batch/events.ts";
import type { BatchItem } from "../../batch/item.ts";
import type { Purse } from "../../batch/scheduler.ts";
import type { ModelRef } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import type { Budget, BudgetLimits, SpendingLimits } from "../../usage/budget.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import { waitForLock } from "../../usage/lock-wait.ts";
import type { LargestCost, Reservation } from "../../usage/reservation.ts";
import type { Engine } from "../engine.ts";
import { successorsOf } from "../failover.ts";
import type { Books } from "../usage/books.ts";
import { limitsOf } from "../usage/budget-layers.ts";
import { maxCostOf } from "../usage/estimate.ts";
import { isFree } from "../usage/model-price.ts";
import type { ItemRequests } from "./item-request.ts";

/** As many times what an item can cost is set aside in the ledger at once, as long as the budget has so much. */
const portions = [64, 8, 1] as const;

type PurseEngine = Pick<Engine, "file" | "reported" | "settings">;

/** Who may answer items, and at what price. */
export interface PursePricing {
  /** What is billed, as a part of the price of the same tokens of a question. */
  readonly factor: number;
  /** Whether another model may answer where the item's own fails. */
  readonly failsOver: boolean;
}

/** Null where the settings limit nothing that may be spent. @throws AppError as the ledger */
export async function openPurse(
  engine: PurseEngine,
  requests: ItemRequests,
  books: Books,
  pricing: PursePricing,
  onEvent: OnBatchEvent,
): Promise<BatchPurse | null> {
  const limits = limitsOf(engine);
  if (limits === null || engine.settings.over_budget) return null;
  const shared = sharedLimits(limits);
  const budget = shared === null ? null : await books.budget(shared);
  return new BatchPurse(engine, requests, books, { command: limits.command, budget, pricing, onEvent });
}

/** Limits over all runs. That of a command is counted here, and a batch is no conversation. */
function sharedLimits({ all, providers, ...limits }: BudgetLimits): BudgetLimits | null {
  const without = (each: SpendingLimits) => ({ ...each, conversation: null });
  const own = Object.fromEntries(Object.entries(providers).map(([name, each]) => [name, without(each)]));
  const some = [without(all), ...Object.values(own)].some(({ day, month }) => day !== null || month !== null);
  return some ? { ...limits, all: without(all), providers: own, command: null } : null;
}

interface PurseOptions {
  /** What the run may spend; null for no limit. */
  readonly command: number | null;
  /** Over all runs; null for none. */
  readonly budget: Budget | null;
  readonly pricing: PursePricing;
  readonly onEvent: OnBatchEvent;
}

/** What is set aside in the ledger for a provider's items. Amounts in units of the currency. */
interface Portion {
  reservations: Reservation[];
  /** All of them together. */
  amount: number;
  /** What items under way can cost. */
  running: number;
  /** What was billed and is not booked yet. */
  unbooked: number;
}

/**
 * What a run may spend. What an item can cost at most is set aside before it is sent; the limit of the run is counted in memory, those of
 * days and months in the ledger, by portions for many items.
 */
export class BatchPurse implements Purse {
  readonly #engine: PurseEngine;
  readonly #requests: ItemRequests;
  readonly #books: Books;
  readonly #options: PurseOptions;
  readonly #taken = new Map<number, { readonly to: ModelRef; readonly amount: number }>();
  readonly #portions = new Map<string, Portion>();
  #spent = 0;
  #reserved = 0;

  constructor(engine: PurseEngine, requests: ItemRequests, books: Books, options: PurseOptions) {
    [this.#engine, this.#requests, this.#books, this.#options] = [engine, requests, books, options];
  }

  /** @throws AppError `budget_unpriced`, as the ledger */
  readonly take = async (item: BatchItem): Promise<boolean> => {
    const to = await this.#requests.modelOf(item);
    const largest = this.#largestCost(item, to);
    const { amount } = largest.cost;
    const { command, budget } = this.#options;
    if (command !== null && this.#spent + this.#reserved + amount > command) return false;
    if (budget !== null && amount > 0 && !(await this.#reserve(budget, to, largest))) return false;
    this.#take(item, to, amount);
    return true;
  };

  /** Sets aside what an item can cost that is asked already, whatever the limits are. @throws AppError as `take` */
  readonly takeAsked = async (item: BatchItem): Promise<void> => {
    const to = await this.#requests.modelOf(item);
    const { cost, atPeak } = this.#largestCost(item, to);
    const { budget } = this.#options;
    if (budget !== null && cost.amount > 0) await this.#setAside(budget, to, cost, true, atPeak);
    this.#take(item, to, cost.amount);
  };

  readonly leave = ({ index }: Pick<BatchItem, "index">): void => {
    const taken = this.#taken.get(index);
    if (taken === undefined) return;
    this.#taken.delete(index);
    this.#portionOf(taken.to.provider).running -= taken.amount;
    this.#reserved -= taken.amount;
    this.#tell();
  };

  /** To be called with the rows of an item before it leaves. */
  readonly spend = (rows: readonly LedgerRow[]): void => {
    for (const { to, cost, atMost } of rows) {
      const amount = this.#amountOf(cost ?? atMost);
      this.#spent += amount;
      this.#portionOf(to.provider).unbooked += amount;
    }
  };

  /** Books rows in the place of what was set aside for them. */
  readonly book = async (rows: readonly LedgerRow[]): Promise<void> => {
    const { budget } = this.#options;
    if (budget === null) return await this.#books.book(rows);
    for (const [provider, own] of Map.groupBy(rows, ({ to }) => to.provider)) {
      const portion = this.#portionOf(provider);
      await this.#books.settle(portion.reservations.splice(0), own);
      portion.unbooked -= own.reduce((sum, { cost, atMost }) => sum + this.#amountOf(cost ?? atMost), 0);
      portion.amount = 0;
      const left = portion.running + portion.unbooked;
      if (left > 0) await this.#setAside(budget, own[0]!.to, { currency: budget.currency, amount: left }, true);
    }
  };

  /** Gives back what is set aside for nothing. */
  async close(): Promise<void> {
    for (const portion of this.#portions.values()) await this.#books.settle(portion.reservations.splice(0), []);
  }

  #take({ index }: BatchItem, to: ModelRef, amount: number): void {
    this.#taken.set(index, { to, amount });
    this.#portionOf(to.provider).running += amount;
    this.#reserved += amount;
    this.#tell();
  }

  #amountOf(cost: LedgerRow["cost"]): number {
    return cost?.currency === this.#engine.settings.currency ? cost.amount : 0;
  }

  #portionOf(provider: string): Portion {
    const known = this.#portions.get(provider);
    if (known !== undefined) return known;
    const portion: Portion = { reservations: [], amount: 0, running: 0, unbooked: 0 };
    this.#portions.set(provider, portion);
    return portion;
  }

  /** At the dearest of the models that may answer. */
  #largestCost(item: BatchItem, to: ModelRef): LargestCost {
    const { currency } = this.#engine.settings;
    const { factor, failsOver } = this.#options.pricing;
    const routes = failsOver ? [to, ...successorsOf(this.#engine.file, to)] : [to];
    const costs = routes.map((each): LargestCost | null =>
      isFree(each.provider)
        ? { cost: { currency, amount: 0 }, atPeak: false }
        : maxCostOf(this.#engine, each, this.#requests.requestOf(item, each)),
    );
    const known = costs.filter((each) => each !== null && each.cost.currency === currency) as LargestCost[];
    if (known.length < costs.length) throw new AppError("budget_unpriced", { ...to, currency });
    const { cost, atPeak } = known.reduce((one, other) => (other.cost.amount > one.cost.amount ? other : one));
    return { cost: { currency, amount: cost.amount * factor }, atPeak };
  }

  /** @returns whether the budget has so much */
  async #reserve(budget: Budget, to: ModelRef, { cost, atPeak }: LargestCost): Promise<boolean> {
    const { amount, running, unbooked } = this.#portionOf(to.provider);
    if (amount - running - unbooked >= cost.amount) return true;
    for (const portion of portions) {
      if (await this.#setAside(budget, to, { ...cost, amount: cost.amount * portion }, false, atPeak)) return true;
    }
    return false;
  }

  async #setAside(
    budget: Budget,
    to: ModelRef,
    cost: LargestCost["cost"],
    force: boolean,
    atPeak = false,
  ): Promise<boolean> {
    const claim = { to, purpose: "batch", cost, atPeak, conversation: null, at: new Date() } as const;
    const { reservation } = await waitForLock(() => budget.reserve(claim, force));
    if (reservation === null) return false;
    const portion = this.#portionOf(to.provider);
    portion.reservations.push(reservation);
    portion.amount += cost.amount;
    return true;
  }

  #tell(): void {
    const { command, onEvent } = this.#options;
    if (command === null) return;
    const { currency } = this.#engine.settings;
    const cost = (amount: number) => ({ currency, amount });
    onEvent({ type: "spending", spent: cost(this.#spent), reserved: cost(this.#reserved), limit: cost(command) });
  }
}
