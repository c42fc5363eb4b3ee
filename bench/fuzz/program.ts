import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../bin/deepseek-chat.js", import.meta.url));
const key = "sk-fuzzed0123456789abcdef";
/** Seconds that no run may take. */
const longest = 10;
/** Control characters, and those that turn text around: none of them may come out of a file onto a terminal. */
const foreign = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u;

interface Finding {
  readonly what: "exit code 1" | "over 10 s" | "a key" | "a foreign control sequence" | "ended by a signal";
  readonly command: string;
  readonly said: string;
}

/** The built program, run again and again in folders of its own, and what was found wrong. */
export class FuzzedProgram implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), "deepseek-chat-fuzz-"));
  readonly codes = new Map<number, number>();
  readonly findings: (Finding & { readonly input: number })[] = [];
  slowest = 0;
  runs = 0;
  readonly #server = createServer((request, response) => {
    request.resume();
    const chunk = { choices: [{ index: 0, delta: { content: "fine" }, finish_reason: "stop" }] };
    response.setHeader("content-type", "text/event-stream");
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
  }

  /** A new working folder with a folder of transcripts. */
  folder(input: number): string {
    const folder = join(this.root, String(input));
    mkdirSync(join(folder, "transcripts"), { recursive: true });
    return folder;
  }

  forget(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
  }

  /**
   * Runs a command.
   *
   * @param input number of the mutated file
   * @param exact whether what it prints is somebody's text as it stands
   */
  async run(input: number, cwd: string, args: readonly string[], stdin: string | null, exact: boolean): Promise<void> {
    const begun = performance.now();
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: {
        PATH: process.env["PATH"],
        HOME: join(this.root, "home"),
        LC_ALL: "C.UTF-8",
        DEEPSEEK_API_KEY: key,
        DEEPSEEK_BASE_URL: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
        DEEPSEEK_CHAT_KEY_STORE: "file",
        DEEPSEEK_CHAT_PROVIDER: "deepseek",
      },
      stdio: [stdin === null ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: 6 * longest * 1000,
      killSignal: "SIGKILL",
    });
    child.stdin?.on("error", () => {}).end(stdin ?? "");
    let [stdout, stderr] = ["", ""];
    child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve) => {
      child.once("close", resolve);
    });
    const seconds = (performance.now() - begun) / 1000;
    this.runs++;
    this.slowest = Math.max(this.slowest, seconds);
    this.codes.set(code ?? -1, (this.codes.get(code ?? -1) ?? 0) + 1);
    const command = args.join(" ");
    const find = (what: Finding["what"], said: string) =>
      this.findings.push({ what, command, said: said.slice(0, 300), input });
    if (code === 1) find("exit code 1", stderr);
    if (code === null) find("ended by a signal", stderr);
    if (seconds > longest) find("over 10 s", `${seconds.toFixed(1)} s`);
    if ((stdout + stderr).includes(key)) find("a key", stdout + stderr);
    const shown = exact ? stderr : stdout + stderr;
    const control = foreign.exec(shown);
    if (control !== null)
      find(
        "a foreign control sequence",
        JSON.stringify(shown.slice(Math.max(0, control.index - 60), control.index + 60)),
      );
  }

  /** Prints what came of it, and sets the exit code. */
  report(name: string, count: number, seed: number, begun: number): void {
    const codes = [...this.codes].sort(([a], [b]) => a - b).map(([code, times]) => `${code}: ${times}`);
    for (const { input, what, command, said } of this.findings.slice(0, 20)) {
      console.log(`${name} ${input} of seed ${seed}: ${what} from ${command}\n  ${said}`);
    }
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(
      `${name}: ${count} files of seed ${seed}, ${this.runs} runs in ${seconds} s, the slowest ${this.slowest.toFixed(1)} s; exit codes ${codes.join(", ")}; findings: ${this.findings.length}`,
    );
    if (this.findings.length > 0) process.exitCode = 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Does so many pieces of work, some at a time. */
export async function each(count: number, parallel: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}
