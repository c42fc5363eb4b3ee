import type { Cost, Usage } from "../../chat/model.ts";
import type { RequestRecord } from "../../chat/requests.ts";
import { costOf, highestRates, mostWithSearches, ratesAt } from "../../usage/cost.ts";
import { modelPrice, type PriceSource, searchesPrice } from "./model-price.ts";
import {
  answersOf,
  boundedBody,
  type BoundedBody,
  type BoundSource,
  maxOutputOf,
  maxPromptOf,
  maxSearchesOf,
} from "./request-bound.ts";

/** Of a UTF-16 unit in UTF-8. */
const maxBytes = 3;

/**
 * The most that a request can have cost that was not counted: its prompt, and what came of its answer, a token a byte. Where nothing
 * could be seen of that, it may be as long as the model allows. Searches that were not counted are as many as one answer can have.
 *
 * @returns null where the price is unknown
 */
export function uncountedCost(engine: PriceSource & BoundSource, record: RequestRecord): Cost | null {
  const { to, sent, sentAt, usage, searches } = record;
  const { file, settings } = engine;
  const price = modelPrice(engine, to);
  const rates = price === null ? "outdated" : ratesAt(price, sentAt, file.holidays ?? []);
  if (price === null || rates === "outdated") return null;
  const body = boundedBody(engine, to, sent);
  const tokens = usage ?? mostTokens(engine, record, body);
  if (tokens === null) return null;
  const cost = costOf(tokens, rates === "holiday" ? highestRates(price) : rates, settings.currency);
  // A count of searches comes with the answer's end.
  const counted = usage === null ? null : searches;
  return mostWithSearches(cost, searchesPrice(engine, to, counted ?? maxSearchesOf(body)));
}

function mostTokens(
  engine: BoundSource,
  { to, sent, why, at, outputBytes, producedOutput }: RequestRecord,
  body: BoundedBody,
): Usage | null {
  const promptTokens = maxPromptOf(body);
  // One that continues an answer may repeat what was there of it, which no event tells.
  const repeated = why === "continue-prefix" || why === "continue-prompt" ? at * maxBytes : 0;
  const isSeen = (sent.stream || producedOutput) && answersOf(body) === 1;
  const completionTokens = isSeen ? outputBytes + repeated : maxOutputOf(engine, to, body, promptTokens);
  if (completionTokens === null) return null;
  const totalTokens = promptTokens + completionTokens;
  return { promptTokens, cachedTokens: 0, completionTokens, reasoningTokens: 0, totalTokens };
}
