import type { ChatEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import { prefixOf } from "../../chat/message-text.ts";
import { withVersion } from "../http/base-url.ts";
import type { Learnt, OwnField } from "../http/transport.ts";
import { requestBody } from "../wire/request-body.ts";
import type { AdaptedRequest, Connection } from "../connection.ts";
import { settingOf } from "../wire/refused-fields.ts";

export interface AdaptationOptions {
  readonly learnt: Learnt;
  /** Own fields that a person asked for all the same: these are not left out. */
  readonly chosen: ReadonlySet<OwnField>;
  /** Told of a field that the service refused, and of which it took the request without. */
  readonly onRefused: (field: OwnField) => void;
}

/** One thing to do otherwise. */
type Change = { readonly field: OwnField } | { readonly baseUrl: string };

/**
 * Repeats, changed, a request that the service refuses because of the program: without a field that the program added by itself,
 * or at `/v1` where nothing is at the base URL. What helped is told by an `adapted` event, and kept in `learnt`. Of a field that a
 * person set the error says which setting that is.
 */
export function withAdaptation(connection: Connection, options: AdaptationOptions): Layer {
  const { name: provider } = connection;
  const { learnt, chosen, onRefused } = options;
  return (next) =>
    async function* adapting(request, signal) {
      const tried: Change[] = [];
      let first: AppError | null = null;
      while (true) {
        const attempt = attemptOf(request, connection, learnt, tried);
        let change: Change | null = null;
        let begun = false;
        for await (const event of next(attempt.asked, signal)) {
          if (event.type === "error" && !begun) {
            change = changeFor(event.error, attempt, chosen, tried);
            first ??= event.error;
            if (change !== null) break;
            const isBack = tried.some((one) => "baseUrl" in one) && isAway(event.error);
            yield { type: "error", error: explained(isBack ? first : event.error, attempt, chosen) };
            return;
          }
          // Headers that say all is well may precede an error.
          if (event.type !== "start" && event.type !== "waiting") {
            for (const done of tried.splice(0)) yield adopt(done);
            begun = true;
          }
          yield event;
        }
        if (change === null) return;
        tried.push(change);
      }
    };

  function adopt(change: Change): ChatEvent {
    if ("baseUrl" in change) {
      learnt.baseUrl = change.baseUrl;
      return { type: "adapted", provider, field: null, baseUrl: change.baseUrl };
    }
    learnt.without.add(change.field);
    onRefused(change.field);
    return { type: "adapted", provider, field: change.field, baseUrl: null };
  }
}

/** A request as it is sent, and the connection as it is used for it. */
interface AdaptedAttempt {
  readonly asked: AdaptedRequest;
  readonly at: Connection;
}

function attemptOf(
  request: ChatRequest,
  connection: Connection,
  learnt: Learnt,
  tried: readonly Change[],
): AdaptedAttempt {
  const left = new Set([...learnt.without, ...tried.flatMap((change) => ("field" in change ? change.field : []))]);
  const moved = tried.flatMap((change) => ("baseUrl" in change ? change.baseUrl : [])).at(-1) ?? learnt.baseUrl;
  const adapted = {
    baseUrl: moved ?? connection.baseUrl,
    streamUsage: connection.streamUsage && !left.has("stream_options"),
  };
  return {
    asked: { ...request, stream: request.stream && !left.has("stream"), adapted },
    at: { ...connection, ...adapted },
  };
}

function changeFor(
  error: AppError,
  { asked, at }: AdaptedAttempt,
  chosen: ReadonlySet<OwnField>,
  tried: readonly Change[],
): Change | null {
  const isMoved = tried.some((change) => "baseUrl" in change);
  const better = withVersion(at.baseUrl);
  if (isAway(error) && !isMoved && better !== null && prefixOf(asked.messages) === null) return { baseUrl: better };
  const field = fieldsIn(error).find((name) => isOwn(name, asked, at) && !chosen.has(name as OwnField));
  return field === undefined ? null : { field: field as OwnField };
}

/** Whether there is no service at an address: nothing at all, or a web page. */
function isAway(error: AppError): boolean {
  if (error.code === "not_a_stream") {
    return /html/iu.test((error as AppError<"not_a_stream">).details.contentType);
  }
  return error.code === "request_refused" && (error as AppError<"request_refused">).details.advice === "route";
}

function fieldsIn(error: AppError): readonly string[] {
  return error.code === "request_refused" ? (error as AppError<"request_refused">).details.fields : [];
}

function isOwn(field: string, asked: ChatRequest, at: Connection): boolean {
  const written = { ...at.body, ...asked.sampling.body };
  if (Object.hasOwn(written, field) || !asked.stream) return false;
  return field === "stream" || (field === "stream_options" && at.streamUsage);
}

/** The error with the setting that put a refused field there. */
function explained(error: AppError, { asked, at }: AdaptedAttempt, chosen: ReadonlySet<OwnField>): AppError {
  if (error.code !== "request_refused") return error;
  const { details, retryAfter, traceId, cause } = error as AppError<"request_refused">;
  const body = requestBody(asked, at) as unknown as Record<string, unknown>;
  const field = details.fields.find((name) => Object.hasOwn(body, name) && whose(name) !== null);
  if (details.advice !== "none" || field === undefined) return error;
  const fields = [field, ...details.fields.filter((name) => name !== field)];
  return new AppError(
    "request_refused",
    { ...details, advice: "field", fields, setting: whose(field)! },
    { retryAfter, traceId, cause },
  );

  function whose(name: string): string | null {
    if (Object.hasOwn({ ...asked.sampling.body }, name)) return "body";
    if (Object.hasOwn({ ...at.body }, name)) return `providers.${at.name}.body`;
    if (name === "stream_options") return chosen.has(name) ? `providers.${at.name}.stream_usage` : null;
    if (name === "stream") return chosen.has(name) ? "stream" : null;
    return settingOf(name);
  }
}
