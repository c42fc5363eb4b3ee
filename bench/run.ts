/**
 * Runs the benches, all of them or those named: `npm run bench -- startup`. Each prints ratios within one run. What follows the
 * names from the first option on goes to each of them: `npm run bench -- rivals --only start`.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Add one by writing its file and naming it here. */
const benches: Readonly<Record<string, string>> = {
  startup: "startup.ts",
  rivals: "rivals.ts",
  profile: "profile.ts",
  markdown: "markdown.ts",
  soak: "soak.ts",
  kill: "kill.ts",
  "fuzz-streams": "fuzz-streams.ts",
  archive: "archive.ts",
  long: "long.ts",
  "fuzz-transcripts": "fuzz-transcripts.ts",
  "fuzz-imports": "fuzz-imports.ts",
  "fuzz-keys": "fuzz-keys.ts",
  tokenizer: "tokenizer.ts",
  budget: "budget.ts",
  batch: "batch.ts",
  "batch-kill": "batch-kill.ts",
  "batch-memory": "batch-memory.ts",
  "batch-concurrency": "batch-concurrency.ts",
  metrics: "metrics.ts",
  upload: "upload.ts",
};

const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith("-"));
const named = firstOption === -1 ? args : args.slice(0, firstOption);
const options = args.slice(named.length);
const unknown = named.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`);
  process.exitCode = 2;
} else {
  for (const name of named.length > 0 ? named : Object.keys(benches)) {
    console.log(`\n# ${name}`);
    const file = fileURLToPath(new URL(benches[name]!, import.meta.url));
    const { status } = spawnSync(process.execPath, [file, ...options], { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
}
