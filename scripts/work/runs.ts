/** Runs of the built program with scripts/work/counter.cjs, which counts what they do. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { metadataLine } from "../../src/transcripts/format/metadata-write.ts";
import { rule } from "../../src/transcripts/format/types.ts";
import { openTerminal } from "../../test/support/pty.ts";
import { type Reply, serve } from "../../test/support/raw-server.ts";
import { answer, done, finish, text, usage } from "../../test/support/wire.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const root = path("../..");

/** What counter.cjs writes. */
export interface Counts {
  /** In the order in which they ran; `compiled` is null for the launcher, which Node loads itself. */
  readonly scripts: readonly { readonly name: string; readonly size: number; readonly compiled: boolean | null }[];
  /** Node's own modules that were loaded beyond those of an empty script. */
  readonly builtins: readonly string[];
  /** Calls by `<function> <file>`; the bytes written, by the same. */
  readonly calls: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
  readonly tallies: { readonly "JSON.parse": number; readonly timers: number };
}

/** How a run begins and how it is brought to its end. */
interface Run {
  readonly args: readonly string[];
  readonly lang?: "zh";
  readonly in: "pipe" | "terminal";
  /** Saved conversations that lie in the transcripts folder. */
  readonly saved?: number;
  /** Counts only until this has been written to the terminal; then `typed` is typed. */
  readonly until?: string;
  readonly typed?: string;
}

/** A run whose start is counted; `before` is the run that keeps its compiled code for it, default: the same. */
export const starts: Readonly<Record<string, Run & { readonly before?: readonly string[] }>> = {
  "--version": { args: ["--version"], in: "pipe" },
  "--help": { args: ["--help"], in: "pipe" },
  "ask --nope": { args: ["ask", "--nope"], in: "pipe", before: ["ask", "hi"] },
  "ask hi": { args: ["ask", "hi"], in: "pipe" },
  "ask hi, in Chinese": { args: ["ask", "hi"], in: "pipe", lang: "zh" },
  // Fewer than are worth a file that remembers them, which would depend on how long the run takes.
  "transcripts list": { args: ["transcripts", "list"], in: "pipe", saved: 40 },
  "transcripts search": { args: ["transcripts", "search", "hello"], in: "pipe", saved: 40 },
  "the prompt": { args: [], in: "terminal", until: "> ", typed: "q\r" },
};

/** An answer of 1,000 chunks, in a pipe and drawn on a terminal. */
export const streams: Readonly<Record<string, Run>> = {
  "in a pipe": { args: ["ask", "hi"], in: "pipe" },
  "on a terminal": { args: ["ask", "hi"], in: "terminal" },
};

/** A folder with a home, where nothing is kept yet, and a working directory for each run. */
class Place implements Disposable {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), "deepseek-chat-work-")));
  readonly #home = join(this.#folder, "home");
  #runs = 0;

  constructor() {
    mkdirSync(this.#home);
  }

  /**
   * @param url of the service that answers
   * @param onOutput called with all output so far
   * @throws Error when the program says nothing of what it did
   */
  async count(
    { args, lang, in: where, saved = 0, until, typed }: Run,
    url: string,
    onOutput: (output: string) => void = () => {},
  ) {
    const cwd = join(this.#folder, `run${++this.#runs}`);
    mkdirSync(join(cwd, "transcripts"), { recursive: true });
    for (let number = 0; number < saved; number++) {
      writeFileSync(join(cwd, "transcripts", `${number}.md`), conversation(number));
    }
    const report = join(this.#folder, "counts.json");
    const command = ["--require", path("counter.cjs"), path("../../bin/deepseek-chat.js"), ...args];
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: this.#home,
      LC_ALL: lang === undefined ? "C.UTF-8" : "zh_CN.UTF-8",
      DEEPSEEK_API_KEY: "sk-0123456789abcdef",
      DEEPSEEK_BASE_URL: url,
      WORK_COUNTS: report,
      ...(until === undefined ? {} : { WORK_UNTIL: until }),
    };
    if (where === "pipe") await inPipe(command, { cwd, env }, onOutput);
    else await inTerminal(command, { cwd, env }, onOutput, typed === undefined ? null : { until: until!, typed });
    return this.#read(report, cwd);
  }

  /** Names files without what differs from run to run. */
  #read(report: string, cwd: string): Counts {
    const counts = JSON.parse(readFileSync(report, "utf8")) as Counts;
    const named = (key: string) =>
      key
        .replaceAll(cwd, "$PWD")
        .replaceAll(this.#home, "~")
        .replaceAll(root, "")
        .replace(/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_/u, "")
        .replace(/\btranscripts\/\d+\.md$/u, "transcripts/*.md")
        .replace(/(deepseek-chat\/\w+)-[0-9a-f]{16}\b/u, "$1-*")
        // A draft is named for its process.
        .replace(/(compiled\/\w+)\.\d+\.\w+$/u, "$1");
    const summed = (record: Readonly<Record<string, number>>) => {
      const sums: Record<string, number> = {};
      for (const [key, count] of Object.entries(record)) sums[named(key)] = (sums[named(key)] ?? 0) + count;
      return sums;
    };
    const scripts = counts.scripts.map((script) => ({ ...script, name: named(script.name) }));
    return { ...counts, scripts, calls: summed(counts.calls), bytes: summed(counts.bytes) };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function conversation(number: number): string {
  const at = new Date(Date.UTC(2026, 0, 1) + number * 86_400_000);
  const label = at.toISOString().slice(0, 19).replace("T", " ");
  return [
    metadataLine("conversation", { v: 1, id: `c${number}`, started: at }),
    "",
    metadataLine("turn", { id: `t${number}`, at, provider: "mine", model: "m" }),
    `[${label}] Question:\nhi ${number}\n`,
    `[${label}] Answer:\nhello\n`,
    rule,
    metadataLine("end", { status: "complete", ended: at }),
    "\n",
  ].join("\n");
}

interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function inPipe(args: readonly string[], surroundings: Surroundings, onOutput: (output: string) => void) {
  const child = spawn(process.execPath, args, { ...surroundings, stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => onOutput((output += piece)));
  await once(child, "close");
}

async function inTerminal(
  args: readonly string[],
  surroundings: Surroundings,
  onOutput: (output: string) => void,
  end: { readonly until: string; readonly typed: string } | null,
) {
  await using terminal = openTerminal({ args, ...surroundings });
  terminal.terminal.onWriteParsed(() => onOutput(terminal.raw));
  if (end !== null) {
    await terminal.until(end.until, patience);
    terminal.type(end.typed);
  }
  await terminal.exit;
}

/** Milliseconds until a prompt that does not appear is given up. */
const patience = 30_000;

/** Counts a start with nothing kept of earlier ones, and one with what V8 compiled in the first. */
export async function countStart(name: string): Promise<{ readonly cold: Counts; readonly warm: Counts }> {
  const run = starts[name]!;
  await using server = await serve([answer("hello")]);
  using place = new Place();
  const cold = await place.count({ ...run, args: run.before ?? run.args }, server.url);
  return { cold, warm: await place.count(run, server.url) };
}

const groups = 20;
const perGroup = 50;

/**
 * Counts an answer of 1,000 chunks. They come in 20 groups of one write each, and the next is sent when the last word of the one
 * before is shown: the counts do not depend on how fast the machine is.
 */
export async function countStream(name: string): Promise<Counts> {
  const shown = Array.from({ length: groups }, () => Promise.withResolvers<void>());
  const lastWord = (group: number) => `end${group}.`;
  function* body() {
    for (let group = 0; group < groups; group++) {
      const words = Array.from({ length: perGroup }, (_, index) => `word${index} `);
      words[perGroup - 1] = `${lastWord(group)} `;
      words[3] = `**${words[3]}`;
      words[9] += "bold** ";
      // A paragraph ends within a group, as it would.
      words[perGroup >> 1] += "\n\n";
      yield words.map(text).join("");
      yield shown[group]!.promise;
    }
    yield [finish(), usage, done].join("");
  }
  await using server = await serve((): Reply => ({ body: body() }));
  using place = new Place();
  return await place.count(streams[name]!, server.url, (output) => {
    shown.forEach(({ resolve }, group) => output.includes(lastWord(group)) && resolve());
  });
}
