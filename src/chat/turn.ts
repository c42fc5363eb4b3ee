import { AppError } from "../errors.ts";
import type { ChatEvent, ChatRequest, FinishReason, Model, SeamKind, Usage } from "./model.ts";

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
  /** Where the answer was put together from several requests, in order; empty for an answer of one piece. */
  readonly seams: readonly SeamRecord[];
  /** Who answered in the end, where it was not whom the request went to first. */
  readonly answeredBy: { readonly provider: string; readonly model: string } | null;
}

export interface SeamRecord {
  /** Characters (UTF-16 units) of the answer that were there before. */
  readonly at: number;
  readonly how: SeamKind;
  readonly provider: string;
  readonly model: string;
  /** Code of the error that broke the answer off. */
  readonly code: string;
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
  const gathering = new Gathering(request);
  for await (const event of model(request, signal)) {
    gathering.take(event);
    for (const listener of listeners) listener(event);
  }
  return gathering.result();
}

/** Puts the events of one turn together. */
class Gathering {
  readonly #request: ChatRequest;
  readonly #startedAt = new Date();
  readonly #reasoning: string[] = [];
  readonly #text: string[] = [];
  readonly #seams: SeamRecord[] = [];
  #length = 0;
  #usage: Usage | null = null;
  #finishReason: FinishReason | null = null;
  #error: AppError | null = null;
  #firstAt: Date | null = null;
  #answeredBy: TurnResult["answeredBy"] = null;

  constructor(request: ChatRequest) {
    this.#request = request;
  }

  take(event: ChatEvent): void {
    if (event.type === "usage") this.#usage = event.usage;
    else if (event.type === "finish") this.#finishReason = event.reason;
    else if (event.type === "error") this.#error = event.error;
    else if (event.type === "seam" || event.type === "failover") this.#takeOver(event);
    else if (event.type === "reasoning" || event.type === "text") this.#piece(event);
  }

  result(): TurnResult {
    if (this.#error === null && this.#finishReason === null) {
      this.#error = new AppError("incomplete_answer", { provider: this.#request.model });
    }
    const error = this.#error;
    return {
      reasoning: this.#reasoning.join(""),
      text: this.#text.join(""),
      usage: this.#usage,
      finishReason: this.#finishReason,
      status: error === null ? "complete" : error.code === "interrupted" ? "interrupted" : "failed",
      error,
      startedAt: this.#startedAt,
      firstAt: this.#firstAt,
      endedAt: new Date(),
      seams: this.#seams,
      answeredBy: this.#answeredBy,
    };
  }

  #piece({ type, text }: { type: "reasoning" | "text"; text: string }): void {
    this.#firstAt ??= new Date();
    if (type === "reasoning") this.#reasoning.push(text);
    else this.#length += text.length;
    if (type === "text") this.#text.push(text);
  }

  #takeOver(event: Extract<ChatEvent, { type: "seam" | "failover" }>): void {
    const { provider, model } = event;
    this.#answeredBy = { provider, model };
    if (event.type === "failover") return;
    this.#seams.push({ at: this.#length, how: event.how, provider, model, code: event.error.code });
  }
}
