import type { ChatEvent } from "../../chat/events.ts";
import type { Model } from "../../chat/layers.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { AppError, asAppError } from "../../errors.ts";
import { prefixOf, textOf } from "../../chat/message-text.ts";
import { requestBody } from "./request-body.ts";
import type { AdaptedRequest, Connection } from "../connection.ts";
import { Deltas } from "./chunk-decoder.ts";
import { type Complaint, complaintIn, complaintOf, isNoise } from "./error-body.ts";
import { watchedFetch } from "../http/fetch.ts";
import { TextLimit, wholeLines } from "../http/limits.ts";
import { fromNetwork } from "../http/network-errors.ts";
import { peek, text } from "../http/sniff.ts";
import { Queue } from "./async-queue.ts";
import { IdleTimeout } from "./idle-timeout.ts";
import { redact, redactedError, secretsOf } from "./redact.ts";
import { RedactedAnswer } from "./redacted-answer.ts";
import { type ServerEvent, serverEvents } from "./server-events.ts";
import { type FinishWord, StreamEnd } from "./stream-end.ts";
import { fromComplaint, fromRefusal, hostOf, isRecord, traceId } from "./errors.ts";

/** Milliseconds without data where nobody said: an answer that comes whole is silent for as long as it takes. */
const defaultIdleTimeout = { stream: 120_000, whole: 600_000 };
/** Milliseconds that an open connection is listened to by what may still come; see `StreamEnd`. */
const waits = { usage: 8_000, close: 3_000, nothing: 250 };

/** An event that is called an error is one, whatever its data. */
const unnamed: Complaint = { reason: "event: error", codes: [], status: null };

/** The last line of an event that holds a whole stream. */
const doneLine = "\n[DONE]";

/** Makes a model of a connection: one request, one attempt. */
export function connect(connection: Connection): Model {
  return (request: AdaptedRequest, signal) => {
    const queue = new Queue<ChatEvent>();
    void new Attempt({ ...connection, ...request.adapted }, request, signal, queue).run();
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
  readonly #idle: IdleTimeout;
  #isIdle = false;
  #failure: unknown = null;
  #refusal = "";
  #queuedToldAt = 0;
  readonly #end = new StreamEnd();
  /** Whether any text was given. */
  #hasText = false;
  readonly #length: TextLimit;
  readonly #clean: RedactedAnswer;
  /** Text that came in the same piece as a closing tag of thinking, which may make thinking of it; null outside of such a piece. */
  #together: string[] | null = null;

  constructor(connection: Connection, request: ChatRequest, signal: AbortSignal, queue: Queue<ChatEvent>) {
    this.#connection = connection;
    this.#request = request;
    this.#outer = signal;
    this.#queue = queue;
    this.#length = new TextLimit(hostOf(connection.baseUrl));
    const before = textOf(request.messages.findLast(({ role }) => role === "assistant")?.content ?? "");
    this.#clean = new RedactedAnswer(secretsOf(connection), before);
    this.#idle = new IdleTimeout(this.#limit, () => {
      this.#isIdle = true;
      this.#stop.abort();
    });
  }

  get #limit(): number {
    return (
      this.#connection.idleTimeout ?? (this.#request.stream ? defaultIdleTimeout.stream : defaultIdleTimeout.whole)
    );
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
    const { OpenAI: Client } = await import("openai/client");
    const { key, baseUrl, headers } = this.#connection;
    const client = new Client({
      baseURL: prefixOf(this.#request.messages) !== null ? prefixUrl(this.#connection) : baseUrl,
      // Local servers want no key, the package wants one that is not empty.
      apiKey: key ?? "none",
      organization: null,
      project: null,
      webhookSecret: null,
      adminAPIKey: null,
      defaultHeaders: { ...(key === null && { Authorization: null }), ...headers },
      // Ours are visible, can be stopped, and know when nothing came; see retry.ts.
      maxRetries: 0,
      // Ours ends at silence, not at the headers; see idle-timeout.ts.
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
    this.#idle.alive();
    const response = await client.chat.completions.create(body, { signal: this.#stop.signal }).asResponse();
    const trace = traceId((name) => response.headers.get(name));
    this.#queue.push({ type: "start", traceId: trace === null ? null : redact(trace, this.#connection) });
    await this.#read(response);
  }

  /** A stream was asked for; what comes may be one, or plain JSON, or a web page. The first bytes tell, not the type. */
  async #read(response: Response): Promise<void> {
    const { first, body } = await peek(response.body as unknown as AsyncIterable<Buffer>);
    if (first.startsWith("{") || first.startsWith("[") || first.startsWith('"'))
      return this.#readWhole(await text(body), response);
    if (!/^(?:data|event|id|retry|error)?:/u.test(first)) throw this.#notAnAnswer(response, first);
    for await (const event of serverEvents(wholeLines(body), (piece) => this.#onPiece(piece))) this.#onEvent(event);
  }

  #notAnAnswer({ headers }: Response, body: string): AppError {
    const { name: provider } = this.#connection;
    const contentType = headers.get("content-type")?.split(";")[0] ?? "no content type";
    if (body === "" && contentType === "text/event-stream") return new AppError("empty_stream", { provider });
    const start = redact(body.slice(0, 4096), this.#connection).slice(0, 80).replace(/\s+/gu, " ") || "(empty)";
    return new AppError("not_a_stream", { provider, contentType, start });
  }

  #readWhole(body: string, response: Response): void {
    const chunks = this.#parse(body.trim());
    this.#together = [];
    for (const chunk of chunks) this.#readChunk(chunk);
    const isAnswer = chunks.some((chunk) => isRecord(chunk) && Array.isArray(chunk["choices"]));
    if (!isAnswer) throw this.#notAnAnswer(response, body);
  }

  #broken(cause: unknown): AppError {
    return new AppError("stream_failed", { provider: this.#connection.name, reason: "broken JSON" }, { cause });
  }

  /** What arrives together is judged together: thinking that ends in the same piece was never shown as text. */
  #onPiece(piece: Buffer): void {
    this.#giveTogether();
    if (piece.includes("</think>")) this.#together = [];
  }

  #onEvent({ name, data }: ServerEvent): void {
    // Without blank lines between them all events are one, and the last line of it is `[DONE]`.
    if (data.endsWith(doneLine)) {
      let rest = data;
      while (rest.endsWith(doneLine)) rest = rest.slice(0, -doneLine.length);
      this.#onEvent({ name, data: rest });
      return this.#onEvent({ name: "message", data: doneLine.trimStart() });
    }
    if (name !== "error" && data.startsWith("{")) return this.#readData(data);
    const content = data.trim();
    if (/^"?\[?done\]?"?$/iu.test(content)) {
      this.#end.done();
      this.#idle.shorten(waits.nothing);
    } else if (name === "error") this.#fail(isNoise(content) ? unnamed : complaintOf(content));
    else if (!isNoise(content) && !/^(?:ping|heart-?beat|keep-?alive)$/iu.test(name)) this.#readData(content);
  }

  #readData(data: string): void {
    // Words where a chunk was expected are the service's.
    if (/^[^[{"\d-]/u.test(data)) return this.#end.awaits === "content" ? this.#fail(complaintOf(data)) : undefined;
    let chunks: readonly unknown[] = [];
    try {
      chunks = this.#parse(data);
    } catch (error) {
      if (this.#end.awaits === "content") throw error;
    }
    for (const chunk of chunks) this.#readChunk(chunk);
  }

  /** One JSON document; or several, each on its line: some services leave out the blank lines between events. */
  #parse(text: string): unknown[] {
    try {
      return [JSON.parse(text)];
    } catch (error) {
      try {
        return text.split("\n").flatMap((line): unknown => (line.trim() === "" ? [] : [JSON.parse(line)]));
      } catch {
        throw this.#broken(error);
      }
    }
  }

  /** Ends the attempt with what the service says, unless it had said before that the answer is finished. */
  #fail(complaint: Complaint): void {
    if (this.#end.isDone) return;
    throw fromComplaint(complaint, this.#connection, this.#request.model);
  }

  #readChunk(chunk: unknown): void {
    const deltas = this.#deltas;
    for (const event of deltas.read(chunk)) {
      if ("text" in event) this.#length.add(event.text);
      this.#push(event);
    }
    if (deltas.grew) {
      this.#end.content(deltas.answered);
      this.#idle.content();
    }
    if (deltas.finish !== null) this.#end.reason(deltas.finish);
    if (deltas.counted) this.#end.counted();
    const complaint = complaintIn(chunk);
    if (complaint !== null) this.#fail(complaint);
    const { awaits } = this.#end;
    if (awaits !== "content" && awaits !== "any") this.#idle.shorten(Math.min(waits[awaits], this.#limit));
  }

  #push(event: ChatEvent): void {
    if (event.type === "text" && this.#together !== null) this.#together.push(event.text);
    else if (event.type === "rethink" && this.#together !== null) this.#rethink(this.#together);
    else if (event.type === "text" || event.type === "reasoning") this.#give(event.type, event.text);
    else this.#queue.push(event);
  }

  #rethink(together: string[]): void {
    if (this.#hasText) this.#queue.push({ type: "rethink" });
    for (const text of together.splice(0)) this.#give("reasoning", text);
  }

  #giveTogether(): void {
    const together = this.#together ?? [];
    this.#together = null;
    for (const text of together) this.#give("text", text);
  }

  #give(type: "reasoning" | "text", text: string): void {
    const clean = this.#clean.push(type, text);
    if (clean === "") return;
    this.#hasText ||= type === "text";
    this.#queue.push({ type, text: clean });
  }

  /** What was held because it began like a secret. */
  #flush(type: "reasoning" | "text"): void {
    const text = this.#clean.end(type);
    if (text !== "") this.#queue.push({ type, text });
  }

  /** Before any content, bytes without data are DeepSeek's way of saying that the request waits its turn. */
  #onBytes(bytes: Uint8Array): void {
    this.#idle.alive();
    if (this.#deltas.started || Date.now() - this.#queuedToldAt < 1000) return;
    const sign = Buffer.from(bytes.subarray(0, 64)).toString("latin1").trimStart();
    if (sign !== "" && !sign.startsWith(":")) return;
    this.#queuedToldAt = Date.now();
    this.#queue.push({ type: "waiting", why: "queued" });
  }

  #finish(thrown: unknown): void {
    const verdict = this.#verdict(thrown);
    const isWhole = !(verdict instanceof AppError);
    for (const event of this.#deltas.end(isWhole)) this.#push(event);
    this.#giveTogether();
    this.#flush("reasoning");
    this.#flush("text");
    if (!isWhole) return this.#queue.push({ type: "error", error: redactedError(verdict, this.#connection) });
    const { calls, refused } = this.#deltas;
    this.#queue.push({
      type: "finish",
      reason: redact(verdict, this.#connection),
      ...(calls.length > 0 && { calls: calls.map((name) => redact(name, this.#connection)) }),
      ...(refused && { refused }),
    });
  }

  /** The finish reason of an answer that is whole; else why the attempt failed. */
  #verdict(thrown: unknown): string | AppError {
    const { name: provider, baseUrl } = this.#connection;
    if (this.#outer.aborted) return new AppError("interrupted", {});
    if (thrown instanceof AppError) return thrown;
    // Once the service has said how it ended, nothing that the connection does later makes the answer less whole.
    const verdict = this.#end.verdict();
    if (verdict !== "cut") return this.#ended(verdict);
    if (this.#isIdle && !this.#end.isDone)
      return new AppError("timeout", { host: hostOf(baseUrl), seconds: this.#limit / 1000 });
    if (thrown === null || this.#isIdle) return new AppError("incomplete_answer", { provider });
    return this.#fromThrown(thrown);
  }

  #ended({ kind, word }: FinishWord): string | AppError {
    const { name: provider } = this.#connection;
    if (kind === "ended") return word;
    if (kind === "unknown") return new AppError("finish_unknown", { provider, reason: word });
    if (word === "insufficient_system_resource")
      return new AppError("service_failed", { provider, status: 503, reason: word });
    return new AppError("stream_failed", { provider, reason: `finish_reason: ${word}` });
  }

  #fromThrown(thrown: unknown): AppError {
    const { name: provider } = this.#connection;
    const { model } = this.#request;
    if (thrown instanceof AppError) return thrown;
    if (this.#failure !== null) return fromNetwork(this.#failure, this.#connection);
    const fields = isRecord(thrown) ? thrown : {};
    const { status, headers } = fields;
    if (typeof status === "number") {
      const header = (name: string) => (headers instanceof Headers ? headers.get(name) : null);
      return fromRefusal({ status, body: this.#refusal, header }, this.#connection, model);
    }
    // A parser's, for what is nested too deep.
    if (thrown instanceof RangeError) return this.#broken(thrown);
    if (typeof fields["code"] === "string" && /^E[A-Z]|^Z_|^ZSTD_|^ERR_|^HPE_/u.test(fields["code"])) {
      return new AppError("stream_failed", { provider, reason: fields["code"] }, { cause: thrown });
    }
    // What Node says of a connection, or a decoder of its input, has not always a code.
    if (thrown instanceof Error && thrown.constructor === Error)
      return new AppError("stream_failed", { provider, reason: thrown.message }, { cause: thrown });
    return asAppError(thrown);
  }
}

/** DeepSeek goes on from a prefix only at `/beta`. */
export function prefixUrl({ baseUrl, prefix }: Connection): string {
  return prefix === "beta" ? `${baseUrl.replace(/\/(?:v1\/?)?$/u, "")}/beta` : baseUrl;
}
