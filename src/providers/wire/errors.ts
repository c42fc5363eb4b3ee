import { AppError } from "../../errors.ts";
import { untimelyToken } from "../auth/token-times.ts";
import { addressAdvice, isRouteRefused } from "../http/base-url.ts";
import type { Connection } from "../connection.ts";
import type { HttpResponse } from "../http/response.ts";
import { type Complaint, complaintOf } from "./error-body.ts";
import { type ErrorMeaning, meaningOf } from "./error-meaning.ts";
import { isPassingCause, proxyRefused } from "../http/network-errors.ts";
import { redact } from "./redact.ts";
import { refusedFields } from "./refused-fields.ts";
import { waitAsked } from "../http/retry-after.ts";

/**
 * What services and networks say when something is wrong, made ours. The one place where a message is matched, because
 * DeepSeek's `code` is `invalid_request_error` for 400, 401 and 402 alike and SiliconFlow's bodies have another shape.
 */
export interface ServiceRefusal {
  readonly status: number;
  readonly body: string;
  /** What was asked; the chat endpoint of the connection where it is not said. */
  readonly url?: string | undefined;
  readonly header: (name: string) => string | null;
}

/** Reads a response that is no success, and makes an error of it. */
export async function refusalOf(response: HttpResponse, connection: Connection, model: string): Promise<AppError> {
  const { status, url } = response;
  const header = (name: string) => response.header(name);
  return fromRefusal({ status, body: await response.refusal(), url, header }, connection, model);
}

/** The error for a response that is no success. */
export function fromRefusal(refusal: ServiceRefusal, connection: Connection, model: string): AppError {
  return refusedFor(complaintOf(refusal.body), refusal, connection, model);
}

function refusedFor(complaint: Complaint, refusal: ServiceRefusal, connection: Connection, model: string): AppError {
  const { status, body, header } = refusal;
  const { name: provider, keyOrigin: origin } = connection;
  const meaning = meaningOf(complaint);
  const reason = quoted(complaint.reason, connection);
  const options = { retryAfter: waitAsked(header, body), traceId: traceId(header) };
  if (status >= 300 && status < 400) {
    return new AppError("redirected", { provider, status, location: header("location") ?? "?" }, options);
  }
  if (isOfProxy(status, body, header, connection)) {
    return proxyRefused(connection, status === 407 ? "407" : `${status}: ${reason}`);
  }
  if (status === 402 || (meaning === "balance" && isOfMoney(complaint, status, options.retryAfter))) {
    return new AppError("no_balance", { provider, reason }, options);
  }
  if (status === 401 || (status === 400 && isOfKey(complaint))) return keyRefused(connection, status, reason, options);
  if (status === 403) return new AppError("forbidden", { provider, origin, reason }, options);
  if (status === 429) return rateLimited(provider, reason, options);
  if (meaning === "loading" && status !== 404)
    return new AppError("model_loading", { provider, status, reason }, options);
  const isOfField = status >= 500 && /\bstream_options\b/u.test(body);
  if (status === 408 || status === 409 || (status >= 500 && status !== 501 && !isOfField)) {
    return new AppError("service_failed", { provider, status, reason }, options);
  }
  return refusedContent({ ...refusal, reason }, connection, model, meaning, options);
}

type Options = { readonly retryAfter?: number | null; readonly traceId: string | null };

/**
 * Whether a limit is a matter of money. Google says "exceeded your current quota" of a minute's quota too, and then how long to
 * wait; SiliconFlow's 30001 stands for a missing check of the real name as well.
 */
function isOfMoney({ codes }: Complaint, status: number, wait: number | null): boolean {
  if (codes.includes("30001")) return false;
  if (![400, 403, 429].includes(status)) return false;
  return wait === null || codes.some((code) => /insufficient|billing|arrear|balance/iu.test(code));
}

/** Google's and LiteLLM's words, with a status that says nothing of keys. */
function isOfKey({ reason, codes }: Complaint): boolean {
  return /api key not valid|invalid api key|no connected db/iu.test([reason, ...codes].join(" "));
}

function keyRefused(connection: Connection, status: number, reason: string, options: Options): AppError {
  const { name: provider, keyOrigin: origin, keyVariable: variable, auth } = connection;
  const untimely = untimelyToken(connection);
  if (untimely !== null) return new AppError("token_untimely", { provider, origin, ...untimely }, options);
  return origin === ""
    ? new AppError("key_wanted", { provider, status, reason, variable }, options)
    : new AppError(
        "key_rejected",
        { provider, status, origin, reason, ...(auth !== null && { isSigned: true }) },
        options,
      );
}

function rateLimited(provider: string, reason: string, options: Options): AppError {
  const wait = options.retryAfter ?? null;
  return new AppError(
    "rate_limited",
    { provider, reason, wait: wait === null ? null : Math.ceil(wait / 1000) },
    options,
  );
}

/** By plain http a proxy's refusal comes as the service's: its own are no JSON, and mostly signed. */
function isOfProxy(
  status: number,
  body: string,
  header: ServiceRefusal["header"],
  { proxy, baseUrl }: Connection,
): boolean {
  if (proxy === null || !baseUrl.startsWith("http:")) return false;
  const names = ["via", "proxy-status", "proxy-agent", "x-squid-error", "x-cache-lookup"];
  const signed = names.some((name) => header(name) !== null) || /proxy|squid|privoxy/iu.test(header("server") ?? "");
  return status === 407 || ([403, 502, 503, 504].includes(status) && signed && !/^\s*[{[]/u.test(body));
}

function refusedContent(
  { status, body, url, reason }: Pick<ServiceRefusal, "status" | "body" | "url"> & { readonly reason: string },
  connection: Connection,
  model: string,
  meaning: ErrorMeaning | null,
  options: Options,
): AppError {
  const { name: provider } = connection;
  if (meaning === "context") {
    const limit = /maximum context length (?:is|of) (\d+)/iu.exec(reason);
    const details = { provider, model, limit: limit ? Number(limit[1]) : null, reason };
    return new AppError("context_too_long", details, options);
  }
  if (meaning === "content") return new AppError("content_refused", { provider, reason }, options);
  const advised = addressAdvice({ status, body, url }, connection, model);
  if (meaning === "model" && (advised.advice !== "route" || !isRouteRefused(body, model))) {
    return new AppError("model_not_found", { provider, model, reason }, options);
  }
  const details = { provider, status, reason, ...advised, fields: refusedFields(body), setting: "" };
  return new AppError("request_refused", details, options);
}

/** The error for what a service says in the midst of a stream, or with a status that says that all is well. */
export function fromComplaint(complaint: Complaint, connection: Connection, model: string): AppError {
  const { name: provider } = connection;
  const { status } = complaint;
  const reason = quoted(complaint.reason, connection);
  const options = { retryAfter: waitAsked(() => null, complaint.reason), traceId: null };
  const meaning = meaningOf(complaint);
  if (meaning === "balance" && status !== 403) return new AppError("no_balance", { provider, reason });
  if (meaning === "rate" || status === 429) return rateLimited(provider, reason, options);
  if (meaning === "key") return keyRefused(connection, status ?? 401, reason, options);
  if (meaning === "context" || meaning === "content" || meaning === "model")
    return refusedContent({ status: status ?? 400, body: reason, reason }, connection, model, meaning, options);
  if (meaning === "loading") return new AppError("model_loading", { provider, status: status ?? 503, reason });
  if (status !== null && status < 500)
    return refusedFor(complaint, { status, body: reason, header: () => null }, connection, model);
  return new AppError("stream_failed", { provider, reason });
}

/** The error for what a service says in a document in the place of what was asked for: nothing was cut off, as nothing had begun. */
export function fromDocument(complaint: Complaint, connection: Connection, model: string): AppError {
  const failure = fromComplaint(complaint, connection, model);
  if (failure.code !== "stream_failed") return failure;
  const { provider, reason } = (failure as AppError<"stream_failed">).details;
  return new AppError("service_failed", { provider, status: complaint.status ?? 500, reason });
}

/** Failures that the same request may not meet again a moment later. */
export function isPassing(error: AppError): boolean {
  if (error.code === "no_connection") return isPassingCause(error as AppError<"no_connection">);
  return passing.has(error.code);
}

const passing: ReadonlySet<string> = new Set([
  "timeout",
  "rate_limited",
  "service_failed",
  "stream_failed",
  "incomplete_answer",
  "empty_stream",
]);

/** Characters of a service's sentence that are quoted. */
const maxReason = 300;

/** A service's sentence as it is quoted: redacted first, as what is cut in the midst of a key is found no more. */
function quoted(sentence: string, connection: Connection): string {
  const clean = redact(sentence, connection);
  return (clean.length > maxReason ? `${clean.slice(0, maxReason)}…` : clean) || "no reason given";
}

/** DeepSeek, SiliconFlow, and what many gateways send. */
export function traceId(header: ServiceRefusal["header"]): string | null {
  return header("x-ds-trace-id") ?? header("x-siliconcloud-trace-id") ?? header("x-request-id");
}

/** The error for an answer that is neither a stream nor JSON, with the start of what came. */
export function notAStream(
  { contentType }: Pick<HttpResponse, "contentType">,
  body: string,
  connection: Connection,
  cause?: unknown,
): AppError {
  const start = redact(body.slice(0, 4096), connection).slice(0, 80).replace(/\s+/gu, " ").trim() || "(empty)";
  const details = { provider: connection.name, contentType, start };
  return new AppError("not_a_stream", details, cause === undefined ? {} : { cause });
}
