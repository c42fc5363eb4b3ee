import type { ChatRequest } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import { prefixOf } from "../../chat/message-text.ts";
import { requestBody } from "./request-body.ts";
import { prefixUrl } from "./chat-completions.ts";
import type { Connection } from "../connection.ts";
import { complaintIn } from "./error-body.ts";
import { watchedFetch } from "../http/fetch.ts";
import { redactedError, redactedJson } from "./redact.ts";
import { fromNetwork } from "../http/network-errors.ts";
import { fromComplaint, fromRefusal, hostOf, isRecord } from "./errors.ts";

/** An answer as it came over the wire, for whoever wants to know what a service really does. */
export interface RawAnswer {
  /** How the service refused the request as such (400, 404, 422 and the like); null where it answered. */
  readonly refused: AppError | null;
  readonly text: string;
  readonly reasoning: string;
  /** The field that the thinking came in; null where none came. */
  readonly reasoningField: string | null;
  readonly finishReason: string | null;
  /** Whether a stream ended with `[DONE]`. */
  readonly done: boolean;
  /** The last usage as it was sent; null where none was. */
  readonly usage: Readonly<Record<string, unknown>> | null;
  /** How many chunks had one. */
  readonly usages: number;
  /** Whether it was still coming when its time was up; what came until then is here. */
  readonly slow: boolean;
  /** Milliseconds to the headers and to the end. */
  readonly firstMs: number;
  readonly totalMs: number;
}

/** Milliseconds that a tiny question may take, where nobody said. */
const patience = 120_000;

/**
 * Puts one question, once, and reads the answer as it stands.
 *
 * @param more further fields of the body
 * @throws AppError for what is no matter of this question: the network, the key, the balance, limits, the service's failure
 */
export async function askRaw(
  connection: Connection,
  request: ChatRequest,
  more: Readonly<Record<string, unknown>>,
  stop: AbortSignal,
): Promise<RawAnswer> {
  const startedAt = performance.now();
  let refusal = "";
  const fetch = watchedFetch(connection.transport, {
    onBytes: () => {},
    onFailure: () => {},
    onRefusal: (body) => (refusal = body),
  });
  const base = prefixOf(request.messages) !== null ? prefixUrl(connection) : connection.baseUrl;
  const headers: [string, string][] = [["content-type", "application/json"], ...Object.entries(connection.headers)];
  if (connection.key !== null) headers.push(["authorization", `Bearer ${connection.key}`]);
  const body = JSON.stringify({ ...requestBody(request, connection), ...more });
  const limit = connection.idleTimeout ?? patience;
  const timer = AbortSignal.timeout(limit);
  const signal = AbortSignal.any([stop, timer]);
  try {
    const response = await fetch(`${base}/chat/completions`, { method: "POST", headers, body, signal });
    const firstMs = performance.now() - startedAt;
    if (!response.ok) return refused(response, refusal, connection, request.model);
    const { text, isWhole } = await readUntil(response, timer);
    const chunks = chunksOf(text, connection);
    const complaint = chunks.parsed.map(complaintIn).find((found) => found !== null) ?? null;
    if (complaint !== null) return failed(fromComplaint(complaint, connection, request.model));
    const read = readAnswer(chunks);
    const times = { firstMs: Math.round(firstMs), totalMs: Math.round(performance.now() - startedAt) };
    if (isWhole) return { refused: null, slow: false, ...read, ...times };
    if (read.text + read.reasoning !== "") return { refused: null, slow: true, ...read, ...times };
    throw new Error("Nothing came of the answer.");
  } catch (error) {
    if (stop.aborted) throw new AppError("interrupted", {}, { cause: error });
    if (timer.aborted) throw new AppError("timeout", { host: hostOf(connection.baseUrl), seconds: limit / 1000 });
    throw redactedError(fromNetwork(error, connection), connection);
  }
}

/** The body, or as much of it as had come when the time was up. */
async function readUntil(response: Response, timer: AbortSignal): Promise<{ text: string; isWhole: boolean }> {
  const pieces: Uint8Array[] = [];
  let isWhole = true;
  try {
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece);
  } catch (error) {
    if (!timer.aborted) throw error;
    isWhole = false;
  }
  return { text: Buffer.concat(pieces).toString("utf8"), isWhole };
}

function refused(response: Response, body: string, connection: Connection, model: string): RawAnswer {
  const { status } = response;
  const error = fromRefusal({ status, body, header: (name) => response.headers.get(name) }, connection, model);
  return failed(error);
}

/** A refusal of the request as such is an answer to the question; anything else is none. */
function failed(error: AppError): RawAnswer {
  if (error.kind !== "refused") throw error;
  return { ...nothing, refused: error, slow: false, firstMs: 0, totalMs: 0 };
}

type Read = Omit<RawAnswer, "refused" | "slow" | "firstMs" | "totalMs">;

const nothing: Read = {
  text: "",
  reasoning: "",
  reasoningField: null,
  finishReason: null,
  done: false,
  usage: null,
  usages: 0,
};

/** A stream's chunks, or one whole completion. */
interface Chunks {
  readonly parsed: readonly unknown[];
  readonly done: boolean;
}

function chunksOf(body: string, connection: Connection): Chunks {
  const lines = /^\s*[[{"]/u.test(body)
    ? [body]
    : body.split(/\r?\n/u).flatMap((line) => (line.startsWith("data:") ? [line.slice(5).trim()] : []));
  return { parsed: lines.map((line) => redactedJson(parse(line), connection)), done: lines.includes("[DONE]") };
}

function readAnswer({ parsed, done }: Chunks): Read {
  const read = parsed.reduce<Read>((before, chunk) => (isRecord(chunk) ? withChunk(before, chunk) : before), nothing);
  return { ...read, done };
}

function withChunk(before: Read, chunk: Record<string, unknown>): Read {
  const [choice] = Array.isArray(chunk["choices"]) ? (chunk["choices"] as unknown[]) : [];
  const { delta, message, finish_reason: reason } = isRecord(choice) ? choice : {};
  const part = isRecord(delta) ? delta : isRecord(message) ? message : {};
  const field = ["reasoning_content", "reasoning"].find((name) => typeof part[name] === "string" && part[name] !== "");
  const usage = isRecord(chunk["usage"]) ? chunk["usage"] : null;
  return {
    text: before.text + textOf(part["content"]),
    reasoning: before.reasoning + (field === undefined ? "" : textOf(part[field])),
    reasoningField: before.reasoningField ?? field ?? null,
    finishReason: typeof reason === "string" ? reason : before.finishReason,
    done: before.done,
    usage: usage ?? before.usage,
    usages: before.usages + (usage === null ? 0 : 1),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
