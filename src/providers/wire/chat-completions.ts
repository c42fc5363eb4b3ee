import type { ChatEvent } from "../../chat/events.ts";
import type { Model } from "../../chat/layers.ts";
import { textOf } from "../../chat/message-text.ts";
import type { ToolCall } from "../../chat/messages.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { AppError, asAppError } from "../../errors.ts";
import type { AdaptedRequest, Connection } from "../connection.ts";
import { hostOf } from "../http/base-url.ts";
import { AnswerLimit } from "../http/limits.ts";
import { AnswerDecoder, cut } from "./answer-decoder.ts";
import { AnswerEvents } from "./answer-events.ts";
import { Queue } from "../../async-queue.ts";
import type { SourceItem } from "./chunk-source.ts";
import { wireOf } from "./wires.ts";
import type { WireExchange } from "./wire-exchange.ts";
import type { DeltaEvent } from "./chunk-decoder.ts";
import { IdleTimeout } from "./idle-timeout.ts";
import { redact, redactedError, redactedJson, secretsOf } from "./redact.ts";
import { RedactedAnswer } from "./redacted-answer.ts";
import { declaresWebTools } from "./web-tools.ts";

/** Milliseconds without data where nobody said: an answer that comes whole is silent for as long as it takes. */
const defaultIdleTimeout = { stream: 120_000, whole: 600_000 };
/** Milliseconds that an open connection is listened to by what may still come; see `StreamEnd`. */
const waits = { usage: 8_000, close: 3_000, nothing: 250 };

/** Whether an event has texts of the service beside the answer, which come whole. */
function isBeside(event: DeltaEvent): boolean {
  if (event.type === "image") return !event.image.url.startsWith("data:");
  return event.type === "title" || event.type === "block" || event.type === "web";
}

/** Makes a model of a connection: one request, one attempt. */
export function chatModel(connection: Connection): Model {
  return (request: AdaptedRequest, signal) => {
    const queue = new Queue<ChatEvent>();
    void new Attempt({ ...connection, ...request.adapted }, request, signal, queue).run();
    return queue;
  };
}

/**
 * One attempt at one request: request → send → source → decoder → events. It pushes events to the queue and ends it; it never
 * throws.
 */
class Attempt {
  readonly #connection: Connection;
  readonly #request: ChatRequest;
  readonly #outer: AbortSignal;
  readonly #queue: Queue<ChatEvent>;
  /** Aborts the request: on the person's wish, when no data comes, and when reading failed. */
  readonly #stop = new AbortController();
  readonly #idle: IdleTimeout;
  #isIdle = false;
  #queuedReportedAt = 0;
  #exchange: WireExchange | null = null;
  readonly #answerLimit: AnswerLimit;
  readonly #events: AnswerEvents;
  readonly #decoder: AnswerDecoder;

  constructor(connection: Connection, request: ChatRequest, signal: AbortSignal, queue: Queue<ChatEvent>) {
    this.#connection = connection;
    this.#request = request;
    this.#outer = signal;
    this.#queue = queue;
    const before = textOf(request.messages.findLast(({ role }) => role === "assistant")?.content ?? "");
    const clean = new RedactedAnswer(() => secretsOf(connection), before);
    this.#answerLimit = new AnswerLimit(connection.name, connection.maxAnswer);
    this.#events = new AnswerEvents(queue, clean, this.#answerLimit);
    this.#decoder = new AnswerDecoder(
      connection,
      request.model,
      (event) => this.#events.push(isBeside(event) ? (redactedJson(event, connection) as DeltaEvent) : event),
      declaresWebTools(request, connection),
    );
    if (request.suffix !== undefined) this.#decoder.chunks.ignoreTags();
    this.#idle = new IdleTimeout(this.#limit, () => {
      this.#isIdle = true;
      this.#stop.abort();
    });
  }

  get #limit(): number {
    return this.#connection.idleTimeout ?? defaultIdleTimeout[this.#request.stream ? "stream" : "whole"];
  }

  async run(): Promise<void> {
    const abort = () => this.#stop.abort();
    this.#outer.addEventListener("abort", abort, { once: true });
    if (this.#outer.aborted) abort();
    try {
      await this.#ask();
      this.#finish(null);
    } catch (error) {
      this.#stop.abort();
      this.#finish(error);
    } finally {
      this.#idle.end();
      this.#outer.removeEventListener("abort", abort);
      this.#queue.end();
    }
  }

  async #ask(): Promise<void> {
    const ask = await wireOf(this.#connection);
    // Until its packages are loaded it is the program that is silent.
    this.#idle.alive();
    const onBytes = (bytes: Uint8Array, excess: number) => this.#onBytes(bytes, excess);
    this.#exchange = await ask(this.#connection, this.#request, {}, onBytes, this.#stop.signal);
    const { traceId: trace, chunks } = this.#exchange;
    this.#queue.push({ type: "start", traceId: trace === null ? null : redact(trace, this.#connection) });
    for await (const items of chunks) {
      for (const item of items) this.#read(item);
      this.#events.flush();
    }
  }

  #read(item: SourceItem): void {
    this.#decoder.read(item);
    if (item.type !== "chunk" && item.type !== "done") return;
    const { chunks, end } = this.#decoder;
    if (item.type === "chunk" && chunks.grew) this.#idle.content();
    const { awaits } = end;
    if (awaits !== "content" && awaits !== "any") this.#idle.shorten(Math.min(waits[awaits], this.#limit));
  }

  /** Before any content, bytes without data are DeepSeek's way of saying that the request waits its turn. */
  #onBytes(bytes: Uint8Array, excess: number): void {
    this.#answerLimit.bytes(excess);
    this.#idle.alive();
    if (this.#decoder.chunks.started || Date.now() - this.#queuedReportedAt < 1000) return;
    const sign = Buffer.from(bytes.subarray(0, 64)).toString("latin1").trimStart();
    if (sign !== "" && !sign.startsWith(":")) return;
    this.#queuedReportedAt = Date.now();
    this.#queue.push({ type: "waiting", why: "queued" });
  }

  #finish(thrown: unknown): void {
    const verdict = this.#verdict(thrown);
    this.#decoder.finish(!(verdict instanceof AppError));
    this.#events.end();
    if (verdict instanceof AppError) {
      return this.#queue.push({ type: "error", error: redactedError(verdict, this.#connection) });
    }
    const { calls, refused } = this.#decoder.chunks;
    this.#queue.push({
      type: "finish",
      reason: redact(verdict, this.#connection),
      ...(!calls.isEmpty && { calls: calls.calls.map((call) => this.#cleaned(call)) }),
      ...(refused && { refused }),
    });
  }

  #cleaned({ type, id, name, arguments: json }: ToolCall): ToolCall {
    const clean = (text: string) => redact(text, this.#connection);
    return { type, id: clean(id), name: clean(name), arguments: clean(json) };
  }

  /** The finish reason of an answer that is whole; else why the attempt failed. */
  #verdict(thrown: unknown): string | AppError {
    const { name: provider, baseUrl } = this.#connection;
    if (this.#outer.aborted) return new AppError("interrupted", {});
    if (thrown instanceof AppError) return thrown;
    const misfit = this.#decoder.chunks.started ? null : (this.#exchange?.misfit() ?? null);
    if (misfit !== null) return misfit;
    // Once the service has said how it ended, nothing that the connection does later makes the answer less whole.
    const verdict = this.#decoder.verdict();
    if (verdict !== cut) return verdict;
    if (this.#isIdle && !this.#decoder.end.isDone)
      return new AppError("timeout", { host: hostOf(baseUrl), seconds: this.#limit / 1000 });
    if (thrown === null || this.#isIdle) return new AppError("incomplete_answer", { provider });
    return this.#fromThrown(thrown);
  }

  /** What ended the body before its end. */
  #fromThrown(thrown: unknown): AppError {
    const { name: provider } = this.#connection;
    // A parser's, for what is nested too deep.
    if (thrown instanceof RangeError) return this.#decoder.broken(thrown);
    const code = thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
    if (/^E[A-Z]|^Z_|^ZSTD_|^ERR_|^HPE_|^WS_/u.test(code)) {
      return new AppError("stream_failed", { provider, reason: code }, { cause: thrown });
    }
    // What Node says of a connection, or a decoder of its input, has not always a code.
    if (thrown instanceof Error && thrown.constructor === Error)
      return new AppError("stream_failed", { provider, reason: thrown.message }, { cause: thrown });
    return asAppError(thrown);
  }
}
