import { factsIn } from "../../config/model-aliases.ts";
import type { ConfigFile, Settings } from "../../config/schema.ts";
import { localProviders } from "../../providers/catalogue.ts";
import type { ModelRef } from "../../chat/model.ts";
import { type Price, priceOf, unitCost } from "../../usage/prices.ts";

/** What prices are found with; the engine is one. */
export interface PriceSource {
  readonly file: ConfigFile;
  readonly settings: Pick<Settings, "currency">;
}

/** The price of a model in the currency of the settings; null where nobody knows it. */
export function modelPrice({ file, settings }: PriceSource, { provider, model }: ModelRef): Price | null {
  return priceOf(provider, model, settings.currency, factsIn(file));
}

/**
 * What a model's service bills for searches of its own, in the currency of the settings; null where nobody knows.
 *
 * @param searches how many; null where the service does not tell
 */
export function searchesPrice(
  { settings }: PriceSource,
  { provider }: ModelRef,
  searches: number | null,
): number | null {
  if (searches === null || searches === 0) return searches;
  return unitCost(provider, settings.currency, "search", searches);
}

/** Whether a provider runs on a machine of one's own, where nobody is billed. */
export function isFree(provider: string): boolean {
  return provider === "demo" || (localProviders as readonly string[]).includes(provider);
}
