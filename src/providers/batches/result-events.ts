import type { ChatEvent } from "../../chat/events.ts";
import type { ModelRef } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { AnswerDecoder, cut } from "../wire/answer-decoder.ts";
import { complaintOf } from "../wire/error-body.ts";
import { fromDocument, fromRefusal } from "../wire/errors.ts";
import { isRecord } from "../wire/json.ts";
import { redactedJson } from "../wire/redact.ts";

type ResultLine = Readonly<Record<string, unknown>>;

/** OpenAI's codes for requests whose turn did not come: `batch_expired`, `batch_cancelled`. */
const unanswered = /expired|cancel/iu;

/** Whether a line of results says that its batch ended before its turn. */
export function isUnanswered({ error }: ResultLine): boolean {
  return isRecord(error) && typeof error["code"] === "string" && unanswered.test(error["code"]);
}

/**
 * A line of results as the events of one request: OpenAI's `{id, custom_id, response: {status_code, request_id, body}, error}`. Bodies
 * are read as those of questions are.
 *
 * @param to provider and model that were asked
 * @param sentAt when the batch was made
 */
export function resultEvents(line: ResultLine, connection: Connection, to: ModelRef, sentAt: Date): ChatEvent[] {
  const { response, error } = redactedJson(line, connection) as ResultLine;
  const { status_code: status, request_id: requestId, body } = isRecord(response) ? response : {};
  const sent = { model: to.model, messages: [], sampling: {}, thinking: null, stream: false };
  const events: ChatEvent[] = [{ type: "request", to, sent, sentAt, why: "first", error: null }];
  const fail = (failure: AppError) => [...events, { type: "error", error: failure } as const];
  if (typeof status === "number" && (status < 200 || status >= 300)) {
    const refusal = { status, body: JSON.stringify(body ?? error ?? ""), header: () => null };
    return fail(fromRefusal(refusal, connection, to.model));
  }
  if (error !== undefined && error !== null) return fail(failureOf(error, connection, to.model));
  events.push({ type: "start", traceId: typeof requestId === "string" ? requestId : null });
  return [...events, ...answerEvents(body, connection, to.model)];
}

/** A request that failed at the service before it had a response of its own. */
function failureOf(error: unknown, connection: Connection, model: string): AppError {
  return fromDocument(complaintOf(JSON.stringify({ error })), connection, model);
}

function answerEvents(body: unknown, connection: Connection, model: string): ChatEvent[] {
  const events: ChatEvent[] = [];
  const decoder = new AnswerDecoder(connection, model, (event) => events.push(event));
  try {
    decoder.read({ type: "chunk", chunk: body });
    decoder.read({ type: "done" });
    const verdict = decoder.verdict();
    decoder.finish(!(verdict instanceof AppError));
    if (verdict instanceof AppError) return [...events, { type: "error", error: verdict }];
    if (verdict === cut) {
      return [...events, { type: "error", error: new AppError("incomplete_answer", { provider: connection.name }) }];
    }
    const { calls, refused } = decoder.chunks;
    const finish = { type: "finish", reason: verdict } as const;
    return [...events, { ...finish, ...(!calls.isEmpty && { calls: calls.calls }), ...(refused && { refused }) }];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [...events, { type: "error", error }];
  }
}
