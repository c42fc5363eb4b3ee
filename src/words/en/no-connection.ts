import type { ErrorDetails } from "../../errors.ts";
import { entryOf, type ErrorWords } from "../error-words.ts";

/** Explains a failed connection by its cause and the system's error code, and says what to do. */
export function noConnection({
  host,
  proxy,
  variable,
  cause,
  reason,
  start,
}: ErrorDetails["no_connection"]): ErrorWords {
  return {
    what: `Can't connect to ${host}${proxy === null ? "" : ` through the proxy ${proxy}`}: ${entryOf(reasonWords, reason) ?? connectionWords[cause] ?? cause} (${reason}).`,
    next:
      entryOf(reasonNext, reason) ??
      nextWords[cause]?.({ variable: variable ?? "HTTPS_PROXY", start, reason }) ??
      (proxy === null ? "Check the network and the base URL." : `Check the network, the base URL and ${variable}.`),
  };
}

/** `cause` of `no_connection`. */
const connectionWords: Record<string, string> = {
  dns: "host name not found",
  dns_here: "host name not found from this machine",
  refused: "connection refused",
  not_running: "connection refused",
  reset: "connection reset",
  unreachable: "network unreachable",
  timeout: "connection timed out",
  tls: "certificate not trusted",
  handshake: "TLS handshake failed",
  http: "the server doesn't speak HTTP",
  own: "this machine is out of resources for connections",
  proxy: "the proxy refused",
  proxy_down: "the proxy isn't running, nothing listens at its address",
};

/** `reason` of `no_connection`, where it says more than the cause. */
const reasonWords: Record<string, string> = {
  EAI_AGAIN: "temporary failure in name resolution",
  EHOSTUNREACH: "host unreachable",
  EHOSTDOWN: "host is down",
  CERT_NOT_YET_VALID: "certificate not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate is for another host",
  ERR_HANDSHAKE_TIMEOUT: "connected, but no TLS handshake within 10 s",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server doesn't speak TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "the server doesn't speak TLS",
};

const plainHttp = "If the server speaks plain http, use http:// in the base URL.";

/** What to do, by `reason` of `no_connection`. */
const reasonNext: Record<string, string> = {
  EAI_AGAIN: "Check the network and DNS settings, then ask again.",
  CERT_HAS_EXPIRED: "The certificate has expired and must be renewed by the service; also check this machine's clock.",
  CERT_NOT_YET_VALID: "Check this machine's clock.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Use the host name of the certificate in the base URL.",
  ERR_HANDSHAKE_TIMEOUT: plainHttp,
  ERR_SSL_WRONG_VERSION_NUMBER: plainHttp,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: plainHttp,
};

interface Advised {
  readonly variable: string;
  readonly start: string | null;
  readonly reason: string;
}

/** What to do, by `cause` of `no_connection`. */
const nextWords: Record<string, (advised: Advised) => string> = {
  dns: () => "Check the network, and the host name in the URL.",
  not_running: ({ start }) =>
    start === null ? "Start the server, or correct the base URL." : `Is it running? Start it with: ${start}`,
  tls: () => "For a certificate of your own or your company's, set NODE_EXTRA_CA_CERTS or SSL_CERT_FILE to its CA.",
  handshake: () => "Check whether the base URL should be https or http.",
  http: () => "Check the base URL; if the server speaks TLS, use https://.",
  own: () => "Close other programs, or raise the limit on open files (ulimit -n).",
  proxy: ({ variable, reason }) =>
    /407|authent|login/iu.test(reason)
      ? `Check the user name and password in ${variable}.`
      : `Check ${variable}; if the proxy blocks this host, add it to NO_PROXY to connect directly.`,
  dns_here: ({ variable }) => `Use socks5h:// in ${variable} to let the proxy resolve names.`,
  proxy_down: ({ variable }) => `Start the proxy, or correct or unset ${variable}.`,
};
