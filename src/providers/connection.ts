import type { Provider } from "./catalogue.ts";
import type { Transport } from "./http.ts";

/** A provider with everything that is needed to ask it. */
export interface Connection extends Provider {
  /** Null: asked without one. */
  readonly key: string | null;
  /** Where the key came from, for a person: `DEEPSEEK_API_KEY`, or the path of the key file. */
  readonly keyOrigin: string;
  /** The proxy that requests go through, without its password; null when there is none. */
  readonly proxy: string | null;
  readonly transport: Transport;
  /** Milliseconds of silence accepted; null: what suits the kind of request. */
  readonly silence: number | null;
}

/**
 * The proxy that Node's agents take for a URL, for messages alone: user and password are left out.
 *
 * @returns null where the variables name none for it
 */
export function proxyFor(url: string, variables: Variables): string | null {
  const named = proxyVariable(url, variables);
  if (named === null) return null;
  const parsed = URL.parse(named.value);
  return parsed === null ? "?" : parsed.host;
}

/** The variable that names the proxy for a URL, and its value, which may hold a password. */
export function proxyVariable(url: string, variables: Variables): { name: string; value: string } | null {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: "", hostname: "" };
  const lower = protocol === "https:" ? "https_proxy" : "http_proxy";
  const name = [lower, lower.toUpperCase()].find((candidate) => Boolean(variables[candidate]));
  if (name === undefined || isExcepted(hostname, variables["no_proxy"] || variables["NO_PROXY"] || "")) return null;
  return { name, value: variables[name]! };
}

type Variables = Readonly<Record<string, string | undefined>>;

function isExcepted(host: string, list: string): boolean {
  return list
    .split(/[,\s]+/u)
    .filter(Boolean)
    .some((entry) => entry === "*" || host === entry || host.endsWith(entry.startsWith(".") ? entry : `.${entry}`));
}
