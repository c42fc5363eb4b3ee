import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { BodyWeight, wholeLines } from "../http/limits.ts";
import type { HttpResponse } from "../http/response.ts";
import { peek, wholeBody } from "../http/response-body.ts";
import { type Complaint, complaintIn, complaintOf, isNoise } from "./error-body.ts";
import { notAStream } from "./errors.ts";
import { isRecord } from "./json.ts";
import { type ServerEvent, serverEvents } from "./server-events.ts";

/** One thing that a service sends of an answer. */
export type SourceItem =
  /** Parsed JSON of any shape. */
  | { readonly type: "chunk"; readonly chunk: unknown }
  /** `[DONE]`. */
  | { readonly type: "done" }
  /** `isCertain`: sent as an error; else words where a chunk was expected. */
  | { readonly type: "complaint"; readonly complaint: Complaint; readonly isCertain: boolean }
  /** JSON that cannot be parsed. */
  | { readonly type: "broken"; readonly cause: unknown };

/**
 * The items of an answer in order, those together that arrived together. Each is made when it is asked for, as parsed it takes many
 * times its size; all are to be read before the next ones are asked for.
 */
export type ChunkSource = AsyncIterable<Iterable<SourceItem>>;

type ReadableResponse = Pick<HttpResponse, "body" | "contentType">;

export type OnBytes = (bytes: Buffer, excess: number) => void;

/**
 * Reads an answer that comes by HTTP. A stream of server-sent events was asked for; what comes may be one, or plain JSON, or a
 * web page. The first bytes tell, not the type.
 *
 * @param onBytes called with each piece of the body as it comes, and with its bytes that count as excess, see `BodyWeight`
 * @throws AppError `not_a_stream`, `empty_stream`, `flooded`; what a connection throws that breaks
 */
export async function* httpSource(response: ReadableResponse, connection: Connection, onBytes: OnBytes): ChunkSource {
  const { first, body } = await peek(watched(response.body, onBytes));
  if (isJson(first)) return yield* jsonSource((await wholeBody(body)).toString("utf8"), response, connection);
  assertStream(first, response, connection);
  yield* completionEvents(body, connection);
}

/** Events of a stream; where none of them is a chunk of a completion nor says anything else, the first text in them tells what came instead. */
async function* completionEvents(body: AsyncIterable<Buffer>, connection: Connection): ChunkSource {
  let strange: { readonly document: unknown } | null = null;
  let isKnown = false;
  for await (const items of eventSource(body)) {
    if (isKnown) {
      yield items;
      continue;
    }
    const together = [...items];
    isKnown = together.some((item) => (item.type === "chunk" ? isChunk(item.chunk) : item.type !== "done"));
    const other = together.find(({ type }) => type === "chunk");
    if (other?.type === "chunk") strange ??= { document: other.chunk };
    yield together;
  }
  if (isKnown || strange === null) return;
  const error = await unexpectedCompletion(strange.document, connection, true);
  // What holds no text may be a sign of life.
  if (error.details.row !== null) throw error;
}

/** What a stream of chat completions is made of; what says that something is wrong is reported as such. */
function isChunk(value: unknown): boolean {
  return !isRecord(value) || "choices" in value || "usage" in value || complaintIn(value) !== null;
}

/** Documents of a body, and whether it turned out to be one whole answer; asked at its end. */
export interface DocumentSource {
  readonly source: ChunkSource;
  readonly isWhole: () => boolean;
}

/**
 * Reads an answer of any shape that comes by HTTP: a stream of server-sent events, JSON on a line each, or one document.
 *
 * @param onBytes see `httpSource`
 * @throws AppError `not_a_stream`, `empty_stream`, `flooded`; what a connection throws that breaks
 */
export async function documentSource(
  response: ReadableResponse,
  connection: Connection,
  onBytes: OnBytes,
): Promise<DocumentSource> {
  const { first, body } = await peek(watched(response.body, onBytes));
  if (isJson(first)) return jsonDocuments(body);
  assertStream(first, response, connection);
  return { source: eventSource(body), isWhole: () => false };
}

/** The first line tells whether each is a document. */
function jsonDocuments(body: AsyncIterable<Buffer>): DocumentSource {
  let count = 0;
  async function* read(): ChunkSource {
    let held: Buffer[] | null = null;
    for await (const piece of wholeLines(body)) {
      if (count === 0 && held === null && !isDocument(piece)) held = [];
      if (held !== null) held.push(piece);
      else yield counted(parsed(piece.toString("utf8").trim()));
    }
    if (held !== null) yield counted(parsed(Buffer.concat(held).toString("utf8").trim()));
  }
  const counted = (items: readonly SourceItem[]) => {
    count += items.length;
    return items;
  };
  return { source: read(), isWhole: () => count === 1 };
}

/** Whether the first line is JSON by itself. */
function isDocument(piece: Buffer): boolean {
  const text = piece.toString("utf8").trim();
  const [first = ""] = text.split("\n", 1);
  return parsed(first).every(({ type }) => type === "chunk");
}

function isJson(first: string): boolean {
  return /^[[{"]/u.test(first);
}

/** @throws AppError `not_a_stream`, `empty_stream` for what begins like no stream of server-sent events */
function assertStream(first: string, response: ReadableResponse, connection: Connection): void {
  if (/^(?:data|event|id|retry|error)?:/u.test(first)) return;
  const isEmpty = first === "" && response.contentType === "text/event-stream";
  throw isEmpty ? new AppError("empty_stream", { provider: connection.name }) : notAStream(response, first, connection);
}

async function* eventSource(body: AsyncIterable<Buffer>): ChunkSource {
  for await (const events of serverEvents(wholeLines(body))) yield itemsIn(events);
}

function* itemsIn(events: Iterable<ServerEvent>): Generator<SourceItem> {
  for (const event of events) yield* itemsOf(event);
}

async function* watched(body: AsyncIterable<Buffer>, onBytes: OnBytes): AsyncGenerator<Buffer> {
  const weight = new BodyWeight();
  for await (const bytes of body) {
    onBytes(bytes, weight.of(bytes));
    yield bytes;
  }
}

/** A whole completion in one JSON document. */
async function* jsonSource(body: string, response: ReadableResponse, connection: Connection): ChunkSource {
  const items = parsed(body.trim());
  yield items;
  const isAnswer = items.some((item) => item.type === "chunk" && isCompletion(item.chunk));
  if (isAnswer) return;
  const [first] = items;
  throw first?.type === "chunk"
    ? await unexpectedCompletion(first.chunk, connection, false)
    : notAStream(response, body, connection);
}

/** Whether JSON is a completion, or a chunk of one. */
function isCompletion(value: unknown): boolean {
  return isRecord(value) && Array.isArray(value["choices"]);
}

/** The error for an answer in another form than a chat completion, with the rows of the config file that would read it. */
async function unexpectedCompletion(
  document: unknown,
  connection: Connection,
  streams: boolean,
): Promise<AppError<"unexpected_shape">> {
  const { envelopeFor, inFlow } = await import("./envelope-rows.ts");
  const { excerpt } = await import("./unexpected-shape.ts");
  const wire = envelopeFor(document, "/chat/completions", streams);
  return new AppError("unexpected_shape", {
    provider: connection.name,
    expected: streams ? "/choices/0/delta/content" : "/choices/0/message/content",
    came: excerpt(document, connection),
    row: wire === null ? null : `wire: ${inFlow(wire)}`,
  });
}

/** An event that is called an error is one, whatever its data. */
const unnamed: Complaint = { reason: "event: error", codes: [], status: null };

const done: SourceItem = { type: "done" };
/** The last line of an event that holds a whole stream. */
const doneLine = "\n[DONE]";

/** The items of an event, or of a message of another kind, which has no name. */
export function itemsOf({ name, data }: ServerEvent): readonly SourceItem[] {
  // Without blank lines between them all events are one, and the last line of it is `[DONE]`.
  if (data.endsWith(doneLine)) {
    let rest = data;
    while (rest.endsWith(doneLine)) rest = rest.slice(0, -doneLine.length);
    return [...itemsOf({ name, data: rest }), done];
  }
  if (name !== "error" && data.startsWith("{")) return parsed(data);
  const content = data.trim();
  if (/^"?\[?done\]?"?$/iu.test(content)) return [done];
  if (name === "error") {
    return [{ type: "complaint", complaint: isNoise(content) ? unnamed : complaintOf(content), isCertain: true }];
  }
  if (isNoise(content) || /^(?:ping|heart-?beat|keep-?alive)$/iu.test(name)) return [];
  // Words where a chunk was expected are the service's.
  if (/^[^[{"\d-]/u.test(content)) return [{ type: "complaint", complaint: complaintOf(content), isCertain: false }];
  return parsed(content);
}

/** One JSON document; or several, each on its line: some services leave out the blank lines between events. */
function parsed(data: string): readonly SourceItem[] {
  try {
    return [{ type: "chunk", chunk: JSON.parse(data) as unknown }];
  } catch (cause) {
    try {
      const lines = data.split("\n").filter((line) => line.trim() !== "");
      return lines.map((line) => ({ type: "chunk", chunk: JSON.parse(line) as unknown }));
    } catch {
      return [{ type: "broken", cause }];
    }
  }
}
