import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram } from "../../src/terminal/programs.ts";
import { type Candidate, candidates, type Contestant } from "./candidates.ts";

export type Command = readonly [string, ...string[]];

/** A program to measure, and how it is called; null where it has no such thing. */
export interface Program {
  readonly name: Contestant;
  /** What it says of its version. */
  readonly release: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly version: Command | null;
  readonly help: Command | null;
  readonly ask: Command | null;
  readonly chat: Command | null;
}

export interface Field {
  readonly programs: readonly Program[];
  readonly missing: readonly Contestant[];
}

/**
 * Finds the programs on the PATH and gives each a home and a working folder of its own.
 *
 * @param root an empty folder
 * @param before the folder of another build of deepseek-chat, or null
 */
export function fieldIn(root: string, url: string, before: string | null): Field {
  const all = candidates(url, before).map((candidate) => ({ name: candidate.name, program: prepare(root, candidate) }));
  return {
    programs: all.flatMap(({ program }) => program ?? []),
    missing: all.filter(({ program }) => program === null).map(({ name }) => name),
  };
}

function prepare(root: string, candidate: Candidate): Program | null {
  const { name, prefix = [], version, help, ask, chat, files = {} } = candidate;
  const executable = findProgram(candidate.executable, process.env);
  if (executable === null) return null;
  const home = join(root, name.replaceAll(/\W+/gu, "-"));
  const cwd = join(home, "work");
  mkdirSync(join(cwd, "transcripts"), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), text);
  }
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    LLM_USER_PATH: join(home, "llm"),
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    ...candidate.env,
  };
  const own = name === "deepseek-chat" || name === "before" ? prefix : [];
  const { status, stdout } = spawnSync(executable, [...own, ...candidate.release], { cwd, env, encoding: "utf8" });
  if (status !== 0) return null;
  const command = (args: readonly string[] | undefined): Command | null =>
    args === undefined ? null : [executable, ...prefix, ...args];
  return {
    name,
    // curl names its libraries too.
    release: stdout.trim().split(/\n| \(/u)[0]!,
    cwd,
    env,
    version: command(version),
    help: command(help),
    ask: command(ask),
    chat: command(chat),
  };
}
