import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, put, run } from "../support/program.ts";
import { any, patternOf, wordsOf } from "../support/words.ts";

const mine = (more: string) => `providers: {mine: {base_url: "http://127.0.0.1:1", model: m, ${more}}}\nretries: 0\n`;

const invalid = (key: string) => wordsOf("config_misfit", { path: any, line: 1, key, value: any, expected: any }).what;
const broken = wordsOf("config_broken", { path: any, line: 1, key: null, reason: "", said: any }).what;
/** As far as it is the same for each command. */
const [keyCommand = ""] = wordsOf("key_command_failed", {
  provider: "mine",
  command: "",
  why: "missing",
  reason: "",
  said: "",
}).what.split(" (");

describe.concurrent("a value of the config file that cannot be is told where the file is read", () => {
  test.each([
    [mine('headers: {x: "a\\nb"}'), invalid("providers.mine.headers.x")],
    [mine('headers: {"x y": a}'), invalid("providers.mine.headers.x y")],
    [mine("headers: {x: \u65e5\u672c}"), invalid("providers.mine.headers.x")],
    [mine('key_command: [""]'), invalid("providers.mine.key_command.0")],
    [mine('key_command: "   "'), invalid("providers.mine.key_command")],
    [mine('key_command: ["a\\0b"]'), keyCommand],
    ['transcripts: "a\\0b"\n', invalid("transcripts")],
    ['transcript: "a\\0b"\n', invalid("transcript")],
    ['log_file: "a\\0b"\n', invalid("log_file")],
    ["max_tokens: 1e300\n", invalid("max_tokens")],
    ["temperature: .nan\n", invalid("temperature")],
    ["timeout: .inf\n", invalid("timeout")],
    [`a: ${"[".repeat(5000)}${"]".repeat(5000)}\n`, broken],
  ])("%j", async (file, told) => {
    const place = newPlace();
    put(place.configFile, file);
    const ran = await run(["ask", "-p", file.includes("mine") ? "mine" : "demo", "hello"], { place });
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toMatch(patternOf(told));
  });
});

describe.concurrent("names that every object has are nothing that was set", () => {
  test.each([
    [["ask", "-p", "constructor", "hello"], 2],
    [["ask", "-p", "demo", "-m", "constructor", "hello"], 0],
    [["ask", "-p", "demo", "-r", "constructor", "hello"], 2],
    [["config", "get", "constructor"], 2],
    [["config", "get", "providers.constructor"], 0],
    [["config", "set", "__proto__.polluted", "1"], 2],
    [["help", "constructor"], 2],
    [["constructor"], 2],
    [["complete-words", "--", "constructor", ""], 0],
  ] as const)("%j", async (args, code) => {
    const place = newPlace();
    put(place.configFile, "failover: {m: [demo]}\nproviders: {mine: {base_url: 'http://127.0.0.1:1'}}\n");
    const ran = await run(args, { place });
    expect([ran.code, ran.stderr.includes("nternal error")]).toEqual([code, false]);
    expect(ran.stdout + ran.stderr).not.toMatch(/native code|\[object/u);
  });

  test("in a session", async () => {
    const lines = [
      "/set temperature constructor",
      "/set constructor 1",
      "/model constructor",
      "/provider constructor",
      "/role constructor",
      "/export constructor",
      "/constructor",
      "/resume constructor",
    ];
    const ran = await run(["-p", "demo"], { input: `${lines.join("\n")}\nhello\nq\n` });
    expect(ran.stdout + ran.stderr).not.toMatch(/native code|\[object|internal error/iu);
    expect(ran.stdout).toContain("Demo");
  });
});

test.each([
  ["keys", Array.from({ length: 25_000 }, (_, index) => `k${index}: 1`).join("\n")],
  ["items", `stop: [${"a,".repeat(120_000)}a]\n`],
  ["anchors", Array.from({ length: 12_000 }, (_, index) => `k${index}: &a${index} 1`).join("\n")],
])("a config file that is full of %s takes no time that grows beyond it", async (_, file) => {
  const place = newPlace();
  put(place.configFile, file);
  expect(await run(["ask", "-p", "demo", "hello"], { place })).toMatchObject({ code: 3, signal: null });
});

test("a key that stands twice in the config file is told with its line", async () => {
  const place = newPlace();
  put(place.configFile, "model: a\nroles: {a: b}\nmodel: b\n");
  const { code, stderr } = await run(["ask", "hello"], { place });
  expect(code).toBe(3);
  expect(stderr).toContain(`${place.configFile}, line 3: Map keys must be unique`);
});

test("a path in .env that is longer than any can be is refused at once", async () => {
  const place = newPlace();
  put(join(place.cwd, ".env"), `DEEPSEEK_CHAT_TRANSCRIPTS=${"a/".repeat(400_000)}\n`);
  const ran = await run(["config", "path"], { place });
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stderr).toContain("Ignored DEEPSEEK_CHAT_TRANSCRIPTS");
});
