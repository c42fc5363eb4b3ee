/**
 * A large archive: 100,000 exchanges in 5,000 files. Searches beside `rg`, lists beside a bare script that reads the beginning of
 * each file, the making of the index, and `--continue`. What is compared runs side by side; the file cache is warm.
 *
 * BENCH_ARCHIVE names a folder in which the archive is kept for the next time.
 */
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { searchTranscripts } from "../src/transcripts/search/search.ts";
import { openTerminal } from "../test/support/pty.ts";
import { agreement } from "./archive/compare.ts";
import { bytesIn, makeArchive, size } from "./archive/corpus.ts";
import { listFloor, ours, Scene } from "./archive/runs.ts";

/** What is searched for, and what somebody who has only `rg` would type for the same. */
const fullWidth = "\uff2c\uff49\uff4e\uff55\uff58";
const searches: readonly (readonly [name: string, query: string, rg: readonly string[]])[] = [
  ["\u91cf\u5b50", "\u91cf\u5b50", ["-F", "\u91cf\u5b50"]],
  ["one rare character", "\u9b51", ["-F", "\u9b51"]],
  ["one frequent character", "\u7684", ["-F", "\u7684"]],
  ["kubectl apply", "kubectl apply", ["-iF", "kubectl apply"]],
  [`${fullWidth} (full-width)`, fullWidth, ["-iF", "-e", "linux", "-e", fullWidth]],
  ["linux (half-width)", "linux", ["-iF", "-e", "linux", "-e", fullWidth]],
  ["nowhere", "zyzzyva", ["-F", "zyzzyva"]],
];

function row(name: string, ...cells: readonly string[]): void {
  console.log([name.padEnd(34), ...cells.map((cell) => cell.padStart(12))].join(" "));
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`;
}

/** Says whether a bound is kept; where not, the bench has failed. */
function judge(name: string, value: number, kept: boolean, bound: string): void {
  console.log(`${name.padEnd(34)} ${value.toFixed(2).padStart(12)}  ${kept ? "within" : "MISSES"} ${bound}`);
  if (!kept) process.exitCode = 1;
}

/** The first search, in a terminal: what it takes, and whether the bar was seen. */
async function build(scene: Scene): Promise<void> {
  for (const name of readdirSync(scene.cache)) {
    if (name.startsWith("search-")) rmSync(join(scene.cache, name));
  }
  const megabytes = bytesIn(scene.archive) / 1e6;
  const [command, ...args] = ours("transcripts", "search", "zyzzyva");
  const begun = performance.now();
  await using terminal = openTerminal({ command, args, cwd: scene.work, env: scene.environment });
  await terminal.exit;
  const seconds = (performance.now() - begun) / 1000;
  const bars = [...terminal.raw.matchAll(/\[#*-*\] +\d+ %/gu)].map(([bar]) => bar);
  row("first build of the index", `${seconds.toFixed(1)} s`, `${(megabytes / seconds).toFixed(1)} MB/s`);
  console.log(`the bar was drawn ${bars.length} times, once as ${bars[Math.floor(bars.length / 2)] ?? "nothing"}`);
  judge("MB/s", megabytes / seconds, megabytes / seconds >= 20 && bars.length > 0, ">= 20 with a bar");
}

/** The time within a session, where the program runs already: the best of some. */
async function inProcess(scene: Scene, query: string): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 9; run++) {
    const begun = performance.now();
    await searchTranscripts(
      { what: query, role: null, since: null, limit: 10, exchanges: 3 },
      { folder: scene.archive, cache: scene.cache, signal: new AbortController().signal, onProgress: () => {} },
    );
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[4]!;
}

async function search(scene: Scene): Promise<void> {
  const [node, version] = scene.time([[process.execPath, "-e", "0"], ours("--version")]);
  row("node -e 0", ms(node!));
  row("--version", ms(version!));
  const missed: string[] = [];
  row("search for", "rg", "search", "rg/search", "in a session", "rg/session");
  for (const [name, query, rg] of searches) {
    const [theirs, whole] = scene.time([["rg", ...rg, "transcripts"], ours("transcripts", "search", query)]);
    const within = await inProcess(scene, query);
    const ratio = (theirs! / whole!).toFixed(2);
    row(name, ms(theirs!), ms(whole!), ratio, ms(within), (theirs! / within).toFixed(2));
    if (theirs! / whole! < 10) missed.push(name);
  }
  // What no program of this kind can go below.
  console.log(`an empty Node program takes ${ms(node!)}, a tenth of rg's time where that is ${ms(10 * node!)}`);
  console.log(
    `at least 10 times faster than rg as a process: ${missed.length === 0 ? "all" : `MISSED by ${missed.join(", ")}`}`,
  );
  if (missed.length > 0) process.exitCode = 1;
}

function compare(scene: Scene): void {
  row("exchanges found of", "by both", "only search", "only rg", "in metadata");
  for (const [name, query, rg] of searches) {
    const { both, ours: more, theirs, beside } = agreement(scene, query, rg);
    row(name, String(both), String(more.length), String(theirs.length), String(beside));
    for (const one of [...more, ...theirs].slice(0, 3)) console.log(`  differs: ${one}`);
    if (more.length + theirs.length > 0) process.exitCode = 1;
  }
}

function list(scene: Scene): void {
  const command = ours("transcripts", "list");
  const [floor, known] = scene.time([listFloor, command]);
  const forget = ["sh", "-c", `rm -f ${join(scene.cache, "transcripts-")}*`];
  const [floorAgain, first] = scene.time([listFloor, command], forget);
  row("list", "bare script", "list", "ratio");
  row("remembered", ms(floor!), ms(known!), (known! / floor!).toFixed(2));
  row("the very first", ms(floorAgain!), ms(first!), (first! / floorAgain!).toFixed(2));
  judge("list, remembered", known! / floor!, known! / floor! <= 2, "<= 2");
  judge("list, the very first", first! / floorAgain!, first! / floorAgain! <= 2, "<= 2");
}

function update(scene: Scene): void {
  const command = ours("transcripts", "search", "zyzzyva");
  const names = readdirSync(scene.archive);
  const once = (change: () => void): number => {
    change();
    const begun = performance.now();
    scene.output(command);
    return performance.now() - begun;
  };
  const path = (index: number) => join(scene.archive, names[index * 37]!);
  const kept = join(scene.root, "kept");
  copyFileSync(path(1), kept);
  row("search as it is", ms(once(() => {})));
  row("after one append", ms(once(() => appendFileSync(path(1), "[2026-11-20 23:41:07] Question:\nMore?\n\n"))));
  copyFileSync(kept, path(1));
  scene.output(command);
  const touched = once(() => names.slice(0, 100).forEach((name) => utimesSync(join(scene.archive, name), 1e9, 1e9)));
  row("after 100 files were touched", ms(touched));
}

function goOn(scene: Scene): void {
  const [fresh, resumed] = scene.time([ours("chat"), ours("chat", "--continue")]);
  row("chat, left at its prompt", ms(fresh!));
  row("chat --continue", ms(resumed!));
  judge("--continue adds, ms", resumed! - fresh!, resumed! - fresh! < 50, "< 50: nobody notices");
}

const kept = process.env["BENCH_ARCHIVE"];
const scene = new Scene(kept ?? mkdtempSync(join(tmpdir(), "deepseek-chat-bench-")));
try {
  makeArchive(scene.archive);
  mkdirSync(scene.cache, { recursive: true });
  const megabytes = (bytesIn(scene.archive) / 1e6).toFixed(0);
  console.log(`${size.exchanges} exchanges in ${size.files} files, ${megabytes} MB`);
  await build(scene);
  await search(scene);
  compare(scene);
  list(scene);
  update(scene);
  goOn(scene);
} finally {
  if (kept === undefined) rmSync(scene.root, { recursive: true, force: true });
}
