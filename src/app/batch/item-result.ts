import type { BatchItem } from "../../batch/item.ts";
import type { ItemAnswer, ItemError, ItemResult } from "../../batch/result.ts";
import type { ToolCall } from "../../chat/messages.ts";
import type { Cost, ModelRef, Usage } from "../../chat/model.ts";
import { billedRequests, usageOf } from "../../chat/requests.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { AppError, type ErrorCode } from "../../errors.ts";
import { describe } from "../../terminal/terminal.ts";
import type { Words } from "../../words/types.ts";

/** An item that is over. */
export interface FinishedItem {
  readonly item: Pick<BatchItem, "index" | "id">;
  readonly to: ModelRef;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The answer, and its correction where there is one; none where it was not asked. */
  readonly turns: readonly TurnResult[];
  readonly error: AppError | null;
  /** JSON; null where no form was wanted, or the answer has it not. */
  readonly data: string | null;
  readonly cost: Cost | null;
  readonly calls: readonly ToolCall[];
  readonly traceId: string | null;
}

/**
 * Why an item has no answer; null where it has one.
 *
 * @param heard calls of the item's own tools, which are its answer, and names of tools that were not allowed
 * @param misfits what of the answer does not fit its schema
 */
export function failureOf(
  { error, finishReason, refused, answeredBy }: TurnResult,
  heard: { readonly calls: readonly ToolCall[]; readonly refused: ReadonlySet<string> },
  misfits: readonly string[],
): AppError | null {
  const { provider } = answeredBy;
  const isFruitless = error?.code === "empty_answer" || error?.code === "tool_rounds";
  if (error?.code === "empty_answer" && heard.calls.length > 0) return null;
  if (isFruitless && heard.refused.size > 0) return new AppError("tool_not_allowed", { names: [...heard.refused] });
  if (error !== null) return error;
  if (finishReason === "content_filter") return new AppError("content_refused", { provider, reason: finishReason });
  if (refused) return new AppError("content_refused", { provider, reason: "refusal" });
  return misfits.length > 0 ? new AppError("schema_misfit", { errors: misfits, transcript: null }) : null;
}

/** @param words for errors */
export function resultOf(finished: FinishedItem, words: Words["errors"]): ItemResult {
  const { item, to, turns, error, startedAt, traceId, cost } = finished;
  const [first] = turns;
  const last = turns.at(-1);
  const firstAt = first?.firstAt ?? null;
  return {
    index: item.index,
    id: item.id,
    model: last?.answeredBy ?? to,
    answer: error === null && last !== undefined ? answerOf(finished, last) : null,
    error: error === null ? null : errorOf(error, last?.text ?? "", traceId, words),
    usage: usageOfAll(turns),
    cost,
    requests: turns.reduce((sum, { requests }) => sum + requests.length, 0),
    cached: turns.length > 0 && turns.every(({ cached }) => cached),
    startedAt,
    firstMs: firstAt === null ? null : firstAt.getTime() - startedAt,
    totalMs: Date.now() - startedAt,
  };
}

function answerOf({ calls, data, traceId }: FinishedItem, turn: TurnResult): ItemAnswer {
  const { text, reasoning, finishReason } = turn;
  return { text, reasoning, calls, finishReason: finishReason ?? "stop", data, requestId: traceId };
}

function usageOfAll(turns: readonly TurnResult[]): Usage | null {
  const requests = turns.flatMap((turn) => turn.requests);
  if (billedRequests(requests).length > 0) return usageOf(requests);
  return turns.at(-1)?.usage ?? null;
}

function errorOf(error: AppError, partial: string, traceId: string | null, words: Words["errors"]): ItemError {
  return {
    code: error.code,
    message: describe(error, words),
    status: statusOf(error),
    requestId: error.traceId ?? traceId,
    isPassing: error.kind === "service",
    partial,
  };
}

/** Of errors that do not carry the status that they were made of. */
const statuses: { readonly [Code in ErrorCode]?: number } = {
  rate_limited: 429,
  no_balance: 402,
  forbidden: 403,
  model_not_found: 404,
  context_too_long: 400,
};

function statusOf({ code, details }: AppError): number | null {
  const { status } = details as { readonly status?: unknown };
  return typeof status === "number" ? status : (statuses[code] ?? null);
}
