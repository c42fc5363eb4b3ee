import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/app/engine.ts";
import { builtInTools } from "../../../src/app/tools/built-in-tools.ts";
import { createToolbox } from "../../../src/app/tools/toolbox.ts";
import { outputText } from "../../../src/tools/tool-output.ts";
import type { Tool } from "../../../src/tools/tool.ts";
import { enter, scriptedEngine } from "../../support/app.ts";
import { newPlace, put } from "../../support/program.ts";
import { en, zh } from "../../support/words.ts";

let engine: Engine;
let tools: readonly Tool[];

beforeAll(async () => {
  const place = newPlace();
  enter(place);
  const at = (...names: string[]) => join(place.cwd, ...names);
  put(at("a.txt"), "one\ntwo\nthree\n");
  put(at("src", "中文.txt"), "中文测试内容，红色\n".repeat(3));
  writeFileSync(at("gb.txt"), Buffer.from([0xd6, 0xd0, 0xce, 0xc4, 0xb2, 0xe2, 0xca, 0xd4, 0xd6, 0xd0, 0xce, 0xc4]));
  put(at("src", "long.txt"), `${"x".repeat(30)}\n`.repeat(5000));
  put(at("slow.txt"), `${"a".repeat(60)}!\n`);
  put(at("bytes.bin"), Buffer.from([0, 1, 2, 3, 0, 255]));
  put(at(".env"), "KEY=secret\n");
  put(at("key.pem"), "secret\n");
  put(at(".env.example"), "KEY=\n");
  put(at(".git", "config"), "secret\n");
  put(at("..", "outside", "o.txt"), "secret\n");
  symlinkSync(join("..", "outside"), at("out"));
  symlinkSync(".env", at("harmless.txt"));
  symlinkSync(join("src", "中文.txt"), at("inner.txt"));
  mkdirSync(at("folder"));
  put(place.keyFile, "secret\n");
  linkSync(place.keyFile, at("own.txt"));
  engine = await scriptedEngine(() => async function* () {});
  ({ tools } = await builtInTools(engine));
});

async function call(name: string, args: object): Promise<string> {
  const box = createToolbox(tools, async () => ({ isAllowed: true }), 1, null);
  const signal = new AbortController().signal;
  const made = { type: "tool_call", id: "1", name, arguments: JSON.stringify(args) } as const;
  return outputText(await box.call(made, { signal, onStart() {}, onProgress() {} }));
}

test("built-in tools are named with what they do in both languages", () => {
  const names = tools.map(({ definition }) => definition.name).toSorted();
  for (const { tools } of [en, zh]) expect(Object.keys(tools.builtIn)).toEqual(names);
});

describe("read_file", () => {
  test.each([
    ["a whole file", { path: "a.txt" }, "one\ntwo\nthree\n"],
    ["some lines", { path: "a.txt", start_line: 2, end_line: 2 }, "two\n[Lines 2 to 2 of 3]"],
    ["beyond the end", { path: "a.txt", start_line: 9 }, "The file has 3 lines."],
    ["GB18030", { path: "gb.txt" }, "中文测试中文"],
    ["a link within", { path: "inner.txt" }, "中文测试内容，红色\n".repeat(3)],
    ["an example of secrets", { path: ".env.example" }, "KEY=\n"],
  ])("reads %s", async (_, args, text) => {
    expect(await call("read_file", args)).toBe(text);
  });

  test("gives a long file in parts", async () => {
    expect(await call("read_file", { path: "src/long.txt" })).toMatch(/\[Lines 1 to 1290 of 5000\]$/u);
  });

  test.each([
    ["outside", "../outside/o.txt"],
    ["outside, absolute", "/etc/passwd"],
    ["through a link", "out/o.txt"],
    ["a secret", ".env"],
    ["a secret by a link", "harmless.txt"],
    ["a key", "key.pem"],
    ["the program's keys by another name", "own.txt"],
    ["in .git", ".git/config"],
    ["a folder", "folder"],
    ["no text", "bytes.bin"],
    ["nothing", "no-such"],
  ])("refuses %s", async (_, path) => {
    const text = await call("read_file", { path });
    expect(text).toContain(path);
    expect(text).not.toMatch(/secret\n|root:/u);
  });
});

describe("list_files", () => {
  test("names files without hidden ones, secrets and links out", async () => {
    const names = (await call("list_files", {})).split("\n");
    expect(names).toEqual([
      "a.txt",
      "bytes.bin",
      "gb.txt",
      "harmless.txt",
      "inner.txt",
      "own.txt",
      "slow.txt",
      "src/long.txt",
      "src/中文.txt",
    ]);
    expect(await call("list_files", { path: "src", pattern: "*文*" })).toBe("src/中文.txt");
    expect(await call("list_files", { path: "folder" })).toBe("There are no files.");
  });

  test.each([
    [{ path: ".." }],
    [{ path: "out" }],
    [{ pattern: "../**" }],
    [{ pattern: "/etc/*" }],
    [{ pattern: "~/*" }],
  ])("refuses %j", async (args) => {
    expect(await call("list_files", args)).toMatch(/out(?:side)? of|by a link/u);
  });
});

describe("search_files", () => {
  test.each([
    [{ regex: "tw|THR", ignore_case: true }, "a.txt:2: two\na.txt:3: three"],
    [
      { regex: "红\\-?色", path: "src" },
      [1, 2, 3].map((line) => `src/中文.txt:${line}: 中文测试内容，红色`).join("\n"),
    ],
    [{ regex: "secret|KEY" }, "No matches in 6 files."],
    [{ regex: "(" }, "Invalid regular expression: /(/: Unterminated group"],
    [
      { regex: "x", pattern: "src/*.txt", path: "." },
      expect.stringMatching(/^(?:src\/long\.txt:\d+: x{30}\n){200}\[Only the first 200 matches\]$/u),
    ],
  ])("%j", async (args, expected) => {
    expect(await call("search_files", args)).toEqual(expected);
  });
});

describe("a call", () => {
  test.each([
    ["read_file", {}, "must have required property 'path'"],
    ["read_file", { path: "a.txt", start_line: "x" }, "/start_line must be integer"],
    ["list_files", { folder: "x" }, "must NOT have additional properties"],
    ["current_time", { timezone: "Mars/Olympus" }, "Unknown time zone"],
    ["run_command", { command: "echo hi; pwd | wc -l; exit 2" }, "exit code 2.\nstdout:\nhi\n1"],
    ["search_transcripts", { query: "nothing like that" }, "No matches."],
  ])("of %s with %j tells the model", async (name, args, said) => {
    expect(await call(name, args)).toContain(said);
  });

  test("of a command is shown whole with its folder, and always asked for", () => {
    const tool = tools.find(({ definition }) => definition.name === "run_command")!;
    expect([tool.approval, tool.describe({ command: "rm x" })]).toEqual(["always", `rm x\n${engine.workingFolder}`]);
  });
});
