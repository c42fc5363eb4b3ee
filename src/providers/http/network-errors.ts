import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { isLoopback } from "./loopback.ts";
import { proxyVariable } from "./proxy.ts";
import { redact } from "../wire/redact.ts";

/** The error for a connection that failed before or after it stood. */
export function fromNetwork(failure: unknown, connection: Connection): AppError {
  if (failure instanceof AppError) return failure;
  const cause = innermost(failure);
  const code = codeOf(cause);
  // What a proxy answers to CONNECT is in Node's error.
  if (code === "ERR_PROXY_TUNNEL" && typeof cause["statusCode"] === "number") {
    return proxyRefused(connection, String(cause["statusCode"]));
  }
  const kind = kindOf(code, connection);
  const said = kind === "proxy" && code === "ERR_PROXY_SOCKS" ? cause["message"] : code || cause["message"];
  return noConnection(connection, kind, redact(String(said ?? failure), connection), failure);
}

/** The proxy wants a user and a password, or others; or it lets nobody through to that host. */
export function proxyRefused(connection: Connection, reason: string): AppError {
  return noConnection(connection, "proxy", reason, undefined);
}

/** The system's name of the failure; for TLS spoken to what has none OpenSSL's own, which Node has in the message alone. */
function codeOf({ code, message }: Record<string, unknown>): string {
  if (code === "EPROTO" && /wrong version number|packet length|http request/iu.test(String(message))) {
    return "ERR_SSL_WRONG_VERSION_NUMBER";
  }
  return typeof code === "string" ? code : "";
}

function noConnection(connection: Connection, kind: string, reason: string, cause: unknown): AppError {
  const { baseUrl, proxy, start, transport } = connection;
  const variable = proxyVariable(baseUrl, transport.variables)?.name ?? null;
  const host = URL.parse(baseUrl)?.host ?? baseUrl;
  const details = { host, proxy, variable, cause: kind, reason, start: kind === "not_running" ? start : null };
  return new AppError("no_connection", details, cause === undefined ? {} : { cause });
}

function kindOf(code: string, { baseUrl, proxy, transport }: Connection): string {
  const kind = Object.keys(networkKinds).find((name) => networkKinds[name]!.test(code)) ?? "reset";
  // These two have names looked up here.
  if (kind === "dns" && /^socks[45]:/iu.test(proxyVariable(baseUrl, transport.variables)?.value ?? ""))
    return "dns_here";
  if (kind !== "refused") return kind;
  if (proxy !== null) return "proxy_down";
  return isLoopback(URL.parse(baseUrl)?.hostname ?? "") ? "not_running" : kind;
}

const networkKinds: Readonly<Record<string, RegExp>> = {
  dns: /^(?:ENOTFOUND|EAI_)/u,
  refused: /^ECONNREFUSED$/u,
  unreachable: /^(?:EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/u,
  timeout: /^(?:ETIMEDOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/u,
  handshake: /^ERR_SSL|^EPROTO$|^ERR_HANDSHAKE/u,
  // Node's names of what OpenSSL finds wrong with a certificate.
  tls: /CERT|^ERR_TLS|SELF_SIGNED|UNABLE_TO_|^INVALID_|PATH_LENGTH|HOSTNAME_MISMATCH|^UNSPECIFIED$/u,
  http: /^HPE_/u,
  own: /^(?:EMFILE|ENFILE|ENOBUFS|ENOMEM)$/u,
  proxy: /^ERR_PROXY/u,
};

/** What the same request would meet again a moment later. */
const lasting: ReadonlySet<string> = new Set(["tls", "handshake", "http", "proxy", "proxy_down", "not_running"]);

/** Whether a connection may come about a moment later. */
export function isPassingCause({ details }: AppError<"no_connection">): boolean {
  return !lasting.has(details.cause);
}

function innermost(error: unknown): Record<string, unknown> {
  let current: unknown = error;
  for (let depth = 0; depth < 5; depth++) {
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0] as unknown;
    else if (current instanceof Error && current.cause instanceof Error && !("code" in current))
      current = current.cause;
    else break;
  }
  return current !== null && typeof current === "object" ? (current as Record<string, unknown>) : {};
}
