/** What the benches of batches share: services, inputs, and programs whose time and memory are measured. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ServiceCount, ServiceReport } from "./service.ts";

export const program = fileURLToPath(new URL("../../bin/deepseek-chat.js", import.meta.url));

/** A service in a process of its own. */
export class Service implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    [this.#child, this.url] = [child, url];
  }

  static async start(file: string, ...args: readonly (string | number)[]): Promise<Service> {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), args.map(String), { stdio: "inherit" });
    const [report] = (await once(child, "message")) as [ServiceReport];
    return new Service(child, "url" in report ? report.url : "");
  }

  async count(): Promise<ServiceCount> {
    const report = once(this.#child, "message") as Promise<[ServiceCount]>;
    this.#child.send("count");
    return (await report)[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }
}

/** A folder that is gone in the end. */
export function scratch(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "deepseek-chat-batch-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes an input of so many lines; each prompt has its number. */
export function writePrompts(path: string, count: number, line: (index: number) => object): void {
  const file = openSync(path, "w");
  for (let index = 0; index < count;) {
    const lines: string[] = [];
    for (; lines.length < 10_000 && index < count; index++) lines.push(`${JSON.stringify(line(index))}\n`);
    writeSync(file, lines.join(""));
  }
  closeSync(file);
}

export interface MeasuredRun {
  readonly code: number | null;
  readonly seconds: number;
  /** User and system. */
  readonly cpu: number;
  /** Largest resident memory; MB. */
  readonly peak: number;
  readonly stderr: string;
}

/** Runs a program to its end. Linux: its time and memory are read from /proc, ten times a second. */
export async function measured(
  command: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly killAfter?: number },
): Promise<MeasuredRun> {
  const startedAt = performance.now();
  const child = spawn(command[0]!, command.slice(1), {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let [stderr, peak, cpu] = ["", 0, 0];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-4000)));
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1024);
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
      cpu = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // It is gone.
    }
  };
  const timer = setInterval(look, 100);
  const killer = options.killAfter === undefined ? null : setTimeout(() => child.kill("SIGKILL"), options.killAfter);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(timer);
  if (killer !== null) clearTimeout(killer);
  return { code, seconds: (performance.now() - startedAt) / 1000, cpu, peak, stderr };
}

/** The environment of a run that asks a service. */
export function askingAt(url: string, home: string): Record<string, string> {
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_CACHE_HOME: join(home, "cache"),
    DEEPSEEK_API_KEY: "sk-bench",
    DEEPSEEK_BASE_URL: url,
    DEEPSEEK_CHAT_KEY_STORE: "file",
    LC_ALL: "C.UTF-8",
  };
}

/** Ids in an output, with how often each is there. */
export async function idsIn(path: string, idOf: (line: string) => string): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const id = idOf(line);
    ids.set(id, (ids.get(id) ?? 0) + 1);
  }
  return ids;
}

/** Prints rows below a heading, in columns. */
export function printTable(heading: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const all = [heading, ...rows.map((row) => row.map(String))];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  for (const row of all)
    console.log(
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  "),
    );
}
