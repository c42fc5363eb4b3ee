import type { Layer } from "../../chat/layers.ts";
import { textOf } from "../../chat/message-text.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { tokensOfWeight, weightOf } from "../../chat/usage.ts";
import { AppError } from "../../errors.ts";
import type { RateGate, RatePermit, RequestOutcome } from "./rate-gate.ts";

/** Tokens of an answer where nothing else is known. */
const usualAnswer = 500;

/**
 * Lets each attempt at a request wait until the account's limits allow it, and tells them what came of it. It stands within the retries:
 * each attempt takes its share of the limits, and each refusal is seen.
 */
export function withRateLimit(gate: RateGate): Layer {
  // Of the answers so far; their mean moves with them.
  let answerTokens = usualAnswer;
  return (next) =>
    async function* limited(request, signal) {
      const [{ mayWait }, askedAt] = [gate, Date.now()];
      if (mayWait) yield { type: "waiting", why: "limit", sentAt: null };
      const permit = await admitted(gate, promptTokens(request) + (maxTokens(request) ?? answerTokens), signal);
      if (permit === null) return yield { type: "error", error: new AppError("interrupted", {}) };
      if (mayWait || Date.now() !== askedAt) yield { type: "waiting", why: "limit", sentAt: new Date() };
      const sentAt = performance.now();
      let [firstMs, tokens, outcome]: [number | null, number | null, RequestOutcome] = [null, null, { kind: "failed" }];
      try {
        for await (const event of next(request, signal)) {
          if (event.type === "text" || event.type === "reasoning") firstMs ??= performance.now() - sentAt;
          else if (event.type === "usage") {
            tokens = event.usage.totalTokens;
            answerTokens += (event.usage.completionTokens - answerTokens) / 20;
          } else if (event.type === "finish") {
            outcome = { kind: "answered", tokens, firstMs: firstMs ?? performance.now() - sentAt };
          } else if (event.type === "error" && event.error.code === "rate_limited") {
            outcome = { kind: "refused", retryAfter: event.error.retryAfter };
          }
          yield event;
        }
      } finally {
        permit.leave(outcome);
      }
    };
}

/** Null where the request was given up before. */
async function admitted(gate: RateGate, tokens: number, signal: AbortSignal): Promise<RatePermit | null> {
  try {
    return await gate.enter(tokens, signal);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

function promptTokens({ messages }: ChatRequest): number {
  return tokensOfWeight(messages.reduce((sum, { content }) => sum + weightOf(textOf(content)) + 1, 0));
}

function maxTokens({ sampling }: ChatRequest): number | null {
  return sampling.max_tokens ?? null;
}
