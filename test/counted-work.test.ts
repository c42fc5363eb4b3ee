import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { additions } from "../scripts/work/figures.ts";
import type { Counts } from "../scripts/work/runs.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "deepseek-chat-counter-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const script = join(folder, "script.mjs");
const counter = fileURLToPath(new URL("../scripts/work/counter.cjs", import.meta.url));

function counts(source: string, more: Readonly<Record<string, string>> = {}): Counts {
  writeFileSync(script, source);
  const report = join(folder, "report.json");
  const env = { PATH: process.env["PATH"], WORK_COUNTS: report, ...more };
  execFileSync(process.execPath, ["--require", counter, script], { env, cwd: folder });
  return JSON.parse(readFileSync(report, "utf8")) as Counts;
}

test("an empty script does nothing, and what the counter does itself is not counted", () => {
  const { scripts, ...others } = counts(" ");
  expect(scripts).toEqual([{ name: script, size: 1, compiled: null }]);
  expect(others).toEqual({ builtins: [], calls: {}, bytes: {}, tallies: { "JSON.parse": 0, timers: 0 } });
});

test("calls are counted by the file, also of one that is open, in each of the ways to ask the file system", () => {
  const { calls, bytes, builtins, tallies, scripts } = counts(`
    const fs = process.getBuiltinModule("node:fs");
    const { Script } = process.getBuiltinModule("node:vm");
    const open = fs.openSync("one", "w");
    fs.writeSync(open, "é");
    fs.writeSync(open, "e");
    fs.fstatSync(open);
    fs.readFileSync(fs.openSync("one"));
    await fs.promises.writeFile("two", "four");
    const handle = await process.getBuiltinModule("fs/promises").open("two");
    await handle.stat();
    await handle.close();
    process.stdout.write("five!");
    new Script("JSON.parse('1')", { filename: "three" }).runInThisContext();
    setTimeout(() => {});
  `);
  expect(calls).toEqual({
    "openSync one": 2,
    "writeSync one": 2,
    "fstatSync one": 1,
    "readSync one": 1,
    "writeFile two": 1,
    "open two": 1,
    "stat two": 1,
    "write stdout": 1,
  });
  expect(bytes).toEqual({ "writeSync one": 3, "writeFile two": 4, "write stdout": 5 });
  expect(builtins).toEqual(expect.arrayContaining(["vm", "fs/promises", "net"]));
  expect(builtins).not.toContain("module");
  expect(tallies).toEqual({ "JSON.parse": 1, timers: 1 });
  expect(scripts[1]).toEqual({ name: "three", size: 15, compiled: true });
});

test("counts end where a text has been written", () => {
  const source = `process.stdout.write("> "); process.getBuiltinModule("fs").existsSync("later");`;
  expect(Object.keys(counts(source).calls)).toContain("existsSync later");
  expect(counts(source, { WORK_UNTIL: "> " }).calls).toEqual({ "write stdout": 1 });
});

test("what is loaded and was not is named with its size, and what has grown", () => {
  const used = { scripts: { "main.script": 10_000 }, builtins: ["net"], files: ["openSync ~/a"] };
  const now = {
    scripts: { "main.script": 12_000, "yaml.script": 60_500 },
    builtins: ["net", "zlib"],
    files: ["openSync ~/a", "openSync ~/b"],
  };
  expect(additions(used, used)).toEqual([]);
  expect(additions(used, now)).toEqual([
    "loads main.script of 12 kB, which had 10 kB",
    "loads yaml.script, 61 kB, which it did not",
    "loads zlib of Node, which it did not",
    "calls openSync ~/b, which it did not",
  ]);
});
