import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AppError } from "../../src/errors.ts";
import { Environment } from "../../src/config/environment.ts";
import { changeSetting, loadSettings } from "../../src/config/load.ts";
import { saveSetting } from "../../src/config/save.ts";
import { builtIn, type ConfigFile, type Flags, isProviderName, type SettingName } from "../../src/config/schema.ts";

const providers = ["deepseek", "mine"];

function load(
  flags: Readonly<Record<string, unknown>>,
  file: ConfigFile = {},
  variables: Record<string, string> = {},
  mistakes?: AppError[],
) {
  const given = Object.entries(flags).map(([name, value]) => [name, { value, flag: `--${name}` }]);
  const environment = new Environment(variables, {}, "/x/.env");
  return loadSettings(Object.fromEntries(given) as Flags, environment, file, "/c.yaml", providers, mistakes);
}

describe("settings of several sources", () => {
  test("have the fields of all bodies, the stronger source's where two have the same", () => {
    const { settings, origins } = load({ body: { a: 1, b: 1 } }, { body: { b: 2, c: 2 } });
    expect(settings.body).toEqual({ a: 1, b: 1, c: 2 });
    expect(origins.body).toEqual({ kind: "flag", name: "--body" });
    expect(load({}, { body: { c: 2 } }).settings.body).toEqual({ c: 2 });
    expect("body" in load({}).settings).toBe(false);
    expect(() => load({ body: "x" }, { body: { a: 1 } })).toThrow(
      expect.objectContaining({ code: "bad_value" }) as Error,
    );
  });

  test("leave a model aside that belongs to another provider", () => {
    expect(load({ provider: "mine" }, { model: "m" }).settings.model).toBeUndefined();
    expect(load({ provider: "mine" }, { model: "mine/m" }).settings).toMatchObject({ provider: "mine", model: "m" });
    expect(load({ provider: "mine", model: "deepseek/m" }).settings).toMatchObject({
      provider: "mine",
      model: "deepseek/m",
    });
    expect(load({ model: "mine" }).settings).toMatchObject({ provider: "mine" });
    expect("model" in load({ model: "mine" }).settings).toBe(false);
    expect(load({}, { provider: " mine ", model: "m" }).settings).toMatchObject({ provider: "mine", model: "m" });
    expect(load({}, { provider: "mine" }, { DEEPSEEK_CHAT_MODEL: "deepseek/m" }).settings).toMatchObject({
      provider: "deepseek",
      model: "m",
    });
  });

  test("tell what does not fit as it was written, by the name of its place", () => {
    const told = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return (error as AppError).details;
      }
      return null;
    };
    expect(told(() => load({ temperature: 9 }))).toEqual({ name: "--temperature", value: "9", expected: "0 to 2" });
    expect(told(() => load({ stop: Array(17).fill("x") }))).toMatchObject({ value: Array(17).fill("x").join(",") });
    expect(told(() => load({ stop: [""] }))).toMatchObject({ value: '""' });
    expect(told(() => load({ model: "" }))).toMatchObject({ name: "--model", value: '""' });
    expect(told(() => load({ model: "  " }))).toBeNull();
    expect(told(() => load({}, {}, { DEEPSEEK_CHAT_LANG: "fr" }))).toMatchObject({
      name: "DEEPSEEK_CHAT_LANG",
      value: "fr",
      expected: "en | zh",
    });
  });

  test("have their built-in values where they are mistaken and somebody wants to know of all mistakes", () => {
    const mistakes: AppError[] = [];
    const { settings, origins } = load({ retries: -1, temperature: 9, currency: "EUR", model: "m" }, {}, {}, mistakes);
    expect(mistakes.map(({ details }) => details)).toEqual(
      expect.arrayContaining(
        ["--retries", "--temperature", "--currency"].map((name) => expect.objectContaining({ name }) as object),
      ),
    );
    expect(mistakes).toHaveLength(3);
    expect(settings).toMatchObject({ retries: builtIn.retries, currency: builtIn.currency, model: "m" });
    expect("temperature" in settings).toBe(false);
    expect(origins.retries).toBeUndefined();
  });
});

describe("a setting changed in a session", () => {
  const before = { ...load({}).settings, temperature: 1, retries: 5, stop: ["x"] };

  test.each([
    ["temperature", "0.5", 0.5],
    ["thinking", "on", true],
    ["thinking", "yes", true],
    ["thinking", "true", true],
    ["render", "off", false],
    ["render", "no", false],
    ["model", "m", "m"],
    ["stop", "END", ["END"]],
    ["stop", "7", ["7"]],
    ["stop", '["a", "b"]', ["a", "b"]],
    ["response_format", '{"type":"json_schema"}', { type: "json_schema" }],
  ] as const)("%s to %j is %j, and the others stay", (name, text, value) => {
    expect(changeSetting(before, name, text)).toEqual({ ...before, [name]: value });
  });

  test("goes back to what is built in, or to none", () => {
    expect(changeSetting(before, "retries", null)).toEqual({ ...before, retries: builtIn.retries });
    expect("temperature" in changeSetting(before, "temperature", null)).toBe(false);
    expect(before).toMatchObject({ temperature: 1, retries: 5 });
  });

  test.each([
    ["temperature", "hot"],
    ["temperature", "9"],
    ["thinking", "maybe"],
    ["stop", "[1]"],
    ["stop", "[a"],
    ["model", "7"],
  ] as const)("%s to %j is refused by its name", (name, text) => {
    expect(() => changeSetting(before, name as SettingName, text)).toThrow(
      expect.objectContaining({ code: "bad_value", details: expect.objectContaining({ name }) as object }) as Error,
    );
  });
});

describe("a setting that is saved", () => {
  function fileWith(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-config-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "config.yaml");
    writeFileSync(path, text);
    return path;
  }

  test("is looked at with the whole file before anything is written", async () => {
    const path = fileWith("model: m\n");
    const seen: ConfigFile[] = [];
    const refuse = (file: ConfigFile) => {
      seen.push(file);
      throw new Error("no");
    };
    await expect(saveSetting(path, ["provider"], "mine", refuse)).rejects.toThrow("no");
    expect(seen).toEqual([{ model: "m", provider: "mine" }]);
    expect(readFileSync(path, "utf8")).toBe("model: m\n");
    await saveSetting(path, ["provider"], "mine");
    expect(readFileSync(path, "utf8")).toBe("model: m\nprovider: mine\n");
    await saveSetting(path, ["provider"], undefined);
    await saveSetting(path, ["never"], undefined);
    expect(readFileSync(path, "utf8")).toBe("model: m\n");
  });

  test("keeps long lines whole", async () => {
    const long = `system: ${"word ".repeat(60)}end\n`;
    const path = fileWith(long);
    await saveSetting(path, ["model"], "m");
    expect(readFileSync(path, "utf8")).toBe(`${long}model: m\n`);
  });

  test.each([
    [
      ["providers", "mine", "base_url"],
      "nowhere",
      { code: "bad_value", details: { name: "providers.mine.base_url", value: '"nowhere"' } },
    ],
    [
      ["providers", "mine", "base_ulr"],
      "x",
      { code: "unknown_setting", details: { name: "providers.mine.base_ulr", nearest: "base_url" } },
    ],
    [["modle"], "x", { code: "unknown_setting", details: { name: "modle", nearest: "model" } }],
    [["providers"], { mine: { model: 7 } }, { code: "bad_value", details: { name: "providers.mine.model" } }],
    [
      ["model", "x"],
      "y",
      { code: "config_broken", details: { key: "model", line: null, reason: "no_mapping", said: "" } },
    ],
  ])("%j as %j is refused, and the file stays", async (keys, value, error) => {
    const path = fileWith("model: m\n");
    await expect(saveSetting(path, keys, value)).rejects.toMatchObject(error);
    expect(readFileSync(path, "utf8")).toBe("model: m\n");
  });

  test("is not told of another mistake in the file", async () => {
    for (const [text, code] of [
      ["temperature: 9\n", "config_misfit"],
      ["tempe: 1\n", "config_unknown"],
    ] as const) {
      await expect(saveSetting(fileWith(text), ["model"], "m")).rejects.toMatchObject({ code });
    }
    await expect(
      saveSetting(fileWith("providers: { a: { model: 7 } }\n"), ["providers", "ab"], {}),
    ).rejects.toMatchObject({ code: "config_misfit" });
  });
});

test("a provider is called by a name that can be printed, without a slash", () => {
  for (const name of ["mine", "\u6211\u7684", "my own", "\u{1F469}\u200D\u{1F467}"])
    expect(isProviderName(name)).toBe(true);
  for (const name of ["", "a/b", "a\x1b[31m", "a\nb", "a\u2028b", "\u202ea"]) expect(isProviderName(name)).toBe(false);
});
