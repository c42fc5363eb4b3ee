import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import {
  deserializeMessage,
  type JSONRPCMessage,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/client";
import spawn from "cross-spawn";
import { ProcessGroup } from "../process-group.ts";
import type { LocalProgram } from "./server-config.ts";

/** Bytes of one message; a server that sends more is ended. */
const maxMessage = 16 * 1024 * 1024;
/** Milliseconds from the end of its input until it is asked to end, and until it is killed. */
const [untilAsked, untilKilled] = [200, 1000];
/** Characters of what it wrote to stderr that are kept, from its end. */
const maxSaid = 4096;

/**
 * JSON-RPC over the pipes of a program. The client's own transport starts the program in the group of this one, where Ctrl-C would
 * end it and what it started would stay.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #program: LocalProgram;
  #child: ChildProcessByStdio<Writable, Readable, Readable> | null = null;
  #group: ProcessGroup | null = null;
  readonly #timers: NodeJS.Timeout[] = [];
  #said = "";
  /** Of a message whose end is still to come. */
  #pieces: Buffer[] = [];
  #size = 0;
  /** Why it was ended here; null where it ended by itself. */
  #flooded = false;
  #end: string | null = null;

  constructor(program: LocalProgram) {
    this.#program = program;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** The end of what the program wrote to stderr. */
  get stderr(): string {
    return this.#said;
  }

  /** Its exit code or signal; null while it runs, and where it was never started. */
  get ended(): string | null {
    return this.#end;
  }

  /** Whether it was ended because it sent more than a message may have. */
  get flooded(): boolean {
    return this.#flooded;
  }

  /** @throws the system's error where it cannot be run */
  async start(): Promise<void> {
    const { executable, args, environment, folder } = this.#program;
    const child = spawn(executable, [...args], {
      cwd: folder,
      env: { ...environment },
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    }) as ChildProcessByStdio<Writable, Readable, Readable>;
    this.#child = child;
    if (child.pid !== undefined) this.#group = new ProcessGroup(child.pid);
    child.stdin.on("error", (error) => this.onerror?.(error));
    child.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString("utf8")).slice(-maxSaid);
    });
    child.once("exit", (code, signal) => {
      this.#end = signal ?? String(code);
      this.#kill();
    });
    child.once("close", () => this.onclose?.());
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve).once("error", reject);
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#child!;
    if (stdin.destroyed || stdin.writableEnded) throw new Error("The server's input is closed.");
    if (stdin.write(serializeMessage(message))) return;
    await new Promise<void>((resolve) => {
      stdin.once("drain", resolve).once("close", resolve);
    });
  }

  /** Returns at once. The program has a moment to end once its input is closed, then once it was asked to. */
  async close(): Promise<void> {
    this.#child?.stdin.end();
    if (this.#group !== null && this.#timers.length === 0) {
      this.#timers.push(setTimeout(() => this.#group?.end(), untilAsked));
      this.#timers.push(setTimeout(() => this.#kill(), untilKilled));
    }
    this.onclose?.();
  }

  /** Ends what is left of the group: what a program that ended left running has nobody to talk to. */
  #kill(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#group?.[Symbol.dispose]();
    this.#group = null;
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.#pieces.push(chunk.subarray(from, at));
      from = at + 1;
      const line = Buffer.concat(this.#pieces).toString("utf8");
      [this.#pieces, this.#size] = [[], 0];
      if (line.trim() !== "") this.#read(line);
    }
    const rest = chunk.subarray(from);
    this.#size += rest.length;
    if (this.#size > maxMessage) {
      this.#flooded = true;
      this.#child?.stdout.removeAllListeners("data").destroy();
      [this.#pieces, this.#size] = [[], 0];
      this.#kill();
    } else if (rest.length > 0) this.#pieces.push(rest);
  }

  /** Some servers print lines of their log among the messages: they are left out. */
  #read(line: string): void {
    try {
      this.onmessage?.(deserializeMessage(line));
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
