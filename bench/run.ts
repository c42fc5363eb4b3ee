/** Runs the benches, all of them or those named: `npm run bench -- startup`. Each prints ratios within one run. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Add one by writing its file and naming it here. */
const benches: Readonly<Record<string, string>> = {
  startup: "startup.ts",
  markdown: "markdown.ts",
  soak: "soak.ts",
  kill: "kill.ts",
  "fuzz-streams": "fuzz-streams.ts",
  archive: "archive.ts",
  "fuzz-transcripts": "fuzz-transcripts.ts",
  "fuzz-imports": "fuzz-imports.ts",
  "fuzz-keys": "fuzz-keys.ts",
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`);
  process.exitCode = 2;
} else {
  for (const name of named.length > 0 ? named : Object.keys(benches)) {
    console.log(`\n# ${name}`);
    const file = fileURLToPath(new URL(benches[name]!, import.meta.url));
    const { status } = spawnSync(process.execPath, [file], { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
}
