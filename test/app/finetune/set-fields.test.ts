import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkUnchanged, readExamples } from "../../../src/app/finetune/examples.ts";
import { setFields } from "../../../src/app/finetune/set-fields.ts";
import { shellWord } from "../../../src/terminal/shell-word.ts";

test("fields within fields, as JSON or as text", () => {
  const texts = ["a.b.c=1", 'a.b.d=["x"]', "e=plain = text", "a.f=true", "__proto__.x=1"];
  const fields = setFields(texts);
  expect(fields).toMatchObject({ a: { b: { c: 1, d: ["x"] }, f: true }, e: "plain = text" });
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  for (const bad of ["x", "=1", "a..b=1"]) expect(() => setFields([bad])).toThrow(/bad_value/u);
});

test("a word of a command is one for a shell too", () => {
  expect(["ftjob-1", "a b", "$(x)", "it's", "-rf"].map(shellWord)).toEqual([
    "ftjob-1",
    "'a b'",
    "'$(x)'",
    String.raw`'it'\''s'`,
    "'-rf'",
  ]);
});

test("examples have a name that tells their content, and are not sent once they have changed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-examples-"));
  const path = join(folder, 'my "train".jsonl');
  writeFileSync(path, "one\n");
  const engine = { stop: new AbortController().signal, workingFolder: folder };
  const examples = await readExamples(engine, path);
  expect(examples.name).toMatch(/^my-train-\.[\da-f]{16}\.jsonl$/u);
  checkUnchanged(examples);
  writeFileSync(path, "three\n");
  expect(() => checkUnchanged(examples)).toThrow(/changed/u);
  rmSync(folder, { recursive: true });
  expect(() => checkUnchanged(examples)).toThrow(/ENOENT/u);
});
