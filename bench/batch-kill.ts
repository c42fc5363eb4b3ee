/**
 * Answers prompts of a service with 5 % faults (429, 500, cuts, stalls), kills the program with -9 at random moments, and starts it again:
 * `node bench/batch-kill.ts [prompts] [kills] [seed]`. Every id is to be there once, with no more requests than items, retries and what was
 * under way at each kill.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { askingAt, idsIn, measured, program, scratch, Service, writePrompts } from "./batch/measure.ts";

const [count = 20_000, kills = 10, seed = 1] = process.argv.slice(2).map(Number);
const concurrency = 64;
const stallTimeout = 5;
let state = seed;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;

await using service = await Service.start("./service.ts", 0.05, 200);
using folder = scratch();
const cwd = folder.path;
writePrompts(join(cwd, "in.jsonl"), count, (index) => ({ id: `i${index}`, prompt: `Prompt number ${index}` }));
const options = ["--concurrency", String(concurrency), "--timeout", String(stallTimeout)];
const command = [process.execPath, program, "batch", "run", "in.jsonl", "-o", "out.jsonl", ...options];
const env = askingAt(service.url, cwd);
const output = join(cwd, "out.jsonl");
const startedAt = performance.now();
let killed = 0;
for (;;) {
  const killAfter = killed < kills ? 1500 + random() * 6000 : undefined;
  const run = await measured(command, { cwd, env, ...(killAfter !== undefined && { killAfter }) });
  const lines = existsSync(output) ? readFileSync(output, "utf8").split("\n").length - 1 : 0;
  console.log(
    `${run.code === null ? "killed" : `exit ${run.code}`} after ${run.seconds.toFixed(1)} s, ${lines} lines, peak ${run.peak.toFixed(0)} MB`,
  );
  if (run.code === null && killAfter !== undefined) killed++;
  else if (run.code !== null) {
    console.log(run.stderr.trim().split("\n").slice(-4).join("\n"));
    break;
  }
}
const { requests, prompts, kinds } = await service.count();
let failed = 0;
const ids = await idsIn(output, (line) => {
  const { custom_id: id, error } = JSON.parse(line) as { custom_id: string; error: object | null };
  if (error !== null) failed++;
  return id;
});
const doubled = [...ids.values()].filter((times) => times > 1).length;
const faults = Object.entries(kinds).reduce((sum, [kind, times]) => sum + (kind === "answer" ? 0 : times), 0);
const bound = count + faults + concurrency * killed;
console.log({
  seconds: Math.round((performance.now() - startedAt) / 1000),
  kills: killed,
  ids: ids.size,
  missing: count - ids.size,
  doubled,
  failed,
});
console.log({
  requests,
  prompts,
  kinds,
  "requests beyond items and faults": requests - count - faults,
  "in flight × kills": concurrency * killed,
});
if (ids.size !== count || doubled > 0 || requests > bound) process.exitCode = 1;
