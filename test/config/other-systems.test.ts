import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { safeParse } from "valibot";
import { readFindings } from "../../src/config/capabilities.ts";
import { findFolders } from "../../src/config/folders.ts";
import { shortenHome } from "../../src/config/home.ts";
import { looksLikeKey } from "../../src/config/keys.ts";
import { readModelLists } from "../../src/config/model-lists.ts";
import { providerSchema } from "../../src/config/schema.ts";

function on(platform: NodeJS.Platform): void {
  const [real, home] = [process.platform, process.env["HOME"]];
  Object.defineProperty(process, "platform", { value: platform });
  process.env["HOME"] = "/home/me";
  onTestFinished(() => {
    Object.defineProperty(process, "platform", { value: real });
    process.env["HOME"] = home;
  });
}

test.skipIf(process.platform === "win32")("on macOS folders lie in the library, whatever XDG's variables say", () => {
  on("darwin");
  expect(findFolders({ XDG_CONFIG_HOME: "/c", XDG_DATA_HOME: "/d" })).toEqual({
    configFile: "/home/me/Library/Preferences/deepseek-chat/config.yaml",
    keyFile: "/home/me/Library/Preferences/deepseek-chat/keys.json",
    data: "/home/me/Library/Application Support/deepseek-chat",
    historyFile: "/home/me/Library/Application Support/deepseek-chat/history",
    cache: "/home/me/Library/Caches/deepseek-chat",
  });
  expect(shortenHome("/home/me/a")).toBe("~/a");
});

test.skipIf(process.platform === "win32")(
  "on Windows they lie where its variables say, and paths are shown whole",
  () => {
    on("win32");
    expect(findFolders({ APPDATA: "/roaming", LOCALAPPDATA: "/local" })).toEqual({
      configFile: "/roaming/deepseek-chat/Config/config.yaml",
      keyFile: "/roaming/deepseek-chat/Config/keys.json",
      data: "/local/deepseek-chat/Data",
      historyFile: "/local/deepseek-chat/Data/history",
      cache: "/local/deepseek-chat/Cache",
    });
    expect(findFolders({})).toMatchObject({
      configFile: "/home/me/AppData/Roaming/deepseek-chat/Config/config.yaml",
      cache: "/home/me/AppData/Local/deepseek-chat/Cache",
    });
    expect(shortenHome("/home/me/a")).toBe("/home/me/a");
  },
);

test("headers of a provider have names of several signs, and values of printable ones", () => {
  const fits = (headers: unknown) => safeParse(providerSchema, { headers }).success;
  for (const headers of [{ "X-Key_1!": "a b\u00e4" }, {}, { x: "" }]) expect(fits(headers)).toBe(true);
  for (const headers of [{ "": "a" }, { "a:": "b" }, { a: "b\n" }, { a: "\u4f60b" }, ["a"], null, 7, "a"])
    expect(fits(headers)).toBe(false);
});

test("what only holds something like a key is none, nor is a name of small words", () => {
  for (const text of [
    "AIzaSyA12345 and more",
    "0123456789abcdef01234567 x",
    "x 0123456789abcdef01234567",
    "my-model-name-of-2026-01-02",
  ])
    expect([text, looksLikeKey(text)]).toEqual([text, false]);
  for (const key of ["Xa-b1-c2-0123456789abcdef", "a-b1-c2-0123456789abcdef-"])
    expect([key, looksLikeKey(key)]).toEqual([key, true]);
});

test.skipIf(process.platform === "win32")("derived data that lies behind a link is not ours", () => {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-links-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const findings = { at: "x", thinking: null, prefix: null, stream_usage: null, json: null };
  writeFileSync(join(folder, "a"), JSON.stringify({ v: 1, findings: { x: findings } }));
  symlinkSync(join(folder, "a"), join(folder, "findings.json"));
  writeFileSync(join(folder, "b"), JSON.stringify({ v: 1, models: { a: ["x"] } }));
  symlinkSync(join(folder, "b"), join(folder, "models.json"));
  expect([readFindings(folder), readModelLists(folder)]).toEqual([{}, {}]);
});
