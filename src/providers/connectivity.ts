import { lookup } from "node:dns/promises";
import * as http from "node:http";
import * as https from "node:https";
import { connect, isIP, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { agentFor, closeAgents } from "./http/agents.ts";
import { ClosedUnanswered, limitConnecting } from "./http/fetch.ts";
import { fromNetwork } from "./http/network-errors.ts";
import { createTransport, userAgent } from "./http/transport.ts";

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
const patience = 15_000;

type Measures = { -readonly [Name in "lookup" | "connect" | "tls" | "answer"]: Reach[Name] };

/**
 * Goes to a service once, by a request that it answers whatever the key: `GET /models`.
 *
 * @throws AppError `interrupted` alone
 */
export async function reach(connection: Connection, stop: AbortSignal): Promise<Reach> {
  const url = new URL(`${connection.baseUrl}/models`);
  const proxy = connection.proxy === null ? null : URL.parse(`http://${connection.proxy}`);
  const measures: Measures = { lookup: null, connect: null, tls: null, answer: null };
  const limit = connection.idleTimeout ?? patience;
  const signal = AbortSignal.any([stop, AbortSignal.timeout(limit)]);
  const facts = { host: hostAndPort(url), proxy: connection.proxy };
  try {
    await lookUp(proxy ?? url, measures);
    if (proxy !== null) await connectTo(proxy, measures, signal);
    await ask(url, connection, measures, signal);
    return { ...facts, ...measures, failure: null };
  } catch (thrown) {
    if (stop.aborted) throw new AppError("interrupted", {});
    const error = signal.aborted
      ? new AppError("timeout", { host: url.host, seconds: limit / 1000 })
      : fromNetwork(thrown, connection);
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
  const { request } = url.protocol === "https:" ? https : http;
  const headers = {
    accept: "application/json",
    "user-agent": userAgent,
    ...lowerCase(connection.headers),
    ...(connection.key !== null && { authorization: `Bearer ${connection.key}` }),
  };
  let askedAt = performance.now();
  try {
    const agent = await agentFor(transport, url);
    await new Promise<void>((resolve, reject) => {
      const outgoing = request(url, { headers, agent, signal });
      limitConnecting(outgoing, url);
      outgoing.once("socket", (socket) => watch(socket, measures, () => (askedAt = performance.now())));
      outgoing.on("error", reject).once("close", () => reject(new ClosedUnanswered()));
      outgoing.once("response", (incoming) => {
        const { statusCode: status = 0, headers: received } = incoming;
        const date = Date.parse(received.date ?? "");
        const at = new Date();
        measures.answer = { status, ms: since(askedAt), date: Number.isNaN(date) ? null : new Date(date), at };
        measures.tls ??= tlsOf(incoming.socket);
        incoming.on("error", () => {}).resume();
        resolve();
      });
      outgoing.end();
    });
  } finally {
    closeAgents(transport);
  }
  if (measures.answer?.status === 407) throw Object.assign(new Error("407"), { code: "ERR_PROXY_AUTHENTICATION" });
}

/** A header of the config file replaces ours, however it is written. */
function lowerCase(headers: Connection["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
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

function hostAndPort(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

/** Milliseconds, to a tenth. */
function since(moment: number): number {
  return Math.round((performance.now() - moment) * 10) / 10;
}
