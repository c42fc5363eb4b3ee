import type OpenAI from "openai";
import type { ChatEvent, ChatRequest, Model } from "../chat/model.ts";
import { AppError, asAppError } from "../errors.ts";
import { requestBody } from "./body.ts";
import type { Connection } from "./connection.ts";
import { Deltas } from "./deltas.ts";
import { complaintIn } from "./error-body.ts";
import { watchedFetch } from "./http.ts";
import { TextLimit, wholeLines, withoutNoise } from "./limits.ts";
import { peek, text } from "./peek.ts";
import { Queue } from "./queue.ts";
import { Silence } from "./silence.ts";
import { redact, RedactedStream, redactedError, secretsOf } from "./redact.ts";
import { fromNetwork } from "./network-errors.ts";
import { fromComplaint, fromRefusal, fromStream, hostOf, isRecord, traceId } from "./wire-errors.ts";

/** Milliseconds of silence accepted where nobody said: an answer that comes whole is silent for as long as it takes. */
const defaultSilence = { stream: 120_000, whole: 600_000 };
/** What a finished answer's usage may still take to come, before an open socket is closed: milliseconds. */
const afterFinish = 3_000;
/** The same after `[DONE]`, when nothing is left to come. */
const afterDone = 250;

/** Makes a model of a connection: one request, one attempt. */
export function connect(connection: Connection): Model {
  return (request, signal) => {
    const queue = new Queue<ChatEvent>();
    void new Attempt(connection, request, signal, queue).run();
    return queue;
  };
}

/** One attempt at one request. It pushes events to the queue and ends it; it never throws. */
class Attempt {
  readonly #connection: Connection;
  readonly #request: ChatRequest;
  readonly #outer: AbortSignal;
  readonly #queue: Queue<ChatEvent>;
  readonly #deltas = new Deltas();
  /** Aborts the request: on the person's wish, on silence, and when reading failed. */
  readonly #stop = new AbortController();
  readonly #silence: Silence;
  #silent = false;
  #failure: unknown = null;
  #refusal = "";
  #queuedToldAt = 0;
  #done = false;
  readonly #length: TextLimit;
  readonly #clean: Readonly<Record<"reasoning" | "text", RedactedStream>>;

  constructor(connection: Connection, request: ChatRequest, signal: AbortSignal, queue: Queue<ChatEvent>) {
    this.#connection = connection;
    this.#request = request;
    this.#outer = signal;
    this.#queue = queue;
    this.#length = new TextLimit(hostOf(connection.baseUrl));
    const secrets = secretsOf(connection);
    this.#clean = { reasoning: new RedactedStream(secrets), text: new RedactedStream(secrets) };
    this.#silence = new Silence(this.#limit, () => {
      this.#silent = true;
      this.#stop.abort();
    });
  }

  get #limit(): number {
    return this.#connection.silence ?? (this.#request.stream ? defaultSilence.stream : defaultSilence.whole);
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
      this.#silence.end();
      this.#outer.removeEventListener("abort", abort);
      this.#queue.end();
    }
  }

  async #ask(): Promise<void> {
    const { OpenAI: Client } = await import("openai/client");
    const { key, baseUrl, headers } = this.#connection;
    const client = new Client({
      baseURL: this.#request.messages.at(-1)?.prefix === true ? prefixUrl(this.#connection) : baseUrl,
      // Local servers want no key, the package wants one that is not empty.
      apiKey: key ?? "none",
      organization: null,
      project: null,
      webhookSecret: null,
      adminAPIKey: null,
      defaultHeaders: { ...(key === null && { Authorization: null }), ...headers },
      // Ours are visible, can be stopped, and know when nothing came; see retry.ts.
      maxRetries: 0,
      // Ours ends at silence, not at the headers; see silence.ts.
      timeout: 86_400_000,
      logLevel: "off",
      fetch: watchedFetch(this.#connection.transport, {
        onBytes: (bytes) => this.#onBytes(bytes),
        onFailure: (error) => (this.#failure = error),
        onRefusal: (body) => (this.#refusal = body),
      }),
    });
    const body = requestBody(this.#request, this.#connection);
    // Until here it was the program that was silent.
    this.#silence.alive();
    const response = await client.chat.completions.create(body, { signal: this.#stop.signal }).asResponse();
    const trace = traceId((name) => response.headers.get(name));
    this.#queue.push({ type: "start", traceId: trace === null ? null : redact(trace, this.#connection) });
    await this.#read(response, client);
  }

  /** A stream was asked for; what comes may be one, or plain JSON, or a web page. The first bytes tell, not the type. */
  async #read(response: Response, client: OpenAI): Promise<void> {
    const { first, body } = await peek(response.body as unknown as AsyncIterable<Buffer>);
    if (first.startsWith("{") || first.startsWith("[") || first.startsWith('"'))
      return this.#readWhole(await text(body), response);
    if (!/^(?:data|event|id|retry)?:/u.test(first)) throw this.#notAnAnswer(response, first);
    const { Stream } = await import("openai/streaming");
    // Without its client the package would print what it cannot parse.
    const stream = Stream.fromSSEResponse<unknown>(
      { body: this.#watched(body) } as unknown as Response,
      this.#stop,
      client,
    );
    for await (const chunk of stream) this.#readChunk(chunk);
  }

  /** Some servers leave the connection open behind the end. */
  async *#watched(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const lines of wholeLines(body)) {
      yield withoutNoise(lines);
      if (!lines.includes("[DONE]") || !/^data: ?\[DONE\]/mu.test(lines.toString("latin1"))) continue;
      this.#done = true;
      this.#silence.shorten(afterDone);
    }
  }

  #notAnAnswer({ headers }: Response, body: string): AppError {
    const contentType = headers.get("content-type")?.split(";")[0] ?? "no content type";
    const start = redact(body.slice(0, 4096), this.#connection).slice(0, 80).replace(/\s+/gu, " ") || "(empty)";
    return new AppError("not_a_stream", { provider: this.#connection.name, contentType, start });
  }

  #readWhole(body: string, response: Response): void {
    let whole: unknown;
    try {
      whole = JSON.parse(body);
    } catch (error) {
      throw new AppError("stream_failed", { provider: this.#connection.name, reason: "broken JSON" }, { cause: error });
    }
    this.#readChunk(whole);
    if (!isRecord(whole) || !Array.isArray(whole["choices"])) throw this.#notAnAnswer(response, body);
  }

  #readChunk(chunk: unknown): void {
    const complaint = complaintIn(chunk);
    for (const event of this.#deltas.read(chunk)) {
      if (event.type !== "usage") this.#silence.content();
      if ("text" in event) this.#length.add(event.text);
      this.#push(event);
    }
    if (complaint !== null) throw fromComplaint(complaint, this.#connection, this.#request.model);
    if (this.#deltas.finishReason !== null) this.#silence.shorten(afterFinish);
  }

  #push(event: ChatEvent): void {
    if (event.type !== "reasoning" && event.type !== "text") return this.#queue.push(event);
    this.#flush(event.type === "text" ? "reasoning" : "text");
    this.#give(event.type, this.#clean[event.type].push(event.text));
  }

  /** What was held because it began like a secret. */
  #flush(type: "reasoning" | "text"): void {
    this.#give(type, this.#clean[type].end());
  }

  #give(type: "reasoning" | "text", text: string): void {
    if (text !== "") this.#queue.push({ type, text });
  }

  /** Before any content, bytes without data are DeepSeek's way of saying that the request waits its turn. */
  #onBytes(bytes: Uint8Array): void {
    this.#silence.alive();
    if (this.#deltas.started || Date.now() - this.#queuedToldAt < 1000) return;
    const sign = Buffer.from(bytes.subarray(0, 64)).toString("latin1").trimStart();
    if (sign !== "" && !sign.startsWith(":")) return;
    this.#queuedToldAt = Date.now();
    this.#queue.push({ type: "waiting", why: "queued" });
  }

  #finish(thrown: unknown): void {
    const error = this.#error(thrown);
    for (const event of this.#deltas.end(error === null)) this.#push(event);
    this.#flush("reasoning");
    this.#flush("text");
    if (error !== null) this.#queue.push({ type: "error", error: redactedError(error, this.#connection) });
    else this.#queue.push({ type: "finish", reason: redact(this.#deltas.finishReason!, this.#connection) });
  }

  /** Why the attempt failed; null when the service said that the answer is finished. */
  #error(thrown: unknown): AppError | null {
    const { name: provider, baseUrl } = this.#connection;
    const reason = this.#deltas.finishReason;
    if (this.#outer.aborted) return new AppError("interrupted", {});
    if (reason === "insufficient_system_resource") {
      return new AppError("service_failed", { provider, status: 503, reason });
    }
    // Once the service has said how it ended, nothing that the connection does later makes the answer less whole.
    if (reason !== null && !(thrown instanceof AppError)) return null;
    if (this.#silent && this.#done) return new AppError("incomplete_answer", { provider });
    if (this.#silent) return new AppError("timeout", { host: hostOf(baseUrl), seconds: this.#limit / 1000 });
    if (thrown === null) return new AppError("incomplete_answer", { provider });
    return this.#fromThrown(thrown);
  }

  #fromThrown(thrown: unknown): AppError {
    const { name: provider } = this.#connection;
    const { model } = this.#request;
    if (thrown instanceof AppError) return thrown;
    if (this.#failure !== null) return fromNetwork(this.#failure, this.#connection);
    const fields = isRecord(thrown) ? thrown : {};
    const { status, headers, error } = fields;
    if (typeof status === "number") {
      const header = (name: string) => (headers instanceof Headers ? headers.get(name) : null);
      return fromRefusal({ status, body: this.#refusal, header }, this.#connection, model);
    }
    // `data: {"error": …}` in a stream is thrown by the package as an error without status.
    if (isRecord(error)) return fromStream({ error, ...error }, this.#connection, model);
    if (typeof error === "string") return fromStream({ error }, this.#connection, model);
    // A parser's, also for what is nested too deep.
    if (thrown instanceof SyntaxError || thrown instanceof RangeError)
      return new AppError("stream_failed", { provider, reason: "broken JSON" }, { cause: thrown });
    if (typeof fields["code"] === "string" && /^E[A-Z]|^Z_|^ZSTD_|^ERR_|^HPE_/u.test(fields["code"])) {
      return new AppError("stream_failed", { provider, reason: fields["code"] }, { cause: thrown });
    }
    return asAppError(thrown);
  }
}

/** DeepSeek goes on from a prefix only at `/beta`. */
export function prefixUrl({ baseUrl, prefix }: Connection): string {
  return prefix === "beta" ? `${baseUrl.replace(/\/(?:v1\/?)?$/u, "")}/beta` : baseUrl;
}
