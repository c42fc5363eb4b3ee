import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./tcp.ts";

export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly password: string;
  readonly url: string;
  stop(): Promise<void>;
  /** On the same port, empty. */
  restart(): Promise<void>;
}

/** Starts a real `redis-server` that keeps nothing on the disk. */
export async function startRedis(): Promise<RedisServer> {
  const [port, password] = [await freePort(), "pass-of-the-test"];
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  let running: ChildProcess | null = null;
  const begin = async () => {
    const options = { port: String(port), bind: "127.0.0.1", save: "", dir: folder, requirepass: password };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
    running = child;
    let said = "";
    for await (const piece of child.stdout as AsyncIterable<Buffer>) {
      said += piece.toString();
      if (said.includes("Ready to accept connections")) break;
    }
  };
  const stop = async () => {
    const child = running;
    running = null;
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  await begin();
  return {
    port,
    password,
    url: `redis://:${password}@127.0.0.1:${port}/0`,
    stop,
    restart: begin,
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Proxy extends AsyncDisposable {
  readonly port: number;
}

/**
 * A server that treats each connection as told.
 *
 * @param take is given the client's side
 */
export async function proxy(take: (client: Socket) => void): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
    take(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** Passes everything on to a port, what comes back `delay` milliseconds later. */
export function delaying(port: number, delay: number): (client: Socket) => void {
  return (client) => {
    const upstream = connect(port, "127.0.0.1").on("error", () => {});
    client.on("data", (bytes) => upstream.write(bytes)).once("close", () => upstream.destroy());
    upstream.on("data", (bytes) => setTimeout(() => client.write(bytes), delay));
  };
}

/** Refuses every command, as a server does that does not know it. */
export function refusing(client: Socket): void {
  client.on("data", (bytes) => {
    const commands = bytes.toString("latin1").match(/^\*\d+\r$/gmu) ?? [];
    client.write("-ERR unknown command\r\n".repeat(commands.length));
  });
}
