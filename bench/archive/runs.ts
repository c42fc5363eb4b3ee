import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../bin/deepseek-chat.js", import.meta.url));
const floor = fileURLToPath(new URL("floor.mjs", import.meta.url));
/** Turns of three runs each. */
const turns = Math.ceil(Number(process.env["BENCH_RUNS"] ?? 15) / 3);

/** A folder with a home, and the archive in its working directory. */
export class Scene {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  get work(): string {
    return join(this.root, "work");
  }

  get archive(): string {
    return join(this.work, "transcripts");
  }

  get cache(): string {
    return join(this.root, "home", ".cache", "deepseek-chat");
  }

  get environment(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: join(this.root, "home"),
      LANG: "C.UTF-8",
      DEEPSEEK_API_KEY: "sk-bench",
    };
  }

  /** What a program prints. Nothing found is no failure. */
  output([command, ...args]: readonly [string, ...string[]]): string {
    const { stdout, status, error } = spawnSync(command, args, {
      cwd: this.work,
      env: this.environment,
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    if (error !== undefined || status === null || status > 1) throw error ?? new Error(`${command} failed`);
    return stdout;
  }

  /**
   * Medians of the whole processes' wall time, in milliseconds. Their input is empty; what they print goes through a pipe, as
   * to a pager. They run by turns, so that what else the machine does slows them all.
   *
   * @param prepare a command that runs before each
   * @param between what is done between two turns
   */
  async time(
    commands: readonly (readonly string[])[],
    prepare: readonly string[] | null = null,
    between: () => Promise<void> = async () => {},
  ): Promise<number[]> {
    const times: number[][] = commands.map(() => []);
    for (let turn = 0; turn < turns; turn++) {
      for (const [index, some] of this.#turn(commands, prepare).entries()) times[index]!.push(...some);
      await between();
    }
    return times.map(median);
  }

  #turn(commands: readonly (readonly string[])[], prepare: readonly string[] | null): number[][] {
    const report = join(this.root, "report.json");
    const args = ["-N", "-i", "-w", "1", "-r", "3", "--output", "pipe", "--export-json", report];
    if (prepare !== null) args.push("--prepare", quoted(prepare));
    const { status, stderr, error } = spawnSync("hyperfine", [...args, ...commands.map(quoted)], {
      cwd: this.work,
      env: this.environment,
      encoding: "utf8",
    });
    if (error !== undefined)
      throw new Error("hyperfine is needed (Debian: apt-get install hyperfine)", { cause: error });
    if (status !== 0) throw new Error(stderr);
    const { results } = JSON.parse(readFileSync(report, "utf8")) as { results: { times: number[] }[] };
    return results.map(({ times }) => times.map((seconds) => seconds * 1000));
  }
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

/** The command line of the built program. */
export function ours(...args: string[]): [string, ...string[]] {
  return [process.execPath, program, ...args];
}

export const listFloor = [process.execPath, floor, "transcripts"];

function quoted(command: readonly string[]): string {
  return command.map((part) => `'${part}'`).join(" ");
}
