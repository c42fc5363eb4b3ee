/**
 * Puts thousands of requests through the built program to a server of somebody else's that fails as often as not, and counts
 * what was received, shown and saved: `npm run bench -- soak`, or `node bench/soak.ts [requests] [seed] [at a time]`.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Launch, type Launched, soak } from "../test/faults/soak.ts";

const [requests = 2000, seed = 1, parallel = 3] = process.argv.slice(2).map(Number);
const program = fileURLToPath(new URL("../bin/deepseek-chat.js", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "deepseek-chat-soak-"));
let sessions = 0;

async function launch({ args, input, env, config }: Launch): Promise<Launched> {
  const cwd = join(home, String(sessions++));
  const folder = join(cwd, "transcripts");
  mkdirSync(folder, { recursive: true });
  const file = join(cwd, "config.yaml");
  writeFileSync(file, config);
  const { PATH } = process.env;
  const own = { HOME: home, DEEPSEEK_CHAT_CONFIG: file, DEEPSEEK_CHAT_KEY_STORE: "file", LC_ALL: "C.UTF-8" };
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH, ...own, ...env },
    stdio: [input === null ? "ignore" : "pipe", "pipe", "ignore"],
  });
  child.stdin?.on("error", () => {}).end(input);
  let stdout = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const code = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  return { code, stdout, folder };
}

const startedAt = performance.now();
const result = await soak({ requests, seed, parallel, launch });
rmSync(home, { recursive: true, force: true });
const { answers, kinds, mistakes } = result;
const rows: [string, number | string][] = [
  ["seed", seed],
  ["seconds", Math.round((performance.now() - startedAt) / 1000)],
  ["runs of the program", sessions],
  ["questions", result.questions],
  ["  answers that are whole", answers.whole],
  ["  answers that broke off for good", answers.broken],
  ["  questions nothing came of", answers.none],
  ["requests", result.requests],
  ["connections", result.connections],
  ...Array.from(kinds, ([kind, count]): [string, number] => [`  ${kind}`, count]).sort(
    (one, other) => other[1] - one[1],
  ),
  ["bytes on the wire", result.wire],
  ["bytes of answers received", result.received],
  ["  shown", result.shown],
  ["  saved", result.saved],
  ["bytes said again at seams, taken out", result.repeated],
  ["bytes that may have been, left out", result.unclear],
  ["mistakes", mistakes.length],
];
for (const [name, value] of rows) console.log(`${name.padEnd(40)} ${String(value).padStart(10)}`);
for (const mistake of mistakes.slice(0, 20)) console.log(mistake);
if (mistakes.length > 0 || result.received !== result.shown || result.received !== result.saved) process.exitCode = 1;
