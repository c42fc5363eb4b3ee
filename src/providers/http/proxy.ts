import { BlockList, isIP } from "node:net";
import { AppError } from "../../errors.ts";
import { isLoopback } from "./loopback.ts";
import { proxySchemes } from "./proxy-schemes.ts";

type ProxyVariables = Readonly<Record<string, string | undefined>>;

/**
 * The variable that names the proxy for a URL, and its value, which may hold a password; null where none does. What is on this
 * machine is never asked of a proxy.
 */
export function proxyVariable(url: string, variables: ProxyVariables): { name: string; value: string } | null {
  const { protocol, hostname, port } = URL.parse(url) ?? { protocol: "", hostname: "", port: "" };
  const own = protocol === "https:" ? "https_proxy" : "http_proxy";
  const names = [own, own.toUpperCase(), "all_proxy", "ALL_PROXY"];
  const name = names.find((candidate) => Boolean(variables[candidate]));
  const exceptions = variables["no_proxy"] || variables["NO_PROXY"] || "";
  if (
    name === undefined ||
    isLoopback(hostname) ||
    isExcepted(hostname, port || defaultPorts[protocol] || "", exceptions)
  )
    return null;
  return { name, value: variables[name]! };
}

const defaultPorts: Readonly<Record<string, string>> = { "https:": "443", "http:": "80" };

/** The host and port of the proxy that is taken for a URL, for messages: user and password are left out. */
export function proxyFor(url: string, variables: ProxyVariables): string | null {
  const named = proxyVariable(url, variables);
  if (named === null) return null;
  const proxy = parseProxy(named.value);
  if (proxy === null) return "?";
  return proxy.port === "" && proxy.protocol.startsWith("socks") ? `${proxy.host}:1080` : proxy.host;
}

/**
 * The proxy that is taken for a URL. One that cannot be is never passed over: who sets it does not want a direct
 * connection.
 *
 * @returns null where the variables name none for it
 * @throws AppError `bad_value` for what is no address of a proxy
 */
export function findProxy(url: string, variables: ProxyVariables): URL | null {
  const named = proxyVariable(url, variables);
  if (named === null) return null;
  const proxy = parseProxy(named.value);
  if (proxy !== null && proxySchemes.has(proxy.protocol)) return proxy;
  // In a password only what is percent-encoded is sure to be no end of it.
  const expected =
    "http://host:port, http://user:password@host:port (/ → %2F, # → %23, ? → %3F, % → %25), socks5://host:port";
  throw new AppError("bad_value", { name: named.name, value: shownProxy(named.value), expected });
}

/**
 * Many leave out the scheme, and mean http. Null for what is no address, also where a password that is not percent-encoded has
 * a `/`, `?`, `#` or `%`, so that another host or password than the one meant would be read.
 */
function parseProxy(value: string): URL | null {
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  if (url === null || url.hostname === "") return null;
  const rest = url.pathname + url.search + url.hash;
  return rest.includes("@") || decode(url.username) === null || decode(url.password) === null ? null : url;
}

/** A value that is no proxy, as it may be shown: nothing of it that could be a user or a password. */
function shownProxy(value: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z\d+.-]*:\/\/)?(.*)$/isu.exec(value) ?? [];
  const at = rest.lastIndexOf("@");
  const host = rest.slice(at + 1);
  if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d*)?\/?$/iu.test(host)) return `${scheme}…`;
  return `${scheme}${at === -1 ? "" : "…@"}${host}`;
}

/** Null for what is not percent-encoded as it should be. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/**
 * Whether a host is in a list as `NO_PROXY` has them: `*`; a name, which stands for those below it too; either with a port or a
 * scheme; an address; `10.0.0.0/8`; `10.0.0.1-10.0.0.9`.
 */
function isExcepted(host: string, port: string, list: string): boolean {
  const name = host.replace(/^\[|\]$|\.$/gu, "").toLowerCase();
  return list
    .toLowerCase()
    .split(/[,\s]+/u)
    .filter(Boolean)
    .some((entry) => {
      if (entry === "*" || entry === name || isInRange(name, entry)) return true;
      const [, rest = "", only] = /^(?:[a-z]+:\/\/)?\[?(.*?)\.?\]?(?::(\d+))?\/?$/u.exec(entry) ?? [];
      if (only !== undefined && isIP(entry) === 0 && only !== port) return false;
      const suffix = rest.replace(/^\*?\./u, "");
      return suffix !== "" && (name === suffix || (isIP(name) === 0 && name.endsWith(`.${suffix}`)));
    });
}

function isInRange(address: string, entry: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 6 ? "ipv6" : "ipv4";
  const [first = "", last = ""] = entry.split(/[/-]/u);
  if (isIP(first) !== version) return false;
  const range = new BlockList();
  try {
    if (entry.includes("/")) range.addSubnet(first, Number(last), family);
    else if (isIP(last) === version) range.addRange(first, last, family);
    return range.check(address, family);
  } catch {
    // A range that is none, as `/99`.
    return false;
  }
}
