import type { ChatRequest, Cost, ModelRef } from "../../chat/model.ts";
import type { Connection } from "../../providers/connection.ts";
import { costOf, highestRates, mostWithSearches, ratesAt, type UnknownCost } from "../../usage/cost.ts";
import type { LargestCost } from "../../usage/reservation.ts";
import { type Tariff, tariffAt } from "../../usage/tariff.ts";
import type { TokenCount } from "../../usage/tokenizer/prompt-tokens.ts";
import type { ConfigFile, Settings } from "../../config/schema.ts";
import type { ModelFacts } from "../../providers/model-table.ts";
import { factsOf } from "../model-facts.ts";
import { isFree, modelPrice, searchesPrice } from "./model-price.ts";
import { prefixUse, type SentPrefix } from "./prefix.ts";
import {
  type BoundedBody,
  boundedBody,
  maxOutputOf,
  maxPromptOf,
  maxSearchesOf,
  namesDocuments,
} from "./request-bound.ts";
import { requestTokens } from "./request-tokens.ts";

/** What costs are estimated with; the engine is one. */
interface EstimateSource {
  readonly file: ConfigFile;
  readonly settings: Settings;
  readonly reported: Map<string, ModelFacts>;
}

/** What a request will take, before it is sent. */
export interface CostEstimate {
  readonly to: ModelRef;
  readonly prompt: TokenCount;
  /** Tokens of the prompt that the prefix cache still holds, about; null where nobody knows. */
  readonly kept: number | null;
  /** Tokens that the answer has at most; null where nobody knows. */
  readonly maxOutput: number | null;
  /** Searches of the web and pages that the service bills at most. */
  readonly maxSearches: number;
  /** What the prompt costs now, with what is kept; null where that is unknown. */
  readonly input: Cost | null;
  /** What the request costs at most now, with no hit in the cache; null where that is unknown. */
  readonly atMost: Cost | null;
  /** Why the costs are unknown; null where they are known, or nobody is billed. */
  readonly unknown: UnknownCost | null;
  /** Null where the price does not depend on the hour. */
  readonly tariff: Tariff | null;
}

/**
 * What a request will take.
 *
 * @param sent what was sent before in the same conversation; null where that is unknown
 */
export async function estimateCost(
  engine: EstimateSource,
  connection: Connection,
  request: ChatRequest,
  sent: SentPrefix | null,
): Promise<CostEstimate> {
  const to = { provider: connection.name, model: request.model };
  const at = new Date();
  const { file, settings } = engine;
  const holidays = file.holidays ?? [];
  const price = modelPrice(engine, to);
  const prompt = await requestTokens(request, connection);
  const body = boundedBody(engine, to, request);
  const maxOutput = maxOutputOf(engine, to, body, prompt.tokens);
  const maxSearches = maxSearchesOf(body);
  const kept = sent === null ? null : Math.min(prompt.tokens, prefixUse(sent, to, request.messages).kept);
  const rates = price === null ? "price" : ratesAt(price, at, holidays);
  const known = typeof rates === "string" ? null : rates;
  const cost = (cached: number, output: number | null) =>
    known === null || output === null ? null : costOf(usageOf(prompt.tokens, cached, output), known, settings.currency);
  const most = cost(0, maxOutput);
  return {
    to,
    prompt,
    kept,
    maxOutput,
    maxSearches,
    input: cost(kept ?? 0, 0),
    atMost: most && mostWithSearches(most, searchesPrice(engine, to, maxSearches)),
    unknown: typeof rates === "string" && !isFree(to.provider) ? rates : null,
    tariff: price === null || price.peakFactor === 1 ? null : tariffAt(at, holidays),
  };
}

/**
 * What a request can cost at most, whenever it is sent and whatever the cache holds; null where that is unknown. Nothing is loaded for
 * it: a prompt has no more tokens than bytes.
 */
export function maxCostOf(engine: EstimateSource, to: ModelRef, request: ChatRequest): LargestCost | null {
  const body = boundedBody(engine, to, request);
  return largestCost(engine, to, body, maxPromptOf(body));
}

/** The same with the prompt's tokens counted exactly, where they can be. */
export async function exactMaxCostOf(
  engine: EstimateSource,
  connection: Connection,
  request: ChatRequest,
): Promise<LargestCost | null> {
  const to = { provider: connection.name, model: request.model };
  const body = boundedBody(engine, to, request);
  const { tokens, isExact } = await requestTokens(request, connection);
  return largestCost(engine, to, body, isExact ? tokens : maxPromptOf(body));
}

function largestCost(engine: EstimateSource, to: ModelRef, body: BoundedBody, prompt: number): LargestCost | null {
  const { file, settings } = engine;
  const price = modelPrice(engine, to);
  if (price === null || ratesAt(price, new Date(), file.holidays ?? []) === "outdated") return null;
  const output = maxOutputOf(engine, to, body, prompt);
  // Documents can fill the window.
  const most = namesDocuments(body) ? factsOf(engine, to.provider, to.model).context : prompt;
  if (output === null || most === undefined) return null;
  const tokens = costOf(usageOf(most, 0, output), highestRates(price), settings.currency);
  const cost = mostWithSearches(tokens, searchesPrice(engine, to, maxSearchesOf(body)));
  return cost && { cost, atPeak: price.peakFactor > 1 };
}

/** The usage of a request with these tokens. */
export function usageOf(promptTokens: number, cachedTokens: number, completionTokens: number) {
  const totalTokens = promptTokens + completionTokens;
  return { promptTokens, cachedTokens, completionTokens, reasoningTokens: 0, totalTokens };
}
