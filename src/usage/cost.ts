import type { Cost, Usage } from "../chat/model.ts";
import { beijingTime, tariffAt } from "./tariff.ts";
import type { Currency, Price, Rates } from "./prices.ts";

/**
 * Why the cost of a request is unknown: the service gave no count of tokens, or one that cannot be; nobody knows the model's price, or
 * only one that has run out; the day may be a holiday; or the service searched the web and does not tell how often.
 */
export type UnknownCost = "usage" | "price" | "outdated" | "holiday" | "searches";

/** What a request cost, or why nobody knows. */
export type Charge =
  | { readonly cost: Cost; readonly unknown: null }
  | { readonly cost: null; readonly unknown: UnknownCost };

/**
 * What a request cost, by the service's own count and at the rate of the moment when it was sent.
 *
 * @param price null where nobody knows it: a cost is never guessed
 * @param holidays as for `tariffAt`
 */
export function chargeOf(
  usage: Usage | null,
  price: Price | null,
  currency: Currency,
  sentAt: Date,
  holidays: readonly string[],
): Charge {
  const rates = price === null ? "price" : ratesAt(price, sentAt, holidays);
  if (typeof rates === "string") return { cost: null, unknown: rates };
  if (usage === null) return { cost: null, unknown: "usage" };
  return { cost: costOf(usage, rates, currency), unknown: null };
}

/**
 * A charge with the searches of the service.
 *
 * @param amount in units of the currency; null where nobody knows it
 */
export function withSearches(charge: Charge, amount: number | null): Charge {
  if (charge.cost === null || amount === 0) return charge;
  if (amount === null) return { cost: null, unknown: "searches" };
  return { cost: costIn(charge.cost.currency, charge.cost.amount + amount), unknown: null };
}

/**
 * The most that a request can cost, with what it can search for.
 *
 * @param amount of the searches, in units of the currency; null where nobody knows it
 * @returns null where that is unknown
 */
export function mostWithSearches({ currency, amount }: Cost, searches: number | null): Cost | null {
  return searches === null ? null : costIn(currency, amount + searches);
}

/** The rates that hold at a moment, or why they are unknown. */
export function ratesAt(price: Price, at: Date, holidays: readonly string[]): Rates | "outdated" | "holiday" {
  if (price.until !== null && beijingTime(at).toISOString().slice(0, 10) > price.until) return "outdated";
  if (price.peakFactor === 1) return price.rates;
  const tariff = tariffAt(at, holidays);
  if (tariff === "unknown") return "holiday";
  return tariff === "peak" ? times(price.rates, price.peakFactor) : price.rates;
}

/** A price of which a part is billed, as of batches of a service's own. */
export function discounted(price: Price, factor: number): Price {
  return factor === 1 ? price : { ...price, rates: times(price.rates, factor) };
}

/** The highest rates that a request sent at any hour can have. */
export function highestRates({ rates, peakFactor }: Price): Rates {
  return times(rates, Math.max(1, peakFactor));
}

/** What tokens cost at rates per million. */
export function costOf(usage: Usage, { cached, input, output }: Rates, currency: Currency): Cost {
  const { promptTokens, cachedTokens, completionTokens } = usage;
  const fresh = promptTokens - cachedTokens;
  return costIn(currency, (cachedTokens * cached + fresh * input + completionTokens * output) / 1e6);
}

/** Of several requests together; null where there is none, one is unknown, or they are in two currencies: those are never added. */
export function sumCosts(costs: readonly (Cost | null)[]): Cost | null {
  const known = costs.filter((cost) => cost !== null);
  const [first] = known;
  if (first === undefined || known.length < costs.length) return null;
  if (known.some(({ currency }) => currency !== first.currency)) return null;
  return costIn(
    first.currency,
    known.reduce((sum, { amount }) => sum + amount, 0),
  );
}

/** One sum for each currency, in the order in which they first come. */
export function sumByCurrency(costs: readonly Cost[]): Cost[] {
  return [...Map.groupBy(costs, ({ currency }) => currency).values()].map((same) => sumCosts(same)!);
}

/** Twelve digits hide what binary fractions add to a sum of prices. */
function costIn(currency: string, amount: number): Cost {
  return { currency, amount: Number(amount.toPrecision(12)) };
}

function times({ cached, input, output }: Rates, factor: number): Rates {
  const product = (rate: number) => Number((rate * factor).toPrecision(12));
  return { cached: product(cached), input: product(input), output: product(output) };
}
