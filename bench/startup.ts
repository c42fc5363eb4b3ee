/**
 * How long the bundled program takes beside the least that could be: `--version` beside `node -e 0`, and `ask` beside a bare
 * script that puts the same request with node:http and prints the chunks. Measured by hyperfine, runs side by side.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BenchServer } from "./server.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const runs = process.env["BENCH_RUNS"] ?? "40";

interface Result {
  readonly min: number;
  readonly median: number;
}

/**
 * Ratios of medians and the most they may be. A bare script that imports `node:http` loads all of undici by it, one that
 * requires it does not; the program is measured beside both, and bound by the first, which is how such a script is written.
 */
const bounds = [
  { name: "--version / node -e 0", of: 1, by: 0, bound: 1.3 },
  { name: "ask / bare, import", of: 4, by: 3, bound: 1.6 },
  { name: "ask / bare, require", of: 4, by: 2, bound: null },
] as const;

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-bench-"));
  await using server = await BenchServer.open();
  try {
    const results = compare(folder, server.url);
    for (const { name, of, by, bound } of bounds) {
      const ratio = results[of]!.median / results[by]!.median;
      const best = results[of]!.min / results[by]!.min;
      const verdict = bound === null ? "" : ratio <= bound ? `, within ${bound}` : `, OVER ${bound}`;
      console.log(`${name.padEnd(24)} ${ratio.toFixed(2)} (of the fastest runs ${best.toFixed(2)})${verdict}`);
      if (bound !== null && ratio > bound) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compare(folder: string, url: string): readonly Result[] {
  const program = path("../bin/deepseek-chat.js");
  const commands = [
    "-e 0",
    `${program} --version`,
    `${path("bare.cjs")} hi`,
    `${path("bare.mjs")} hi`,
    `${program} ask hi`,
  ];
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    BENCH_URL: url,
    DEEPSEEK_BASE_URL: url,
    DEEPSEEK_API_KEY: "sk-bench",
  };
  const report = join(folder, "report.json");
  const args = ["-N", "-w", "5", "-r", runs, "--export-json", report];
  const ran = spawnSync("hyperfine", [...args, ...commands.map((command) => `${process.execPath} ${command}`)], {
    env,
    cwd: folder,
    encoding: "utf8",
  });
  if (ran.error !== undefined)
    throw new Error("hyperfine is needed (Debian: apt-get install hyperfine)", { cause: ran.error });
  if (ran.status !== 0) throw new Error(ran.stderr);
  const { results } = JSON.parse(readFileSync(report, "utf8")) as { results: Result[] };
  for (const [index, { min, median }] of results.entries()) {
    const name = ["node -e 0", "--version", "bare, require", "bare, import", "ask"][index]!;
    console.log(`${name.padEnd(24)} median ${(median * 1000).toFixed(1)} ms, fastest ${(min * 1000).toFixed(1)} ms`);
  }
  return results;
}

await measure();
