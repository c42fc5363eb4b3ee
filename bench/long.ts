/**
 * Long conversations through the built program: of 100, 1,000 and 10,000 turns, and one of a single turn of 20 MB. Each is resumed and
 * continued by a question, alone and after a command. What a turn takes at 10,000 over what it takes at 1,000 shows whether
 * the work is linear.
 *
 * BENCH_BEFORE names a folder with another built program, which runs by turns with this one.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ExchangeEncoder } from "../src/transcripts/format/encode.ts";
import { headerLine } from "../src/transcripts/format/metadata-write.ts";
import { interleave, quantile, type Run, runInPipe } from "./rivals/runs.ts";
import { BenchServer } from "./server.ts";

/** Turns and characters of each answer; the first is what the others are compared with: start-up and a question. */
const sizes = [
  { name: "1 turn", turns: 1, characters: 1200 },
  { name: "100 turns", turns: 100, characters: 1200 },
  { name: "1,000 turns", turns: 1000, characters: 1200 },
  { name: "10,000 turns", turns: 10_000, characters: 1200 },
  { name: "1 turn, 20 MB", turns: 1, characters: 20_000_000 },
] as const;

const question = "And now?\n";
/** What is typed into a session that resumes the conversation; null: `ask`. */
const cases: readonly (readonly [name: string, typed: string | null])[] = [
  ["ask --continue", null],
  ["a question", question],
  ["two questions", question + question],
  ["/undo", `/undo\n${question}`],
  ["/retry", "/retry\n"],
  ["/edit-last", "/edit-last\n"],
  ["/fork", `/fork\n${question}`],
  ["/fork 1", `/fork 1\n${question}`],
  ["/tokens", `/tokens\n${question}`],
  ["/compact", `/compact\n${question}`],
  ["/compact drop", `/compact drop\n${question}`],
  ["/history", `/history\n${question}`],
  ["/find", `/find zyzzyva\n${question}`],
  ["show", null],
];
/** What a turn may take at 10,000 over what it takes at 1,000. */
const bound = 1.3;
const rounds = Number(process.env["BENCH_RUNS"] ?? 5);
const only = process.argv.slice(2).filter((each) => !each.startsWith("-"));

const programs = new Map([["now", fileURLToPath(new URL("..", import.meta.url))]]);
const before = process.env["BENCH_BEFORE"];
if (before !== undefined) programs.set("before", before);

const root = mkdtempSync(join(tmpdir(), "deepseek-chat-long-"));
await using server = await BenchServer.open();

/** A file that holds a conversation of so many turns. */
function makeTranscript(path: string, turns: number, characters: number): void {
  const line = "A line of an answer, with `code` and \u7b54\u6848.\n";
  const answer = line.repeat(Math.ceil(characters / line.length));
  const settings = { provider: "deepseek", model: "m", system: null, sampling: {}, thinking: null };
  const facts = {
    status: "complete",
    finishReason: "stop",
    usage: null,
    cost: null,
    error: null,
    notice: null,
  } as const;
  const parts = [
    `${headerLine({ id: "abcdefgh", startedAt: new Date(1.76e12), zone: null, title: null, origin: null })}\n\n`,
  ];
  for (let index = 0; index < turns; index++) {
    const at = new Date(1.76e12 + index * 90_000);
    const encoder = new ExchangeEncoder(index.toString(36).padStart(8, "0"), {
      ...settings,
      at,
      question: `Question number ${index}`,
    });
    parts.push(
      encoder.begin(index === 0 ? undefined : null),
      encoder.piece("Answer", answer, at),
      encoder.end({ ...facts, at }),
    );
  }
  writeFileSync(path, parts.join(""), { mode: 0o600 });
}

let scenes = 0;

/** Runs the program in a working directory of its own, on a copy of the transcript. */
async function run(program: string, transcript: string, [name, typed]: (typeof cases)[number]): Promise<Run> {
  const scene = join(root, String(scenes++));
  const [home, work] = [join(scene, "home"), join(scene, "work")];
  mkdirSync(home, { recursive: true });
  mkdirSync(join(work, "transcripts"), { recursive: true });
  copyFileSync(transcript, join(work, "transcripts", "2026-10-09_long_abcdefgh.md"));
  const input = join(scene, "typed");
  writeFileSync(input, typed ?? "");
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    XDG_CACHE_HOME: join(root, "cache"),
    LC_ALL: "C.UTF-8",
    DEEPSEEK_BASE_URL: server.url,
    DEEPSEEK_API_KEY: "sk-bench",
    DEEPSEEK_CHAT_KEY_STORE: "file",
  };
  const args =
    name === "show"
      ? ["transcripts", "show", "last"]
      : name === "ask --continue"
        ? ["ask", "--continue", "And now?"]
        : ["--continue"];
  const command = [process.execPath, join(program, "bin", "deepseek-chat.js"), ...args];
  try {
    return await runInPipe({ cwd: work, env }, ["/bin/sh", "-c", 'exec "$@" <"$0"', input, ...command], {
      usage: true,
    });
  } finally {
    rmSync(scene, { recursive: true });
  }
}

function row(...cells: readonly (number | string)[]): void {
  const texts = cells.map((cell) => (typeof cell === "number" ? cell.toFixed(0) : cell));
  console.log(texts.map((text, index) => (index < 2 ? text.padEnd(16) : text.padStart(9))).join(" "));
}

interface Figures {
  readonly wall: number;
  readonly least: number;
  readonly cpu: number;
  readonly memory: number;
}

function figuresOf(runs: readonly Run[]): Figures {
  const walls = runs.map(({ wall }) => wall);
  return {
    wall: quantile(walls),
    least: Math.min(...walls),
    cpu: quantile(runs.map(({ cpu }) => cpu ?? 0)),
    memory: Math.max(...runs.map(({ memory }) => memory ?? 0)),
  };
}

const files = sizes.map(({ name, turns, characters }) => {
  const path = join(root, `${name.replaceAll(/\W/gu, "-")}.md`);
  makeTranscript(path, turns, characters);
  return path;
});
try {
  row("case", "conversation", "ms", "least ms", "CPU ms", "peak MB", "program");
  for (const each of cases) {
    if (only.length > 0 && !only.includes(each[0])) continue;
    const runs = new Map(
      sizes.flatMap((_, size) =>
        [...programs].map(
          ([program, folder]) => [`${program} ${size}`, () => run(folder, files[size]!, each)] as const,
        ),
      ),
    );
    const results = await interleave(runs, { rounds });
    for (const program of programs.keys()) {
      const figures = sizes.map((_, size) => figuresOf(results.get(`${program} ${size}`)!));
      for (const [size, { wall, least, cpu, memory }] of figures.entries()) {
        row(each[0], sizes[size]!.name, wall, least, cpu, memory, program);
      }
      const [none, , thousand, ten] = figures;
      const ratio = (ten!.cpu - none!.cpu) / 10 / (thousand!.cpu - none!.cpu);
      const kept = ratio <= bound;
      console.log(
        `${each[0]}: a turn at 10,000 / at 1,000, CPU: ${ratio.toFixed(2)}, ${kept ? "within" : "MISSES"} ${bound} (${program})`,
      );
      if (!kept && program === "now") process.exitCode = 1;
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
