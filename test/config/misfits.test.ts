import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { nearestTo } from "../../src/config/expectation.ts";
import { readConfigFile, readDespiteMistakes } from "../../src/config/file.ts";
import { convertedFiles } from "../../src/config/text-file.ts";

function fileWith(content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "config.yaml");
  writeFileSync(path, content);
  return path;
}

const mistakeIn = async (text: string) => {
  const path = fileWith(text);
  return await readConfigFile(path).then(
    () => null,
    (error: { code: string; details: object }) => ({ code: error.code, ...error.details }),
  );
};

describe("an alias of a model is told with its line where it", () => {
  test.each([
    ["stands for itself", "models:\n  a: a", 2, "models.a", "a \u2192 a", "<provider>/<id>"],
    [
      "leads back",
      "models: {}\n".replace("{}", "{a: b,\n  b: a}"),
      1,
      "models.a",
      "a \u2192 b \u2192 a",
      "<provider>/<id>",
    ],
    ["is blank", 'models:\n  x: {context: 1}\n  a: " "', 3, "models.a", '" "', "<provider>/<id>"],
    ["is empty", 'models:\n  a: ""', 2, "models.a", '""', '"\u2026"'],
    ["names no provider", "models:\n  a: nosuch/m", 2, "models.a", '"nosuch/m"', "deepseek/\u2026"],
    ["is neither text nor mapping", "models:\n  a: 7", 2, "models.a", "7", '"\u2026" | {\u2026}'],
    ["is a list", "models:\n  a: [b]", 2, "models.a", '["b"]', '"\u2026" | {\u2026}'],
  ])("%s", async (_, text, line, key, value, expected) => {
    const path = fileWith(text);
    await expect(readConfigFile(path, undefined, ["deepseek"])).rejects.toMatchObject({
      code: "config_misfit",
      details: { path, line, key, value, expected },
    });
    const { file, mistakes } = await readDespiteMistakes(path, undefined, ["deepseek"]);
    expect([Object.keys(file.models ?? {}).includes("a"), mistakes.length]).toEqual([false, 1]);
  });

  test("not where it names a provider, an id, or another alias", async () => {
    const models = { a: "deepseek", b: "c", c: "deepseek/x", d: "mine/y", e: "qwen" };
    const text = JSON.stringify({ models, providers: { mine: {} } });
    expect(await readConfigFile(fileWith(text), undefined, ["deepseek"])).toMatchObject({ models });
  });
});

test("a budget or a limit for a provider that does not exist limits nothing, and is refused", async () => {
  const path = fileWith("budget:\n  day: 5\n  depseek: { day: 1 }\n");
  await expect(readConfigFile(path, undefined, ["deepseek"])).rejects.toMatchObject({
    code: "config_misfit",
    details: { line: 3, key: "budget.depseek", value: "depseek", expected: "deepseek" },
  });
  const rates = fileWith("limits: { depseek: { rpm: 60 } }\n");
  await expect(readConfigFile(rates, undefined, ["deepseek"])).rejects.toMatchObject({
    details: { line: 1, key: "limits.depseek", value: "depseek", expected: "deepseek" },
  });
  const own = fileWith("budget: { mine: { day: 1 } }\nproviders: { mine: {} }\n");
  expect(await readConfigFile(own, undefined, ["deepseek"])).toMatchObject({ budget: { mine: { day: 1 } } });
});

describe("a value that does not fit is told with its line, itself and what would have been right", () => {
  test.each([
    ["temperature: 9", 1, "temperature", "9", "0 to 2"],
    ["a: 1\ntemperature: -1".replace("a: 1", "# note"), 2, "temperature", "-1", "0 to 2"],
    ["timeout: 0", 1, "timeout", "0", "> 0"],
    ["top_k: 1.5", 1, "top_k", "1.5", "1, 2, 3\u2026"],
    ["seed: 1e300", 1, "seed", "1e+300", "1, 2, 3\u2026"],
    ["temperature: hot", 1, "temperature", '"hot"', "0 to 2"],
    ["width: 5", 1, "width", "5", "20 to 1000"],
    ["top_k: 0", 1, "top_k", "0", "\u2265 1"],
    ["thinking: sometimes", 1, "thinking", '"sometimes"', "true | false"],
    ["model: 7", 1, "model", "7", '"\u2026"'],
    ['model: ""', 1, "model", '""', '"\u2026"'],
    ["effort: huge", 1, "effort", '"huge"', "low | high | max"],
    ["stop: end", 1, "stop", '"end"', "[\u2026]"],
    ["timeout: .inf", 1, "timeout", "Infinity", "\u2264 86400"],
    ["providers: []", 1, "providers", "[]", "{\u2026}"],
    ["providers:\n  mine: 7", 2, "providers.mine", "7", "{\u2026}"],
    ["providers:\n  mine:\n    base_url: nowhere", 3, "providers.mine.base_url", '"nowhere"', "https://\u2026"],
    ["providers:\n  mine:\n    key_variable: A-B", 3, "providers.mine.key_variable", '"A-B"', "A_NAME"],
    ["providers:\n  mine:\n    key_variable: 1AB", 3, "providers.mine.key_variable", '"1AB"', "A_NAME"],
    ["providers:\n  mine:\n    key_command: []", 3, "providers.mine.key_command", "[]", "\u2265 1"],
    ["providers:\n  mine:\n    headers: { X-Key: \u4f60 }", 3, "providers.mine.headers.X-Key", "\u2026", '"ASCII"'],
    ["providers:\n  mine:\n    headers: { 'X Key': a }", 3, "providers.mine.headers.X Key", "\u2026", "X-Name"],
    ["providers:\n  mine:\n    key_command: '  '", 3, "providers.mine.key_command", '""', '"\u2026"'],
    ["body: { model: x }", 1, "body.model", '"model"', "\u2260 model, messages, stream, prefix"],
    ['transcripts: "a\\0b"', 1, "transcripts", '"a\\u0000b"', '"\u2026"'],
    [
      "models:\n  a/b:\n    CNY: { cached: 1, input: 2 }",
      3,
      "models.a/b.CNY",
      '{"cached":1,"input":2}',
      "{output: \u2026}",
    ],
    ["holidays: [2027-02-30]", 1, "holidays.0", '"2027-02-30"', "YYYY-MM-DD"],
    ["models: { m: { until: 2027-13-01 } }", 1, "models.m.until", '"2027-13-01"', "YYYY-MM-DD"],
    ["models: { m: { until: 2027-01-01 } }", 1, "models.m.until", "2027-01-01", "models.m.CNY | models.m.USD"],
    ["models:\n  m:\n    peak_factor: 2", 3, "models.m.peak_factor", "2", "models.m.CNY | models.m.USD"],
    ["budget: { day: -1 }", 1, "budget.day", "-1", "\u2265 0"],
    ["limits: { deepseek: { rpm: 0 } }", 1, "limits.deepseek.rpm", "0", "\u2265 1"],
    ["limits:\n  deepseek:\n    concurrency: 0", 3, "limits.deepseek.concurrency", "0", "\u2265 1"],
    ["limits: { deepseek: { tpm: many } }", 1, "limits.deepseek.tpm", '"many"', "0, 1\u2026"],
    ["theme: 17", 1, "theme", "17", "auto | dark | light | 16 | none"],
    ["response_format: xml", 1, "response_format", '"xml"', "json_object | text | {\u2026}"],
    [
      `model: [${"'abcdefghij',".repeat(20)}]`,
      1,
      "model",
      JSON.stringify(Array(20).fill("abcdefghij")).slice(0, 80),
      '"\u2026"',
    ],
  ])("%s", async (text, line, key, value, expected) => {
    expect(await mistakeIn(text)).toMatchObject({ code: "config_misfit", line, key, value, expected });
  });
});

describe("a key that there is not is told with the one that may have been meant", () => {
  test.each([
    ["temprature: 1", "temprature", "temperature"],
    ["xyz: 1", "xyz", null],
    ["providers:\n  mine:\n    base_ulr: https://x", "providers.mine.base_ulr", "base_url"],
    ["models:\n  a/b:\n    contxt: 1", "models.a/b.contxt", "context"],
    ["models:\n  a/b:\n    base_url: 1", "models.a/b.base_url", null],
  ])("%s", async (text, key, nearest) => {
    expect(await mistakeIn(text)).toMatchObject({ code: "config_unknown", key, nearest });
  });

  test("is at the line of the alias it comes by; keys that are lists are no duplicates", async () => {
    const path = "body: &x\n  foo: 1\nproviders:\n  mine: *x\nlang: en\n";
    expect(await mistakeIn(path)).toMatchObject({ code: "config_unknown", key: "providers.mine.foo", line: 4 });
    expect(await mistakeIn("? [a]\n: 1\n? [b]\n: 2\n")).toMatchObject({ code: "config_unknown" });
  });

  test("a third of its letters may differ, or two, but never all", () => {
    expect(nearestTo("mdoel", ["model", "lang"])).toBe("model");
    expect(nearestTo("abc", ["xyz"])).toBeNull();
    expect(nearestTo("ab", ["ba"])).toBeNull();
    expect(nearestTo("abcdefghi", ["abcdefxyz"])).toBe("abcdefxyz");
    expect(nearestTo("abcdefghi", ["abcdewxyz"])).toBeNull();
    expect(nearestTo("model", [])).toBeNull();
  });
});

describe("a file that cannot be read is told with the reason", () => {
  test.each([
    ["model: [", { line: 1 }],
    ["# x\n- list", { line: 1, reason: "no_mapping" }],
    ["just words", { line: 1, reason: "no_mapping" }],
    ["model: a\nlang: en\nmodel: b", { line: 3, reason: "DUPLICATE_KEY", said: "Map keys must be unique" }],
    ["model: a\nmodel: b\nlang: en\n", { line: 2, reason: "DUPLICATE_KEY" }],
    ["model: *x", { line: null, reason: "BAD_ALIAS" }],
    [`model: ${"[".repeat(5000)}`, { line: 1, reason: "RESOURCE_EXHAUSTION", said: "" }],
  ])("%j", async (text, told) => {
    expect(await mistakeIn(text)).toMatchObject({ code: "config_broken", key: null, ...told });
  });

  test("nested mappings may have the same keys", async () => {
    expect(await readConfigFile(fileWith("providers:\n  a: { model: x }\n  b: { model: x }\nmodel: x"))).toMatchObject({
      model: "x",
    });
  });

  test("one that is missing, or empty, is an empty one; a folder is none", async () => {
    expect(await readConfigFile("/nowhere/config.yaml")).toEqual({});
    expect(await readConfigFile(join(fileWith(""), "below"))).toEqual({});
    for (const text of ["", "  \n", "# notes\n"]) expect(await readConfigFile(fileWith(text))).toEqual({});
    await expect(readConfigFile(join(fileWith(""), ".."))).rejects.toMatchObject({
      code: "config_broken",
      details: { said: "" },
    });
  });
});

test("whoever wants to know what is wrong gets every mistake, and what is right of the file", async () => {
  const path = fileWith("temperature: 9\nmodel: x\nfoo: 1\nproviders:\n  mine: { base_url: nowhere, model: y }\n");
  const { file, mistakes } = await readDespiteMistakes(path);
  expect(file).toEqual({ model: "x", providers: { mine: { model: "y" } } });
  expect(mistakes.map(({ code }) => code).toSorted()).toEqual(["config_misfit", "config_misfit", "config_unknown"]);
  const broken = await readDespiteMistakes(fileWith("["));
  expect(broken.file).toEqual({});
  expect(broken.mistakes.map(({ code }) => code)).toEqual(["config_broken"]);
  const aliased = await readDespiteMistakes(fileWith("foo: &x a\nmodel: *x\n"));
  expect(aliased.file).toEqual({});
  expect(aliased.mistakes).toMatchObject([
    { code: "config_unknown", details: { key: "foo" } },
    { code: "config_broken", details: { reason: "BAD_ALIAS" } },
  ]);
  const many = await readDespiteMistakes(
    fileWith(Array.from({ length: 60 }, (_, index) => `unknown${index}: 1\n`).join("")),
  );
  expect(many.mistakes).toHaveLength(50);
  expect(many.file).toEqual({});
});

test("a file in another encoding is read, and named as one", async () => {
  const utf8 = fileWith("role: \u4f60");
  expect(await readConfigFile(utf8)).toEqual({ role: "\u4f60" });
  expect(await readConfigFile(fileWith("theme: 16"))).toEqual({ theme: "16" });
  expect(convertedFiles().has(utf8)).toBe(false);
  const marked = fileWith("\ufeffmodel: a\n");
  expect(await readConfigFile(marked)).toEqual({ model: "a" });
  expect(convertedFiles().has(marked)).toBe(false);
  const wide = fileWith(Buffer.from("\ufeffmodel: \u4f60\u597d\n", "utf16le"));
  expect(await readConfigFile(wide)).toEqual({ model: "\u4f60\u597d" });
  expect(convertedFiles().get(wide)).toMatch(/^UTF-16/);
  await expect(readConfigFile(fileWith(Buffer.from([0, 1, 2, 3, 255, 0, 7])))).rejects.toMatchObject({
    details: { reason: "not_text" },
  });
});
