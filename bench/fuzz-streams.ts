/**
 * Sends mutated streams to the built program, as sessions and as single questions, and holds that none ends it with a fault of
 * its own, takes it over 10 s, or brings a key or a control sequence back: `npm run bench -- fuzz-streams`, or
 * `node bench/fuzz-streams.ts [streams] [seed] [at a time] [number of the only run]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fuzzStreams } from "../test/fuzz/streams.ts";

const [count = 5000, seed = 1, parallel = 4, only] = process.argv.slice(2).map(Number);
const launcher = fileURLToPath(new URL("../bin/deepseek-chat.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-fuzz-"));
const startedAt = performance.now();
const result = await fuzzStreams({ launcher, folder, seed, count, parallel, ...(only !== undefined && { only }) });
rmSync(folder, { recursive: true, force: true });
const { streams, runs, exits, longest, mistakes } = result;
for (const mistake of mistakes.slice(0, 50)) console.log(mistake);
const codes = [...exits].sort(([one], [other]) => one.localeCompare(other)).map(([code, times]) => `${code}: ${times}`);
const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(
  `${streams} mutated streams, seed ${seed}, ${runs} runs of the program in ${seconds} s; exit codes ${codes.join(", ")}; ` +
    `longest answer ${longest} ms; ${mistakes.length} mistakes`,
);
if (mistakes.length > 0) process.exitCode = 1;
