/**
 * A large archive: 100,000 exchanges in 5,000 files. Searches beside `rg`, lists beside a bare script that reads the beginning of
 * each file, the making of the index, and `--continue`. What is compared runs side by side; the file cache is warm.
 *
 * BENCH_ARCHIVE names a folder in which the archive is kept for the next time.
 */
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { candidatesIn } from "../src/transcripts/search/candidates.ts";
import { Database, indexPath } from "../src/transcripts/search/database.ts";
import { roles } from "../src/transcripts/search/exchange-offsets.ts";
import { literalsOf } from "../src/transcripts/search/matcher.ts";
import { Searcher } from "../src/transcripts/search/search.ts";
import { Segment } from "../src/transcripts/search/segment-store.ts";
import { openTerminal } from "../test/support/pty.ts";
import { agreement } from "./archive/compare.ts";
import { bytesIn, makeArchive, size } from "./archive/corpus.ts";
import { Fts5Index } from "./archive/fts5.ts";
import { listFloor, median, ours, Scene } from "./archive/runs.ts";

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
    if (/^(?:search|transcripts)-/u.test(name)) rmSync(join(scene.cache, name));
  }
  const megabytes = bytesIn(scene.archive) / 1e6;
  const [command, ...args] = ours("transcripts", "search", "zyzzyva");
  const begun = performance.now();
  await using terminal = openTerminal({ command, args, cwd: scene.work, env: scene.environment });
  await terminal.exit;
  const seconds = (performance.now() - begun) / 1000;
  const bars = [...terminal.raw.matchAll(/\[#*-*\] +\d+ %/gu)].map(([bar]) => bar);
  row("first build of the index", `${seconds.toFixed(1)} s`, `${(megabytes / seconds).toFixed(1)} MB/s`);
  const index = readdirSync(scene.cache).find((name) => /^search-.*\.db$/u.test(name))!;
  const size = statSync(join(scene.cache, index)).size / 1e6;
  row("size of the index", `${size.toFixed(0)} MB`, `${((100 * size) / megabytes).toFixed(0)} %`);
  console.log(`the bar was drawn ${bars.length} times, once as ${bars[Math.floor(bars.length / 2)] ?? "nothing"}`);
  judge("MB/s", megabytes / seconds, megabytes / seconds >= 20 && bars.length > 0, ">= 20 with a bar");
}

/** Searches within one session, as `/search` does. */
class Session implements Disposable {
  readonly #searcher: Searcher;
  readonly times: number[] = [];

  constructor(scene: Scene) {
    this.#searcher = new Searcher(scene.archive, scene.cache, "often");
  }

  async search(query: string, times: number): Promise<void> {
    for (let run = 0; run < times; run++) {
      const begun = performance.now();
      const { conversations } = await this.#searcher.search(
        { what: query, role: null, since: null, limit: 10, exchanges: 3 },
        { signal: new AbortController().signal, onProgress: () => {} },
      );
      for (const found of conversations) await this.#searcher.describe(found);
      this.times.push(performance.now() - begun);
    }
  }

  [Symbol.dispose](): void {
    this.#searcher[Symbol.dispose]();
  }
}

async function search(scene: Scene): Promise<void> {
  const [node, version] = await scene.time([[process.execPath, "-e", "0"], ours("--version")]);
  row("node -e 0", ms(node!));
  row("--version", ms(version!));
  row("search for", "rg", "session", "rg/session", "process", "rg/process", "rg/(p - node)");
  const ratios: number[] = [];
  for (const [name, query, rg] of searches) {
    using session = new Session(scene);
    await session.search(query, 10);
    session.times.length = 0;
    const commands = [
      ["rg", ...rg, "transcripts"],
      ours("transcripts", "search", query),
      [process.execPath, "-e", "0"],
    ];
    const [theirs, whole, empty] = await scene.time(commands, null, () => session.search(query, 5));
    const within = median(session.times);
    ratios.push(theirs! / within);
    const cells = [theirs! / within, theirs! / whole!, theirs! / (whole! - empty!)].map((ratio) => ratio.toFixed(2));
    row(name, ms(theirs!), ms(within), cells[0]!, ms(whole!), cells[1]!, cells[2]!);
  }
  // What no program of this kind can go below.
  console.log(`an empty Node program takes ${ms(node!)}, a tenth of rg's time where that is ${ms(10 * node!)}`);
  judge("rg/session, the least", Math.min(...ratios), Math.min(...ratios) >= 10, ">= 10");
}

/** Milliseconds that the processor worked for this: what else the machine does counts less. */
async function work(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What is asked of an index beyond the measured searches: parts that stand in many words, and signs. */
const parts = ["in", "con", "123", "=>"];

/** Today's index beside one of FTS5: what it takes to make them, and to ask them which exchanges may hold something. */
async function engines(scene: Scene): Promise<void> {
  const cache = join(scene.root, "cache");
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { mode: 0o700 });
  using fts5 = new Fts5Index(join(cache, "fts5.db"));
  const builds = [await work(() => buildToday(scene.archive, cache)), await work(() => fts5.build(scene.archive))];
  using database = Database.look(indexPath(scene.archive, cache));
  const megabytes = bytesIn(scene.archive) / 1e6;
  const cells = (today: number, other: number) => [today.toFixed(1), other.toFixed(1), (other / today).toFixed(2)];
  row("index (of processor time)", "today", "FTS5", "ratio", "found by both");
  row("first build, MB/s", ...cells(megabytes / (builds[0]! / 1000), megabytes / (builds[1]! / 1000)));
  row("size, MB", ...cells(statSync(database.path).size / 1e6, fts5.size / 1e6));
  const ratios: number[] = [];
  for (const [name, what] of [...searches, ...parts.map((part) => [part, part] as const)]) {
    const literals = literalsOf(what);
    const counts = [0, 0];
    const times: number[][] = [[], []];
    for (let run = 0; run < 7; run++) {
      times[0]!.push(await work(() => (counts[0] = countToday(database, literals))));
      times[1]!.push(await work(() => (counts[1] = fts5.count(literals))));
    }
    const [today, other] = times.map(median);
    row(`${name}, ms`, ...cells(today!, other!), counts.join(counts[0] === counts[1] ? " = " : " DIFFERS "));
    ratios.push(other! / today!);
  }
  const slowest = Math.max(...ratios).toFixed(1);
  console.log(
    `FTS5 would take its place if it found the same, were no larger and never slower: it is up to ${slowest} times as slow`,
  );
}

async function buildToday(folder: string, cache: string): Promise<void> {
  using searcher = new Searcher(folder, cache, "once");
  const query = { what: "zyzzyva", role: null, since: null, limit: 10, exchanges: 3 };
  await searcher.search(query, { signal: new AbortController().signal, onProgress: () => {} });
}

/** How many exchanges today's index names; titles, which have no turn, are no exchanges. */
function countToday(database: Database, literals: readonly string[]): number {
  const within = new Set(roles.filter((role) => role !== "title"));
  const segments = [...Segment.all(database).values()];
  return segments.reduce(
    (sum, segment) => sum + candidatesIn(segment, literals, within).found.filter(Boolean).length,
    0,
  );
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

async function list(scene: Scene): Promise<void> {
  const command = ours("transcripts", "list");
  const [floor, known] = await scene.time([listFloor, command]);
  const forget = ["sh", "-c", `rm -f ${join(scene.cache, "transcripts-")}*`];
  const [floorAgain, first] = await scene.time([listFloor, command], forget);
  row("list", "bare script", "list", "ratio");
  row("after the first search", ms(floor!), ms(known!), (known! / floor!).toFixed(2));
  row("nothing remembered", ms(floorAgain!), ms(first!), (first! / floorAgain!).toFixed(2));
  judge("list, after the first search", known! / floor!, known! / floor! <= 2, "<= 2");
  judge("list, nothing remembered", first! / floorAgain!, first! / floorAgain! <= 2, "<= 2");
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

async function goOn(scene: Scene): Promise<void> {
  const [fresh, resumed] = await scene.time([ours("chat"), ours("chat", "--continue")]);
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
  await engines(scene);
  await list(scene);
  update(scene);
  await goOn(scene);
} finally {
  if (kept === undefined) rmSync(scene.root, { recursive: true, force: true });
}
