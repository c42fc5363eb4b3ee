import { AppError, asAppError } from "../errors.ts";
import type { ChatEvent, FinishReason, WebUse } from "./events.ts";
import type { Model } from "./layers.ts";
import { answerPictures, prefixOf, textOf } from "./message-text.ts";
import { MessageTrace } from "./message-trace.ts";
import type { AssistantMessage, ToolCall, ToolMessage } from "./messages.ts";
import type { ChatRequest, ModelRef, Usage } from "./model.ts";
import { RequestTrace } from "./request-trace.ts";
import { type RequestRecord, usageOf } from "./requests.ts";
import type { Toolbox } from "./tools.ts";

/** A question's answer. */
export interface TurnResult {
  /**
   * What the conversation holds of it, in order: an answer, or answers with calls of tools and their results. The first one includes
   * the beginning that the request continued. Empty where nothing but thinking came.
   */
  readonly messages: readonly (AssistantMessage | ToolMessage)[];
  readonly reasoning: string;
  /** Of all answers, without the beginning that the request continued. */
  readonly text: string;
  /** UTF-16 units that were given as text and turned out to be thinking; they came before all of `text`. */
  readonly rethought: number;
  /** In order; none for a stored answer, else at least one. */
  readonly requests: readonly RequestRecord[];
  /** Whether it is a stored answer. */
  readonly cached: boolean;
  /** Why the store of answers could not be used as it was wanted; null where it was, or was not wanted. */
  readonly cacheError: AppError | null;
  /** Of all requests together; null where a count is missing. Of a stored answer: what it took when it was given. */
  readonly usage: Usage | null;
  /** Provider and model of the last request that finished or produced output, else of the first request. */
  readonly answeredBy: ModelRef;
  readonly finishReason: FinishReason | null;
  /** The conversation's title, where the service gave one; else null. */
  readonly title: string | null;
  /** What the service found on the web by itself, in all requests together; null where no answer says that it searched. */
  readonly web: WebUse | null;
  /** Why pictures of the answer could not be had; the rest of it stands. */
  readonly lostPictures: readonly AppError[];
  /** Whether the text is the service's refusal, from a field of its own. */
  readonly refused: boolean;
  /** `complete` only when the service said the answer was finished, and there is one. */
  readonly status: "complete" | "interrupted" | "failed";
  readonly error: AppError | null;
  readonly startedAt: Date;
  /** When the first piece of thinking or answer came. */
  readonly firstAt: Date | null;
  readonly endedAt: Date;
}

/** Milliseconds from the first request to the first piece of thinking or answer, null when none came; and to the end. */
export function timingOf({ requests, startedAt, firstAt, endedAt }: TurnResult): {
  firstMs: number | null;
  totalMs: number;
} {
  const start = (requests[0]?.sentAt ?? startedAt).getTime();
  return { firstMs: firstAt === null ? null : firstAt.getTime() - start, totalMs: endedAt.getTime() - start };
}

/** Told of every event, in order, before the next one is asked for. The transcript comes before the screen. */
export type TurnListener = (event: ChatEvent) => void;

/**
 * Runs one turn to its end and tells the listeners of each event. Never throws: an unforeseen failure of a model or a listener
 * ends the turn as an error does, with all that came before it.
 *
 * @param asked provider and model of the first request, if the model's events do not name them
 * @param toolbox the tools that the model may call; null for none
 */
export async function runTurn(
  model: Model,
  request: ChatRequest,
  listeners: readonly TurnListener[],
  signal: AbortSignal,
  asked: ModelRef,
  toolbox: Toolbox | null = null,
): Promise<TurnResult> {
  const progress = new TurnProgress(asked, request);
  try {
    const events =
      toolbox === null
        ? model(request, signal)
        : (await import("./tool-loop.ts")).toolLoop(model, request, toolbox, signal);
    for await (const event of events) {
      progress.take(event);
      for (const listener of listeners) listener(event);
    }
  } catch (error) {
    progress.take({ type: "error", error: asAppError(error) });
  }
  return progress.result();
}

type EndEvent = Extract<ChatEvent, { type: "finish" | "error" }>;

/** Names of tools, each once. */
function namesOf(calls: readonly ToolCall[]): string {
  return [...new Set(calls.map(({ name }) => name))].slice(0, 16).join(", ");
}

/** Two uses together: each source once. */
function sumWeb(before: WebUse | null, { searches, sources }: WebUse): WebUse {
  if (before === null) return { searches, sources };
  const known = new Set(before.sources.map(({ url }) => url));
  const total = before.searches === null || searches === null ? null : before.searches + searches;
  return { searches: total, sources: [...before.sources, ...sources.filter(({ url }) => !known.has(url))] };
}

/** Puts the events of one turn together. */
class TurnProgress {
  readonly #trace: RequestTrace;
  readonly #messages: MessageTrace;
  readonly #continues: boolean;
  /** Whether a gap in a text is filled: blanks are an answer then. */
  readonly #fillsGap: boolean;
  readonly #startedAt = new Date();
  readonly #reasoning: string[] = [];
  readonly #text: string[] = [];
  /** UTF-16 units of `#text`. */
  #length = 0;
  #rethought = 0;
  #title: string | null = null;
  #web: WebUse | null = null;
  readonly #lostPictures: AppError[] = [];
  /** The model of a stored answer, and its usage; null for any other. */
  #stored: { readonly to: ModelRef; usage: Usage | null } | null = null;
  #cacheError: AppError | null = null;
  #firstAt: Date | null = null;
  /** The last one that came. */
  #end: EndEvent | null = null;

  constructor(asked: ModelRef, request: ChatRequest) {
    const beginning = prefixOf(request.messages);
    this.#trace = new RequestTrace(asked, request);
    this.#messages = new MessageTrace(beginning);
    this.#continues = beginning !== null;
    this.#fillsGap = request.suffix !== undefined;
  }

  take(event: ChatEvent): void {
    this.#messages.take(event);
    // A stored answer takes no request.
    if (this.#stored === null) this.#trace.take(event);
    if (event.type === "text" || event.type === "reasoning") this.#piece(event);
    else if (event.type === "cached") this.#stored = { to: event.to, usage: null };
    else if (event.type === "uncached") this.#cacheError = event.error;
    else if (event.type === "usage" && this.#stored !== null) this.#stored.usage = event.usage;
    else if (event.type === "rethink") this.#rethink();
    else if (event.type === "title") this.#title = event.title;
    else if (event.type === "image") this.#firstAt ??= new Date();
    else if (event.type === "image_lost") this.#lostPictures.push(event.error);
    else if (event.type === "web") this.#web = sumWeb(this.#web, event);
    else if (event.type === "finish" || event.type === "error") this.#end = event;
  }

  result(): TurnResult {
    const { to } = this.#stored ?? this.#trace.current;
    const { requests } = this.#trace;
    const finish = this.#end?.type === "finish" ? this.#end : null;
    const error = this.#failure(to.provider);
    const answering = requests.findLast(({ producedOutput }) => producedOutput) ?? requests[0];
    const { messages } = this.#messages;
    return {
      messages,
      reasoning: this.#reasoning.join(""),
      text: this.#wholeText(messages),
      rethought: this.#rethought,
      requests,
      cached: this.#stored !== null,
      cacheError: this.#cacheError,
      usage: this.#stored === null ? usageOf(requests) : this.#stored.usage,
      answeredBy: finish === null && answering !== undefined ? answering.to : to,
      finishReason: finish?.reason ?? null,
      title: this.#title,
      web: this.#web,
      lostPictures: this.#lostPictures,
      refused: finish?.refused === true,
      status: error === null ? "complete" : error.code === "interrupted" ? "interrupted" : "failed",
      error,
      startedAt: this.#startedAt,
      firstAt: this.#firstAt,
      endedAt: new Date(),
    };
  }

  /** One answer's text is that of its message: a long one is not put together twice. */
  #wholeText(messages: TurnResult["messages"]): string {
    const [only] = messages;
    const isAlone = messages.length === 1 && only?.role === "assistant" && !this.#continues;
    return isAlone ? textOf(only.content) : this.#text.join("");
  }

  #piece({ type, text }: { type: "reasoning" | "text"; text: string }): void {
    this.#firstAt ??= new Date();
    if (type === "reasoning") this.#reasoning.push(text);
    else {
      this.#text.push(text);
      this.#length += text.length;
    }
  }

  #rethink(): void {
    this.#reasoning.push(this.#text.splice(0).join(""));
    this.#rethought += this.#length;
    this.#length = 0;
  }

  /** Why the answer is not whole; null when it is. An answer without a word is none, though the service calls it finished. */
  #failure(provider: string): AppError | null {
    if (this.#end === null) return new AppError("incomplete_answer", { provider });
    if (this.#end.type === "error") return this.#end.error;
    const { reason, calls = [] } = this.#end;
    if (reason === "content_filter" || this.#hasAnswer()) return null;
    const [lost] = this.#lostPictures;
    if (lost !== undefined) return lost;
    const came = calls.length > 0 ? "tool_call" : this.#reasoning.length > 0 ? "thinking" : "nothing";
    return new AppError("empty_answer", { came, reason, calls: namesOf(calls) });
  }

  /** Whether something was said or shown behind the results of tools, if there were any. */
  #hasAnswer(): boolean {
    const { messages } = this.#messages;
    if (messages.at(-1)?.role === "tool") return false;
    if (this.#fillsGap) return this.#length > 0;
    return this.#text.some((text) => text.trim() !== "") || answerPictures(messages.slice(-1)).length > 0;
  }
}
