import { AppError } from "../errors.ts";
import { sumUsage } from "./usage.ts";
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
  /** Where another provider took over before anything had come. */
  readonly failovers: readonly Takeover[];
  /** Who answered in the end, where it was not whom the request went to first. */
  readonly answeredBy: { readonly provider: string; readonly model: string } | null;
}

export interface Takeover {
  readonly provider: string;
  readonly model: string;
  /** What kept the one before from answering. */
  readonly error: AppError;
}

export interface SeamRecord extends Takeover {
  /** Characters (UTF-16 units) of the answer that were there before. */
  readonly at: number;
  readonly how: SeamKind;
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
  readonly #failovers: Takeover[] = [];
  #length = 0;
  /** Of each part of the answer, as far as it came: all are billed. */
  readonly #usages: Usage[] = [];
  #part = 0;
  #finishReason: FinishReason | null = null;
  #error: AppError | null = null;
  #firstAt: Date | null = null;
  #answeredBy: TurnResult["answeredBy"] = null;

  constructor(request: ChatRequest) {
    this.#request = request;
  }

  take(event: ChatEvent): void {
    if (event.type === "usage") this.#usages[this.#part] = event.usage;
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
      usage: this.#usages.length === 0 ? null : sumUsage(this.#usages),
      finishReason: this.#finishReason,
      status: error === null ? "complete" : error.code === "interrupted" ? "interrupted" : "failed",
      error,
      startedAt: this.#startedAt,
      firstAt: this.#firstAt,
      endedAt: new Date(),
      seams: this.#seams,
      failovers: this.#failovers,
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
    const { provider, model, error } = event;
    this.#part = this.#usages.length;
    this.#answeredBy = { provider, model };
    if (event.type === "failover") this.#failovers.push({ provider, model, error });
    else this.#seams.push({ at: this.#length, how: event.how, provider, model, error });
  }
}
