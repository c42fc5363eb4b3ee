import type { ChatEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import { prefixOf } from "../../chat/message-text.ts";
import { withVersion } from "../http/base-url.ts";
import type { Learnt, OwnField } from "../http/transport.ts";
import { requestBody } from "../wire/request-body.ts";
import type { SchemaForm } from "../catalogue.ts";
import type { AdaptedRequest, Connection } from "../connection.ts";
import { settingOf } from "../wire/refused-fields.ts";
import { formFields, nextForm, schemaFormOf } from "../wire/answer-form.ts";

export interface AdaptationOptions {
  readonly learnt: Learnt;
  /** Own fields that a person asked for all the same: these are not left out. */
  readonly chosen: ReadonlySet<OwnField>;
  /** Told of a field that the service refused, and of which it took the request without. */
  readonly onRefused: (field: OwnField) => void;
}

/**
 * Repeats, changed, a request that the service refuses because of the program: without a field that the program added by itself,
 * or at `/v1` where nothing is at the base URL. What helped is reported by an `adapted` event, and kept in `learnt`. Of a field that
 * a person set the error says which setting that is.
 */
export function withAdaptation(connection: Connection, options: AdaptationOptions): Layer {
  const { learnt, chosen } = options;
  return (next) =>
    async function* adapting(request, signal) {
      let trial: Learnt = { ...learnt, without: new Set(learnt.without) };
      let first: AppError | null = null;
      while (true) {
        const attempt = attemptOf(request, connection, trial);
        const error = yield* untilRefused(next(attempt.asked, signal), () => adopt(trial, connection, options));
        if (error === null) return;
        first ??= error;
        const isMoved = trial.baseUrl !== learnt.baseUrl;
        const better = changed(trial, isMoved, error, attempt, chosen);
        // Where nothing is at either address, the first one's error is about the one that was set.
        const shown = isMoved && isAway(error) ? first : error;
        if (better === null) return yield { type: "error", error: explained(shown, attempt, chosen) };
        trial = better;
      }
    };
}

/** Gives the events of an answer, behind what was adapted for it; returns the error of a refused request, else null. */
async function* untilRefused(
  events: AsyncIterable<ChatEvent>,
  adoption: () => Iterable<ChatEvent>,
): AsyncGenerator<ChatEvent, AppError | null> {
  let begun = false;
  for await (const event of events) {
    if (event.type === "error" && !begun) return event.error;
    // Headers that say all is well may precede an error.
    if (!begun && event.type !== "start" && event.type !== "waiting") {
      begun = true;
      yield* adoption();
    }
    yield event;
  }
  return null;
}

function* adopt(trial: Learnt, own: Connection, { learnt, onRefused }: AdaptationOptions): Generator<ChatEvent> {
  const { name: provider } = own;
  if (trial.baseUrl !== learnt.baseUrl) {
    learnt.baseUrl = trial.baseUrl;
    yield { type: "adapted", provider, field: null, baseUrl: trial.baseUrl };
  }
  if (trial.schema !== learnt.schema) {
    const field = formFields[learnt.schema ?? own.schema];
    learnt.schema = trial.schema;
    yield { type: "adapted", provider, field, baseUrl: null };
  }
  for (const field of trial.without.difference(learnt.without)) {
    learnt.without.add(field);
    onRefused(field);
    yield { type: "adapted", provider, field, baseUrl: null };
  }
}

/** A request as it is sent, and the connection as it is used for it. */
interface AdaptedAttempt {
  readonly asked: AdaptedRequest;
  readonly at: Connection;
}

function attemptOf(request: ChatRequest, connection: Connection, { baseUrl, without, schema }: Learnt): AdaptedAttempt {
  const adapted = {
    baseUrl: baseUrl ?? connection.baseUrl,
    streamUsage: connection.streamUsage && !without.has("stream_options"),
    titles: connection.titles && !without.has("title"),
    reminders: connection.reminders && !without.has("latest_reminder"),
    schema: schema ?? connection.schema,
  };
  return {
    asked: { ...request, stream: request.stream && !without.has("stream"), adapted },
    at: { ...connection, ...adapted },
  };
}

/** What to try next; null where nothing is left to change. */
function changed(
  trial: Learnt,
  isMoved: boolean,
  error: AppError,
  { asked, at }: AdaptedAttempt,
  chosen: ReadonlySet<OwnField>,
): Learnt | null {
  const easier = easierForm(error, asked, at);
  if (easier !== null) return { ...trial, schema: easier };
  const better = at.wire === "openai" ? withVersion(at.baseUrl) : null;
  if (isAway(error) && !isMoved && better !== null && prefixOf(asked.messages) === null) {
    return { ...trial, baseUrl: better };
  }
  const refused = error.code === "request_refused" ? (error as AppError<"request_refused">).details.fields : [];
  const own = new Set<string>(ownFieldsOf(asked, at)).difference(chosen);
  const field = refused.find((name): name is OwnField => own.has(name));
  return field === undefined ? null : { ...trial, without: new Set([...trial.without, field]) };
}

/**
 * How else to ask for an answer that fits a schema, where the service refuses the way in which it was asked; null where that is not
 * why. Nothing may be at DeepSeek's `/beta` where a gateway stands before it.
 */
function easierForm(error: AppError, asked: ChatRequest, at: Connection): SchemaForm | null {
  const form = schemaFormOf(asked, at);
  if (form === null || error.code !== "request_refused") return null;
  const { fields } = (error as AppError<"request_refused">).details;
  const isRefused = fields.some((field) => /^(?:response_format|tools|tool_choice)$/u.test(field));
  return isRefused || (form === "strict_tool" && isAway(error)) ? nextForm(form) : null;
}

/** Whether there is no service at an address: nothing at all, or a web page. */
function isAway(error: AppError): boolean {
  if (error.code === "not_a_stream") {
    return /html/iu.test((error as AppError<"not_a_stream">).details.contentType);
  }
  return error.code === "request_refused" && (error as AppError<"request_refused">).details.advice === "route";
}

/** What the program adds to a request by itself. */
function ownFieldsOf(asked: ChatRequest, at: Connection): OwnField[] {
  const written = { ...at.defaults, ...at.body, ...at.extraBody, ...asked.sampling.body };
  const own: readonly (OwnField | false)[] = [
    asked.stream && at.streamUsage && "stream_options",
    asked.stream && "stream",
    asked.wantsTitle === true && at.titles && "title",
    asked.tellsDate === true && at.reminders && "latest_reminder",
  ];
  return own.filter((field) => field !== false).filter((field) => !Object.hasOwn(written, field));
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
    { ...details, advice: whose(field) === "tools" ? "tools" : "field", fields, setting: whose(field)! },
    { retryAfter, traceId, cause },
  );

  /** @param sent the name that the service knows */
  function whose(sent: string): string | null {
    const name = Object.keys(at.rename).find((each) => at.rename[each] === sent) ?? sent;
    if (Object.hasOwn({ ...asked.sampling.body }, name)) return "body";
    const row = (["extraBody", "body", "defaults"] as const).find((each) => Object.hasOwn(at[each], name));
    if (row !== undefined) return `providers.${at.name}.${row === "extraBody" ? "extra_body" : row}`;
    if (name === "stream_options") return chosen.has(name) ? `providers.${at.name}.stream_usage` : null;
    if (name === "stream") return chosen.has(name) ? "stream" : null;
    return settingOf(name);
  }
}
