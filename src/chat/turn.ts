import { AppError } from "../errors.ts";
import type { ChatEvent, ChatRequest, FinishReason, Model, Usage } from "./model.ts";

/** What came of one request. */
export interface TurnResult {
  readonly reasoning: string;
  readonly text: string;
  readonly usage: Usage | null;
  readonly finishReason: FinishReason | null;
  /** `complete` only when the service said the answer was finished. */
  readonly status: "complete" | "interrupted" | "failed";
  readonly error: AppError | null;
  readonly startedAt: Date;
  /** When the first piece of thinking or answer came. */
  readonly firstAt: Date | null;
  readonly endedAt: Date;
}

/** Told of every event, in order, before the next one is asked for. The transcript comes before the screen. */
export type TurnListener = (event: ChatEvent) => void;

/**
 * Runs one request to its end and tells the listeners of each event. Never throws for what the service does; what a
 * listener throws passes through.
 */
export async function runTurn(
  model: Model,
  request: ChatRequest,
  listeners: readonly TurnListener[],
  signal: AbortSignal,
): Promise<TurnResult> {
  const startedAt = new Date();
  const reasoning: string[] = [];
  const text: string[] = [];
  let usage: Usage | null = null;
  let finishReason: FinishReason | null = null;
  let error: AppError | null = null;
  let firstAt: Date | null = null;
  for await (const event of model(request, signal)) {
    if (event.type === "reasoning") reasoning.push(event.text);
    else if (event.type === "text") text.push(event.text);
    else if (event.type === "usage") usage = event.usage;
    else if (event.type === "finish") finishReason = event.reason;
    else if (event.type === "error") error = event.error;
    if (firstAt === null && (event.type === "reasoning" || event.type === "text")) firstAt = new Date();
    for (const listener of listeners) listener(event);
  }
  if (error === null && finishReason === null) error = new AppError("incomplete_answer", { provider: request.model });
  return {
    reasoning: reasoning.join(""),
    text: text.join(""),
    usage,
    finishReason,
    status: error === null ? "complete" : error.code === "interrupted" ? "interrupted" : "failed",
    error,
    startedAt,
    firstAt,
    endedAt: new Date(),
  };
}
