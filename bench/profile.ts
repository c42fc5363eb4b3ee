/**
 * What the time of the built program goes to, from CPU profiles: `npm run bench -- profile`, or `node bench/profile.ts [runs]`.
 * Prints for a question, for the start of a session up to its prompt, and for a long answer on a terminal, the milliseconds and
 * the share by item. Each script's own time counts, not that of what it calls; time of Node's modules and of packages counts there.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { now } from "./clock.ts";
import { type CpuProfile, ProfileItems } from "./profile/items.ts";
import { type Command, fieldIn, type Program } from "./rivals/programs.ts";
import { runInPipe, runInTerminal } from "./rivals/runs.ts";
import { openSession } from "./rivals/session.ts";
import { BenchServer } from "./server.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
/** Items below this share of the whole are added up. */
const smallest = 0.01;

interface Scene {
  readonly title: string;
  readonly runs: number;
  /** Microseconds between two samples. */
  readonly interval: number;
  readonly kind: "ask" | "chat";
  /** Runs it, and returns until when its time counts. */
  readonly run: (program: Program, command: Command) => Promise<number>;
}

async function upToThePrompt(program: Program, command: Command): Promise<number> {
  await using session = await openSession(program, command);
  const arrived = session.arrived();
  session.terminal.type("q\r");
  await session.terminal.exit;
  return arrived;
}

/** The built program with maps to its source, in a folder as it is published. */
function buildWithMaps(folder: string): void {
  cpSync(path("../bin"), join(folder, "bin"), { recursive: true });
  cpSync(path("../package.json"), join(folder, "package.json"));
  const args = [path("../scripts/build.ts"), join(folder, "dist"), path("../src/main.ts"), "--source-maps"];
  execFileSync(process.execPath, args, { stdio: "inherit" });
}

/** Milliseconds by item of one run. What comes before the first sample and after the last is Node's own. */
async function profileOf(scene: Scene, program: Program, items: ProfileItems): Promise<Map<string, number>> {
  const folder = join(program.cwd, "profile");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const [node, ...args] = program[scene.kind]!;
  const options = ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${scene.interval}`];
  const begun = now();
  const until = await scene.run(program, [node, ...options, ...args]);
  const profile = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), "utf8")) as CpuProfile;
  const times = items.times(profile, until);
  times.set("Node's start before its first script", profile.startTime / 1000 - begun);
  return times;
}

function print({ title, runs }: Scene, profiles: readonly ReadonlyMap<string, number>[]): void {
  const sums = new Map<string, number>();
  for (const profile of profiles) {
    for (const [item, time] of profile) sums.set(item, (sums.get(item) ?? 0) + time / runs);
  }
  const total = [...sums.values()].reduce((one, other) => one + other, 0);
  const sorted = [...sums].sort(([, one], [, other]) => other - one);
  const large = sorted.filter(([, time]) => time >= smallest * total);
  const rest = total - large.reduce((sum, [, time]) => sum + time, 0);
  console.log(`\n## ${title}: ${total.toFixed(1)} ms, mean of ${runs}\n\n| item | ms | share |\n| --- | --: | --: |`);
  for (const [item, time] of [...large, [`${sorted.length - large.length} smaller items`, rest] as const])
    console.log(`| ${item} | ${time.toFixed(1)} | ${((100 * time) / total).toFixed(1)} % |`);
}

const runs = Number(process.argv[2] ?? 10);
const root = mkdtempSync(join(tmpdir(), "deepseek-chat-profile-"));
const toTheEnd = async (run: Promise<unknown>) => {
  await run;
  return now();
};
const scenes: readonly (Scene & { readonly characters: number })[] = [
  {
    title: "A question into a pipe",
    runs,
    interval: 100,
    characters: 0,
    kind: "ask",
    run: (program, command) => toTheEnd(runInPipe(program, command)),
  },
  { title: "A session up to its prompt", runs, interval: 100, characters: 0, kind: "chat", run: upToThePrompt },
  {
    title: "A long answer (2 MB) on a terminal",
    runs: 1,
    interval: 1000,
    characters: 2_000_000,
    kind: "ask",
    run: (program, command) => toTheEnd(runInTerminal(program, command)),
  },
];
try {
  await using server = await BenchServer.open();
  buildWithMaps(join(root, "program"));
  const program = fieldIn(root, server.url, join(root, "program")).programs.find(({ name }) => name === "before")!;
  const items = new ProfileItems();
  for (const { characters, ...scene } of scenes) {
    await server.answerWith(characters === 0 ? { kind: "short" } : { kind: "long", characters });
    // The first run compiles the scripts, and keeps what was compiled for the others.
    if (characters === 0) await scene.run(program, program[scene.kind]!);
    const profiles: Map<string, number>[] = [];
    while (profiles.length < scene.runs) profiles.push(await profileOf(scene, program, items));
    print(scene, profiles);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
