import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type AppError, asAppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { closeAgents } from "./http/agents.ts";
import { proxyRefused } from "./http/network-errors.ts";
import { withTimeout } from "./http/request-timeout.ts";
import { send } from "./http/send.ts";
import { createTransport } from "./http/transport.ts";

/** The way to a service, stage by stage, on a connection of its own. A stage that was not reached is null. */
export interface Reach {
  /** `host:port` of the service. */
  readonly host: string;
  /** The proxy on the way, without its password. */
  readonly proxy: string | null;
  /** Null also for an address, which needs no looking up. */
  readonly lookup: { readonly name: string; readonly addresses: readonly string[]; readonly ms: number } | null;
  /** To the service, or to the proxy. */
  readonly connect: { readonly address: string; readonly ms: number } | null;
  readonly tls: { readonly protocol: string; readonly issuer: string; readonly validTo: Date } | null;
  /** `ms` is from asking to the first byte of the answer, on a connection that stands; `date` is the service's clock. */
  readonly answer: {
    readonly status: number;
    readonly ms: number;
    readonly date: Date | null;
    readonly at: Date;
  } | null;
  readonly failure: { readonly stage: Stage; readonly error: AppError } | null;
}

type Stage = "lookup" | "connect" | "tls" | "answer";

/** Milliseconds that all of it may take, where nobody said. */
const defaultTimeout = 15_000;

type Measures = { -readonly [Name in Stage]: Reach[Name] };

/**
 * Goes to a service once, by a request that it answers whatever the key: `GET /models`.
 *
 * @throws AppError `interrupted` alone
 */
export async function reach(connection: Connection, stop: AbortSignal): Promise<Reach> {
  const url = new URL(`${connection.baseUrl}/models`);
  const proxy = connection.proxy === null ? null : URL.parse(`http://${connection.proxy}`);
  const measures: Measures = { lookup: null, connect: null, tls: null, answer: null };
  const facts = { host: `${url.hostname}:${portOf(url)}`, proxy: connection.proxy };
  try {
    await withTimeout(connection, stop, defaultTimeout, async (signal) => {
      await lookUp(proxy ?? url, measures);
      if (proxy !== null) await connectTo(proxy, measures, signal);
      await ask(url, connection, measures, signal);
    });
    return { ...facts, ...measures, failure: null };
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code === "interrupted") throw error;
    return { ...facts, ...measures, failure: { stage: stageOf(error, url, measures), error } };
  }
}

async function lookUp({ hostname }: URL, measures: Measures): Promise<void> {
  const name = hostname.replace(/^\[|\]$/gu, "");
  if (isIP(name) !== 0) return;
  const startedAt = performance.now();
  const found = await lookup(name, { all: true });
  measures.lookup = { name, addresses: found.map(({ address }) => address), ms: since(startedAt) };
}

/** The agent does not tell of its connection to a proxy, so that is measured apart. */
async function connectTo(proxy: URL, measures: Measures, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const socket = connect({ host: proxy.hostname.replace(/^\[|\]$/gu, ""), port: portOf(proxy), signal });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  measures.connect = { address: socket.remoteAddress ?? "", ms: since(startedAt) };
  socket.destroy();
}

async function ask(url: URL, connection: Connection, measures: Measures, signal: AbortSignal): Promise<void> {
  const transport = createTransport(connection.transport.variables);
  let askedAt = performance.now();
  let socket: Socket | null = null;
  const onSocket = (given: Socket) => {
    socket = given;
    watch(given, measures, () => (askedAt = performance.now()));
  };
  try {
    const request = { method: "GET", url: url.href, headers: {}, body: null, onSocket };
    const response = await send({ ...connection, transport }, request, signal);
    const { status } = response;
    const date = Date.parse(response.header("date") ?? "");
    const at = new Date();
    measures.answer = { status, ms: since(askedAt), date: Number.isNaN(date) ? null : new Date(date), at };
    if (socket !== null) measures.tls ??= tlsOf(socket);
    if (status === 407) throw proxyRefused(connection, "407");
  } finally {
    closeAgents(transport);
  }
}

/** Behind a proxy the socket comes connected, and its events are over. */
function watch(socket: Socket, measures: Measures, onReady: () => void): void {
  const startedAt = performance.now();
  onReady();
  socket.once("connect", () => {
    measures.connect = { address: socket.remoteAddress ?? "", ms: since(startedAt) };
    onReady();
  });
  socket.once("secureConnect", () => {
    measures.tls = tlsOf(socket);
    onReady();
  });
}

function tlsOf(socket: Socket): Reach["tls"] {
  if (!("encrypted" in socket)) return null;
  const secure = socket as TLSSocket;
  const { issuer, valid_to: validTo } = secure.getPeerCertificate();
  const { O: organisation, CN: name } = (issuer as typeof issuer | undefined) ?? {};
  const who = [organisation, name].flat().find(Boolean) ?? "?";
  return { protocol: secure.getProtocol() ?? "?", issuer: who, validTo: new Date(validTo) };
}

function stageOf(error: AppError, { protocol }: URL, measures: Measures): Stage {
  if (error.code === "no_connection") {
    const { cause } = (error as AppError<"no_connection">).details;
    if (cause === "dns") return "lookup";
    if (cause === "tls" || cause === "handshake") return "tls";
    if (cause === "http") return "answer";
    if (cause !== "reset" && cause !== "timeout") return "connect";
  }
  if (measures.connect === null) return "connect";
  return protocol === "https:" && measures.tls === null ? "tls" : "answer";
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

/** Milliseconds, to a tenth. */
function since(moment: number): number {
  return Math.round((performance.now() - moment) * 10) / 10;
}
