import type { Usage } from "../../chat/model.ts";
import type { ItemAnswer, ItemError, ItemResult } from "../result.ts";

/** What a line of the output says of an item. */
export interface LineOutcome {
  readonly id: string;
  /** Code of the error; null for an answer. */
  readonly code: string | null;
  /** Null where the line does not say. */
  readonly usage: Usage | null;
}

/**
 * A result in the form of OpenAI's batch results, without a line break. A failure has `error` with the code; its `response` is what the
 * service said, null where nothing came.
 *
 * @param run what tells this batch from others
 */
export function resultLine(run: string, result: ItemResult): string {
  const { index, id, answer, error } = result;
  return JSON.stringify({
    id: `batch_req_${run}_${index}`,
    custom_id: id,
    response: answer === null ? failedResponse(error) : answeredResponse(run, result, answer),
    error: error === null ? null : errorBody(error),
  });
}

function answeredResponse(run: string, { index, model, usage, startedAt }: ItemResult, answer: ItemAnswer): object {
  const { text, reasoning, calls, finishReason, data, requestId } = answer;
  const toolCalls = calls.map(({ id, name, arguments: given }) => ({
    id,
    type: "function",
    function: { name, arguments: given },
  }));
  return {
    status_code: 200,
    request_id: requestId,
    body: {
      id: requestId ?? `chatcmpl-${run}-${index}`,
      object: "chat.completion",
      created: Math.floor(startedAt / 1000),
      model: model.model,
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: data ?? (text === "" && toolCalls.length > 0 ? null : text),
            ...(reasoning !== "" && { reasoning_content: reasoning }),
            ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
          },
          finish_reason: finishReason,
        },
      ],
      usage: usage === null ? null : usageBody(usage),
    },
  };
}

function failedResponse(error: ItemError | null): object | null {
  if (error === null || error.status === null) return null;
  return { status_code: error.status, request_id: error.requestId, body: { error: errorBody(error) } };
}

function errorBody({ code, message, partial }: ItemError): object {
  return { code, message, ...(partial !== "" && { partial }) };
}

function usageBody(usage: Usage): object {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

/** Reads a line of such an output, of this program or of OpenAI's service; null for what is none. */
export function readResultLine(text: string): LineOutcome | null {
  const line = parsed(text);
  const { custom_id: id, response, error } = line ?? {};
  if (typeof id !== "string" || response === undefined || error === undefined) return null;
  const code = codeIn(error, response);
  return { id, code, usage: code === null ? usageIn(response) : null };
}

interface WrittenLine {
  readonly custom_id?: unknown;
  readonly response?: { readonly status_code?: unknown; readonly body?: { readonly usage?: WrittenUsage } } | null;
  readonly error?: { readonly code?: unknown } | null;
}

interface WrittenUsage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown };
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown };
}

function parsed(text: string): WrittenLine | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

function codeIn(error: WrittenLine["error"], response: WrittenLine["response"]): string | null {
  if (error !== null) return typeof error?.code === "string" ? error.code : "service_failed";
  const status = response?.status_code;
  return typeof status === "number" && status < 400 ? null : "service_failed";
}

function usageIn(response: WrittenLine["response"]): Usage | null {
  const usage = response?.body?.usage ?? null;
  const [prompt, completion] = [usage?.prompt_tokens, usage?.completion_tokens];
  if (typeof prompt !== "number" || typeof completion !== "number") return null;
  const count = (value: unknown) => (typeof value === "number" ? value : 0);
  return {
    promptTokens: prompt,
    cachedTokens: count(usage?.prompt_tokens_details?.cached_tokens),
    completionTokens: completion,
    reasoningTokens: count(usage?.completion_tokens_details?.reasoning_tokens),
    totalTokens: prompt + completion,
  };
}
