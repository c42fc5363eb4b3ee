import type { ChatEvent, SeamKind } from "../../chat/events.ts";
import type { Model } from "../../chat/layers.ts";
import type { ChatRequest, Message } from "../../chat/model.ts";
import { AppError, type ErrorCode } from "../../errors.ts";
import type { Provider } from "../catalogue.ts";
import { OverlapFilter } from "./overlap.ts";
import { isPassing } from "../wire/errors.ts";

/** One way to a model: a provider, and the id it knows the model by. */
export interface Route {
  readonly provider: string;
  readonly model: string;
  /**
   * Connects when it is this route's turn.
   *
   * @throws AppError where it cannot: a route that cannot be used is passed over, as one without a key
   */
  readonly open: () => Promise<OpenRoute>;
}

interface OpenRoute {
  readonly ask: Model;
  readonly prefix: Provider["prefix"];
}

export interface ContinuityOptions {
  /** Whether a route goes on with an answer that broke off there, once. */
  readonly again: boolean;
  /** Whether the next route goes on with an answer that broke off. */
  readonly takeover: boolean;
  /** How the model is asked to go on where there is no prefix completion. */
  readonly goOn: string;
}

/** What keeps one provider from answering and need not keep another, beside all failures of a service. */
const unusable: ReadonlySet<ErrorCode> = new Set([
  "no_key",
  "key_malformed",
  "key_command_failed",
  "keyring_failed",
  "key_rejected",
  "no_balance",
  "forbidden",
  "no_model",
  "model_not_found",
  // Of a route's own address or name.
  "bad_value",
  "unknown_provider",
]);

/**
 * Whether another provider may do better: this one cannot be reached or used, or has failed. An address that the person's key
 * may not go to is no such thing: that is for the person to decide, so it is told and ends the question.
 */
function isUnusable({ code, exitCode }: AppError): boolean {
  // An answer whose end is not understood may be whole.
  return (exitCode === 5 && code !== "finish_unknown") || unusable.has(code);
}

/** Whether a service does not take a request of this form. */
function isRefused({ code }: AppError): boolean {
  return code === "request_refused" || code === "model_not_found";
}

/**
 * A model that does not leave an answer half-way: what breaks off is gone on with once, and a provider that is down or out of
 * balance is followed by the next one, in the midst of an answer too.
 *
 * @param routes in their order; at least one
 */
export function withContinuity(routes: readonly Route[], options: ContinuityOptions): Model {
  return (request, signal) => new AnswerProgress(routes, options, request).run(signal);
}

/** One answer on its way over the routes. */
class AnswerProgress {
  readonly #routes: readonly Route[];
  readonly #options: ContinuityOptions;
  readonly #request: ChatRequest;
  #route = 0;
  /** The route in use; null before it is opened. */
  #open: OpenRoute | null = null;
  #continued = false;
  #text = "";
  #reasoning = "";
  /** Whether the request that runs brought anything. */
  #grown = false;
  /** How the request that runs goes on with the answer; null where it is a question. */
  #way: SeamKind | "afresh" | null = null;
  /** The route refused its prefix completion. */
  #withoutPrefix = false;

  constructor(routes: readonly Route[], options: ContinuityOptions, request: ChatRequest) {
    this.#routes = routes;
    this.#options = options;
    this.#request = request;
    const last = request.messages.at(-1);
    // A request that goes on from a beginning of its own (resuming, `/continue`) has that beginning already.
    if (last?.prefix === true) {
      this.#text = last.content;
      this.#reasoning = last.reasoning ?? "";
    }
  }

  async *run(signal: AbortSignal): AsyncGenerator<ChatEvent> {
    let part = this.#request;
    let seam = new OverlapFilter("", "nothing");
    const refused = await this.#openRoute();
    if (this.#text !== "" && refused === null) {
      const how = this.#how();
      yield { type: "seam", how, ...this.#names(), error: new AppError("interrupted", {}) };
      [part, seam] = this.#part(how);
    }
    while (true) {
      const error = yield* this.#runPart(part, seam, signal);
      if (error === null) return;
      const how = await this.#next(error);
      if (how === null) return yield { type: "error", error };
      const { provider, model } = this.#routes[this.#route]!;
      yield how === "afresh"
        ? { type: "failover", provider, model, error }
        : { type: "seam", how, provider, model, error };
      [part, seam] = this.#part(how);
    }
  }

  /** Runs one request; gives its error, null when the answer is whole. */
  async *#runPart(
    part: ChatRequest,
    seam: OverlapFilter,
    signal: AbortSignal,
  ): AsyncGenerator<ChatEvent, AppError | null> {
    this.#grown = false;
    const refused = await this.#openRoute();
    if (refused !== null) return refused;
    let error: AppError | null = null;
    for await (const event of this.#open!.ask(part, signal)) {
      if (event.type === "error") error = event.error;
      else if (event.type === "text") yield* this.#say(seam.push(event.text));
      else if (event.type === "finish") yield* this.#finish(seam, event);
      else if (event.type === "rethink") yield* this.#rethink(event);
      else yield this.#heard(event);
    }
    return error;
  }

  *#finish(seam: OverlapFilter, event: ChatEvent): Generator<ChatEvent> {
    yield* this.#say(seam.end());
    yield event;
  }

  /** Only of an answer's first part: what goes on with an answer is none of its thinking. */
  *#rethink(event: ChatEvent): Generator<ChatEvent> {
    if (this.#way === "prefix" || this.#way === "asked") return;
    this.#reasoning += this.#text;
    this.#text = "";
    yield event;
  }

  *#say(text: string): Generator<ChatEvent> {
    if (text === "") return;
    this.#grown = true;
    this.#text += text;
    yield { type: "text", text };
  }

  #heard(event: ChatEvent): ChatEvent {
    if (event.type === "reasoning") {
      this.#grown = true;
      this.#reasoning += event.text;
    }
    return event;
  }

  /** What follows an error: the same route once more, the next one, or nothing. */
  async #next(error: AppError): Promise<SeamKind | "afresh" | null> {
    // A request that brought nothing was tried often enough by itself.
    if (this.#grown && this.#options.again && isPassing(error) && !this.#continued) {
      this.#continued = true;
      return this.#how();
    }
    // A gateway in front of the service may not have what the service has.
    if (!this.#grown && this.#way === "prefix" && isRefused(error)) {
      this.#withoutPrefix = true;
      return this.#how();
    }
    if (this.#grown && !this.#options.takeover) return null;
    if (!isUnusable(error) || !(await this.#advance())) return null;
    this.#continued = false;
    this.#withoutPrefix = false;
    return this.#text !== "" || this.#reasoning !== "" ? this.#how() : "afresh";
  }

  /** Goes to the next route that can be used, or must not be passed over in silence; false where none is left. */
  async #advance(): Promise<boolean> {
    for (let next = this.#route + 1; next < this.#routes.length; next++) {
      this.#route = next;
      this.#open = null;
      const refused = await this.#openRoute();
      if (refused === null || !isUnusable(refused)) return true;
    }
    return false;
  }

  /** Opens the route in use, unless it is; gives what keeps it from being used. */
  async #openRoute(): Promise<AppError | null> {
    try {
      this.#open ??= await this.#routes[this.#route]!.open();
      return null;
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }

  #names(): { provider: string; model: string } {
    const { provider, model } = this.#routes[this.#route]!;
    return { provider, model };
  }

  #how(): SeamKind {
    if (this.#text === "") return "again";
    return this.#withoutPrefix || (this.#open?.prefix ?? "none") === "none" ? "asked" : "prefix";
  }

  /** The request that goes on, and what of its answer will be said again. */
  #part(how: SeamKind | "afresh"): [ChatRequest, OverlapFilter] {
    this.#way = how;
    const { model } = this.#routes[this.#route]!;
    const request = { ...this.#request, model };
    if (how === "again" || how === "afresh") {
      // It thinks anew.
      this.#reasoning = "";
      return [request, new OverlapFilter("", "nothing")];
    }
    const repeats = how === "asked" ? "end" : this.#open?.prefix === "field" ? "all" : "nothing";
    return [{ ...request, messages: this.#messages(how) }, new OverlapFilter(this.#text, repeats)];
  }

  #messages(how: "prefix" | "asked"): Message[] {
    const asked = this.#request.messages.filter((message) => message.prefix !== true);
    const said: Message = { role: "assistant", content: this.#text };
    if (how === "asked") return [...asked, said, { role: "user", content: this.#options.goOn }];
    return [...asked, { ...said, prefix: true, ...(this.#reasoning !== "" && { reasoning: this.#reasoning }) }];
  }
}
