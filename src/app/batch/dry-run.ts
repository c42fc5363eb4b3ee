import type { BatchItem } from "../../batch/item.ts";
import type { Cost, ModelRef } from "../../chat/model.ts";
import { findProvider } from "../../providers/catalogue.ts";
import { count, inLines, money } from "../../terminal/figures.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { costOf, discounted, highestRates } from "../../usage/cost.ts";
import type { Rates } from "../../usage/prices.ts";
import { loadBatchWords } from "../../words/load.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { structuredForm } from "../ask/wanted-form.ts";
import { usageOf } from "../usage/estimate.ts";
import { isFree, modelPrice } from "../usage/model-price.ts";
import { boundedBody, maxOutputOf } from "../usage/request-bound.ts";
import { requestTokens } from "../usage/request-tokens.ts";
import type { BatchInputOptions } from "./batch-options.ts";
import { rulesOf } from "./batch-service.ts";
import { ItemRequests } from "./item-request.ts";
import { readyInput } from "./ready-input.ts";

/** What the items of one model would take. */
interface ModelEstimate {
  readonly to: ModelRef;
  items: number;
  promptTokens: number;
  /** Whether each prompt was counted to the token. */
  isExact: boolean;
  /** Tokens that all answers have at most; null where nobody knows. */
  maxOutput: number | null;
}

/** What a model's items cost; null where nobody knows. */
interface CostBounds {
  /** Of the prompts alone, without a hit in the cache. */
  readonly offPeak: Cost;
  readonly peak: Cost;
  /** With the longest answers, at the peak rate; null where nobody knows how long they can be. */
  readonly atMost: Cost | null;
}

interface EstimateOptions extends BatchInputOptions {
  readonly json: boolean;
  /** Whether a provider answers as batches of its own, at their price. */
  readonly atProvider: boolean;
}

/**
 * Says what a batch would take, and sends nothing.
 *
 * @throws AppError what is wrong with input or settings
 */
export async function estimateBatch(
  engine: Engine,
  console: Console,
  { json, atProvider, ...options }: EstimateOptions,
): Promise<void> {
  const { terminal } = console;
  const words = await loadBatchWords(engine.language);
  using ready = await readyInput(engine, console, words, options);
  await structuredForm(engine, console, null);
  const { count: total } = ready.checked.index;
  const estimates = await estimatesOf(engine, ready.source(() => false, total).items(engine.stop));
  const rows = estimates.map((estimate) => {
    const factor = atProvider
      ? rulesOf(engine, findProvider(estimate.to.provider, engine.file.providers ?? {})).priceFactor
      : 1;
    return [estimate, costOfAll(engine, estimate, factor)] as const;
  });
  if (json) {
    const { bad: skipped } = ready.checked;
    return terminal.json({ items: total, skipped, models: rows.map(([estimate, cost]) => rowJson(estimate, cost)) });
  }
  for (const [{ to, items, promptTokens, isExact, maxOutput }, cost] of rows) {
    const model = sanitize(`${to.provider}/${to.model}`);
    const tokens = `${isExact ? "" : "~"}${count(promptTokens)}`;
    const most = maxOutput === null ? null : count(maxOutput);
    const costs = cost && {
      offPeak: money(cost.offPeak),
      peak: cost.peak.amount === cost.offPeak.amount ? null : money(cost.peak),
      atMost: cost.atMost && money(cost.atMost),
    };
    const facts = words.estimate({ model, items, tokens, maxOutput: most, isFree: isFree(to.provider), costs });
    terminal.out(`${inLines(facts, terminal.outIsTerminal ? terminal.columns : Infinity)}\n`);
  }
}

async function estimatesOf(engine: Engine, items: AsyncIterable<BatchItem>): Promise<ModelEstimate[]> {
  const requests = new ItemRequests(engine);
  const estimates = new Map<string, ModelEstimate>();
  for await (const item of items) {
    const to = await modelOf(engine, requests, item);
    const request = requests.requestOf(item, to);
    const name = `${to.provider}/${to.model}`;
    const estimate = estimates.get(name) ?? { to, items: 0, promptTokens: 0, isExact: true, maxOutput: 0 };
    estimates.set(name, estimate);
    const { tokens, isExact } = await requestTokens(request, findProvider(to.provider, engine.file.providers ?? {}));
    const most = maxOutputOf(engine, to, boundedBody(engine, to, request), tokens);
    estimate.items++;
    estimate.promptTokens += tokens;
    estimate.isExact &&= isExact;
    estimate.maxOutput = most === null || estimate.maxOutput === null ? null : estimate.maxOutput + most;
  }
  return [...estimates.values()];
}

/** The provider is not asked, where its row or the settings name a model: no key is needed. */
async function modelOf(engine: Engine, requests: ItemRequests, item: BatchItem): Promise<ModelRef> {
  const { provider } = engine.settings;
  const model = engine.settings.model ?? findProvider(provider, engine.file.providers ?? {}).model;
  return item.model === null && model !== null ? { provider, model } : await requests.modelOf(item);
}

/** @param factor what is billed of a question's price */
function costOfAll(engine: Engine, { to, promptTokens, maxOutput }: ModelEstimate, factor: number): CostBounds | null {
  const full = modelPrice(engine, to);
  if (full === null) return null;
  const price = discounted(full, factor);
  const { currency } = engine.settings;
  const cost = (rates: Rates, output: number) => costOf(usageOf(promptTokens, 0, output), rates, currency);
  const [offPeak, peak] = [cost(price.rates, 0), cost(highestRates(price), 0)];
  const atMost = maxOutput === null ? null : cost(highestRates(price), maxOutput);
  return offPeak === null || peak === null ? null : { offPeak, peak, atMost };
}

function rowJson({ to, items, promptTokens, isExact, maxOutput }: ModelEstimate, cost: CostBounds | null): object {
  return {
    ...to,
    items,
    prompt_tokens: promptTokens,
    exact: isExact,
    max_completion_tokens: maxOutput,
    cost: cost && {
      currency: cost.offPeak.currency,
      input_off_peak: cost.offPeak.amount,
      input_peak: cost.peak.amount,
      at_most: cost.atMost?.amount ?? null,
    },
  };
}
