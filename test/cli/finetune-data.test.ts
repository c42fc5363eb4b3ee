import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newPlace, put, run } from "../support/program.ts";
import { wordsOf } from "../support/words.ts";
import { training as en } from "../../src/words/en/training-file.ts";

const example = (question: string) =>
  JSON.stringify({
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: "yes" },
    ],
  });

test("a training file is checked line by line, duplicates and lengths included, and nothing is sent", async () => {
  const place = newPlace();
  put(
    place.configFile,
    "models: {deepseek-flash: {context: 50, CNY: {cached: 1, input: 1, output: 1, training: 1000}}}\n",
  );
  const long = "word ".repeat(100);
  const lines = [example("one"), "", "{", `${example("one")}\r`, example(long), '{"prompt": "p", "completion": "c"}'];
  put(join(place.cwd, "train.jsonl"), `\uFEFF${lines.join("\n")}`);
  const args = ["finetune", "check", "train.jsonl"];
  const [text, json, fine, empty] = await Promise.all([
    run(args, { place }),
    run([...args, "--json"], { place }),
    run(["finetune", "check", "-"], { place, input: `${example("one")}\n` }),
    run(["finetune", "check", "-", "--lang", "zh"], { place, input: "\n" }),
  ]);
  expect([text.code, json.code, fine.code, empty.code]).toEqual([2, 2, 0, 2]);
  const objects = json.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(objects.map(({ type, line, level, code }) => [type, line, level, code])).toEqual([
    ["problem", 3, "error", "not_json"],
    ["problem", 4, "warning", "duplicate"],
    ["problem", 5, "error", "over_window"],
    ["problem", 6, "error", "other_form"],
    ["summary", undefined, undefined, undefined],
  ]);
  expect(objects.at(-1)).toMatchObject({
    form: "chat",
    examples: 4,
    errors: 3,
    warnings: 1,
    bad_lines: 3,
    duplicates: 1,
    window: 50,
    model: "deepseek/deepseek-flash",
    tokens: { exact: true, longest_line: 5 },
    cost_per_epoch: { currency: "CNY" },
  });
  expect(text.stdout).toContain(
    `train.jsonl:4: ${en.levels.warning}: ${en.problem({ code: "duplicate", at: "", detail: "1" })}\n`,
  );
  expect(text.stdout).toContain(en.verdict({ errors: 3, warnings: 1 }));
  expect(text.stderr).toContain(wordsOf("training_file_bad", { path: "train.jsonl", bad: 3 }).what);
  expect(fine.stdout).toContain(en.verdict({ errors: 0, warnings: 0 }));
});

test("a training file is made of saved conversations, also of older ones, as the options say", async () => {
  const place = newPlace();
  const line = "-".repeat(40);
  put(
    join(place.cwd, "transcripts", "old.md"),
    `[2026-01-01 10:00:00] Question:\nCall 13800138000\n\n[2026-01-01 10:00:01] Answer:\nDone.\n\n${line}\n\n`,
  );
  const args = ["finetune", "prepare", "--all", "-o", "train.jsonl"];
  const first = await run([...args, "--system", "Be brief.", "--validation", "0"], { place });
  const [again, none] = await Promise.all([
    run(args, { place }),
    run(["finetune", "prepare", "--good", "-o", "good.jsonl", "--no-system"], { place }),
  ]);
  expect([first.code, again.code, none.code]).toEqual([0, 2, 2]);
  expect(first.stdout).toBe("");
  expect(JSON.parse(readFileSync(join(place.cwd, "train.jsonl"), "utf8"))).toEqual({
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Call [phone]" },
      { role: "assistant", content: "Done." },
    ],
  });
  expect(again.stderr).toContain(wordsOf("output_exists", { path: join(place.cwd, "train.jsonl") }).next);
  expect(none.stderr).toContain(wordsOf("training_nothing", { conversations: 1 }).what);
});
