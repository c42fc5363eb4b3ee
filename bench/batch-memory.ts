/**
 * Peak memory of `batch run`: `node bench/batch-memory.ts [lines…]`, 10,000 and 1,000,000 where none are given. The service is a bare one in a
 * process of its own, as somebody else's would need hours for a million.
 */
import { join } from "node:path";
import { askingAt, measured, printTable, program, scratch, Service, writePrompts } from "./batch/measure.ts";

const given = process.argv.slice(2).map(Number);
const rows: (string | number)[][] = [];
for (const count of given.length > 0 ? given : [10_000, 1_000_000]) {
  await using service = await Service.start("./bare-service.ts", 10_000);
  using folder = scratch();
  const cwd = folder.path;
  writePrompts(join(cwd, "in.jsonl"), count, (index) => ({ id: `i${index}`, prompt: `Prompt number ${index}` }));
  const command = [process.execPath, program, "batch", "run", "in.jsonl", "-o", "out.jsonl", "--no-cache"];
  const { code, seconds, cpu, peak } = await measured(command, { cwd, env: askingAt(service.url, cwd) });
  rows.push([
    count,
    code ?? "-",
    seconds.toFixed(1),
    cpu.toFixed(1),
    ((cpu / count) * 1e6).toFixed(0),
    peak.toFixed(0),
  ]);
}
printTable(["lines", "exit", "s", "cpu s", "µs cpu/line", "peak MB"], rows);
