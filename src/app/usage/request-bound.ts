import type { ChatRequest, ModelRef } from "../../chat/model.ts";
import type { ConfigFile } from "../../config/schema.ts";
import { findProvider } from "../../providers/catalogue.ts";
import type { ModelFacts } from "../../providers/model-table.ts";
import { hasWebTools } from "../../providers/wire/web-tools.ts";
import { requestBody } from "../../providers/wire/request-body.ts";
import { factsOf } from "../model-facts.ts";

/** What bounds are found with; the engine is one. */
export interface BoundSource {
  readonly file: ConfigFile;
  readonly reported: Map<string, ModelFacts>;
}

/** What of a request's body bounds its tokens. */
export interface BoundedBody {
  /** Absent where a gap in a text is filled. */
  readonly messages?: readonly { readonly content?: unknown }[];
  readonly tools?: unknown;
  /** How many answers are wanted. */
  readonly n?: unknown;
  readonly max_tokens?: unknown;
  readonly max_completion_tokens?: unknown;
  readonly thinking?: { readonly type?: unknown };
  readonly enable_thinking?: unknown;
}

/** Tokens that `/beta/completions` fills in at most (api-docs.deepseek.com, FIM completion). */
export const maxBetaTokens = 4096;

/** Tokens that a service puts around a prompt: marks and a sentence on effort; with tools, how they are called. Those of a picture. */
const frameTokens = 100;
const toolsFrameTokens = 1000;
const pictureTokens = 400;

/**
 * Searches and pages that a service bills for one answer at most: "up to some 20 in one deep answer", and one search without thinking
 * (api-docs.deepseek.com, web tools).
 */
const maxSearches = 20;
const maxSearchesWithoutThinking = 1;

/** The body of a request as it goes out to a provider, whether that is connected or not. */
export function boundedBody({ file }: BoundSource, { provider }: ModelRef, request: ChatRequest): BoundedBody {
  return requestBody(request, findProvider(provider, file.providers ?? {}));
}

/** As many tokens as a prompt can have at most: each is a byte of the body at least. What the service itself finds on the web is not in it. */
export function maxPromptOf(body: BoundedBody): number {
  let pictures = 0;
  const isText = (part: unknown) => {
    const isPicture = (part as { readonly type?: unknown } | null)?.type === "image_url";
    if (isPicture) pictures++;
    return !isPicture;
  };
  const messages = (body.messages ?? []).map((message) =>
    Array.isArray(message.content) ? Object.assign({}, message, { content: message.content.filter(isText) }) : message,
  );
  const frame = frameTokens + (body.tools === undefined ? 0 : toolsFrameTokens);
  return Buffer.byteLength(JSON.stringify({ ...body, messages })) + frame + pictures * pictureTokens;
}

/** Whether a request names documents that the service reads itself: nobody knows how many tokens they are. */
export function namesDocuments({ messages }: BoundedBody): boolean {
  return (messages ?? []).some(
    ({ content }) =>
      Array.isArray(content) && content.some((part: { readonly type?: unknown } | null) => part?.type === "file"),
  );
}

/**
 * Tokens that all answers to a request can have with their thinking: what somebody set, else the model's own limit, and what the window
 * leaves; null where nobody knows.
 *
 * @param prompt its tokens
 */
export function maxOutputOf(engine: BoundSource, to: ModelRef, body: BoundedBody, prompt: number): number | null {
  const { context, maxOutput } = factsOf(engine, to.provider, to.model);
  // SiliconFlow's limit leaves the thinking out.
  const countsThinking = !to.provider.startsWith("siliconflow") || isThinkingOff(body);
  const set = [body.max_tokens, body.max_completion_tokens].filter((limit) => typeof limit === "number");
  const limits = [
    countsThinking && set.length > 0 ? Math.max(...set) : undefined,
    maxOutput,
    fillsInBeta(engine, to, body) ? maxBetaTokens : undefined,
    context === undefined ? undefined : context - prompt,
  ].filter((limit) => limit !== undefined);
  return limits.length === 0 ? null : Math.max(0, Math.min(...limits)) * answersOf(body);
}

function fillsInBeta({ file }: BoundSource, { provider }: ModelRef, { messages }: BoundedBody): boolean {
  return messages === undefined && findProvider(provider, file.providers ?? {}).fillIn === "beta";
}

/** Searches and pages that all answers to a request can be billed for; 0 where it lets the service search for nothing. */
export function maxSearchesOf(body: BoundedBody): number {
  if (!hasWebTools(body)) return 0;
  return (isThinkingOff(body) ? maxSearchesWithoutThinking : maxSearches) * answersOf(body);
}

function isThinkingOff(body: BoundedBody): boolean {
  return body.enable_thinking === false || body.thinking?.type === "disabled";
}

/** How many answers a request wants. */
export function answersOf({ n }: BoundedBody): number {
  return typeof n === "number" && n > 1 ? n : 1;
}
