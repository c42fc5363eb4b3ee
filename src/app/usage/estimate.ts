import type { Message } from "../../chat/messages.ts";
import { textOf } from "../../chat/message-text.ts";
import type { ChatRequest, Cost, ModelRef } from "../../chat/model.ts";
import type { Connection } from "../../providers/connection.ts";
import { costOf, highestRates, ratesAt, type UnknownCost } from "../../usage/cost.ts";
import type { Price, Rates } from "../../usage/prices.ts";
import { type Tariff, tariffAt } from "../../usage/tariff.ts";
import type { TokenCount } from "../../usage/tokenizer/prompt-tokens.ts";
import type { ConfigFile, Settings } from "../../config/schema.ts";
import type { ModelFacts } from "../../providers/model-table.ts";
import { factsOf } from "../model-facts.ts";
import { isFree, modelPrice } from "./model-price.ts";
import { prefixUse, type SentPrefix } from "./prefix.ts";
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
  const maxOutput = maxOutputOf(engine, to, request, prompt.tokens);
  const kept = sent === null ? null : Math.min(prompt.tokens, prefixUse(sent, to, request.messages).kept);
  const rates = price === null ? "price" : ratesAt(price, at, holidays);
  const known = typeof rates === "string" ? null : rates;
  const cost = (cached: number, output: number | null) =>
    known === null || output === null ? null : costOf(usageOf(prompt.tokens, cached, output), known, settings.currency);
  return {
    to,
    prompt,
    kept,
    maxOutput,
    input: cost(kept ?? 0, 0),
    atMost: cost(0, maxOutput),
    unknown: typeof rates === "string" && !isFree(to.provider) ? rates : null,
    tariff: price === null || price.peakFactor === 1 ? null : tariffAt(at, holidays),
  };
}

/**
 * What a request can cost at most, whenever it is sent and whatever the cache holds; null where that is unknown. Nothing is loaded for
 * it: a prompt has no more tokens than bytes.
 */
export function maxCostOf(engine: EstimateSource, to: ModelRef, request: ChatRequest): Cost | null {
  const price = modelPrice(engine, to);
  if (price === null || isOutdated(price, engine)) return null;
  return boundOf(engine, to, request, boundOfPrompt(engine, to, request), highestRates(price));
}

/** The same with the prompt's tokens counted exactly, where they can be. */
export async function exactMaxCostOf(
  engine: EstimateSource,
  connection: Connection,
  request: ChatRequest,
): Promise<Cost | null> {
  const to = { provider: connection.name, model: request.model };
  const price = modelPrice(engine, to);
  if (price === null || isOutdated(price, engine)) return null;
  const { tokens, isExact } = await requestTokens(request, connection);
  return boundOf(engine, to, request, isExact ? tokens : boundOfPrompt(engine, to, request), highestRates(price));
}

/** Tokens that mark a message, at most; those of the sentence on effort; those of a picture. */
const messageMarks = 8;
const effortSentence = 100;
const pictureTokens = 400;

/** As many tokens as a prompt can have at most: each is a byte at least. Tools and the form of the answer are part of it. */
function boundOfPrompt({ file }: EstimateSource, { provider }: ModelRef, { messages, sampling }: ChatRequest): number {
  const { providers = {} } = file;
  const own = Object.hasOwn(providers, provider) ? providers[provider]!.body : undefined;
  const fields = [own, sampling.response_format, sampling.body].filter((each) => each !== undefined);
  return messages.reduce((sum, message) => sum + boundOfMessage(message), effortSentence + bytesOf(fields));
}

function boundOfMessage(message: Message): number {
  const text = Buffer.byteLength(textOf(message.content)) + messageMarks;
  if (message.role === "user") return text + pictureTokens * message.content.filter(isPicture).length;
  if (message.role !== "assistant") return text;
  // Thinking is sent with an answer that is continued.
  const isSent = ({ type }: { readonly type: string }) =>
    type === "tool_call" || (type === "thinking" && message.prefix === true);
  return text + bytesOf(message.content.filter(isSent));
}

function isPicture({ type }: { readonly type: string }): boolean {
  return type === "image";
}

/** Of a list as JSON; none of an empty one. */
function bytesOf(parts: readonly unknown[]): number {
  return parts.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(parts));
}

function boundOf(
  engine: EstimateSource,
  to: ModelRef,
  request: ChatRequest,
  prompt: number,
  rates: Rates,
): Cost | null {
  const output = maxOutputOf(engine, to, request, prompt);
  return output === null ? null : costOf(usageOf(prompt, 0, output), rates, engine.settings.currency);
}

function isOutdated(price: Price, { file }: EstimateSource): boolean {
  return ratesAt(price, new Date(), file.holidays ?? []) === "outdated";
}

/** Tokens that an answer can have with its thinking: what somebody set, else the model's own limit, and what the window leaves. */
export function maxOutputOf(
  engine: EstimateSource,
  to: ModelRef,
  { sampling, thinking }: ChatRequest,
  prompt: number,
): number | null {
  const { context, maxOutput } = factsOf(engine, to.provider, to.model);
  const { max_tokens: set } = sampling;
  // SiliconFlow's limit leaves the thinking out.
  const countsThinking = !to.provider.startsWith("siliconflow") || thinking?.enabled === false;
  const limits = [countsThinking ? set : undefined, maxOutput, context === undefined ? undefined : context - prompt];
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? null : Math.max(0, Math.min(...known));
}

/** The usage of a request with these tokens. */
export function usageOf(promptTokens: number, cachedTokens: number, completionTokens: number) {
  const totalTokens = promptTokens + completionTokens;
  return { promptTokens, cachedTokens, completionTokens, reasoningTokens: 0, totalTokens };
}
