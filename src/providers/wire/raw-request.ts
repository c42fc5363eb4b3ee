import type { ChatRequest } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { AnswerLimit } from "../http/limits.ts";
import { withTimeout } from "../http/request-timeout.ts";
import type { ChunkSource, SourceItem } from "./chunk-source.ts";
import { wireOf } from "./wires.ts";
import { complaintIn } from "./error-body.ts";
import { fromComplaint } from "./errors.ts";
import { isRecord } from "./json.ts";
import { redactedError, redactedJson } from "./redact.ts";

/** An answer verbatim, to find out what a service really does. */
export interface RawAnswer {
  /** How the service refused the request as such (400, 404, 422 and the like); null where it answered. */
  readonly refused: AppError | null;
  readonly text: string;
  /** The arguments of the tools that it calls, one behind the other. */
  readonly called: string;
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
const defaultTimeout = 120_000;

/**
 * Puts one question, once, and reads the answer verbatim.
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
  return await withTimeout(connection, stop, defaultTimeout, async (signal) => {
    const startedAt = performance.now();
    try {
      const limit = new AnswerLimit(connection.name, connection.maxAnswer);
      const ask = await wireOf(connection);
      const { chunks, misfit } = await ask(connection, request, more, (_, excess) => limit.bytes(excess), signal);
      const firstMs = Math.round(performance.now() - startedAt);
      const { items, isWhole } = await readUntil(chunks, signal);
      const unread = misfit();
      if (unread !== null) throw unread;
      const read = readAnswer(items, connection, request.model);
      if (!isWhole && (stop.aborted || read.text + read.reasoning === ""))
        throw new Error("Nothing came of the answer.");
      const totalMs = Math.round(performance.now() - startedAt);
      return { refused: null, slow: !isWhole, ...read, firstMs, totalMs };
    } catch (error) {
      // A refusal of the request as such is an answer to the question; anything else is none.
      if (!(error instanceof AppError) || error.kind !== "refused") throw error;
      return { ...nothing, refused: redactedError(error, connection), slow: false, firstMs: 0, totalMs: 0 };
    }
  });
}

/** The answer, or as much of it as had come when the signal was aborted. */
async function readUntil(source: ChunkSource, signal: AbortSignal): Promise<{ items: SourceItem[]; isWhole: boolean }> {
  const items: SourceItem[] = [];
  try {
    for await (const together of source) items.push(...together);
  } catch (error) {
    if (!signal.aborted) throw error;
    return { items, isWhole: false };
  }
  return { items, isWhole: true };
}

type Read = Omit<RawAnswer, "refused" | "slow" | "firstMs" | "totalMs">;

const nothing: Read = {
  text: "",
  called: "",
  reasoning: "",
  reasoningField: null,
  finishReason: null,
  done: false,
  usage: null,
  usages: 0,
};

/** @throws AppError for what the service says is wrong */
function readAnswer(items: readonly SourceItem[], connection: Connection, model: string): Read {
  const chunks = items.flatMap((item) => (item.type === "chunk" ? [redactedJson(item.chunk, connection)] : []));
  const said = items.flatMap((item) => (item.type === "complaint" && item.isCertain ? [item.complaint] : []));
  const [complaint] = [...said, ...chunks.flatMap((chunk) => complaintIn(chunk) ?? [])];
  if (complaint !== undefined) throw fromComplaint(complaint, connection, model);
  const read = chunks.filter(isRecord).reduce(withChunk, nothing);
  return { ...read, done: items.some(({ type }) => type === "done") };
}

function withChunk(before: Read, chunk: Record<string, unknown>): Read {
  const [choice] = Array.isArray(chunk["choices"]) ? (chunk["choices"] as unknown[]) : [];
  const { delta, message, finish_reason: reason } = isRecord(choice) ? choice : {};
  const part = isRecord(delta) ? delta : isRecord(message) ? message : {};
  const field = ["reasoning_content", "reasoning"].find((name) => typeof part[name] === "string" && part[name] !== "");
  const usage = isRecord(chunk["usage"]) ? chunk["usage"] : null;
  return {
    text: before.text + textOf(part["content"]),
    called: before.called + argumentsIn(part["tool_calls"]),
    reasoning: before.reasoning + (field === undefined ? "" : textOf(part[field])),
    reasoningField: before.reasoningField ?? field ?? null,
    finishReason: typeof reason === "string" ? reason : before.finishReason,
    done: before.done,
    usage: usage ?? before.usage,
    usages: before.usages + (usage === null ? 0 : 1),
  };
}

function argumentsIn(calls: unknown): string {
  const functions = Array.isArray(calls)
    ? calls.map((call: unknown) => (isRecord(call) ? call["function"] : null))
    : [];
  return functions.map((called) => (isRecord(called) ? textOf(called["arguments"]) : "")).join("");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
