import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { afterAll, inject } from "vitest";
import { openTerminal, type PtyTerminal, type TerminalOptions } from "./pty.ts";

/** Where one run, or several that go together, take place. Everything in it is gone after the test file. */
export interface Place {
  readonly home: string;
  /** The working directory; it has a folder `transcripts`. */
  readonly cwd: string;
  readonly configFile: string;
  readonly keyFile: string;
}

export interface RunOptions {
  readonly place?: Place;
  /** On top of the bare environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What is piped to stdin; null, the default: stdin is /dev/null. */
  readonly input?: string | Buffer | null;
  /** Leaves the pipe to stdin open, for `Running.stdin`. */
  readonly openInput?: boolean;
  readonly cwd?: string;
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
  /** What a POSIX shell runs, with the program as `"$@"`, e.g. `"$@" >/dev/full`. */
  readonly shell?: string;
}

export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly place: Place;
}

export interface Running {
  readonly stdin: Writable | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly done: Promise<Run>;
  kill(signal: NodeJS.Signals): void;
  /** As whoever reads stdout does by going away. */
  closeStdout(): void;
  /** Resolves when what the program wrote so far fulfils the condition; fails when it ended without. */
  until(holds: (output: { readonly stdout: string; readonly stderr: string }) => boolean): Promise<void>;
}

/** Milliseconds after which a run is given up; far more than any takes on a busy machine. */
const patience = 240_000;

const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const failure = inject("programFailure");
if (failure !== null) throw new Error(`There is no program to run. ${failure}`);
/** Holds what is published: bin, dist and package.json. */
export const published = inject("program");
export const launcher = join(published, "bin", "deepseek-chat.js");

/** An empty home and an empty working directory. */
export function newPlace(): Place {
  const place = mkdtempSync(join(folder, "place-"));
  const [home, cwd] = [join(place, "home"), join(place, "work")];
  mkdirSync(home);
  mkdirSync(join(cwd, "transcripts"), { recursive: true });
  const config = join(home, "config");
  return { home, cwd, configFile: join(config, "config.yaml"), keyFile: join(config, "keys.json") };
}

/** Writes a file and the folders it lies in. */
export function put(path: string, text: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The transcripts in the working directory's folder, oldest first: names of one second do not sort by age. */
export function transcriptsOf({ cwd }: Place): string[] {
  const files = join(cwd, "transcripts");
  const startOf = (text: string) => /"started":"([^"]*)"/u.exec(text)?.[1] ?? "";
  return readdirSync(files)
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => readFileSync(join(files, name), "utf8"))
    .sort((x, y) => startOf(x).localeCompare(startOf(y)));
}

/** What a program finds around it: of this process's environment only what every process needs. */
export function environment({ home, configFile }: Place, env: RunOptions["env"] = {}): Record<string, string> {
  const variables: Record<string, string | undefined> = {
    PATH: process.env["PATH"],
    SystemRoot: process.env["SystemRoot"],
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, "AppData", "Roaming"),
    LOCALAPPDATA: join(home, "AppData", "Local"),
    TMPDIR: tmpdir(),
    // Homes are new each time; compiled code need not be, and is most of what a short run costs.
    NODE_COMPILE_CACHE: join(published, ".compiled"),
    LC_ALL: "C.UTF-8",
    DEEPSEEK_CHAT_CONFIG: configFile,
    // The keyring belongs to whoever runs the tests; only the tests of the keyring start one of their own and use it.
    DEEPSEEK_CHAT_KEY_STORE: "file",
    // Screens are not to depend on the hour; only the tests of the tariff show it.
    DEEPSEEK_CHAT_SHOW_TARIFF: "never",
    ...env,
  };
  const set = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(set);
}

/** The environment that sends questions for DeepSeek to a server of the test. */
export function askingAt({ url }: { readonly url: string }): { DEEPSEEK_API_KEY: string; DEEPSEEK_BASE_URL: string } {
  return { DEEPSEEK_API_KEY: "sk-0123456789abcdef", DEEPSEEK_BASE_URL: url };
}

/** Starts the built program; stdin, stdout and stderr are pipes. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  const { place = newPlace(), openInput = false, input = openInput ? "" : null, node = [], shell } = options;
  const command = [process.execPath, ...node, launcher, ...args];
  if (shell !== undefined) command.unshift("/bin/sh", "-c", shell, "sh");
  const child = spawn(command[0]!, command.slice(1), {
    cwd: options.cwd ?? place.cwd,
    env: environment(place, options.env),
    stdio: [input === null ? "ignore" : "pipe", "pipe", "pipe"],
    timeout: patience,
    killSignal: "SIGKILL",
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
  const output = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  const gather = (name: keyof typeof output) => {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      watchers.forEach((look) => look());
    });
  };
  gather("stdout");
  gather("stderr");
  // A program that fails early does not read its input.
  child.stdin?.on("error", () => {});
  if (openInput) child.stdin?.write(input ?? "");
  else child.stdin?.end(input);
  let ended = false;
  const done = new Promise<Run>((resolve, reject) => {
    child.once("error", reject).once("close", (code, signal) => {
      ended = true;
      resolve({ code, signal, ...output, place });
      watchers.forEach((look) => look());
    });
  });
  return {
    done,
    stdin: child.stdin,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    kill: (signal) => void child.kill(signal),
    closeStdout: () => child.stdout.destroy(),
    until: (holds) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (holds(output)) resolve();
          else if (ended)
            reject(new Error(`It ended before that. stdout:\n${output.stdout}\nstderr:\n${output.stderr}`));
          else return;
          watchers.delete(look);
        };
        watchers.add(look);
        look();
      }),
  };
}

/** Runs the built program to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return await start(args, options).done;
}

/** Opens the built program in a pseudo-terminal. */
export function openProgram(
  args: readonly string[],
  {
    place,
    env,
    node = [],
    ...options
  }: Omit<TerminalOptions, "args" | "env" | "cwd"> & Pick<RunOptions, "env" | "node"> & { place: Place },
): PtyTerminal {
  return openTerminal({ ...options, args: [...node, launcher, ...args], cwd: place.cwd, env: environment(place, env) });
}
