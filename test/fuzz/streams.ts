import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openTerminal } from "../support/pty.ts";
import { foreign, key, mutatedReply, type MutatedReply, randomFrom } from "./mutations.ts";

export interface StreamFuzzOptions {
  readonly launcher: string;
  /** Where the runs take place. */
  readonly folder: string;
  readonly seed: number;
  /** Streams to send. */
  readonly count: number;
  /** Programs that run at a time. */
  readonly parallel: number;
  /** Number of the only run to make; for one that went wrong. */
  readonly only?: number;
}

export interface StreamFuzzResult {
  readonly streams: number;
  readonly runs: number;
  /** How often each exit code came. */
  readonly exits: ReadonlyMap<string, number>;
  /** Milliseconds of the longest answer. */
  readonly longest: number;
  /** Each with the number of its run. */
  readonly mistakes: readonly string[];
}

/** Streams of one run that asks many questions. */
const questions = 20;
/** Milliseconds that one answer may take. */
const limit = 10_000;

/** One run of the program: what it is called with, and how it is looked at. */
interface Kind {
  readonly args: readonly string[];
  readonly questions: number;
  readonly isTerminal?: boolean;
  /** stdout is the model's text to the letter. */
  readonly isVerbatim?: boolean;
}

const ask = ["ask", "--retries", "0", "--timeout", "2", "--no-history"];
const chat = { args: ["chat", "--retries", "0", "--timeout", "2", "--no-history"], questions, isVerbatim: true };
const kinds: readonly Kind[] = [
  { args: [...ask, "hi"], questions: 1, isVerbatim: true },
  { args: [...ask, "-o", "json", "hi"], questions: 1 },
  { args: [...ask, "-o", "jsonl", "--thinking", "hi"], questions: 1 },
  { args: ["ask", "--retries", "1", "--timeout", "1", "-v", "-o", "json", "hi"], questions: 1 },
  { args: [...ask, "--show-thinking", "always", "hi"], questions: 1, isTerminal: true },
  chat,
  chat,
];

/** Sends mutated streams to the built program, and looks at how it ends, what it shows and what it saves. */
export async function fuzzStreams(options: StreamFuzzOptions): Promise<StreamFuzzResult> {
  const fuzz = new Fuzz(options);
  await fuzz.listen();
  await Promise.all(Array.from({ length: options.parallel }, () => fuzz.work()));
  return fuzz.close();
}

class Fuzz {
  readonly #options: StreamFuzzOptions;
  readonly #server = createServer((request, response) => {
    request.resume().once("end", () => this.#serve(Number(request.url?.split("/")[1]), response));
  });
  #next = 0;
  #streams = 0;
  #runs = 0;
  #longest = 0;
  readonly #exits = new Map<string, number>();
  readonly #mistakes: string[] = [];
  /** For each run how many requests there were, and when the last one came. */
  readonly #asked = new Map<number, { requests: number; at: number }>();

  constructor(options: StreamFuzzOptions) {
    this.#options = options;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
  }

  async close(): Promise<StreamFuzzResult> {
    this.#server.closeAllConnections();
    this.#server.close();
    const longest = Math.round(this.#longest);
    return { streams: this.#streams, runs: this.#runs, exits: this.#exits, longest, mistakes: this.#mistakes };
  }

  async work(): Promise<void> {
    const { count, only } = this.#options;
    if (only !== undefined) {
      if (this.#next++ === 0) await this.#run(only);
      return;
    }
    while (this.#streams < count) await this.#run(this.#next++);
  }

  #serve(run: number, response: ServerResponse): void {
    const asked = this.#asked.get(run);
    if (asked === undefined) return void response.end();
    this.#look(asked);
    asked.at = performance.now();
    this.#streams++;
    void send(response, mutatedReply(this.#options.seed * 1_000_003 + run * 101 + asked.requests++));
  }

  /** How long the answer before took. */
  #look(asked: { readonly at: number }): void {
    this.#longest = Math.max(this.#longest, performance.now() - asked.at);
  }

  async #run(run: number): Promise<void> {
    const kind = kinds[Math.floor(randomFrom(this.#options.seed + run)() * kinds.length)]!;
    const cwd = join(this.#options.folder, String(run));
    mkdirSync(join(cwd, "transcripts"), { recursive: true });
    const { port } = this.#server.address() as AddressInfo;
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: cwd,
      LC_ALL: "C.UTF-8",
      DEEPSEEK_CHAT_CONFIG: join(cwd, "config.yaml"),
      DEEPSEEK_CHAT_KEY_STORE: "file",
      DEEPSEEK_API_KEY: key,
      DEEPSEEK_BASE_URL: `http://127.0.0.1:${port}/${run}`,
    };
    const asked = { requests: 0, at: performance.now() };
    this.#asked.set(run, asked);
    const ended =
      kind.isTerminal === true ? await this.#inTerminal(kind, cwd, env) : await this.#piped(kind, cwd, env, asked);
    this.#look(asked);
    this.#runs++;
    this.#asked.delete(run);
    this.#exits.set(String(ended.exit), (this.#exits.get(String(ended.exit)) ?? 0) + 1);
    const saved = readdirSync(join(cwd, "transcripts")).map((name) =>
      readFileSync(join(cwd, "transcripts", name), "utf8"),
    );
    for (const mistake of mistakesOf(kind, ended, saved.join("\n"))) {
      this.#mistakes.push(`run ${run} (${kind.args.join(" ")}): ${mistake}`);
    }
  }

  #piped(kind: Kind, cwd: string, env: Record<string, string>, asked: { readonly at: number }): Promise<Ended> {
    const isChat = kind.questions > 1;
    const child = spawn(process.execPath, [this.#options.launcher, ...kind.args], {
      cwd,
      env,
      stdio: [isChat ? "pipe" : "ignore", "pipe", "pipe"],
    });
    child.stdin?.on("error", () => {}).end("a question\n".repeat(kind.questions));
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]!.setEncoding("utf8").on("data", (text: string) => (output[name] += text));
    }
    // Starting up counts too: it is where a loaded machine takes its time, so it is given as much again.
    const watch = setInterval(() => performance.now() - asked.at > 2 * limit && child.kill("SIGKILL"), 500);
    return new Promise((resolve) => {
      child.once("close", (code, signal) => {
        clearInterval(watch);
        resolve({ exit: code ?? signal, ...output });
      });
    });
  }

  async #inTerminal(kind: Kind, cwd: string, env: Record<string, string>): Promise<Ended> {
    await using terminal = openTerminal({ args: [this.#options.launcher, ...kind.args], cwd, env });
    const watch = setTimeout(() => terminal.kill("SIGKILL"), 2 * limit);
    const { code, signal } = await terminal.exit;
    clearTimeout(watch);
    return { exit: signal === 9 ? "SIGKILL" : code, stdout: terminal.raw, stderr: "" };
  }
}

interface Ended {
  readonly exit: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function mistakesOf(kind: Kind, { exit, stdout, stderr }: Ended, saved: string): string[] {
  const mistakes: string[] = [];
  if (exit === 1) mistakes.push(`exit code 1: ${stderr.slice(0, 500)}`);
  if (typeof exit === "string") mistakes.push(`took more than ${limit / 1000} s (${exit})`);
  const all = { stdout, stderr, transcript: saved };
  for (const [name, text] of Object.entries(all)) {
    if (text.includes(key)) mistakes.push(`the key is in ${name}`);
  }
  // A terminal gets sequences of the program's own; files and pipes none at all, but for a text that is given to the letter.
  const control = /[^\P{Cc}\n\t]/u;
  if (kind.isTerminal === true && foreign.some((sequence) => stdout.includes(sequence)))
    mistakes.push("foreign sequence");
  // JSON has signs of its own for the first 32 alone.
  const isJson = kind.isTerminal !== true && kind.isVerbatim !== true;
  if (isJson && /[^\P{Cc}\n\x7F-\x9F]/u.test(stdout)) mistakes.push("control in stdout");
  if (control.test(stderr)) mistakes.push("control in stderr");
  if (control.test(saved)) mistakes.push("control in the transcript");
  return mistakes;
}

async function send(response: ServerResponse, { status, headers, pieces, end }: MutatedReply): Promise<void> {
  response.on("error", () => {});
  response.writeHead(status, headers);
  response.flushHeaders();
  for (const piece of pieces) {
    if (response.destroyed) return;
    response.write(piece);
    if (pieces.length < 20) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
  if (end === "whole") response.end();
  else if (end === "cut") response.socket?.destroy();
}
