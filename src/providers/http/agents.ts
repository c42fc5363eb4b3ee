import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { connect, isIP, type LookupFunction, Socket } from "node:net";
import { connect as connectSecurely, createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { systemReason } from "../../errors.ts";
import { lookupOf } from "./loopback.ts";
import { findProxy } from "./proxy.ts";

/**
 * Milliseconds that a connection, TLS included, may take to come about: a server that does not speak TLS often just waits. Three
 * attempts of TCP's to be heard (after 1, 3 and 7 s) fall within.
 */
export const connectTimeout = 9_500;

/** The connections of one run of the program. */
export interface Agents {
  /** Proxy variables: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** How names are looked up for direct connections, and which addresses are refused; null: by the system, and none is. */
  readonly lookup: LookupFunction | null;
  /** By `agentName`. */
  readonly agents: Map<string, http.Agent>;
  /** Opened before they were needed, by origin. */
  readonly warm: Map<string, Socket>;
  /** Those of them that a request took. */
  readonly taken: WeakSet<Socket>;
  /** What `SSL_CERT_FILE` adds, by its path. */
  readonly trusted: Map<string, { secureContext?: SecureContext }>;
  /** All that agents opened: one forgets its connection to a proxy that refuses a tunnel, and the program would not end. */
  readonly opened: Set<Socket>;
}

/**
 * The agent for a URL: it keeps connections, and goes through the proxy that the variables name.
 *
 * @throws AppError `bad_value` for what is no proxy
 */
export async function agentFor(agents: Agents, url: URL): Promise<http.Agent> {
  const proxy = findProxy(url.href, agents.variables);
  const name = agentName(url.protocol, proxy);
  const known = agents.agents.get(name);
  if (known !== undefined) return known;
  const socks = proxy?.protocol.startsWith("socks") === true;
  const agent = socks ? await socksAgent(agents, proxy) : keepingAgent(agents, url.protocol, proxy);
  agents.agents.set(name, agent);
  return agent;
}

/** The name under which the agent for a protocol and a proxy is kept. */
export function agentName(protocol: string, proxy: URL | null): string {
  return `${protocol} ${proxy?.href ?? ""}`;
}

/** Which hosts have no proxy is settled before; Node's own agents speak to it. */
function keepingAgent(agents: Agents, protocol: string, proxy: URL | null): http.Agent {
  const { Agent } = protocol === "https:" ? https : http;
  const proxyEnv = proxy === null ? {} : { http_proxy: proxy.href, https_proxy: proxy.href };
  const agent = new Agent({ keepAlive: true, proxyEnv, ...(protocol === "https:" && trust(agents)) });
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const origin = `${protocol}//${options.host ?? ""}:${options.port ?? ""}`;
    const warm = takeWarm(agents, origin);
    if (warm !== null) return warm;
    const lookup = proxy === null && agents.lookup !== null ? { lookup: agents.lookup } : lookupOf(options.host ?? "");
    const socket = create({ ...options, ...lookup }, callback);
    if (socket instanceof Socket) {
      agents.opened.add(socket);
      socket.once("close", () => agents.opened.delete(socket));
    }
    return socket;
  };
  return agent;
}

/**
 * Failures of the proxy itself get a code: the system's where the package has it in its message alone, as `connect ECONNREFUSED …`;
 * those of the service behind it have one.
 */
async function socksAgent(agents: Agents, proxy: URL): Promise<http.Agent> {
  const { SocksProxyAgent } = await import("socks-proxy-agent");
  const agent = new SocksProxyAgent(proxy, { keepAlive: true, ...trust(agents) });
  agent.timeout = connectTimeout;
  const open = agent.connect.bind(agent);
  agent.connect = async (...given) => {
    try {
      return await open(...given);
    } catch (error) {
      // Names are looked up here before the proxy is spoken to: where both are missing, it is the proxy that was set by somebody.
      if (systemReason(error).startsWith("E")) await knock(proxy);
      if (error instanceof Error && !("code" in error)) Object.assign(error, { code: socksCode(error.message) });
      throw error;
    }
  };
  return agent;
}

/** @throws the system's error where nothing listens at the proxy's address */
async function knock(proxy: URL): Promise<void> {
  const socket = connect({ host: proxy.hostname.replace(/^\[|\]$/gu, ""), port: Number(proxy.port) || 1080 });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(connectTimeout, resolve).once("connect", resolve).once("error", reject);
    });
  } finally {
    socket.destroy();
  }
}

/**
 * Certificate authorities for TLS if `SSL_CERT_FILE` is set, as for curl and OpenSSL: its own in addition to Node's and
 * `NODE_EXTRA_CA_CERTS`. A file that can't be read adds none, as with Node's variable.
 */
function trust({ variables, trusted }: Agents): { secureContext?: SecureContext } {
  const path = variables["SSL_CERT_FILE"];
  if (!path) return {};
  const known = trusted.get(path);
  if (known !== undefined) return known;
  const made = (() => {
    try {
      const further = readFileSync(path, "utf8");
      return { secureContext: createSecureContext({ ca: [...getCACertificates("default"), further] }) };
    } catch {
      return {};
    }
  })();
  trusted.set(path, made);
  return made;
}

function socksCode(message: string): string {
  if (message.includes("timed out")) return "ETIMEDOUT";
  return /\bE[A-Z]{4,}\b/u.exec(message)?.[0] ?? "ERR_PROXY_SOCKS";
}

/**
 * Opens a connection that the next request will want, unless one stands idle. Costs nothing when it fails: the request finds
 * out for itself.
 */
export async function warmUp(agents: Agents, url: URL): Promise<void> {
  const agent = await agentFor(agents, url);
  const host = url.hostname.replace(/^\[|\]$/gu, "");
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const origin = `${url.protocol}//${host}:${port}`;
  const isIdle = Object.keys(agent.freeSockets).some((name) => name.startsWith(`${host}:${port}:`));
  // Through a proxy a connection comes in two steps, and only the agent knows when the second is done.
  if (isIdle || agents.warm.has(origin) || findProxy(url.href, agents.variables) !== null) return;
  const options = { host, port, noDelay: true, ...lookupOf(host) };
  const secure = {
    ...options,
    ...trust(agents),
    ALPNProtocols: ["http/1.1"],
    ...(isIP(host) === 0 && { servername: host }),
  };
  const socket = url.protocol === "https:" ? connectSecurely(secure) : connect(options);
  agents.warm.set(origin, socket);
  const forget = () => {
    if (agents.warm.get(origin) === socket) agents.warm.delete(origin);
  };
  socket.once("error", forget).once("close", forget);
  // The program may end with it open.
  socket.unref();
}

function takeWarm({ warm, taken }: Agents, origin: string): Socket | null {
  const socket = warm.get(origin);
  warm.delete(origin);
  if (socket === undefined || socket.destroyed) return null;
  taken.add(socket);
  return socket.ref();
}

/** Closes what stands idle, so that the program can end. */
export function closeAgents({ agents, warm, opened }: Agents): void {
  for (const agent of agents.values()) agent.destroy();
  for (const socket of [...warm.values(), ...opened]) socket.destroy();
  agents.clear();
  warm.clear();
}
