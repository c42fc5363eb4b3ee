import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTerminal, type PtyTerminal } from "../../test/support/pty.ts";
import { now } from "../clock.ts";
import type { Command, Program } from "./programs.ts";

/** Milliseconds after which a run counts as failed. */
const longest = 300_000;
const gnuTime = "/usr/bin/time";
/** Whether processor time and peak memory can be measured. */
export const hasGnuTime = existsSync(gnuTime);

/** Where a program runs. */
export type Place = Pick<Program, "cwd" | "env">;

export interface Run {
  /** Milliseconds from before the process was made until its output had ended. */
  readonly wall: number;
  /** Milliseconds of user and system time; null if not measured. */
  readonly cpu: number | null;
  /** Peak resident memory in MB; null if not measured. */
  readonly memory: number | null;
}

export interface Rounds {
  readonly rounds: number;
  /** Rounds before these whose results are dropped; 1 by default. */
  readonly warmUps?: number;
}

/**
 * Runs each case once a round, in another order each round, so that what else the machine does slows all of them. A case that
 * fails is reported and left out from then on.
 */
export async function interleave<Name, Result>(
  cases: ReadonlyMap<Name, () => Promise<Result>>,
  { rounds, warmUps = 1 }: Rounds,
): Promise<Map<Name, Result[]>> {
  const left = new Map(cases);
  const results = new Map([...cases.keys()].map((name) => [name, [] as Result[]]));
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of [...left.keys()].toSorted(() => Math.random() - 0.5)) {
      try {
        const result = await left.get(name)!();
        if (round >= 0) results.get(name)!.push(result);
      } catch (error) {
        console.error(`${String(name)} is left out: ${String(error)}`);
        left.delete(name);
      }
    }
  }
  return results;
}

/** Median, or another quantile: of sorted values the one at `share` of their count. */
export function quantile(values: readonly number[], share = 0.5): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** @param onOutput called with each piece of stdout */
export async function runInPipe(
  { cwd, env }: Place,
  command: Command,
  { usage = false, onOutput = () => {} }: { usage?: boolean; onOutput?: (text: string) => void } = {},
): Promise<Run> {
  const { full, read } = usage ? withUsage(command) : withoutUsage(command);
  const begun = now();
  const child = spawn(full[0], full.slice(1), {
    cwd,
    env,
    stdio: ["ignore", "pipe", "ignore"],
    timeout: longest,
    killSignal: "SIGKILL",
  });
  child.stdout.setEncoding("latin1").on("data", onOutput);
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const wall = now() - begun;
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${String(code)}`);
  return { wall, ...read() };
}

/** Runs a program to its end in a terminal that draws what it writes and answers its queries. */
export async function runInTerminal(
  place: Place,
  command: Command,
  { usage = false, onOutput = () => {} }: { usage?: boolean; onOutput?: (text: string) => void } = {},
): Promise<Run> {
  const { full, read } = usage ? withUsage(command) : withoutUsage(command);
  const begun = now();
  await using terminal = inTerminal(place, full, onOutput);
  const { code } = await terminal.exit;
  const wall = now() - begun;
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${terminal.screen()}`);
  return { wall, ...read() };
}

export function inTerminal(
  { cwd, env }: Place,
  [command, ...args]: Command,
  onOutput: (text: string) => void,
): PtyTerminal {
  return openTerminal({ command, args, cwd, env, cols: 100, rows: 30, onOutput });
}

interface Usage {
  readonly full: Command;
  readonly read: () => Pick<Run, "cpu" | "memory">;
}

function withoutUsage(full: Command): Usage {
  return { full, read: () => ({ cpu: null, memory: null }) };
}

let reports = 0;

/** A process that Node spawns begins with Node's own peak memory; one that GNU time spawns does not. */
function withUsage(command: Command): Usage {
  if (!hasGnuTime) return withoutUsage(command);
  const report = join(tmpdir(), `deepseek-chat-usage-${process.pid}-${reports++}`);
  const read = () => {
    const [user = 0, system = 0, kilobytes = 0] = readFileSync(report, "utf8")
      .trimEnd()
      .split("\n")
      .at(-1)!
      .split(" ")
      .map(Number);
    rmSync(report);
    return { cpu: (user + system) * 1000, memory: kilobytes / 1024 };
  };
  return { full: [gnuTime, "-o", report, "-f", "%U %S %M", ...command], read };
}
