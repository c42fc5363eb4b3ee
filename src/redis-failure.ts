import {
  ClientClosedError,
  ClientOfflineError,
  DisconnectsClientError,
  SocketClosedUnexpectedlyError,
} from "@redis/client";

/** The server went away, at a command or before it. */
const closures = [ClientClosedError, ClientOfflineError, DisconnectsClientError, SocketClosedUnexpectedlyError];

/** Codes of certificates that nobody vouches for, or that are another server's or too old. */
const untrusted: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/**
 * Why a Redis server cannot be used: a name of ours or the system's where there is one, else what the server says, without the
 * password.
 *
 * @param url of the server, with the password
 */
export function redisFailure(error: unknown, url: string): string {
  const { password = "" } = URL.parse(url) ?? {};
  const said = error instanceof Error ? error.message : String(error);
  const hidden = [password, decoded(password)].filter((each) => each !== "");
  return hidden.reduce((text, secret) => text.replaceAll(secret, "\u2026"), reasonOf(error, said));
}

/** Whether the connection broke, or the server is busy with itself: the same command may succeed later. */
export function isPassingFailure(error: unknown): boolean {
  if (closures.some((closure) => error instanceof closure)) return true;
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && /^E[A-Z]+$/u.test(error.code)) return true;
  // BullMQ wraps what the client says of a lost connection.
  return /^(?:LOADING|OOM|MISCONF|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b|Connection is closed|client is closed|Disconnects client|Socket closed/u.test(
    error.message,
  );
}

/** Whether the server wants another password, or none. */
export function isPasswordFailure(error: unknown): boolean {
  return reasonOf(error, error instanceof Error ? error.message : String(error)) === "password";
}

function reasonOf(error: unknown, said: string): string {
  if (/^(?:WRONGPASS|NOAUTH|NOPERM)\b|^ERR (?:AUTH|invalid password|Client sent AUTH)/iu.test(said)) return "password";
  if (said === "timeout") return "slow";
  if (/unknown command|unsupported/iu.test(said)) return "other_version";
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
  if (code !== null) return untrusted.has(code) ? "certificate" : code;
  return closures.some((closure) => error instanceof closure) ? "closed" : said.slice(0, 200);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
