import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findingsOf, readFindings, saveFindings } from "../../src/config/capabilities.ts";
import { Environment, readEnvironment } from "../../src/config/environment.ts";
import { withoutKeys } from "../../src/config/variables.ts";
import { findFolders, strangeTranscripts, transcriptsFolder } from "../../src/config/folders.ts";
import { expandHome, home, shortenHome } from "../../src/config/home.ts";
import { commandWords, runKeyCommand } from "../../src/config/key-command.ts";
import { readLanguage } from "../../src/config/language.ts";
import { readModelLists, saveModelList } from "../../src/config/model-lists.ts";
import { modelNames } from "../../src/config/model-aliases.ts";
import { readModelName } from "../../src/config/model-name.ts";

function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "deepseek-chat-places-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function withHome(folder: string): void {
  const before = process.env["HOME"];
  process.env["HOME"] = folder;
  onTestFinished(() => {
    process.env["HOME"] = before;
  });
}

describe.skipIf(process.platform !== "linux")("folders", () => {
  test("are those of XDG, below the home folder where its variables are missing or relative", () => {
    withHome("/home/me");
    const usual = {
      configFile: "/home/me/.config/deepseek-chat/config.yaml",
      keyFile: "/home/me/.config/deepseek-chat/keys.json",
      data: "/home/me/.local/share/deepseek-chat",
      historyFile: "/home/me/.local/share/deepseek-chat/history",
      cache: "/home/me/.cache/deepseek-chat",
    };
    expect(findFolders({})).toEqual(usual);
    expect(
      findFolders({ XDG_CONFIG_HOME: "here", XDG_DATA_HOME: "", XDG_CACHE_HOME: "./x", DEEPSEEK_CHAT_CONFIG: "" }),
    ).toEqual(usual);
    expect(findFolders({ XDG_CONFIG_HOME: "/c", XDG_DATA_HOME: "/d", XDG_CACHE_HOME: "/e" })).toEqual({
      configFile: "/c/deepseek-chat/config.yaml",
      keyFile: "/c/deepseek-chat/keys.json",
      data: "/d/deepseek-chat",
      historyFile: "/d/deepseek-chat/history",
      cache: "/e/deepseek-chat",
    });
    expect(findFolders({ DEEPSEEK_CHAT_CONFIG: "~/x/my.yaml" })).toMatchObject({
      configFile: "/home/me/x/my.yaml",
      keyFile: "/home/me/x/keys.json",
      data: usual.data,
    });
    expect(findFolders({ DEEPSEEK_CHAT_CONFIG: "my.yaml" }).configFile).toBe(resolve("my.yaml"));
  });

  test("`~` is the home folder where a shell would take it for that, and shown for it", () => {
    withHome("/home/me");
    expect(home()).toBe("/home/me");
    expect(["~", "~/a", "~\\a", "~me/a", "a/~", "/a"].map(expandHome)).toEqual([
      "/home/me",
      "/home/me/a",
      join("/home/me", "\\a"),
      "~me/a",
      "a/~",
      "/a",
    ]);
    expect(["/home/me/a", "/home/me", "/home/me2/a", "/a"].map(shortenHome)).toEqual([
      "~/a",
      "/home/me",
      "/home/me2/a",
      "/a",
    ]);
    withHome("/");
    expect(shortenHome("/a")).toBe("/a");
    withHome("relative");
    expect(home()).toMatch(/^\//);
  });

  test("transcripts go where somebody set, else into this folder's own, else into the data folder", () => {
    withHome("/home/me");
    const here = temporary();
    const folders = findFolders({});
    const usual = "/home/me/.local/share/deepseek-chat/transcripts";
    expect(transcriptsFolder(undefined, folders, here)).toBe(usual);
    expect(transcriptsFolder("sub", folders, here)).toBe(join(here, "sub"));
    expect(transcriptsFolder("~/t", folders, here)).toBe("/home/me/t");
    writeFileSync(join(here, "transcripts"), "");
    expect(transcriptsFolder(undefined, folders, here)).toBe(usual);
    rmSync(join(here, "transcripts"));
    mkdirSync(join(here, "transcripts"));
    expect(transcriptsFolder(undefined, folders, here)).toBe(join(here, "transcripts"));
    expect(strangeTranscripts(here)).toBeNull();
  });

  test("a link out of this folder is none of its own", () => {
    const [here, other] = [temporary(), temporary()];
    const link = join(here, "transcripts");
    symlinkSync(other, link);
    expect(strangeTranscripts(here)).toBe(other);
    expect(transcriptsFolder(undefined, findFolders({ XDG_DATA_HOME: "/d" }), here)).toBe(
      "/d/deepseek-chat/transcripts",
    );
    rmSync(link);
    mkdirSync(join(here, "inside"));
    symlinkSync(join(here, "inside"), link);
    expect(strangeTranscripts(here)).toBeNull();
    expect(transcriptsFolder(undefined, findFolders({}), here)).toBe(link);
    rmSync(link);
    symlinkSync(join(here, "nowhere", "at all"), link);
    expect(strangeTranscripts(here)).toBeNull();
  });
});

describe("the environment", () => {
  test("comes before the folder's `.env`; what is empty, or an object's own, is not set", () => {
    const environment = new Environment({ A: "own", B: "" }, { A: "file", B: "file", C: "" }, "/x/.env");
    expect(environment.get("A")).toEqual({ value: "own", origin: { kind: "environment", name: "A" } });
    expect(environment.get("B")).toEqual({ value: "file", origin: { kind: "dotenv", name: "B (/x/.env)" } });
    expect(environment.get("C")).toBeNull();
    expect(environment.get("constructor")).toBeNull();
    expect(environment.ignored).toEqual([]);
  });

  test("is given to other programs without keys", () => {
    const variables = {
      OPENAI_API_KEY: "k",
      my_api_key: "k",
      MINE: "k",
      PATH: "/bin",
      API_KEY_NAME: "x",
      EMPTY: undefined,
    };
    expect(withoutKeys(variables, ["MINE"])).toEqual({ PATH: "/bin", API_KEY_NAME: "x", EMPTY: undefined });
  });

  test("of a folder's `.env` takes what may be set there, and names what is left aside", async () => {
    const folder = temporary();
    const path = join(folder, ".env");
    expect((await readEnvironment(folder)).ignored).toEqual([]);
    writeFileSync(
      path,
      [
        "MINE_API_KEY=k",
        "DEEPSEEK_CHAT_MODEL=m",
        "DEEPSEEK_CHAT_TRANSCRIPTS=sub/t",
        "DEEPSEEK_CHAT_LOG=log",
        "constructor=x",
      ].join("\n"),
    );
    const read = await readEnvironment(folder);
    expect(
      ["MINE_API_KEY", "DEEPSEEK_CHAT_MODEL", "DEEPSEEK_CHAT_TRANSCRIPTS", "constructor"].map(
        (name) => read.get(name)?.value,
      ),
    ).toEqual(["k", "m", "sub/t", "x"]);
    expect(read.get("DEEPSEEK_CHAT_LOG")).toBeNull();
    expect(read.ignored).toEqual([{ kind: "variable", path, name: "DEEPSEEK_CHAT_LOG", writes: true }]);
    for (const place of ["/tmp/t", "../t", `${"x/".repeat(2100)}t`]) {
      writeFileSync(path, `DEEPSEEK_CHAT_TRANSCRIPTS=${place}\n`);
      expect((await readEnvironment(folder)).get("DEEPSEEK_CHAT_TRANSCRIPTS")).toBeNull();
    }
    writeFileSync(path, "DEEPSEEK_CHAT_LOG=\n");
    expect((await readEnvironment(folder)).ignored).toEqual([]);
    writeFileSync(path, "A=1\n".repeat(300_000));
    expect((await readEnvironment(folder)).ignored).toMatchObject([{ kind: "file", path }]);
    rmSync(path);
    mkdirSync(path);
    expect((await readEnvironment(folder)).ignored).toEqual([]);
  });
});

describe("the language", () => {
  const folder = temporaryForAll();
  const language = (args: string[], variables: Record<string, string> = {}) =>
    readLanguage(args, { XDG_CONFIG_HOME: folder, ...variables }).language;

  test("is the flag's, the variable's, the file's, then the locale's", () => {
    expect(language([])).toBe("en");
    expect(language([], { LANG: "zh_CN.UTF-8" })).toBe("zh");
    expect(language([], { LANG: "en_US.UTF-8" })).toBe("en");
    expect(language([], { LANG: "en_zh" })).toBe("en");
    expect(language([], { LC_MESSAGES: "ZH_TW", LANG: "en" })).toBe("zh");
    expect(language([], { LC_ALL: "C", LC_MESSAGES: "zh_CN", LANG: "zh_CN" })).toBe("en");
    expect(language([], { DEEPSEEK_CHAT_LANG: "zh" })).toBe("zh");
    expect(language([], { DEEPSEEK_CHAT_LANG: "fr", LANG: "zh_CN" })).toBe("zh");
    expect(language(["ask", "--lang", "en"], { DEEPSEEK_CHAT_LANG: "zh" })).toBe("en");
    expect(language(["ask", "--lang=zh", "x"])).toBe("zh");
    expect(language(["--lang", "fr"])).toBe("en");
    expect(language(["--lang"])).toBe("en");
    expect(language(["--language=zh", "zh"])).toBe("en");
  });

  test.each(["lang: zh", "model: x\nlang:   'zh' # mine", 'lang: "zh"'])("is read from the file: %j", (text) => {
    mkdirSync(join(folder, "deepseek-chat"), { recursive: true });
    writeFileSync(join(folder, "deepseek-chat", "config.yaml"), text);
    expect(language([])).toBe("zh");
    expect(language([], { DEEPSEEK_CHAT_LANG: "en" })).toBe("en");
    rmSync(join(folder, "deepseek-chat"), { recursive: true });
  });

  test.each(["language: zh", "x: { lang: zh }", "lang: zhx", "my lang: zh"])("is not in %j", (text) => {
    mkdirSync(join(folder, "deepseek-chat"), { recursive: true });
    writeFileSync(join(folder, "deepseek-chat", "config.yaml"), text);
    expect(language([])).toBe("en");
    rmSync(join(folder, "deepseek-chat"), { recursive: true });
  });
});

function temporaryForAll(): string {
  return mkdtempSync(join(tmpdir(), "deepseek-chat-language-"));
}

test.each([
  ["deepseek/deepseek-chat", null, "deepseek", "deepseek-chat"],
  [" deepseek / chat ", null, "deepseek", "chat"],
  ["deepseek", null, "deepseek", null],
  ["deepseek/", null, "deepseek", null],
  ["chat", null, null, "chat"],
  ["deepseek-ai/chat", null, null, "deepseek-ai/chat"],
  ["/chat", null, null, "/chat"],
  ["deepseek/chat", "gateway", "gateway", "deepseek/chat"],
  ["gateway/deepseek/chat", "gateway", "gateway", "deepseek/chat"],
  ["gateway/", "gateway", "gateway", "gateway/"],
  ["deepseek", "gateway", "gateway", "deepseek"],
  [" cheap", null, "deepseek", "flash"],
  ["code", null, "deepseek", "flash"],
  ["own", "gateway", "gateway", "qwen"],
  ["plain", null, null, "qwen"],
])("%j beside %j means the provider %j and the model %j", (text, beside, provider, model) => {
  const models = { cheap: "deepseek/flash", code: " cheap ", own: "gateway/qwen", plain: "qwen", "deepseek/x": {} };
  expect(readModelName(text, modelNames({ models }, ["deepseek", "gateway"]), beside)).toEqual({ provider, model });
});

describe.skipIf(process.platform === "win32")("a key command", () => {
  const run = (command: string | string[], more: object = {}) =>
    runKeyCommand({
      provider: "mine",
      command,
      variables: { PATH: process.env["PATH"], MINE: "secret", X_API_KEY: "k" },
      keyVariables: ["MINE"],
      timeout: 5000,
      signal: new AbortController().signal,
      ...more,
    });

  test("is split at blanks that stand in no quotes", () => {
    expect(commandWords(`pass show "my key" --x='a b'c  d`)).toEqual(["pass", "show", "my key", "--x=a bc", "d"]);
    expect(commandWords(["a b", "'c'"])).toEqual(["a b", "'c'"]);
    expect(commandWords("")).toEqual([]);
  });

  test("gives its first line that is not blank, and sees no keys", async () => {
    expect(await run(["sh", "-c", "echo; echo '  key ' ; echo more"])).toBe("key");
    expect(await run("printf '\\r\\nkey\\r\\nmore'")).toBe("key");
    expect(await run(["sh", "-c", 'echo "[$MINE$X_API_KEY]"'])).toBe("[]");
  });

  test.each([
    [
      ["sh", "-c", "echo secret; echo 'was secret, sorry.' >&2; exit 3"],
      { why: "failed", reason: "3", said: "was [key], sorry" },
    ],
    [["sh", "-c", "kill -9 $$"], { why: "failed", reason: "SIGKILL", said: "" }],
    [["sh", "-c", "true"], { why: "empty", reason: "", said: "" }],
    [["sh", "-c", "echo why >&2"], { why: "empty", said: "why" }],
    [["no-such-program-at-all"], { why: "missing", reason: "ENOENT", command: "no-such-program-at-all" }],
    [["sh", "-c", "head -c 70000 /dev/zero | tr '\\0' x"], { why: "flooded", reason: "" }],
    [["sh", "-c", "echo abc; echo abc >&2; exit 1"], { why: "failed", said: "abc" }],
    [["sh", "-c", "printf 'x%.0s' $(seq 400) >&2; exit 1"], { why: "failed", said: "x".repeat(300) }],
  ])("%j is told as %j", async (command, details) => {
    await expect(run(command)).rejects.toMatchObject({
      code: "key_command_failed",
      details: { provider: "mine", ...details },
    });
  });

  test("that takes too long is ended, and so is one that is no longer wanted", async () => {
    await expect(run("sleep 20", { timeout: 50 })).rejects.toMatchObject({
      details: { why: "timeout", reason: "0.05" },
    });
    await expect(run("sleep 20", { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ code: "interrupted" });
  });
});

describe("what is kept in the cache folder", () => {
  test("of models is each provider's list, without ids of enormous length", () => {
    const cache = temporary();
    expect(readModelLists(cache)).toEqual({});
    saveModelList(cache, "a", ["one", "x".repeat(201), "y".repeat(200)]);
    saveModelList(
      cache,
      "b",
      Array.from({ length: 600 }, (_, index) => `m${index}`),
    );
    saveModelList(cache, "a", ["two"]);
    const lists = readModelLists(cache);
    expect(lists["a"]).toEqual(["two"]);
    expect(lists["b"]).toHaveLength(500);
    saveModelList(cache, "c", ["one", "x".repeat(201), "y".repeat(200)]);
    expect(readModelLists(cache)["c"]).toEqual(["one", "y".repeat(200)]);
    for (const text of ["{", '{"v":2,"models":{}}', '{"v":1,"models":{"a":[1]}}']) {
      writeFileSync(join(cache, "models.json"), text);
      expect(readModelLists(cache)).toEqual({});
    }
    expect(() => saveModelList(join(cache, "models.json"), "a", ["x"])).not.toThrow();
  });

  test("of findings is what they are about, by provider, address and model", () => {
    const cache = temporary();
    const found = { provider: "p", baseUrl: "https://x", model: "m" };
    const findings = {
      at: "2026-11-20T00:00:00Z",
      thinking: null,
      prefix: "beta" as const,
      stream_usage: true,
      json: null,
      schema: null,
    };
    expect(readFindings(cache)).toEqual({});
    saveFindings(cache, found, findings);
    saveFindings(cache, { ...found, model: "n" }, { ...findings, json: true });
    const all = readFindings(cache);
    expect(findingsOf(all, found)).toEqual(findings);
    expect(findingsOf(all, { ...found, model: "n" })).toMatchObject({ json: true });
    for (const other of [{ provider: "q" }, { baseUrl: "https://y" }, { model: "o" }])
      expect(findingsOf(all, { ...found, ...other })).toBeNull();
    writeFileSync(join(cache, "findings.json"), '{"v":1,"findings":{"x":{}}}');
    expect(readFindings(cache)).toEqual({});
  });
});
