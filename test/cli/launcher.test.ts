import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { launcher, newPlace, published, put, run, start } from "../support/program.ts";
import { zh } from "../support/words.ts";

const manifest = JSON.parse(readFileSync(join(published, "package.json"), "utf8")) as { version: string };

/** An argument that makes Node give another version for its own. */
function pretending(version: string): string[] {
  const code = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

describe.concurrent("the launcher", () => {
  test.each(["16.20.2", "18.19.0", "20.20.2", "21.7.3", "22.21.9", "23.11.0", "24.14.1", "25.9.0"])(
    "says in one line that Node %s is too old, and what to do",
    async (version) => {
      const { code, stdout, stderr } = await run(["ask", "q"], { node: pretending(version) });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr.match(/\n/gu)).toHaveLength(1);
      expect(stderr).toContain(`this is Node ${version}`);
      expect(stderr).toContain("https://nodejs.org");
      expect(stderr).toContain("npm start");
    },
  );

  test.each<[Readonly<Record<string, string | undefined>>, boolean]>([
    [{ LC_ALL: "zh_CN.UTF-8" }, true],
    [{ LC_ALL: undefined, LANG: "zh_CN.UTF-8" }, true],
    [{ DEEPSEEK_CHAT_LANG: "zh" }, true],
    [{ DEEPSEEK_CHAT_LANG: "en", LC_ALL: "zh_CN.UTF-8" }, false],
  ])("says it in the language of %j", async (env, chinese) => {
    const { code, stderr } = await run(["ask", "q"], { env, node: pretending("20.20.2") });
    expect({ code, chinese: /\u5f53\u524d\u4e3a Node 20\.20\.2/u.test(stderr) }).toEqual({ code: 1, chinese });
    expect(stderr).toContain("npm start");
  });

  test.each(["22.22.2", "22.30.0", "24.15.0", "26.0.0", "27.1.0"])("takes Node %s", async (version) => {
    const { code, stderr } = await run(["config", "path"], { node: pretending(version) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  const old = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => {
    const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
    return /^v(?:1[4-9]|2[01])\./u.test(stdout ?? "");
  });

  test.skipIf(old === undefined)("says so on a Node that is too old in earnest", () => {
    const { status, stdout, stderr } = spawnSync(old!, [launcher], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^deepseek-chat needs Node .*npm start\n$/u);
  });

  test.each(["--version", "-V"])("%s prints the version", async (flag) => {
    expect(await run([flag])).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
    expect(await run(["--lang", "zh", flag])).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  test("works where nothing can be written, and leaves its cache to its owner alone", async () => {
    const place = newPlace();
    const env = { HOME: join(place.home, "not", "there"), XDG_CACHE_HOME: "/dev/null/cache" };
    expect(await run(["ask", "-p", "demo", "--no-transcript", "hello"], { place, env })).toMatchObject({ code: 0 });
  });

  test("has what was compiled on the disk before its file has its name, as V8 crashes on a damaged one", async () => {
    const place = newPlace();
    const preload = join(place.cwd, "watch.cjs");
    put(
      preload,
      `const fs = require("node:fs");
      const tell = (name) => {
        const done = fs[name];
        fs[name] = (...args) => (fs.writeSync(2, name + " "), done(...args));
      };
      ["fsyncSync", "renameSync"].forEach(tell);`,
    );
    const env = { NODE_OPTIONS: `--require=${preload}`, XDG_CACHE_HOME: join(place.home, "cache") };
    expect((await run(["--help"], { place, env })).stderr).toBe("fsyncSync renameSync ");
  });

  test.skipIf(process.platform !== "linux")(
    "keeps what was compiled for the start while a long run goes on",
    async () => {
      const place = newPlace();
      const session = start(["chat", "-p", "demo"], { place, openInput: true });
      const kept = join(place.home, ".cache", "deepseek-chat", "compiled", "chat");
      await expect.poll(() => existsSync(kept), { timeout: 240_000 }).toBe(true);
      session.kill("SIGTERM");
      expect(await session.done).toMatchObject({ code: 143 });
    },
  );
});

describe.concurrent("help", () => {
  test.each([["--help"], ["-h"], ["help"]])("%s lists the commands, on stdout", async (...args) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of ["chat", "ask", "transcripts", "models", "balance", "setup", "config"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "mu"));
    }
  });

  test("of a command lists its options, and is the same either way", async () => {
    const [asFlag, asCommand] = await Promise.all([run(["ask", "--help"]), run(["help", "ask"])]);
    expect(asFlag.stdout).toBe(asCommand.stdout);
    const promised =
      "-p -m -s -r -T --top-p --top-k --max-tokens --frequency-penalty --presence-penalty --stop --thinking --no-thinking --effort -f -c --resume --transcript --transcripts --no-transcript --no-history --no-stream --no-render -o --timeout --retries";
    for (const option of promised.split(" "))
      expect(asFlag.stdout).toMatch(new RegExp(`(?:^|[ ,])${option}[ ,]`, "mu"));
  });

  test("is what a group without a command ends with, on stderr", async () => {
    const [bare, asked] = await Promise.all([run(["config"]), run(["config", "--help"])]);
    expect(bare).toMatchObject({ code: 2, stdout: "", stderr: asked.stdout });
    expect(asked.stdout).toMatch(/^Usage: deepseek-chat config /u);
  });

  test("speaks Chinese, all of it", async () => {
    const env = { LC_ALL: "zh_CN.UTF-8" };
    const outputs = await Promise.all([run(["--help"], { env }), run(["ask", "--help"], { env })]);
    for (const { stdout } of outputs) {
      const described = stdout
        .slice(0, stdout.indexOf(zh.help.titles.examples))
        .split("\n")
        .filter((line) => /^ {2}-?\S/u.test(line));
      expect(described.length).toBeGreaterThan(8);
      for (const line of described) expect(line).toMatch(/\p{Script=Han}/u);
    }
  });
});

describe.concurrent("help in Chinese", () => {
  test("has no English name in brackets, and its columns stand below one another", async () => {
    const place = newPlace();
    const commands = [
      "",
      "chat",
      "ask",
      "transcripts",
      "transcripts export",
      "transcripts rename",
      "config set",
      "doctor",
    ];
    for (const command of commands) {
      const { stdout } = await run(["--lang", "zh", ...command.split(" ").filter(Boolean), "--help"], { place });
      expect(stdout.match(/[<[](?!shell)[a-z][^\]>]*[>\]]/gu)).toBeNull();
      const rows = stdout.match(/^ {2}-.*? {2,}(?=\S)/gmu) ?? [];
      expect(new Set(rows.map((row) => stringWidth(row))).size).toBeLessThan(3);
    }
  });
});

describe.concurrent("options before the command", () => {
  test.each([
    "-p demo ask --no-transcript hello",
    "--no-transcript --provider=demo ask hello",
    "-q -p demo --no-transcript -T 1 ask hello",
    "-s ask -p demo --no-transcript ask hello",
  ])("%s belong to it", async (line) => {
    const { code, stdout } = await run(line.split(" "));
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("You asked: \u201chello\u201d") });
  });

  test("belong to a command of a group too, and are refused where it has none of them", async () => {
    const place = newPlace();
    const json = await run(["--json", "config", "list"], { place });
    expect(JSON.parse(json.stdout)).toContainEqual(expect.objectContaining({ name: "provider" }));
    expect(await run(["-T", "1", "config", "list"], { place })).toMatchObject({ code: 2, stdout: "" });
  });

  test("a value that is a command's name stays a value", async () => {
    const { code, stderr } = await run(["-p", "demo", "-s", "ask", "--no-transcript"], { input: "" });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("demo-tour") });
  });
});

describe.concurrent("the language", () => {
  test.each<[string, readonly string[], Readonly<Record<string, string | undefined>>, boolean]>([
    ["LC_ALL", [], { LC_ALL: "zh_CN.UTF-8" }, true],
    ["LC_ALL before LANG", [], { LC_ALL: "en_US.UTF-8", LANG: "zh_CN.UTF-8" }, false],
    ["LC_MESSAGES before LANG", [], { LC_ALL: undefined, LC_MESSAGES: "zh_TW.UTF-8", LANG: "C" }, true],
    ["LANG", [], { LC_ALL: undefined, LANG: "zh_CN" }, true],
    ["DEEPSEEK_CHAT_LANG before the locale", [], { DEEPSEEK_CHAT_LANG: "en", LC_ALL: "zh_CN.UTF-8" }, false],
    ["--lang before all", ["--lang", "zh"], { DEEPSEEK_CHAT_LANG: "en" }, true],
    ["--lang=…", ["--lang=zh"], {}, true],
  ])("comes from %s", async (_, args, env, chinese) => {
    const { stderr } = await run([...args, "ask", "q"], { env });
    expect(/\p{Script=Han}/u.test(stderr)).toBe(chinese);
  });

  test("that there is not is refused", async () => {
    expect(await run(["--lang", "fr", "ask", "q"])).toMatchObject({ code: 2 });
  });
});
