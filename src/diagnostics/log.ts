import type { ChatEvent } from "../chat/events.ts";
import type { Layer } from "../chat/layers.ts";
import type { Message } from "../chat/messages.ts";
import type { ChatRequest } from "../chat/model.ts";
import { prefixOf, textOf, thinkingOf } from "../chat/message-text.ts";
import { type AppError, exitCodeOf } from "../errors.ts";
import type { Log } from "./log-file.ts";

/** Provider and model of a request. */
export interface LoggedRequest {
  readonly provider: string;
  readonly host: string;
}

/** Facts of errors that tell nothing of what was asked or answered; a service's sentence may quote either. */
const harmlessDetails = new Set(["status", "cause", "seconds", "host", "limit", "contentType", "origin", "proxy"]);

let requests = 0;

/**
 * Logs each request and each attempt: provider, size, timing and outcome; the text of questions and answers only if the log takes
 * content.
 */
export function withLog(log: Log, asked: LoggedRequest): Layer {
  return (next) =>
    async function* logged(request, signal) {
      const record = new RequestLog(log, ++requests);
      record.begin(request, asked);
      try {
        for await (const event of next(request, signal)) {
          record.take(event);
          yield event;
        }
      } finally {
        record.end();
      }
    };
}

/** What is logged of one request. */
class RequestLog {
  readonly #log: Log;
  readonly #request: number;
  readonly #startedAt = performance.now();
  #attempt = 1;
  #attemptAt = performance.now();
  #queued = false;
  #firstMs: number | null = null;
  #traceId: string | null = null;
  #usage: object | null = null;
  #ended = false;
  #pieces = 0;
  readonly #characters = { reasoning: 0, text: 0 };
  /** Gathered only where the log takes content. */
  readonly #content = { reasoning: "", text: "" };

  constructor(log: Log, request: number) {
    this.#log = log;
    this.#request = request;
  }

  begin({ model, messages, suffix, sampling, thinking, stream }: ChatRequest, asked: LoggedRequest): void {
    const { stop, response_format: form, body, ...numbers } = sampling;
    this.#write("info", "request", {
      ...asked,
      model,
      messages: messages.length,
      characters: messages.reduce((sum, { content }) => sum + textOf(content).length, 0),
      images: messages.reduce((sum, message) => sum + imagesIn(message), 0),
      prefix: prefixOf(messages) !== null,
      ...(suffix !== undefined && { suffix: suffix.length }),
      sampling: {
        ...numbers,
        ...(stop && { stops: stop.length }),
        ...(form !== undefined && { response_format: typeof form === "string" ? form : form["type"] }),
        // Their values may be anything.
        ...(body && { body: Object.keys(body) }),
      },
      thinking,
      stream,
      ...(this.#log.content && {
        content: [...messages.map(contentOf), ...(suffix === undefined ? [] : [{ role: "suffix", content: suffix }])],
      }),
    });
  }

  take(event: ChatEvent): void {
    if (event.type === "start") this.#started(event.traceId);
    else if (event.type === "waiting" && event.why === "retry") this.#retry(event);
    else if (event.type === "waiting" && event.why === "queued") this.#wait();
    else if (event.type === "adapted") this.#write("info", "adapted", { field: event.field, baseUrl: event.baseUrl });
    else if (event.type === "text" || event.type === "reasoning") this.#piece(event);
    else if (event.type === "rethink") this.#rethink();
    else if (event.type === "usage") this.#usage = event.usage;
    else if (event.type === "finish") this.#finish("info", "finish", { reason: event.reason });
    else if (event.type === "error") {
      const level = event.error.code === "interrupted" ? "info" : "error";
      this.#finish(level, "failure", this.#factsOf(event.error));
    }
  }

  /** The consumer of the events may have stopped before the end. */
  end(): void {
    if (!this.#ended) this.#finish("info", "abandoned", {});
  }

  #started(traceId: string | null): void {
    this.#traceId = traceId;
    this.#write("info", "response", { attempt: this.#attempt, ms: this.#since(this.#attemptAt), traceId });
  }

  #wait(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.#write("info", "queued", { ms: this.#since(this.#startedAt) });
  }

  #retry({ attempt, attempts, delay, error }: ChatEvent & { type: "waiting"; why: "retry" }): void {
    const ms = this.#since(this.#attemptAt);
    const facts = { attempt: attempt - 1, attempts, ms, delay: Math.round(delay), ...this.#factsOf(error) };
    this.#write("warn", "retry", facts);
    this.#attempt = attempt;
    this.#attemptAt = performance.now() + delay;
  }

  #piece(event: ChatEvent & { type: "text" | "reasoning" }): void {
    this.#pieces += 1;
    this.#characters[event.type] += event.text.length;
    if (this.#log.content) this.#content[event.type] += event.text;
    if (this.#firstMs !== null) return;
    this.#firstMs = this.#since(this.#startedAt);
    this.#write("info", "first", { attempt: this.#attempt, ms: this.#firstMs, what: event.type });
  }

  #rethink(): void {
    this.#characters.reasoning += this.#characters.text;
    this.#characters.text = 0;
    this.#content.reasoning += this.#content.text;
    this.#content.text = "";
  }

  #finish(level: "info" | "error", event: string, facts: object): void {
    this.#ended = true;
    this.#write(level, event, {
      ...facts,
      attempt: this.#attempt,
      ms: this.#since(this.#startedAt),
      firstMs: this.#firstMs,
      characters: this.#characters,
      pieces: this.#pieces,
      usage: this.#usage,
      traceId: this.#traceId,
      ...(this.#log.content && { content: this.#content }),
    });
  }

  #factsOf({ code, kind, traceId, details: all }: AppError): object {
    const isShown = (name: string, value: unknown) =>
      this.#log.content || harmlessDetails.has(name) || (name === "reason" && isSystemReason(value));
    const details = Object.entries(all as object).filter(([name, value]) => isShown(name, value));
    return { code, exitCode: exitCodeOf(kind), errorTraceId: traceId, details: Object.fromEntries(details) };
  }

  #write(level: "info" | "warn" | "error", event: string, facts: object): void {
    this.#log.write(level, event, { request: this.#request, ...facts });
  }

  #since(moment: number): number {
    return Math.round(performance.now() - moment);
  }
}

function imagesIn({ role, content }: Message): number {
  return role === "user" ? content.filter(({ type }) => type === "image").length : 0;
}

function contentOf({ role, content }: Message): object {
  const thinking = role === "assistant" ? thinkingOf(content) : "";
  return { role, content: textOf(content), ...(thinking !== "" && { reasoning: thinking }) };
}

/** `ECONNRESET` and the like. */
function isSystemReason(value: unknown): boolean {
  return typeof value === "string" && /^[A-Z][A-Z0-9_]+$/u.test(value);
}
