import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AtomicFile } from "../src/atomic-file.ts";
import { temporaryFolder } from "./support/transcripts.ts";

const windows = process.platform === "win32";

const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
};

test("a file appears whole", () => {
  const folder = temporaryFolder();
  const path = join(folder, "a.md");
  const draft = AtomicFile.open(path, false);
  draft.write("one ");
  expect(readdirSync(folder)).not.toContain("a.md");
  draft.write("\u4e24");
  draft.commit();
  expect(readFileSync(path, "utf8")).toBe("one \u4e24");
  expect(readdirSync(folder)).toEqual(["a.md"]);
});

test.skipIf(windows)("a file is for its owner alone", () => {
  const path = join(temporaryFolder(), "a.md");
  AtomicFile.open(path, false).commit();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a file that is there stays, also when it comes while the other is written", () => {
  const folder = temporaryFolder();
  const path = join(folder, "a.md");
  const late = AtomicFile.open(path, false);
  late.write("late");
  writeFileSync(path, "first");
  expect(thrown(() => late.commit())).toMatchObject({ code: "output_exists", details: { path } });
  expect(thrown(() => AtomicFile.open(path, false))).toMatchObject({ code: "output_exists" });
  expect(readFileSync(path, "utf8")).toBe("first");
  expect(readdirSync(folder)).toEqual(["a.md"]);
});

test.skipIf(windows)("with force a file is replaced, and a link but not what it points to", () => {
  const folder = temporaryFolder();
  const [path, target] = [join(folder, "a.md"), join(folder, "target")];
  writeFileSync(target, "kept");
  symlinkSync(target, path);
  const draft = AtomicFile.open(path, true);
  draft.write("new");
  draft.commit();
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(readFileSync(target, "utf8")).toBe("kept");
});

test("what is given up leaves nothing", () => {
  const folder = temporaryFolder();
  const draft = AtomicFile.open(join(folder, "a.md"), false);
  draft.write("x");
  draft.discard();
  draft.discard();
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder, and a missing folder are told as failures of storage", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "dir"));
  expect(thrown(() => AtomicFile.open(join(folder, "dir"), true))).toMatchObject({ code: "storage_failed" });
  expect(thrown(() => AtomicFile.open(join(folder, "no", "a.md"), false))).toMatchObject({
    code: "storage_failed",
    details: { reason: "ENOENT" },
  });
});

test.skipIf(windows)("a device is written to and stays", () => {
  const draft = AtomicFile.open("/dev/null", false);
  draft.write("x");
  draft.commit();
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});
