import type { ChatEvent, RequestReason } from "../../chat/events.ts";
import type { Admission, Model } from "../../chat/layers.ts";
import type { ChatRequest, ModelRef } from "../../chat/model.ts";
import { AppError, type ErrorCode } from "../../errors.ts";
import { assistantMessage, prefixOf, textOf, thinkingOf, userMessage } from "../../chat/message-text.ts";
import type { Provider } from "../catalogue.ts";
import { OverlapFilter } from "./overlap.ts";
import { isPassing } from "../wire/errors.ts";

/** A model at a provider that is connected when its turn comes. */
export interface Route {
  readonly to: ModelRef;
  /** @throws AppError where it cannot be connected, e.g. for want of a key */
  readonly connect: () => Promise<ConnectedRoute>;
}

export interface ConnectedRoute {
  readonly model: Model;
  readonly prefix: Provider["prefix"];
  /** Whether it fills gaps in texts. */
  readonly fillsGaps: boolean;
}

export interface FailoverOptions {
  /** Whether a provider continues an answer that broke off there, once. */
  readonly continueSame: boolean;
  /** Whether the next provider continues it. */
  readonly continueNext: boolean;
  /** The prompt that asks for the rest where there is no prefix completion. */
  readonly prompt: string;
  /** Asked before each request once its provider is connected; null: all may go out. */
  readonly admit: Admission | null;
}

/** What keeps one provider from answering and need not keep another, beside all failures of a service. */
const unusable: ReadonlySet<ErrorCode> = new Set([
  "no_key",
  "key_malformed",
  "key_command_failed",
  "keyring_failed",
  "key_rejected",
  "no_balance",
  // One provider's limit, or price.
  "budget_exceeded",
  "budget_unpriced",
  "forbidden",
  "no_model",
  "model_not_found",
  // Of a route's own address or name.
  "bad_value",
  "unknown_provider",
]);

/**
 * Whether another provider may do better: this one cannot be reached or used, or has failed. An address that the person's key
 * may not go to is no such thing: that is for the person to decide, so it is reported and ends the question.
 */
function isUnusable({ code, kind }: AppError): boolean {
  // An answer whose end is not understood may be whole.
  return (kind === "service" && code !== "finish_unknown") || unusable.has(code);
}

/** Whether a service does not take a request of this form. */
function isRefused({ code }: AppError): boolean {
  return code === "request_refused" || code === "model_not_found";
}

/**
 * A model that continues an answer that broke off, and passes to the next route where one cannot be used, before the answer or
 * in the midst of it. It opens every request but a retry with a `request` event.
 *
 * @param routes in their order; at least one
 */
export function withFailover(routes: readonly Route[], options: FailoverOptions): Model {
  return (request, signal) => new AnswerProgress(routes, options, request).run(signal);
}

/** One answer on its way over the routes: each request that fails is followed by another one, or ends it, as `#next` decides. */
class AnswerProgress {
  readonly #routes: readonly Route[];
  readonly #options: FailoverOptions;
  readonly #request: ChatRequest;
  /** The answer so far. */
  #text = "";
  #reasoning = "";
  /** Whether it has a picture: there is no way to continue behind one. */
  #hasPicture = false;
  #route = 0;
  /** The route in use, or why it cannot be used; null before it was tried. */
  #connected: ConnectedRoute | AppError | null = null;
  /** Whether the route continued the answer already, and whether it refused its prefix completion. */
  #continued = false;
  #withoutPrefix = false;
  /** Why the request that runs was sent, and whether it produced output. */
  #why: RequestReason = "first";
  #producedOutput = false;

  constructor(routes: readonly Route[], options: FailoverOptions, request: ChatRequest) {
    this.#routes = routes;
    this.#options = options;
    this.#request = request;
    const { preferred } = request;
    const found = routes.findIndex(({ to }) => to.provider === preferred?.provider && to.model === preferred.model);
    this.#route = Math.max(0, found);
    const beginning = prefixOf(request.messages);
    // A request that continues an earlier answer (`/continue`) contains that answer.
    if (beginning !== null) {
      this.#text = textOf(beginning.content);
      this.#reasoning = thinkingOf(beginning.content);
    }
  }

  async *run(signal: AbortSignal): AsyncGenerator<ChatEvent> {
    let error: AppError | null = null;
    if (this.#text !== "") {
      await this.#connect();
      this.#why = this.#continuation();
    }
    while (true) {
      const { to } = this.#routes[this.#route]!;
      const sent = this.#nextRequest();
      yield { type: "request", to, sent, sentAt: new Date(), why: this.#why, error };
      error = yield* this.#ask(to, sent, signal);
      if (error === null) return;
      const why = await this.#next(error);
      if (why === null) return yield { type: "error", error };
      this.#why = why;
    }
  }

  /** Runs one request and returns its error; null if the answer is complete. */
  async *#ask(to: ModelRef, sent: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent, AppError | null> {
    this.#producedOutput = false;
    const connected = await this.#connect();
    if (connected instanceof AppError) return connected;
    const refusal = (await this.#options.admit?.(to, sent, this.#text + this.#reasoning !== "")) ?? null;
    if (refusal !== null) return refusal;
    const isContinuation = this.#why === "continue-prefix" || this.#why === "continue-prompt";
    if (!isContinuation) this.#reasoning = "";
    const overlap = new OverlapFilter(this.#text, this.#repeats());
    for await (const event of connected.model(sent, signal)) {
      // What the filter still holds is dropped: so the answer stays the beginning of a whole one.
      if (event.type === "error") return event.error;
      if (event.type === "text") yield* this.#say(overlap.push(event.text));
      else if (event.type === "finish") yield* this.#say(overlap.end());
      else if (event.type === "reasoning") this.#think(event.text);
      else if (event.type === "image") [this.#producedOutput, this.#hasPicture] = [true, true];
      // The text that a request continues is none of its thinking.
      else if (event.type === "rethink" && isContinuation) continue;
      else if (event.type === "rethink") this.#rethink();
      if (event.type !== "text") yield event;
    }
    return null;
  }

  *#say(text: string): Generator<ChatEvent> {
    if (text === "") return;
    this.#producedOutput = true;
    this.#text += text;
    yield { type: "text", text };
  }

  #think(text: string): void {
    this.#producedOutput = true;
    this.#reasoning += text;
  }

  #rethink(): void {
    this.#reasoning += this.#text;
    this.#text = "";
  }

  /** Why another request follows one that failed, of the same route or the next one; null where none follows. */
  async #next(error: AppError): Promise<RequestReason | null> {
    const { continueSame, continueNext } = this.#options;
    if (this.#hasPicture) return null;
    // A request without output was retried as often as it may be.
    if (this.#producedOutput && continueSame && isPassing(error) && !this.#continued) {
      this.#continued = true;
      return this.#continuation();
    }
    // A gateway in front of the service may not have what the service has.
    if (!this.#producedOutput && this.#why === "continue-prefix" && isRefused(error) && !this.#fillsGap) {
      this.#withoutPrefix = true;
      return this.#continuation();
    }
    if (this.#producedOutput && !continueNext) return null;
    if (!isUnusable(error) || !(await this.#advance())) return null;
    return this.#text === "" && this.#reasoning === "" ? "failover" : this.#continuation();
  }

  /** Goes to the next route that can be used, or must not be passed over in silence; false where none is left. */
  async #advance(): Promise<boolean> {
    while (this.#route + 1 < this.#routes.length) {
      this.#route++;
      this.#connected = null;
      this.#continued = false;
      this.#withoutPrefix = false;
      const connected = await this.#connect();
      if (connected instanceof AppError ? !isUnusable(connected) : connected.fillsGaps || !this.#fillsGap) return true;
    }
    return false;
  }

  /** Connects the route in use, unless it is; gives what keeps it from being used. */
  async #connect(): Promise<ConnectedRoute | AppError> {
    try {
      this.#connected ??= await this.#routes[this.#route]!.connect();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#connected = error;
    }
    return this.#connected;
  }

  get #fillsGap(): boolean {
    return this.#request.suffix !== undefined;
  }

  get #prefix(): Provider["prefix"] {
    return this.#connected instanceof AppError ? "none" : (this.#connected?.prefix ?? "none");
  }

  /** How the answer so far is continued. */
  #continuation(): RequestReason {
    if (this.#text === "") return "restart";
    if (this.#fillsGap) return "continue-prefix";
    return this.#prefix === "none" || this.#withoutPrefix ? "continue-prompt" : "continue-prefix";
  }

  /** Which part of the answer so far the running request may repeat. */
  #repeats(): "nothing" | "all" | "end" {
    if (this.#fillsGap) return "nothing";
    if (this.#why === "continue-prompt") return "end";
    return this.#why === "continue-prefix" && this.#prefix === "field" ? "all" : "nothing";
  }

  #nextRequest(): ChatRequest {
    const { model } = this.#routes[this.#route]!.to;
    const request = { ...this.#request, model };
    const { messages } = request;
    const question = prefixOf(messages) === null ? messages : messages.slice(0, -1);
    if (this.#why === "continue-prompt") {
      // The rest of an answer does not fit the schema of the whole.
      const { schema: _, ...rest } = request;
      return {
        ...rest,
        messages: [...question, assistantMessage(this.#text), userMessage(this.#options.prompt)],
      };
    }
    if (this.#why !== "continue-prefix") return request;
    // What came so far stands before the gap that is left.
    if (this.#fillsGap) return { ...request, messages: [userMessage(textBefore(messages) + this.#text)] };
    return { ...request, messages: [...question, { ...assistantMessage(this.#text, this.#reasoning), prefix: true }] };
  }
}

/** The text before a gap. */
function textBefore([message]: ChatRequest["messages"]): string {
  return message === undefined ? "" : textOf(message.content);
}
