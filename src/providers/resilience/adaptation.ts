import type { ChatEvent } from "../../chat/events.ts";
import type { Model } from "../../chat/layers.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import { withVersion } from "../http/base-url.ts";
import type { Learnt, OwnField } from "../http/transport.ts";
import { requestBody } from "../wire/request-body.ts";
import type { Connection } from "../connection.ts";
import { settingOf } from "../wire/refused-fields.ts";

export interface AdaptationOptions {
  readonly connect: (connection: Connection) => Model;
  readonly learnt: Learnt;
  /** Own fields that a person asked for all the same: these are not left out. */
  readonly chosen: ReadonlySet<OwnField>;
  /** Told of a field that the service refused, and of which it took the request without. */
  readonly onRefused: (field: OwnField) => void;
}

/** One thing to do otherwise. */
type Change = { readonly field: OwnField } | { readonly baseUrl: string };

/**
 * A model that asks once more, otherwise, what a service refuses because of the program: without a field that the program added by
 * itself, or at `/v1` where nothing is at the base URL. What helped is told by an `adapted` event, and kept in `learnt`. Of a
 * field that a person set the error says which setting that is.
 */
export function withAdaptation(connection: Connection, options: AdaptationOptions): Model {
  const { connect, learnt, chosen, onRefused } = options;
  return async function* adapting(request, signal) {
    const tried: Change[] = [];
    let first: AppError | null = null;
    while (true) {
      const [asked, at] = otherwise(request, connection, learnt, tried);
      let change: Change | null = null;
      let begun = false;
      for await (const event of connect(at)(asked, signal)) {
        if (event.type === "error" && !begun) {
          change = changeFor(event.error, { asked, at, chosen, tried });
          first ??= event.error;
          if (change !== null) break;
          const isBack = tried.some((one) => "baseUrl" in one) && isAway(event.error);
          yield { type: "error", error: explained(isBack ? first : event.error, asked, at, chosen) };
          return;
        }
        // Headers that say all is well may precede an error.
        if (event.type !== "start" && event.type !== "waiting") {
          yield* adopt(tried.splice(0));
          begun = true;
        }
        yield event;
      }
      if (change === null) return;
      tried.push(change);
    }
  };

  function* adopt(changes: readonly Change[]): Generator<ChatEvent> {
    for (const change of changes) {
      if ("field" in change) {
        learnt.without.add(change.field);
        onRefused(change.field);
        yield { type: "adapted", provider: connection.name, field: change.field, baseUrl: null };
      } else {
        learnt.baseUrl = change.baseUrl;
        yield { type: "adapted", provider: connection.name, field: null, baseUrl: change.baseUrl };
      }
    }
  }
}

function otherwise(
  request: ChatRequest,
  connection: Connection,
  { baseUrl, without }: Learnt,
  tried: readonly Change[],
): [ChatRequest, Connection] {
  const left = new Set([...without, ...tried.flatMap((change) => ("field" in change ? change.field : []))]);
  const moved = tried.flatMap((change) => ("baseUrl" in change ? change.baseUrl : [])).at(-1) ?? baseUrl;
  return [
    left.has("stream") ? { ...request, stream: false } : request,
    {
      ...connection,
      baseUrl: moved ?? connection.baseUrl,
      streamUsage: connection.streamUsage && !left.has("stream_options"),
    },
  ];
}

interface Asked {
  readonly asked: ChatRequest;
  readonly at: Connection;
  readonly chosen: ReadonlySet<OwnField>;
  readonly tried: readonly Change[];
}

function changeFor(error: AppError, { asked, at, chosen, tried }: Asked): Change | null {
  const isMoved = tried.some((change) => "baseUrl" in change);
  const better = withVersion(at.baseUrl);
  if (isAway(error) && !isMoved && better !== null && asked.messages.at(-1)?.prefix !== true)
    return { baseUrl: better };
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
function explained(error: AppError, asked: ChatRequest, at: Connection, chosen: ReadonlySet<OwnField>): AppError {
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
