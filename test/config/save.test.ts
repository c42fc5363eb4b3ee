import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readConfigFile } from "../../src/config/file.ts";
import { saveSetting } from "../../src/config/save.ts";

function fileWith(text: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "deep", "config.yaml");
  if (text === null) return path;
  const flat = join(folder, "config.yaml");
  writeFileSync(flat, text);
  return flat;
}

const person = `# Settings of mine.
provider: ollama   # at home

# The models I like:
#   llama, qwen
model: llama
roles:
  terse: >-
    Answer in
    one word.
  # kind: not yet
  long: "a \\u4f60 b"
stop: [END, "---"]
`;

test.skipIf(process.platform === "win32")(
  "a link is followed in one's own folder, and replaced where anybody may write",
  async () => {
    const target = fileWith("model: llama\n");
    const [own, shared] = [fileWith(""), fileWith("")].map((path) => dirname(path));
    chmodSync(shared!, 0o1777);
    const [first, second, missing, strange] = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"].map((name) => join(own!, name));
    symlinkSync(target, first!);
    symlinkSync("a.yaml", second!);
    await saveSetting(second!, ["model"], "qwen");
    expect([lstatSync(first!).isSymbolicLink(), lstatSync(second!).isSymbolicLink()]).toEqual([true, true]);
    expect(readFileSync(target, "utf8")).toBe("model: qwen\n");
    symlinkSync(join(dirname(target), "new.yaml"), missing!);
    await saveSetting(missing!, ["model"], "qwen");
    expect(readFileSync(join(dirname(target), "new.yaml"), "utf8")).toBe("model: qwen\n");
    symlinkSync(target, join(shared!, "link.yaml"));
    symlinkSync(join(shared!, "link.yaml"), strange!);
    await saveSetting(strange!, ["model"], "other");
    expect(readFileSync(target, "utf8")).toBe("model: qwen\n");
    expect(lstatSync(join(shared!, "link.yaml")).isFile()).toBe(true);
  },
);

test("a person's comments, order, quotes and blank lines stay", async () => {
  const path = fileWith(person);
  await saveSetting(path, ["model"], "qwen");
  expect(
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "model: qwen"),
  ).toEqual(
    expect.arrayContaining(["# Settings of mine.", "# The models I like:", "#   llama, qwen", "  # kind: not yet"]),
  );
  expect(await readConfigFile(path)).toEqual({
    provider: "ollama",
    model: "qwen",
    roles: { terse: "Answer in one word.", long: "a \u4f60 b" },
    stop: ["END", "---"],
  });
});

test("what is set is read back, deep paths and new files included, and what is unset is gone", async () => {
  const path = fileWith(null);
  await saveSetting(path, ["providers", "mine", "base_url"], "https://mine.example/v1");
  await saveSetting(path, ["temperature"], 0.7);
  expect(await readConfigFile(path)).toEqual({
    providers: { mine: { base_url: "https://mine.example/v1" } },
    temperature: 0.7,
  });
  await saveSetting(path, ["temperature"], undefined);
  expect(await readConfigFile(path)).not.toHaveProperty("temperature");
  const before = readFileSync(path, "utf8");
  await saveSetting(path, ["never", "was", "there"], undefined);
  expect(readFileSync(path, "utf8")).toBe(before);
});

test("nothing is written that could not be read again", async () => {
  const path = fileWith(person);
  await expect(saveSetting(path, ["temperature"], "hot")).rejects.toMatchObject({
    code: "bad_value",
    details: { name: "temperature", value: '"hot"' },
  });
  await expect(saveSetting(path, ["nonsense"], 1)).rejects.toMatchObject({ code: "unknown_setting" });
  await expect(saveSetting(path, ["model", "deep", "er"], 1)).rejects.toMatchObject({
    code: "config_broken",
    details: { key: "model" },
  });
  expect(readFileSync(path, "utf8")).toBe(person);
});

test("a file that is broken already is left alone", async () => {
  const path = fileWith("model: [\n");
  await expect(saveSetting(path, ["model"], "a")).rejects.toMatchObject({
    code: "config_broken",
    details: { line: expect.any(Number) as number },
  });
  expect(readFileSync(path, "utf8")).toBe("model: [\n");
});

test("a file of comments alone keeps them", async () => {
  const path = fileWith("# nothing yet\n");
  await saveSetting(path, ["model"], "a");
  expect(readFileSync(path, "utf8")).toMatch(/^# nothing yet\n+model: a\n$/u);
});

test.skipIf(process.platform === "win32")("files are private, whole, and leave nothing beside them", async () => {
  const path = fileWith(null);
  await saveSetting(path, ["model"], "a");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(path, ".."))).toEqual(["config.yaml"]);
});
