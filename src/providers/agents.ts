import * as http from "node:http";
import * as https from "node:https";
import { connect, isIP, Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { findProxy } from "./proxy.ts";

/** The connections of one run of the program. */
export interface Agents {
  /** Proxy variables: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** By protocol of the service and address of the proxy. */
  readonly agents: Map<string, http.Agent>;
  /** Opened before they were needed, by origin. */
  readonly warm: Map<string, Socket>;
  /** Those of them that a request took. */
  readonly taken: WeakSet<Socket>;
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
  const name = `${url.protocol} ${proxy?.href ?? ""}`;
  const known = agents.agents.get(name);
  if (known !== undefined) return known;
  const socks = proxy?.protocol.startsWith("socks") === true;
  const agent = socks ? await socksAgent(proxy) : keepingAgent(agents, url.protocol, proxy);
  agents.agents.set(name, agent);
  return agent;
}

/** Which hosts have no proxy is settled before; Node's own agents speak to it. */
function keepingAgent(agents: Agents, protocol: string, proxy: URL | null): http.Agent {
  const { Agent } = protocol === "https:" ? https : http;
  const proxyEnv = proxy === null ? {} : { http_proxy: proxy.href, https_proxy: proxy.href };
  const agent = new Agent({ keepAlive: true, proxyEnv });
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const origin = `${protocol}//${options.host ?? ""}:${options.port ?? ""}`;
    const warm = takeWarm(agents, origin);
    if (warm !== null) return warm;
    const socket = create(options, callback);
    if (socket instanceof Socket) {
      agents.opened.add(socket);
      socket.once("close", () => agents.opened.delete(socket));
    }
    return socket;
  };
  return agent;
}

/** Failures of the proxy itself get a code; those of the service behind it have one. */
async function socksAgent(proxy: URL): Promise<http.Agent> {
  const { SocksProxyAgent } = await import("socks-proxy-agent");
  const agent = new SocksProxyAgent(proxy, { keepAlive: true });
  const open = agent.connect.bind(agent);
  agent.connect = async (...given) => {
    try {
      return await open(...given);
    } catch (error) {
      if (error instanceof Error && !("code" in error)) Object.assign(error, { code: "ERR_PROXY_SOCKS" });
      throw error;
    }
  };
  return agent;
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
  const options = { host, port, noDelay: true };
  const secure = { ...options, ALPNProtocols: ["http/1.1"], ...(isIP(host) === 0 && { servername: host }) };
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
