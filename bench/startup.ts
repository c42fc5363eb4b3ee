/**
 * How long the bundled program takes beside the least that could be: `--version`, `--help` and a usage error beside `node -e 0`, `ask`
 * beside a bare script that puts the same request with node:http and prints the chunks (hyperfine, runs side by side), and the time
 * until the prompt of a session is on a terminal beside `node -e 0` on one.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ratios } from "./rivals/bounds.ts";
import { interleave, type Place, quantile, runInTerminal } from "./rivals/runs.ts";
import { leave, openSession } from "./rivals/session.ts";
import { BenchServer } from "./server.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const program = path("../bin/deepseek-chat.js");
const runs = process.env["BENCH_RUNS"] ?? "40";

/** Seconds. */
interface Result {
  readonly min: number;
  readonly median: number;
}

const commands = {
  "node -e 0": ["-e", "0"],
  "--version": [program, "--version"],
  "--help": [program, "--help"],
  ask: [program, "ask", "hi"],
  // After a question: a usage error keeps no compiled code, and takes what that one kept.
  "usage error": [program, "ask", "--nope"],
  "bare, require": [path("bare.cjs"), "hi"],
  "bare, import": [path("bare.mjs"), "hi"],
} as const;
type Measured = keyof typeof commands | "node -e 0, terminal" | "prompt";

/**
 * Ratios of medians and the most they may be. A bare script that imports `node:http` loads all of undici by it, one that requires it
 * does not.
 */
const bounds: readonly { of: Measured; by: Measured; bound: number | null }[] = [
  { of: "--version", by: "node -e 0", bound: ratios.version },
  { of: "--help", by: "node -e 0", bound: ratios.help },
  { of: "usage error", by: "node -e 0", bound: ratios.help },
  { of: "prompt", by: "node -e 0, terminal", bound: ratios.prompt },
  { of: "ask", by: "bare, require", bound: ratios.ask },
  { of: "ask", by: "bare, import", bound: null },
];

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-bench-"));
  await using server = await BenchServer.open();
  try {
    const env = {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      TERM: "xterm-256color",
      BENCH_URL: server.url,
      DEEPSEEK_BASE_URL: server.url,
      DEEPSEEK_API_KEY: "sk-bench",
    };
    const results = new Map<Measured, Result>([
      ...compare(folder, env),
      ...(await comparePrompt({ cwd: folder, env })),
    ]);
    for (const [name, { min, median }] of results)
      console.log(`${name.padEnd(34)} median ${(median * 1000).toFixed(1)} ms, fastest ${(min * 1000).toFixed(1)} ms`);
    for (const { of, by, bound } of bounds) {
      const name = `${of} / ${by}`;
      const ratio = results.get(of)!.median / results.get(by)!.median;
      const best = results.get(of)!.min / results.get(by)!.min;
      const verdict = bound === null ? "" : ratio <= bound ? `, within ${bound}` : `, OVER ${bound}`;
      console.log(`${name.padEnd(34)} ${ratio.toFixed(2)} (of the fastest runs ${best.toFixed(2)})${verdict}`);
      if (bound !== null && ratio > bound) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Variables = Readonly<Record<string, string>>;

function compare(folder: string, env: Variables): readonly (readonly [Measured, Result])[] {
  const report = join(folder, "report.json");
  const lines = Object.values(commands).map((args) => [process.execPath, ...args].join(" "));
  // The usage error has an exit code of its own.
  const options = ["-N", "-i", "-w", "5", "-r", runs, "--output=pipe", "--export-json", report];
  const ran = spawnSync("hyperfine", [...options, ...lines], { env, cwd: folder, encoding: "utf8" });
  if (ran.error !== undefined)
    throw new Error("hyperfine is needed (Debian: apt-get install hyperfine)", { cause: ran.error });
  if (ran.status !== 0) throw new Error(ran.stderr);
  const { results } = JSON.parse(readFileSync(report, "utf8")) as { results: Result[] };
  return (Object.keys(commands) as Measured[]).map((name, index) => [name, results[index]!]);
}

/** Both on a terminal, in turns; the first runs of the program, which compile it, are left out. */
async function comparePrompt(place: Place): Promise<readonly (readonly [Measured, Result])[]> {
  const cases = new Map<Measured, () => Promise<number>>([
    ["node -e 0, terminal", async () => (await runInTerminal(place, [process.execPath, "-e", "0"])).wall],
    ["prompt", async () => await promptIn(place)],
  ]);
  const rounds = Number(runs);
  const results = await interleave(cases, { rounds, warmUps: 5 });
  return [...results].map(([name, times]) => {
    if (times.length < rounds) throw new Error(`${name} failed`);
    return [name, { min: quantile(times, 0) / 1000, median: quantile(times) / 1000 }] as const;
  });
}

/** Milliseconds from the start of a session to its prompt. */
async function promptIn(place: Place): Promise<number> {
  await using session = await openSession(place, [process.execPath, program, "--no-transcript"]);
  await leave(session);
  return session.start;
}

await measure();
