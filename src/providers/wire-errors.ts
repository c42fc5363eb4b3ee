import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { type Complaint, complaintIn, complaintOf } from "./error-body.ts";
import { meaningOf } from "./error-meaning.ts";
import { isPassingCause, proxyRefused } from "./network-errors.ts";
import { redact } from "./redact.ts";

export { reasonOf } from "./error-body.ts";
export { isRecord } from "./json.ts";

/**
 * What services and networks say when something is wrong, made ours. The one place where a message is matched, because
 * DeepSeek's `code` is `invalid_request_error` for 400, 401 and 402 alike and SiliconFlow's bodies have another shape.
 */
export interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly header: (name: string) => string | null;
}

/** The error for a response that is no success. */
export function fromRefusal({ status, body, header }: Refusal, connection: Connection, model: string): AppError {
  const { name: provider } = connection;
  const reason = quoted(complaintOf(body).reason, connection);
  const origin = connection.keyOrigin;
  const options = { retryAfter: retryAfter(header), traceId: traceId(header) };
  if (status >= 300 && status < 400) {
    return new AppError("redirected", { provider, status, location: header("location") ?? "?" }, options);
  }
  if (isOfProxy(status, body, header, connection)) {
    return proxyRefused(connection, status === 407 ? "407" : `${status}: ${reason}`);
  }
  if (status === 401) return new AppError("key_rejected", { provider, status, origin, reason }, options);
  if (status === 402) return new AppError("no_balance", { provider, reason }, options);
  if (status === 403) return new AppError("forbidden", { provider, origin, reason }, options);
  if (status === 429) {
    const wait = options.retryAfter === null ? null : Math.ceil(options.retryAfter / 1000);
    return new AppError("rate_limited", { provider, reason, wait }, options);
  }
  if (status === 408 || status === 409 || status >= 500) {
    return new AppError("service_failed", { provider, status, reason }, options);
  }
  return refusedContent(reason, connection, model, status, options);
}

/** By plain http a proxy's refusal comes as the service's: its own are no JSON, and mostly signed. */
function isOfProxy(status: number, body: string, header: Refusal["header"], { proxy, baseUrl }: Connection): boolean {
  if (proxy === null || !baseUrl.startsWith("http:")) return false;
  const names = ["via", "proxy-status", "proxy-agent", "x-squid-error", "x-cache-lookup"];
  const signed = names.some((name) => header(name) !== null) || /proxy|squid|privoxy/iu.test(header("server") ?? "");
  return status === 407 || ([403, 502, 503, 504].includes(status) && signed && !/^\s*[{[]/u.test(body));
}

function refusedContent(
  reason: string,
  { name: provider }: Connection,
  model: string,
  status: number,
  options: { traceId: string | null },
  meaning = meaningOf({ reason, codes: [] }),
): AppError {
  const limit = /maximum context length (?:is|of) (\d+)/iu.exec(reason);
  if (meaning === "context") {
    return new AppError(
      "context_too_long",
      { provider, model, limit: limit ? Number(limit[1]) : null, reason },
      options,
    );
  }
  if (meaning === "content") {
    return new AppError("content_refused", { provider, reason }, options);
  }
  if (meaning === "model") {
    return new AppError("model_not_found", { provider, model, reason }, options);
  }
  return new AppError("request_refused", { provider, status, reason }, options);
}

/** The error for a chunk, or a body, that is none of an answer. */
export function fromStream(payload: unknown, connection: Connection, model: string): AppError {
  const complaint = complaintIn(payload) ?? { reason: "", codes: [], status: null };
  return fromComplaint(complaint, connection, model);
}

/** The error for what a service says in the midst of a stream, or with a status that says that all is well. */
export function fromComplaint(complaint: Complaint, connection: Connection, model: string): AppError {
  const { name: provider, keyOrigin: origin } = connection;
  const { status } = complaint;
  const reason = quoted(complaint.reason, connection);
  const options = { traceId: null };
  const meaning = meaningOf(complaint);
  if (meaning === "balance" && status !== 403) return new AppError("no_balance", { provider, reason });
  if (meaning === "rate" || status === 429) return new AppError("rate_limited", { provider, reason, wait: null });
  if (meaning === "key") return new AppError("key_rejected", { provider, status: status ?? 401, origin, reason });
  if (meaning === "context" || meaning === "content" || meaning === "model")
    return refusedContent(reason, connection, model, status ?? 400, options, meaning);
  if (meaning === "loading") return new AppError("service_failed", { provider, status: status ?? 503, reason });
  if (status !== null && status < 500)
    return fromRefusal({ status, body: reason, header: () => null }, connection, model);
  return new AppError("stream_failed", { provider, reason });
}

/** Failures that the same request may not meet again a moment later. */
export function isPassing(error: AppError): boolean {
  if (error.code === "no_connection") return isPassingCause(error as AppError<"no_connection">);
  return ["timeout", "rate_limited", "service_failed", "stream_failed", "incomplete_answer", "empty_stream"].includes(
    error.code,
  );
}

/** Characters of a service's sentence that are told. */
const longestReason = 300;

/** A service's sentence as it is told: redacted first, as what is cut in the midst of a key is found no more. */
export function quoted(sentence: string, connection: Connection): string {
  const clean = redact(sentence, connection);
  return (clean.length > longestReason ? `${clean.slice(0, longestReason)}…` : clean) || "no reason given";
}

/** Milliseconds from `retry-after-ms` or `Retry-After` (seconds or a date); null when it is not said. */
export function retryAfter(header: Refusal["header"], now = Date.now()): number | null {
  const exact = Number.parseFloat(header("retry-after-ms") ?? "");
  if (exact >= 0) return exact;
  const value = header("retry-after")?.trim();
  if (!value) return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

/** DeepSeek, SiliconFlow, and what many gateways send. */
export function traceId(header: Refusal["header"]): string | null {
  return header("x-ds-trace-id") ?? header("x-siliconcloud-trace-id") ?? header("x-request-id");
}

export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}
