import type { Cost } from "../../chat/model.ts";
import type { RequestRecord } from "../../chat/requests.ts";
import { costOf, highestRates, ratesAt } from "../../usage/cost.ts";
import { modelPrice, type PriceSource } from "./model-price.ts";
import { answersOf, boundedBody, type BoundSource, maxOutputOf, maxPromptOf } from "./request-bound.ts";

/** Of a UTF-16 unit in UTF-8. */
const maxBytes = 3;

/**
 * The most that a request can have cost that was not counted: its prompt, and what came of its answer, a token a byte. Where nothing
 * could be seen of that, it may be as long as the model allows.
 *
 * @returns null where the price is unknown
 */
export function uncountedCost(
  engine: PriceSource & BoundSource,
  { to, sent, sentAt, why, at, outputBytes, producedOutput }: RequestRecord,
): Cost | null {
  const { file, settings } = engine;
  const price = modelPrice(engine, to);
  const rates = price === null ? "outdated" : ratesAt(price, sentAt, file.holidays ?? []);
  if (price === null || rates === "outdated") return null;
  const body = boundedBody(engine, to, sent);
  const promptTokens = maxPromptOf(body);
  // One that continues an answer may repeat what was there of it, which no event tells.
  const repeated = why === "continue-prefix" || why === "continue-prompt" ? at * maxBytes : 0;
  const isSeen = (sent.stream || producedOutput) && answersOf(body) === 1;
  const completionTokens = isSeen ? outputBytes + repeated : maxOutputOf(engine, to, body, promptTokens);
  if (completionTokens === null) return null;
  const totalTokens = promptTokens + completionTokens;
  const usage = { promptTokens, cachedTokens: 0, completionTokens, reasoningTokens: 0, totalTokens };
  return costOf(usage, rates === "holiday" ? highestRates(price) : rates, settings.currency);
}
