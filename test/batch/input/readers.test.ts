import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { checkInput } from "../../../src/batch/input/input-check.ts";
import { ItemIndex } from "../../../src/batch/input/item-index.ts";
import { itemSource } from "../../../src/batch/input/item-source.ts";
import { draftOf, type DraftOptions } from "../../../src/batch/input/line-draft.ts";
import { lineReader } from "../../../src/batch/input/line-reader.ts";
import type { RecordContent, RecordReader } from "../../../src/batch/input/record.ts";
import { tableReader } from "../../../src/batch/input/table-reader.ts";
import { textOf } from "../../../src/chat/message-text.ts";
import { batchWords as en } from "../../../src/words/en/batch.ts";
import { batchWords as zh } from "../../../src/words/zh/batch.ts";

const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-batch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();
let count = 0;

function file(content: string | Buffer): string {
  const path = join(folder, `${count++}`);
  writeFileSync(path, content);
  return path;
}

const plain: DraftOptions = { form: "jsonl", template: null, picture: (url) => url };

async function gathered<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of source) all.push(item);
  return all;
}

async function check(read: RecordReader, options = plain) {
  const draft = (content: RecordContent) => draftOf(content, options);
  const checked = await checkInput(read, draft, signal);
  const input = { name: "in", read, index: checked.index, draft, ignoresModels: false };
  const items = async (done: (index: number) => boolean) => await gathered(itemSource(input, done, 0).items(signal));
  return { ...checked, items };
}

const all = { end: Infinity, maxLine: 1000 };
const faultsOf = (lines: readonly { readonly line: number; readonly fault: string }[]) =>
  lines.map(({ line, fault }) => [line, fault]);

test("each line that is not blank is an item, whatever its end is, and those that are done are passed over", async () => {
  const texts = fc.array(
    fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replaceAll(/[\r\n\uFEFF]/gu, " ")),
  );
  await fc.assert(
    fc.asyncProperty(texts, fc.constantFrom("\n", "\r\n"), fc.boolean(), fc.nat(), async (lines, end, marked, done) => {
      const path = file(`${marked ? "\uFEFF" : ""}${lines.join(end)}`);
      const { items, bad } = await check(lineReader(path, all), { ...plain, form: "text" });
      const expected = lines.flatMap((text, at) => (/^[ \t\r]*$/u.test(text) ? [] : [{ id: `line-${at + 1}`, text }]));
      // Blanks of other kinds alone are a prompt without a word.
      const good = expected.filter(({ text }) => text.trim() !== "");
      expect(bad).toBe(expected.length - good.length);
      const found = await items((index) => index === done % (lines.length + 1));
      expect(found.map(({ id, messages }) => ({ id, text: textOf(messages[0]!.content) }))).toEqual(
        good.filter((_, index) => index !== done % (lines.length + 1)),
      );
    }),
    { numRuns: 50 },
  );
});

test("rows come back as they were written", async () => {
  const row = fc.record({ a: fc.string({ unit: "grapheme" }), b: fc.string({ unit: "grapheme", minLength: 1 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const path = file(`a,b\r\n${rows.map(({ a, b }) => `${quoted(a)},${quoted(b)}\r\n`).join("")}`);
      const template = {
        names: ["a", "b"],
        fill: (values: Record<string, string>) => `x${values["a"]}|${values["b"]}`,
      };
      const { items } = await check(tableReader(path, { end: Infinity, maxLine: 10_000 }, ","), {
        ...plain,
        form: "csv",
        template,
      });
      const found = await items(() => false);
      expect(found.map(({ messages }) => textOf(messages[0]!.content))).toEqual(rows.map(({ a, b }) => `x${a}|${b}`));
    }),
    { numRuns: 40 },
  );
});

test("ids are found among many, and each is taken once", () => {
  const index = new ItemIndex();
  const same = Array.from({ length: 20_000 }, (_, at) => index.add(`id-${at}`, at + 1, at));
  expect(same.every((each) => each === null)).toBe(true);
  expect(index.add("id-777", 1, 1)).toBe(777);
  expect([index.find("id-19999"), index.find("id-20000"), index.count]).toEqual([19_999, null, 20_000]);
});

describe("bad input", () => {
  test("says of each line what is wrong", async () => {
    const lines = [
      '{"prompt":"good"}',
      "[1]",
      '{"prompt":""}',
      '{"prompt":7}',
      '{"x":1}',
      '{"messages":[]}',
      '{"messages":[{"role":"user"}]}',
      '{"messages":[{"role":"nobody","content":"x"}]}',
      '{"prompt":"x","temperature":9}',
      '{"prompt":"x","n":2}',
      '{"custom_id":"i","method":"GET","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"x"}]}}',
      '{"custom_id":"i","url":"/v1/embeddings","body":{"input":"x"}}',
      '{"custom_id":"","prompt":"x"}',
      '{"custom_id":"line-1","prompt":"x"}',
      '{"prompt":"cut',
      `{"prompt":"${"x".repeat(2000)}"}`,
    ];
    const bytes = Buffer.concat([
      Buffer.from(`${lines.join("\n")}\n{"prompt":"`),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    const { badLines, index } = await check(lineReader(file(bytes), all));
    expect(index.count).toBe(1);
    expect(faultsOf(badLines)).toEqual([
      [2, "not_object"],
      [3, "empty_prompt"],
      [4, "bad_field"],
      [5, "no_prompt"],
      [6, "no_prompt"],
      [7, "bad_message"],
      [8, "bad_message"],
      [9, "bad_field"],
      [10, "bad_field"],
      [11, "bad_method"],
      [12, "bad_url"],
      [13, "bad_id"],
      [14, "duplicate_id"],
      [15, "not_json"],
      [16, "too_long"],
      [17, "not_utf8"],
    ]);
  });

  test("counts bad lines without keeping them all", async () => {
    const { bad, badLines } = await check(lineReader(file("nothing\n".repeat(500)), all));
    expect([bad, badLines.length]).toEqual([500, 20]);
  });

  test("rows that do not fit their table", async () => {
    const path = file('a,b\n1,2\n3\n4,5,6\n"open,7\n8,9\n');
    const template = { names: ["a"], fill: ({ a = "" }: Record<string, string>) => a };
    const { badLines, index } = await check(tableReader(path, all, ","), { ...plain, form: "csv", template });
    expect(index.count).toBe(1);
    expect(faultsOf(badLines)).toEqual([
      [3, "bad_row"],
      [4, "bad_row"],
      [5, "bad_row"],
    ]);
    for (const bad of badLines)
      for (const words of [en, zh]) expect(words.badLine({ path: "t", ...bad })).not.toContain(bad.detail);
    const twice = await check(tableReader(file("a,a\n1,2\n"), all, ","), { ...plain, form: "csv", template });
    expect(twice.badLines.map(({ fault }) => fault)).toEqual(["bad_header"]);
  });

  test("an input that changes while it is read ends the run, one that grows does not", async () => {
    const path = file('{"prompt":"a"}\n{"prompt":"b"}\n');
    const { items } = await check(lineReader(path, { end: 30, maxLine: 1000 }));
    writeFileSync(path, '{"prompt":"c"}\n', { flag: "a" });
    expect(await items(() => false)).toHaveLength(2);
    writeFileSync(path, '{"prompt":"a"}\n{"prompt":"B"}\n');
    await expect(items(() => false)).rejects.toMatchObject({ code: "batch_input_changed", details: { line: 2 } });
    truncateSync(path, 15);
    await expect(items(() => false)).rejects.toMatchObject({ code: "batch_input_changed", details: { line: 2 } });
  });
});

test("messages keep roles, calls of tools, thinking and pictures, and unknown fields go along", async () => {
  const body = {
    model: "m",
    messages: [
      { role: "developer", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "Look:" },
          { type: "image_url", image_url: { url: "https://x.test/p.png" } },
        ],
      },
      {
        role: "assistant",
        content: null,
        reasoning_content: "Hm.",
        tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "1", content: "ok" },
    ],
    tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
    tool_choice: { type: "function", function: { name: "f" } },
    stop: "end",
    thinking: { type: "disabled" },
    stream: true,
    brand_new: { x: 1 },
  };
  const { items } = await check(
    lineReader(file(JSON.stringify({ custom_id: "a", body })), { ...all, maxLine: 10_000 }),
  );
  expect(await items(() => false)).toEqual([
    {
      index: 0,
      id: "a",
      model: "m",
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "Look:" },
            { type: "image", name: "image", url: "https://x.test/p.png" },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", text: "Hm." },
            { type: "tool_call", id: "1", name: "f", arguments: "{}" },
          ],
        },
        { role: "tool", callId: "1", content: [{ type: "text", text: "ok" }] },
      ],
      sampling: { stop: ["end"], body: { brand_new: { x: 1 } } },
      thinking: { enabled: false, effort: null },
      tools: [{ name: "f", description: "", parameters: { type: "object" } }],
      toolChoice: { tool: "f" },
    },
  ]);
});
