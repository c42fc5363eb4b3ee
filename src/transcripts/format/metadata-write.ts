import type { WebUse } from "../../chat/events.ts";
import type { Example } from "../../chat/messages.ts";
import type { Cost, Thinking, Usage } from "../../chat/model.ts";
import type { BilledRequest } from "../../chat/billed-request.ts";
import type { Sampling } from "../../chat/sampling.ts";
import { imagesJson } from "./images.ts";
import { formatVersion, type ExchangeEnd, type ExchangeStart, type SavedFile, type TranscriptHeader } from "./types.ts";
import { isoWithOffset } from "./times.ts";

/** What stands in the lines a reader's eye passes over: HTML comments of one line, a kind and a JSON object. */
export const metadataStart = "<!-- deepseek-chat ";

/** Nothing in the JSON may end the comment, break the line, or be a control character. */
const unsafeInComment = /[<>\x7f-\x9f\u2028\u2029]|--/g;

function escapeInJson(found: string): string {
  return Array.from(found, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

/** One metadata line without its newline. */
export function metadataLine(kind: string, data: object): string {
  return `${metadataStart}${kind} ${JSON.stringify(data).replace(unsafeInComment, escapeInJson)} -->`;
}

/** `conversation`: the first line of a file. */
export function headerLine(header: TranscriptHeader): string {
  return metadataLine("conversation", {
    v: formatVersion,
    id: header.id,
    started: isoWithOffset(header.startedAt),
    zone: header.zone ?? undefined,
    title: header.title ?? undefined,
    origin: header.origin ?? undefined,
  });
}

/**
 * `turn`: the line before a question. `carried` is the system prompt in force after the exchange before, undefined when
 * that is not known; the prompt is written when it differs.
 */
export function turnLine(id: string | null, turn: ExchangeStart, carried: string | null | undefined): string {
  return metadataLine("turn", {
    id: id ?? undefined,
    at: isoWithOffset(turn.at),
    provider: turn.provider ?? undefined,
    model: turn.model ?? undefined,
    system: turn.system === carried ? undefined : turn.system,
    examples: examplesJson(turn.examples),
    sampling: samplingJson(turn.sampling),
    thinking: thinkingJson(turn.thinking),
    images: imagesJson(turn.images),
    files: filesJson(turn.files),
    continues: turn.continues ?? undefined,
    edits: turn.edits ?? undefined,
  });
}

export interface EndFacts extends Omit<ExchangeEnd, "at" | "notice"> {
  readonly endedAt: Date | null;
  readonly answeredAt: Date | null;
  readonly firstTokenMs: number | null;
}

/** `end`: the line after an exchange's rule. */
export function endLine(end: EndFacts): string {
  return metadataLine("end", {
    status: end.status,
    finish_reason: end.finishReason ?? undefined,
    usage: usageJson(end.usage),
    cost: costJson(end.cost),
    cached: end.cached || undefined,
    web: webJson(end.web),
    blocks: end.blocks,
    error: end.error === null ? undefined : { code: end.error.code, message: end.error.message },
    first_token_ms: end.firstTokenMs ?? undefined,
    answered: end.answeredAt === null ? undefined : isoWithOffset(end.answeredAt),
    ended: end.endedAt === null ? undefined : isoWithOffset(end.endedAt),
    seams: end.seams === undefined || end.seams.length === 0 ? undefined : end.seams,
    thinking_to: end.rethought || undefined,
    answered_by: end.answeredBy ?? undefined,
    requests: requestsJson(end.requests),
  });
}

/** `end` of an exchange that broke off and was closed later. */
export function missingEnd(endedAt: Date): string {
  const unknown = { finishReason: null, usage: null, cost: null, error: null, firstTokenMs: null, answeredAt: null };
  return endLine({ ...unknown, status: "interrupted", endedAt });
}

/** The JSON forms of what a turn and its end hold, in files and wherever else a program reads them; absent when there is none. */
export function samplingJson(sampling: Sampling): object | undefined {
  return Object.keys(sampling).length === 0 ? undefined : sampling;
}

export function thinkingJson(thinking: Thinking | null): object | undefined {
  return thinking === null ? undefined : { enabled: thinking.enabled, effort: thinking.effort ?? undefined };
}

export function examplesJson(examples: readonly Example[] | undefined): object | undefined {
  return examples === undefined || examples.length === 0 ? undefined : examples;
}

export function filesJson(files: readonly SavedFile[] = []): object | undefined {
  if (files.length === 0) return undefined;
  return files.map(({ name, digest, bytes, provider, id }) => ({ name, digest, bytes, provider, id }));
}

export function webJson(web: WebUse | undefined): object | undefined {
  if (web === undefined) return undefined;
  const sources = web.sources.map(({ title, url }) => ({ title: title ?? undefined, url }));
  return { searches: web.searches ?? undefined, sources };
}

export function usageJson(usage: Usage | null): object | undefined {
  if (usage === null) return undefined;
  return {
    prompt_tokens: usage.promptTokens,
    cached_tokens: usage.cachedTokens,
    completion_tokens: usage.completionTokens,
    reasoning_tokens: usage.reasoningTokens,
    total_tokens: usage.totalTokens,
  };
}

export function requestsJson(requests: readonly BilledRequest[] = []): object | undefined {
  if (requests.length === 0) return undefined;
  return requests.map(({ sentAt, to, purpose, usage, cost, atMost }) => ({
    at: isoWithOffset(sentAt),
    provider: to.provider,
    model: to.model,
    purpose,
    usage: usageJson(usage),
    cost: costJson(cost),
    at_most: costJson(atMost),
  }));
}

function costJson(cost: Cost | null): object | undefined {
  return cost === null ? undefined : { currency: cost.currency, amount: cost.amount };
}
