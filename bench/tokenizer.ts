/**
 * The tokenizer: time until it is loaded in a process of its own, for how long at most the event loop stands still meanwhile, memory;
 * MB/s of English, Chinese and code; and for texts made to be slow, what ten times the text takes: about ten times as long.
 */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadTokenizer } from "../src/usage/tokenizer/tokenizer.ts";

const runs = 7;
const root = fileURLToPath(new URL("../", import.meta.url));

interface Course {
  readonly ms: number;
  /** Milliseconds of processor time, of all threads. */
  readonly cpu: number;
  /** Milliseconds of the longest time without a turn of the event loop; on a machine with other work, this may be the others'. */
  readonly longest: number;
}

async function watched(work: () => Promise<unknown>): Promise<Course> {
  let longest = 0;
  let last = performance.now();
  let isDone = false;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  isDone = true;
  return { ms: performance.now() - start, cpu: (user + system) / 1000, longest };
}

const median = (numbers: readonly number[]) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1]!;
const shown = (name: string, ...figures: readonly string[]) => console.log(name.padEnd(34) + figures.join("  "));

interface Load extends Course {
  readonly buffers: number;
  readonly resident: number;
}

/** In a process of its own: loads, and prints what that took. */
async function load(): Promise<void> {
  const before = process.memoryUsage();
  const course = await watched(loadTokenizer);
  const after = process.memoryUsage();
  const mega = (key: "arrayBuffers" | "rss") => (after[key] - before[key]) / 1e6;
  const found: Load = { ...course, buffers: mega("arrayBuffers"), resident: mega("rss") };
  console.log(JSON.stringify(found));
}

function loads(): void {
  const found = Array.from({ length: runs }, () => {
    const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--load"], { encoding: "utf8" });
    return JSON.parse(stdout) as Load;
  });
  const figure = (key: keyof Load) =>
    `${median(found.map((one) => one[key])).toFixed(1)} (least ${Math.min(...found.map((one) => one[key])).toFixed(1)})`;
  shown("load, ms", figure("ms"));
  shown("  processor time, all threads, ms", figure("cpu"));
  shown("  longest turn of the loop, ms", figure("longest"));
  shown("  buffers / resident, MB", figure("buffers"), "/", figure("resident"));
}

/** A megabyte and more of the repository's own files. */
function textOf(pattern: string): string {
  const text = globSync(pattern, { cwd: root })
    .map((file) => readFileSync(`${root}/${file}`, "utf8"))
    .join("\n");
  return text.repeat(Math.ceil(1e6 / text.length));
}

async function speeds(): Promise<void> {
  const tokenizer = await loadTokenizer();
  // Chinese alone.
  const chinese = textOf("{README,docs/*}.zh-CN.md").replaceAll(/[ -~]+/gu, "");
  const texts = { English: textOf("docs/decisions/*.md"), Chinese: chinese, code: textOf("src/**/*.ts") };
  for (const [name, text] of Object.entries(texts)) {
    const bytes = Buffer.byteLength(text);
    tokenizer.countTokens(text);
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push((await watched(async () => tokenizer.countTokens(text))).cpu);
    const speed = (ms: number) => (bytes / 1000 / ms).toFixed(1);
    const { longest } = await watched(() => tokenizer.countInSlices(text));
    const perToken = bytes / tokenizer.countTokens(text);
    const figures = `MB/s of processor time, best ${speed(Math.min(...times))}, ${perToken.toFixed(2)} bytes a token`;
    shown(name, speed(median(times)), `${figures}; longest turn in slices ${longest.toFixed(1)} ms`);
  }
  for (const unit of ["a", " ", "\n", "=", "😀", "中文", "\u200B", "<｜User｜>"]) {
    const [short, long] = [2e5, 2e6].map((length) => unit.repeat(length / unit.length));
    const one = await watched(() => tokenizer.countInSlices(short!));
    const ten = await watched(() => tokenizer.countInSlices(long!));
    const figures = `ms of processor time for 2,000,000 characters, ${(ten.cpu / one.cpu).toFixed(1)} times 200,000`;
    shown(`only ${JSON.stringify(unit)}`, ten.cpu.toFixed(0), `${figures}; longest turn ${ten.longest.toFixed(1)} ms`);
  }
}

if (process.argv[2] === "--load") await load();
else {
  loads();
  await speeds();
}
