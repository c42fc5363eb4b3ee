import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Environment } from "../../src/config/environment.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { ConfigFile, Flags, SettingName } from "../../src/config/schema.ts";

interface Sources {
  readonly flags?: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly dotenv?: Readonly<Record<string, string>>;
  readonly file?: ConfigFile;
}

const providers = ["deepseek", "siliconflow", "ollama", "mine"];

function load({ flags = {}, environment = {}, dotenv = {}, file = {} }: Sources) {
  const given = Object.entries(flags).map(([name, value]) => [name, { value, flag: `--${name}` }]);
  const loaded = loadSettings(
    Object.fromEntries(given) as Flags,
    new Environment(environment, dotenv, "/work/.env"),
    file,
    "/home/config.yaml",
    providers,
  );
  return { ...loaded.settings, origins: loaded.origins };
}

describe("the layers of settings", () => {
  test("are asked in their order", () => {
    const layers: Sources[] = [
      { flags: { model: "flag" } },
      { environment: { DEEPSEEK_CHAT_MODEL: "environment" } },
      { dotenv: { DEEPSEEK_CHAT_MODEL: "dotenv" } },
      { file: { model: "file" } },
    ];
    const kinds = ["flag", "environment", "dotenv", "file"];
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3], { minLength: 1 }), (chosen) => {
        const { model, origins } = load(Object.assign({}, ...chosen.map((index) => layers[index])) as Sources);
        const first = kinds[Math.min(...chosen)]!;
        expect({ model, kind: origins.model?.kind }).toEqual({ model: first, kind: first });
      }),
    );
  });

  describe("have a profile's settings directly behind the flags where a flag names it, else before the config file", () => {
    const profiles = { test: { model: "profile", temperature: 0.1, role: "r" } };
    const roles = { r: { system: "S", temperature: 0.2, top_p: 0.3 } };
    const file = { model: "file", temperature: 0.9, top_p: 0.9, profiles, roles } as ConfigFile;
    const environment = { DEEPSEEK_CHAT_MODEL: "environment" };

    test.each([
      ["a flag", { flags: { profile: "test" }, environment, file }, "profile", "profile"],
      [
        "a variable",
        { environment: { ...environment, DEEPSEEK_CHAT_PROFILE: "test" }, file },
        "environment",
        "environment",
      ],
      ["a variable alone", { environment: { DEEPSEEK_CHAT_PROFILE: "test" }, file }, "profile", "profile"],
      ["the file", { file: { ...file, profile: "test" } }, "profile", "profile"],
      ["nothing", { file }, "file", "file"],
      ["none that there is", { flags: { profile: "nosuch" }, file }, "file", "file"],
    ])("named by %s", (named, sources, model, kind) => {
      const { origins, ...settings } = load(sources);
      expect([settings.model, origins.model?.kind]).toEqual([model, kind]);
      // Its role speaks before it, as a role does before what names it.
      const isInUse = !named.startsWith("no");
      expect([settings.temperature, settings.top_p]).toEqual(isInUse ? [0.2, 0.3] : [0.9, 0.9]);
      expect(origins.role).toEqual(isInUse ? { kind: "profile", name: "test" } : undefined);
    });

    test("a role that the file names does not speak before it", () => {
      const { temperature, top_p: topP } = load({
        flags: { profile: "test" },
        file: { ...file, role: "r", profiles: { test: { temperature: 0.1 } } },
      });
      expect([temperature, topP]).toEqual([0.1, 0.3]);
    });

    test("and its provider does not take the file's model", () => {
      const own = { provider: "siliconflow", model: "file", profiles: { test: { provider: "ollama" } } };
      expect(load({ flags: { profile: "test" }, file: own }).model).toBeUndefined();
    });
  });

  test("take an empty variable for none", () => {
    expect(load({ environment: { DEEPSEEK_CHAT_MODEL: "" }, file: { model: "file" } }).model).toBe("file");
  });

  test("name where a value comes from", () => {
    const { origins } = load({
      flags: { temperature: 1 },
      dotenv: { DEEPSEEK_CHAT_LANG: "zh" },
      file: { thinking: true },
    });
    expect(origins).toMatchObject({
      temperature: { kind: "flag", name: "--temperature" },
      lang: { kind: "dotenv", name: "DEEPSEEK_CHAT_LANG (/work/.env)" },
      thinking: { kind: "file", name: "/home/config.yaml" },
      provider: { kind: "built-in", name: "" },
    });
    expect(origins).not.toHaveProperty("top_p");
  });

  test("refuse a value that does not fit, and say whose it is", () => {
    expect(() => load({ environment: { DEEPSEEK_CHAT_LANG: "fr" } })).toThrow(
      expect.objectContaining({
        code: "bad_value",
        details: expect.objectContaining({ name: "DEEPSEEK_CHAT_LANG", value: "fr" }) as unknown,
      }),
    );
    expect(() => load({ flags: { top_p: Number.NaN } })).toThrow(expect.objectContaining({ code: "bad_value" }));
  });
});

describe("provider/id", () => {
  test.each<[string, Sources, string, string | undefined]>([
    ["sets both", { flags: { model: "siliconflow/deepseek-ai/V4" } }, "siliconflow", "deepseek-ai/V4"],
    [
      "is an id when its first part is no provider",
      { flags: { model: "deepseek-ai/V4" } },
      "deepseek",
      "deepseek-ai/V4",
    ],
    ["may name a provider of the config file", { flags: { model: "mine/a" } }, "mine", "a"],
    [
      "is an id of the provider that the same layer names",
      { flags: { provider: "ollama", model: "mine/a" } },
      "ollama",
      "mine/a",
    ],
    ["is so in the config file too", { file: { provider: "ollama", model: "mine/a" } }, "ollama", "mine/a"],
    [
      "and in variables",
      { environment: { DEEPSEEK_CHAT_PROVIDER: "ollama", DEEPSEEK_CHAT_MODEL: "mine/a" } },
      "ollama",
      "mine/a",
    ],
    ["names the same provider twice", { flags: { provider: "mine", model: "mine/ollama/a" } }, "mine", "ollama/a"],
    ["may be a provider alone, with its own model", { flags: { model: "mine" } }, "mine", undefined],
    [
      "may be a provider alone, with its model of the file",
      { flags: { model: "mine" }, file: { provider: "mine", model: "a" } },
      "mine",
      "a",
    ],
    [
      "is the whole of an id like a provider's name beside one",
      { flags: { provider: "ollama", model: "mine" } },
      "ollama",
      "mine",
    ],
    [
      "stands above the provider of a weaker layer",
      { flags: { model: "mine/a" }, file: { provider: "ollama" } },
      "mine",
      "a",
    ],
    [
      "of a weaker layer gives way to a provider",
      { flags: { provider: "ollama" }, file: { model: "mine/a" } },
      "ollama",
      undefined,
    ],
    ["works in the environment", { environment: { DEEPSEEK_CHAT_MODEL: "ollama/llama" } }, "ollama", "llama"],
  ])("%s", (_, sources, provider, model) => {
    const loaded = load(sources);
    expect({ provider: loaded.provider, model: loaded.model }).toEqual({ provider, model });
  });
});

describe("a model belongs to its provider", () => {
  test.each<[string, Sources, string | undefined]>([
    ["of the same layer", { file: { provider: "ollama", model: "llama" } }, "llama"],
    [
      "but not to that of a flag",
      { flags: { provider: "deepseek" }, file: { provider: "ollama", model: "llama" } },
      undefined,
    ],
    [
      "nor to that of a variable",
      { environment: { DEEPSEEK_CHAT_PROVIDER: "mine" }, file: { model: "llama" } },
      undefined,
    ],
    [
      "and to one that is the same all the same",
      { flags: { provider: "ollama" }, file: { provider: "ollama", model: "llama" } },
      "llama",
    ],
    [
      "unless it is named itself",
      { flags: { provider: "mine", model: "a" }, file: { provider: "ollama", model: "llama" } },
      "a",
    ],
    ["and to the built-in one", { file: { model: "deepseek-v4-pro" } }, "deepseek-v4-pro"],
  ])("%s", (_, sources, model) => {
    expect(load(sources).model).toBe(model);
  });
});

describe("system and role", () => {
  test.each<[string, Sources, string | undefined, string | undefined]>([
    [
      "a role of a flag is stronger than a text of the file",
      { flags: { role: "a" }, file: { system: "b" } },
      undefined,
      "a",
    ],
    ["a text of a flag is stronger than a role of the file", { flags: { system: "b" }, file: { role: "a" } }, "b", "a"],
    ["of one layer the text holds", { file: { system: "b", role: "a" } }, "b", "a"],
    ["an empty text is one", { flags: { system: "" }, file: { system: "b" } }, "", undefined],
  ])("%s", (_, sources, system, role) => {
    const loaded = load(sources);
    expect({ system: loaded.system, role: loaded.role }).toEqual({ system, role });
  });
});
