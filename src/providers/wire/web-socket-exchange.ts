import { isUtf8 } from "node:buffer";
import type { WebSocketConfig } from "../../config/wire-schema.ts";
import { AppError } from "../../errors.ts";
import { filled } from "../../template.ts";
import type { Connection } from "../connection.ts";
import { HttpResponse } from "../http/response.ts";
import { type MessageSocket, openSocket, type SocketEnd, type SocketMessage } from "../http/web-socket.ts";
import { AnswerReader } from "./answer-reader.ts";
import { type ChunkSource, itemsOf, type OnBytes, type SourceItem } from "./chunk-source.ts";
import { addressOf } from "./envelope.ts";
import { type Complaint, complaintIn } from "./error-body.ts";
import { notAStream, refusalOf, traceId } from "./errors.ts";
import type { Wire } from "./wire-exchange.ts";
import { matches, parseMatch } from "./json-pointer.ts";
import { requestVariables } from "./request-variables.ts";
import { excerpt } from "./unexpected-shape.ts";

/** What stands for a ping, which is a sign of life and brings nothing. */
const ping = Buffer.from("ping");

/** Puts a question over a WebSocket of its own, and reads the frames of the answer by the rows of the config file. */
export const webSocketExchange: Wire = async (connection, request, more, onBytes, signal) => {
  const wire = connection.wire as WebSocketConfig;
  const values = requestVariables(connection, request, more);
  const [auth, message] = [wire.auth?.message, wire.request].map((template) =>
    template === undefined ? null : JSON.stringify(filled(template, values)),
  );
  const url = addressOf(connection, wire.path, values);
  const first = Buffer.from(auth ?? message!);
  const opened = await openSocket(connection, { url, message: first }, () => onBytes(ping, 0), signal);
  if (opened instanceof HttpResponse) throw await refused(opened, connection, request.model);
  const frames = new AnswerFrames(opened, wire, connection, onBytes);
  if (auth !== null) frames.holdBack(message!);
  return {
    traceId: traceId((name) => [opened.headers[name]].flat()[0] ?? null),
    chunks: frames.chunks(),
    misfit: () => frames.misfit(),
  };
};

async function refused(response: HttpResponse, connection: Connection, model: string): Promise<AppError> {
  return response.isSuccess
    ? notAStream(response, await response.refusal(), connection)
    : await refusalOf(response, connection, model);
}

/** The frames of one answer. */
class AnswerFrames {
  readonly #socket: MessageSocket;
  readonly #wire: WebSocketConfig;
  readonly #connection: Connection;
  readonly #onBytes: OnBytes;
  readonly #reader: AnswerReader;
  /** The request, while the service has not confirmed who asks; null once it was sent. */
  #heldBack: string | null = null;
  /** What came in the place of that. */
  #otherReply: unknown = undefined;

  constructor(socket: MessageSocket, wire: WebSocketConfig, connection: Connection, onBytes: OnBytes) {
    this.#socket = socket;
    this.#wire = wire;
    this.#connection = connection;
    this.#onBytes = onBytes;
    this.#reader = new AnswerReader(wire.answer, connection);
  }

  /** Sends the request behind the message that says who asks: at once, or when that is confirmed, where a reply is awaited. */
  holdBack(message: string): void {
    if (this.#wire.auth?.reply === undefined) this.#socket.send(message);
    else this.#heldBack = message;
  }

  chunks(): ChunkSource {
    return this.#reader.read(this.#source(), () => false);
  }

  misfit(): AppError | null {
    if (this.#otherReply === undefined) return this.#reader.misfit();
    return new AppError("unexpected_shape", {
      provider: this.#connection.name,
      expected: JSON.stringify(this.#wire.auth?.reply),
      came: excerpt(this.#otherReply, this.#connection),
      row: null,
    });
  }

  async *#source(): ChunkSource {
    const seconds = this.#wire.ping;
    const timer = seconds === undefined ? undefined : setInterval(() => this.#socket.ping(), seconds * 1000);
    try {
      for await (const messages of this.#socket.batches()) yield this.#items(messages);
      const complaint = closeComplaint(this.#socket.end!);
      if (complaint !== null)
        yield [{ type: "complaint", complaint: this.#reader.withStatus(complaint), isCertain: false }];
    } finally {
      clearInterval(timer);
      this.#socket.close();
    }
  }

  *#items(messages: readonly SocketMessage[]): Generator<SourceItem> {
    for (const { data, isBinary } of messages) {
      this.#onBytes(data, data.length);
      if (isBinary && !isJson(data)) throw this.#binary(data);
      for (const item of itemsOf({ name: "message", data: data.toString("utf8") })) {
        if (this.#heldBack === null || item.type !== "chunk") yield item;
        else yield* this.#reply(item.chunk, this.#heldBack);
      }
    }
  }

  /** What comes before the request was sent. */
  *#reply(document: unknown, request: string): Generator<SourceItem> {
    if (matches(document, parseMatch(this.#wire.auth!.reply!))) {
      this.#heldBack = null;
      this.#otherReply = undefined;
      return this.#socket.send(request);
    }
    const complaint = this.#reader.complaintAbout(document) ?? complaintIn(document);
    if (complaint !== null) yield { type: "complaint", complaint, isCertain: true };
    this.#otherReply ??= document;
  }

  #binary({ length }: Buffer): AppError {
    const { name: provider } = this.#connection;
    return new AppError("unexpected_shape", { provider, expected: "JSON", came: `${length} B (binary)`, row: null });
  }
}

/** Some gateways send their JSON in binary frames. */
function isJson(data: Buffer): boolean {
  return isUtf8(data) && /^\s*[[{]/u.test(data.subarray(0, 64).toString("latin1"));
}

/** HTTP statuses of what the close codes of RFC 6455 and its registry say; 4000 and more are the service's own. */
const statuses: Readonly<Record<number, number>> = {
  1001: 503,
  1002: 400,
  1003: 400,
  1007: 400,
  1008: 403,
  1009: 413,
  1010: 400,
  1011: 500,
  1012: 503,
  1013: 503,
  1014: 502,
  3000: 401,
  3003: 403,
  3008: 408,
};

/** What a service says by the way it closes a WebSocket; null where that is only an end. */
function closeComplaint({ code, reason }: SocketEnd): Complaint | null {
  if (code === 1000 || code === 1005) return null;
  // Many services add 4000 to the status that they mean.
  const meant = code >= 4400 && code <= 4599 ? code - 4000 : null;
  const said = reason.replace(/\s+/gu, " ").trim();
  const sentence = `WebSocket close code ${code}`;
  return {
    reason: said === "" ? sentence : `${said} (${sentence})`,
    codes: [String(code)],
    status: statuses[code] ?? meant,
  };
}
