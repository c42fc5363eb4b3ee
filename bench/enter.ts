/**
 * How long a question takes from Enter to the service, in a pseudo-terminal that answers queries as a terminal does: from the
 * write of the key to the arrival of the request's first byte, for the first and the later questions of a session; and how long a
 * typed character takes to its echo, from the prompt on, while the session gets ready for a question. Both ends are in this
 * process and on one clock.
 *
 * `node bench/enter.ts [rounds] [checkout …]`: the checkouts, by default this one, are measured in turn. `measureEnter` is for
 * other benches.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";

/** Milliseconds. */
export interface EnterTimes {
  readonly first: readonly number[];
  readonly later: readonly number[];
  readonly echo: readonly number[];
}

/** Milliseconds between the prompt and Enter: a person types. */
const typing = 1_500;
const questions = 4;
const characters = 40;

const answer = [
  { choices: [{ index: 0, delta: { content: "One **short** answer.\n" }, finish_reason: null }] },
  { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  { choices: [], usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 } },
]
  .map((fields) => `data: ${JSON.stringify({ id: "bench", object: "chat.completion.chunk", ...fields })}\n\n`)
  .join("");

const now = () => performance.now();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A session in a pseudo-terminal. */
class Terminal {
  readonly #pty;
  #shown = "";
  #look: () => void = () => {};

  constructor(command: string, args: string[], env: Record<string, string>, cwd: string) {
    this.#pty = spawn(command, args, { cols: 100, rows: 30, cwd, env, name: "xterm-256color", encoding: null });
    this.#pty.onData((data) => {
      const text = Buffer.from(data as unknown as Uint8Array).toString("latin1");
      if (text.includes("\u001b[?2004$p")) this.type("\u001b[?2004;1$y");
      this.#shown += text;
      this.#look();
    });
  }

  get ended(): Promise<void> {
    return new Promise((resolve) => this.#pty.onExit(() => resolve()));
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  /** The time at which `text` came behind what was shown before. */
  async until(text: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#look = () => {
      const at = this.#shown.indexOf(text);
      if (at < 0) return;
      this.#shown = this.#shown.slice(at + text.length);
      this.#look = () => {};
      resolve(now());
    };
    this.#look();
    return await promise;
  }

  close(): void {
    this.#pty.kill("SIGKILL");
  }
}

/**
 * @param command the program and its arguments, for a session whose prompt is `prompt`
 * @param env names the service by `url`
 */
export async function measureEnter(
  command: readonly string[],
  env: (url: string) => Record<string, string>,
  prompt: string,
  wait = typing,
): Promise<EnterTimes> {
  let arrived: (at: number) => void = () => {};
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`${answer}data: [DONE]\n\n`);
    });
  });
  server.on("connection", (socket) => {
    socket.prependListener("data", () => arrived(now()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cwd = mkdtempSync(join(tmpdir(), "deepseek-chat-enter-"));
  const [program = "", ...args] = command;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const terminal = new Terminal(program, args, env(url), cwd);
  const times = { first: [] as number[], later: [] as number[], echo: [] as number[] };
  try {
    for (let question = 0; question < questions; question++) {
      await terminal.until(prompt);
      const began = now();
      for (let typed = 0; typed < (question === 0 ? characters : 1); typed++) {
        const letter = String.fromCharCode(97 + (typed % 26));
        const sent = now();
        terminal.type(letter);
        times.echo.push((await terminal.until(letter)) - sent);
        await pause(8);
      }
      await pause(Math.max(0, wait - (now() - began)));
      const request = new Promise<number>((resolve) => (arrived = resolve));
      const pressed = now();
      terminal.type("\r");
      times[question === 0 ? "first" : "later"].push((await request) - pressed);
      arrived = () => {};
      await terminal.until("answer.");
    }
    // A session that ends by itself keeps what was compiled in it.
    await terminal.until(prompt);
    terminal.type("q\r");
    await Promise.race([terminal.ended, pause(2_000)]);
  } finally {
    terminal.close();
    server.close();
    server.closeAllConnections();
    rmSync(cwd, { recursive: true, force: true });
  }
  return times;
}

function quantile(times: readonly number[], part: number): string {
  const sorted = times.toSorted((one, other) => one - other);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1);
}

/** Measures checkouts in turn, the first run of each left out: it fills the caches. */
async function compare(rounds: number, checkouts: readonly string[]): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "deepseek-chat-home-"));
  const all = new Map(checkouts.map((checkout) => [checkout, [] as EnterTimes[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, checkout] of checkouts.entries()) {
      const env = (url: string) => ({
        PATH: process.env["PATH"] ?? "",
        HOME: home,
        // Each build keeps what is compiled of it.
        XDG_CACHE_HOME: join(home, String(index)),
        LANG: "C.UTF-8",
        DEEPSEEK_BASE_URL: url,
        DEEPSEEK_API_KEY: "sk-bench",
      });
      const times = await measureEnter([process.execPath, join(checkout, "bin/deepseek-chat.js")], env, "> ");
      if (round > 0) all.get(checkout)?.push(times);
    }
  }
  rmSync(home, { recursive: true, force: true });
  for (const [checkout, runs] of all) {
    console.log(checkout);
    for (const name of ["first", "later", "echo"] as const) {
      const times = runs.flatMap((run) => run[name]);
      const figures = { median: 0.5, fastest: 0, p99: 0.99, slowest: 1 };
      const shown = Object.entries(figures).map(([figure, part]) => `${figure} ${quantile(times, part)}`);
      console.log(`  ${name.padEnd(6)} ${shown.join(", ")} ms`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [rounds = "10", ...checkouts] = process.argv.slice(2);
  await compare(Number(rounds), checkouts.length > 0 ? checkouts : [fileURLToPath(new URL("..", import.meta.url))]);
}
