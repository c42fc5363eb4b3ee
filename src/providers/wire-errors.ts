import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { redact } from "./redact.ts";

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
  const reason = redact(reasonOf(body), connection) || "no reason given";
  const origin = connection.keyOrigin;
  const options = { retryAfter: retryAfter(header), traceId: traceId(header) };
  if (status >= 300 && status < 400) {
    return new AppError("redirected", { provider, status, location: header("location") ?? "?" }, options);
  }
  if (status === 407 && connection.proxy !== null) return proxyRefused(connection, "407");
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

function refusedContent(
  reason: string,
  { name: provider }: Connection,
  model: string,
  status: number,
  options: { traceId: string | null },
): AppError {
  const limit = /maximum context length (?:is|of) (\d+)/iu.exec(reason);
  if (limit !== null || /context (?:length|window).*exceed|exceeds?.*context/iu.test(reason)) {
    return new AppError(
      "context_too_long",
      { provider, model, limit: limit ? Number(limit[1]) : null, reason },
      options,
    );
  }
  if (/content exists risk|content[_ ]filter|data_inspection_failed/iu.test(reason)) {
    return new AppError("content_refused", { provider, reason }, options);
  }
  if (/model.*(?:not exist|not found|does not exist)|no such model|unknown model/iu.test(reason)) {
    return new AppError("model_not_found", { provider, model, reason }, options);
  }
  return new AppError("request_refused", { provider, status, reason }, options);
}

/** The error for `data: {"error": …}` or `data: {"code": …, "message": …}` in the midst of a stream. */
export function fromStream(payload: unknown, connection: Connection, model: string): AppError {
  const { name: provider } = connection;
  const fields = isRecord(payload) ? payload : {};
  const reason = redact(reasonOf(JSON.stringify(payload)), connection) || "no reason given";
  const code = fields["code"] ?? fields["status"];
  const status = typeof code === "number" ? code : Number.parseInt(String(code), 10);
  const http = status >= 1000 ? (siliconflowKinds[String(status)[0]!] ?? 500) : status;
  if (http === 429) return new AppError("rate_limited", { provider, reason, wait: null });
  if (http >= 400 && http < 500)
    return fromRefusal({ status: http, body: reason, header: () => null }, connection, model);
  return new AppError("stream_failed", { provider, reason });
}

/** SiliconFlow's own codes by their first digit, as HTTP statuses: 20012 is a bad request, 30001 a matter of the account. */
const siliconflowKinds: Readonly<Record<string, number>> = { 2: 400, 3: 403, 5: 503 };

/** The proxy wants a user and a password, or others. */
function proxyRefused({ baseUrl, proxy }: Connection, reason: string): AppError {
  return new AppError("no_connection", { host: hostOf(baseUrl), proxy, cause: "proxy", reason });
}

/** The error for a connection that failed before or after it stood. */
export function fromNetwork(failure: unknown, connection: Connection): AppError {
  if (failure instanceof AppError) return failure;
  const cause = innermost(failure);
  const code = typeof cause["code"] === "string" ? cause["code"] : "";
  // What a proxy answers to CONNECT is in Node's error.
  if (code === "ERR_PROXY_TUNNEL" && typeof cause["statusCode"] === "number") {
    return proxyRefused(connection, String(cause["statusCode"]));
  }
  const kind = Object.keys(networkKinds).find((name) => networkKinds[name]!.test(code)) ?? "reset";
  const said = kind === "proxy" && code === "ERR_PROXY_SOCKS" ? cause["message"] : code || cause["message"];
  const reason = redact(String(said ?? failure), connection);
  return new AppError(
    "no_connection",
    { host: hostOf(connection.baseUrl), proxy: connection.proxy, cause: kind, reason },
    { cause: failure },
  );
}

const networkKinds: Readonly<Record<string, RegExp>> = {
  dns: /^(?:ENOTFOUND|EAI_)/u,
  refused: /^ECONNREFUSED$/u,
  unreachable: /^(?:EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/u,
  timeout: /^(?:ETIMEDOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/u,
  // Node's names of what OpenSSL finds wrong with a certificate.
  tls: /CERT|^ERR_TLS|SELF_SIGNED|UNABLE_TO_|^INVALID_|PATH_LENGTH|HOSTNAME_MISMATCH|^UNSPECIFIED$/u,
  handshake: /^ERR_SSL|^EPROTO$/u,
  http: /^HPE_/u,
  proxy: /^ERR_PROXY/u,
};

/** Failures that the same request may not meet again a moment later. */
export function isPassing(error: AppError): boolean {
  if (error.code === "no_connection") {
    return !["tls", "handshake", "http", "proxy"].includes((error as AppError<"no_connection">).details.cause);
  }
  return ["timeout", "rate_limited", "service_failed", "stream_failed", "incomplete_answer"].includes(error.code);
}

/** The service's sentence out of a body of any shape: OpenAI's, SiliconFlow's, a bare JSON string, HTML, text. */
export function reasonOf(body: string): string {
  const text = body.trim();
  let found: unknown = text;
  try {
    found = JSON.parse(text);
  } catch {
    if (text.startsWith("<")) found = /<title>([^<]*)<\/title>/iu.exec(text)?.[1] ?? "an HTML page";
  }
  for (let depth = 0; depth < 3 && isRecord(found); depth++) {
    found = found["error"] ?? found["message"] ?? found["detail"] ?? found["msg"] ?? JSON.stringify(found);
  }
  const sentence = (typeof found === "string" ? found : JSON.stringify(found)).replace(/\s+/gu, " ").trim();
  return sentence.length > 300 ? `${sentence.slice(0, 300)}…` : sentence.replace(/[.。]$/u, "");
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

function innermost(error: unknown): Record<string, unknown> {
  let current: unknown = error;
  for (let depth = 0; depth < 5; depth++) {
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0] as unknown;
    else if (current instanceof Error && current.cause instanceof Error && !("code" in current))
      current = current.cause;
    else break;
  }
  return isRecord(current) ? current : {};
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
