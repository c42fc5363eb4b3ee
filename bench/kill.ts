/**
 * Ends the built program at random moments of an answer and counts what was sent, shown, saved and lost:
 * `npm run bench -- kill`, or `node bench/kill.ts [runs] [seed] [at a time]`.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kill, sum } from "../test/lost/killing.ts";

const [runs = 300, seed = 1, parallel = 3] = process.argv.slice(2).map(Number);
const launcher = fileURLToPath(new URL("../bin/deepseek-chat.js", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "deepseek-chat-kill-"));
const begun = performance.now();
let scenes = 0;

const { rows, mistakes } = await kill({
  seed,
  runs,
  killed: 0.6,
  parallel,
  scene() {
    const cwd = join(home, String(scenes++));
    mkdirSync(join(cwd, "transcripts"), { recursive: true });
    const { PATH = "" } = process.env;
    const config = join(cwd, "config.yaml");
    return {
      launcher,
      cwd,
      env: { PATH, HOME: cwd, DEEPSEEK_CHAT_CONFIG: config, DEEPSEEK_CHAT_KEY_STORE: "file", LC_ALL: "C.UTF-8" },
    };
  },
});
rmSync(home, { recursive: true, force: true });
const columns = ["runs", "sent", "shown", "saved", "lost"] as const;
const line = (name: string, cells: readonly (string | number)[]) =>
  console.log(name.padEnd(42) + cells.map((cell) => String(cell).padStart(9)).join(""));
line(`seed ${seed}; bytes`, columns);
const names = [...rows.keys()].sort((one, other) => one.localeCompare(other));
for (const name of names)
  line(
    name,
    columns.map((column) => rows.get(name)![column]),
  );
const all = [...rows.values()].reduce(sum);
line(
  "all",
  columns.map((column) => all[column]),
);
for (const mistake of mistakes) console.log(mistake);
const seconds = Math.round((performance.now() - begun) / 1000);
console.log(
  `lost ${all.lost} of ${all.shown} bytes shown in ${all.runs} runs; mistakes: ${mistakes.length}; ${seconds} s`,
);
if (mistakes.length > 0) process.exitCode = 1;
