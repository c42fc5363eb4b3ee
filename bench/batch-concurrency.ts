/**
 * How `batch run` learns a limit that it is not told: draws what ran at a service that refuses more than so many at once, each second, beside
 * the limit. `node bench/batch-concurrency.ts [limit] [seconds]`; the limit falls to a third for the second third of the time.
 */
import { join } from "node:path";
import { askingAt, measured, program, scratch, Service, writePrompts } from "./batch/measure.ts";

const [limit = 60, seconds = 45] = process.argv.slice(2).map(Number);
const time = 500;
const low = Math.floor(limit / 3);
const third = (seconds / 3) * 1000;
await using service = await Service.start("./bare-service.ts", limit, time, third, low, 2 * third, limit);
using folder = scratch();
const cwd = folder.path;
writePrompts(join(cwd, "in.jsonl"), Math.ceil((seconds * 1000 * limit) / time), (index) => ({
  prompt: `Prompt ${index}`,
}));
const command = [process.execPath, program, "batch", "run", "in.jsonl", "-o", "out.jsonl"];
const running = measured(command, { cwd, env: askingAt(service.url, cwd), killAfter: seconds * 1000 });
const width = 60;
let [before, beforeRefused, used, possible] = [0, 0, 0, 0];
for (let second = 1; second <= seconds; second++) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { requests, kinds } = await service.count();
  const { most = 0, refused = 0, allowed = 0 } = kinds;
  const answered = requests - before - (refused - beforeRefused);
  used += answered;
  possible += (allowed * 1000) / time;
  const row = Array.from({ length: width + 1 }, (_, column) => {
    const at = (value: number) => Math.round((value / limit) * width) === column;
    return at(allowed) ? "|" : at(most) ? "*" : column < (most / limit) * width ? "·" : " ";
  }).join("");
  console.log(
    `${String(second).padStart(3)} s ${row} ${String(most).padStart(3)} of ${allowed}, ${refused - beforeRefused} refused`,
  );
  [before, beforeRefused] = [requests, refused];
}
await running;
console.log(
  `${((used / possible) * 100).toFixed(0)} % of what the limit allowed, ${((beforeRefused / before) * 100).toFixed(1)} % refused`,
);
