import type { ErrorDetails } from "../../errors.ts";
import { entryOf, type ErrorWords } from "../error-words.ts";

/** No connection to the service: why not, by cause and by the system's name of the reason; then what to do. */
export function noConnection({
  host,
  proxy,
  variable,
  cause,
  reason,
  start,
}: ErrorDetails["no_connection"]): ErrorWords {
  return {
    what: `No connection to ${host}${proxy === null ? "" : ` through the proxy ${proxy}`}: ${entryOf(reasonWords, reason) ?? connectionWords[cause] ?? cause} (${reason}).`,
    next:
      entryOf(reasonNext, reason) ??
      nextWords[cause]?.({ variable: variable ?? "HTTPS_PROXY", start, reason }) ??
      (proxy === null ? "Check the network and the base URL." : `Check the network, the base URL and ${variable}.`),
  };
}

/** `cause` of `no_connection`. */
const connectionWords: Record<string, string> = {
  dns: "the name does not resolve",
  dns_here: "the name does not resolve here",
  refused: "nothing listens there",
  not_running: "nothing listens there",
  reset: "the connection was cut",
  unreachable: "the network is unreachable",
  timeout: "no connection in time",
  tls: "its certificate is not trusted",
  handshake: "no TLS connection came about",
  http: "what answers there does not speak HTTP",
  own: "this machine has nothing left to open one with",
  proxy: "the proxy refused",
  proxy_down: "the proxy does not run: nothing listens at its address",
};

/** `reason` of `no_connection`, where it says more than the cause. */
const reasonWords: Record<string, string> = {
  EAI_AGAIN: "the name could not be looked up now",
  EHOSTUNREACH: "the host cannot be reached",
  EHOSTDOWN: "the host cannot be reached",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
  ERR_HANDSHAKE_TIMEOUT: "it took the connection, and no TLS came about in 10 s",
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS connection came about, as what answers there speaks none",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "no TLS connection came about, as what answers there speaks none",
};

const plainHttp = "If that server speaks plain http, write http:// instead of https:// in the base URL.";

/** What to do, by `reason` of `no_connection`. */
const reasonNext: Record<string, string> = {
  EAI_AGAIN: "Check the network and its name server, then ask again.",
  CERT_HAS_EXPIRED: "It has expired: whoever runs the service must renew it. Check this machine's clock too.",
  CERT_NOT_YET_VALID: "Check this machine's clock.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Write the base URL with the name that the certificate is for.",
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
  not_running: ({ start }) =>
    start === null
      ? "No server runs at that port of this machine: start it, or correct the base URL."
      : `Is it running? Start it with: ${start}`,
  tls: () => "If it is your own or your company's, name its CA certificate in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE.",
  handshake: () => "Check whether the base URL is one of https or of http.",
  http: () => "Check the base URL; if that server speaks TLS, write https:// in it.",
  own: () => "Close other programs, or raise the limit on open files (ulimit -n).",
  proxy: ({ variable, reason }) =>
    /407|authent|login/iu.test(reason)
      ? `Check user and password in ${variable}.`
      : `Check ${variable}; or the proxy does not let anybody through to that host: add it to NO_PROXY to go there directly.`,
  dns_here: ({ variable }) => `With socks5h:// in ${variable} the proxy itself looks names up.`,
  proxy_down: ({ variable }) => `Start the proxy, or correct or unset ${variable}.`,
};
