import { AppError, asAppError } from "../errors.ts";
import { sumUsage } from "./usage.ts";
import type { ChatEvent, FinishReason, SeamKind } from "./events.ts";
import type { Model } from "./layers.ts";
import type { ChatRequest, ModelRef, Usage } from "./model.ts";

/** What came of one request. */
export interface TurnResult {
  readonly reasoning: string;
  readonly text: string;
  /** Of all requests together; null where a count is missing. */
  readonly usage: Usage | null;
  /** The requests that brought something, in order: each is billed. */
  readonly parts: readonly Part[];
  readonly finishReason: FinishReason | null;
  /** Whether the text is the service's refusal, from a field of its own. */
  readonly refused: boolean;
  /** UTF-16 units that were given as text and turned out to be thinking; they came before all of `text`. */
  readonly rethought: number;
  /** `complete` only when the service said the answer was finished, and there is one. */
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
  /** Whom the last request that brought something went to; null for whom the first one went to. */
  readonly answeredBy: ModelRef | null;
}

/** One of the requests that an answer was put together from. */
interface Part {
  /** Whom it went to; null for whom the first one goes to. */
  readonly by: ModelRef | null;
  /** Null where the count never came: the request was broken off before. */
  readonly usage: Usage | null;
}

interface Takeover {
  readonly provider: string;
  readonly model: string;
  /** What kept the one before from answering. */
  readonly error: AppError;
  /** Whether anything came of it. */
  readonly brought: boolean;
}

interface SeamRecord extends Takeover {
  /** Characters (UTF-16 units) of the answer that were there before. */
  readonly at: number;
  readonly how: SeamKind;
}

/** Told of every event, in order, before the next one is asked for. The transcript comes before the screen. */
export type TurnListener = (event: ChatEvent) => void;

/**
 * Runs one request to its end and tells the listeners of each event. Never throws: what was not foreseen, in a model or in a
 * listener, ends the turn as an error does, with all that came before it.
 *
 * @param provider whom the request goes to first, for errors
 */
export async function runTurn(
  model: Model,
  request: ChatRequest,
  listeners: readonly TurnListener[],
  signal: AbortSignal,
  provider: string,
): Promise<TurnResult> {
  const gathering = new Gathering(provider);
  try {
    for await (const event of model(request, signal)) {
      gathering.take(event);
      for (const listener of listeners) listener(event);
    }
  } catch (error) {
    gathering.take({ type: "error", error: asAppError(error) });
  }
  return gathering.result();
}

/** Puts the events of one turn together. */
class Gathering {
  readonly #provider: string;
  readonly #startedAt = new Date();
  readonly #reasoning: string[] = [];
  readonly #text: string[] = [];
  readonly #seams: SeamRecord[] = [];
  readonly #failovers: Takeover[] = [];
  /** Sets, for the takeover that runs, that something came of it. */
  #bring = () => {};
  #length = 0;
  readonly #parts: Part[] = [];
  /** The one that runs, and whether anything came of it. */
  #part: Part = { by: null, usage: null };
  #grown = false;
  #finishReason: FinishReason | null = null;
  #calls: readonly string[] = [];
  #refused = false;
  #rethought = 0;
  #error: AppError | null = null;
  #firstAt: Date | null = null;
  #answeredBy: TurnResult["answeredBy"] = null;

  constructor(provider: string) {
    this.#provider = provider;
  }

  take(event: ChatEvent): void {
    if (event.type === "usage") this.#part = { ...this.#part, usage: event.usage };
    else if (event.type === "finish") this.#finish(event);
    else if (event.type === "rethink") this.#rethink();
    else if (event.type === "error") this.#error = event.error;
    else if (event.type === "seam" || event.type === "failover") this.#takeOver(event);
    else if (event.type === "reasoning" || event.type === "text") this.#piece(event);
  }

  result(): TurnResult {
    if (this.#error === null && this.#finishReason === null) {
      this.#error = new AppError("incomplete_answer", { provider: this.#part.by?.provider ?? this.#provider });
    }
    const error = this.#error ?? this.#emptiness();
    this.#endPart();
    const usages = this.#parts.flatMap(({ usage }) => usage ?? []);
    const isCounted = usages.length > 0 && usages.length === this.#parts.length;
    return {
      reasoning: this.#reasoning.join(""),
      text: this.#text.join(""),
      rethought: this.#rethought,
      usage: isCounted ? sumUsage(usages) : null,
      parts: this.#parts,
      finishReason: this.#finishReason,
      refused: this.#refused,
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

  /** That the service calls an answer finished which has no word in it. Blanks are none. */
  #emptiness(): AppError | null {
    const reason = this.#finishReason ?? "";
    if (reason === "content_filter" || this.#text.some((text) => text.trim() !== "")) return null;
    const thinks = this.#reasoning.length > 0;
    const came = this.#calls.length > 0 ? "tool_call" : thinks ? "thinking" : "nothing";
    return new AppError("empty_answer", { came, reason, calls: this.#calls.join(", ") });
  }

  #rethink(): void {
    this.#reasoning.push(...this.#text.splice(0));
    this.#rethought = this.#length;
    this.#length = 0;
  }

  #finish({ reason, calls = [], refused = false }: Extract<ChatEvent, { type: "finish" }>): void {
    this.#finishReason = reason;
    this.#calls = calls;
    this.#refused = refused;
    this.#answeredBy = this.#part.by ?? this.#answeredBy;
  }

  /** What brought nothing is not billed. */
  #endPart(): void {
    if (this.#grown || this.#part.usage !== null) this.#parts.push(this.#part);
    this.#grown = false;
  }

  #piece({ type, text }: { type: "reasoning" | "text"; text: string }): void {
    this.#firstAt ??= new Date();
    this.#grown = true;
    this.#answeredBy = this.#part.by ?? this.#answeredBy;
    this.#bring();
    if (type === "reasoning") this.#reasoning.push(text);
    else this.#length += text.length;
    if (type === "text") this.#text.push(text);
  }

  #takeOver(event: Extract<ChatEvent, { type: "seam" | "failover" }>): void {
    const { provider, model, error } = event;
    this.#endPart();
    this.#part = { by: { provider, model }, usage: null };
    const takeover = { provider, model, error, brought: false };
    this.#bring = () => (takeover.brought = true);
    if (event.type === "failover") this.#failovers.push(takeover);
    else this.#seams.push(Object.assign(takeover, { at: this.#length, how: event.how }));
  }
}
