import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Item, ImportedConversation } from "../../../src/transcripts/import/types.ts";
import { conversationsIn } from "../../../src/transcripts/import/detect-format.ts";
import {
  aichatSession,
  chatgptExport,
  deepseekExport,
  oldConversation,
  writeJson,
  writeLlmLogs,
  writeZip,
} from "../../support/foreign.ts";
import { gather, temporaryFolder } from "../../support/transcripts.ts";

const writtenAt = new Date("2026-03-03T03:03:03Z");

/** What is in a file, which is named so that its name tells nothing. */
async function itemsOf(write: (path: string) => unknown): Promise<Item[]> {
  const path = join(temporaryFolder(), "file.bin");
  await write(path);
  utimesSync(path, writtenAt, writtenAt);
  return await gather(conversationsIn(path));
}

async function foundIn(write: (path: string) => unknown): Promise<ImportedConversation[]> {
  return (await itemsOf(write)).map((item) => {
    if ("found" in item) return item.found;
    throw new Error(`skipped: ${item.skip.reason}`);
  });
}

const textFile = (text: string | Buffer) => (path: string) => writeFileSync(path, text);

test("the export of chat.deepseek.com", async () => {
  const [first, second, ...more] = await foundIn((path) => writeJson(path, deepseekExport()));
  expect(more).toEqual([]);
  expect(first).toMatchObject({
    source: "deepseek",
    key: "5a1c9f00-0000-4000-8000-000000000001",
    title: "\u91cf\u5b50\u5165\u95e8",
    startedAt: new Date("2026-01-02T00:00:00.250Z"),
    leftOut: 1,
    exchanges: [
      {
        question: "\u91cf\u5b50\u662f\u4ec0\u4e48\uff1f",
        askedAt: new Date("2026-01-02T00:00:01.250Z"),
        reasoning: "hm",
        answer: "second try",
        answeredAt: new Date("2026-01-02T00:00:05.250Z"),
        model: "deepseek-reasoner",
        provider: null,
        status: "complete",
      },
      { question: "and this?\n\n[notes.pdf]", answer: "no", status: "complete" },
    ],
  });
  expect(second).toMatchObject({
    title: "old",
    exchanges: [{ question: "hi", reasoning: "greet", answer: "hello", askedAt: new Date("2025-02-03T04:05:07Z") }],
  });
});

test("the export of ChatGPT", async () => {
  const [found, ...more] = await foundIn((path) => writeJson(path, chatgptExport()));
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    source: "chatgpt",
    key: "c0ffee00-0000-4000-8000-000000000001",
    title: "Deploy timeout",
    startedAt: new Date("2025-11-24T16:00:00.500Z"),
    leftOut: 1,
    exchanges: [
      {
        question: "why the timeout?\n\n[image]",
        askedAt: new Date("2025-11-24T16:00:01.500Z"),
        reasoning: "Logs\n\nlook",
        answer: "```python\nprint(1)\n```\n\nRetry with backoff.",
        answeredAt: new Date("2025-11-24T16:00:03.500Z"),
        model: "gpt-5",
        system: null,
        finishReason: "stop",
        status: "complete",
      },
    ],
  });
  expect(found!.exchanges).toHaveLength(1);
});

test("a data export as a zip, in parts and among other files", async () => {
  const [deepseek, chatgpt] = [deepseekExport(), chatgptExport()];
  const found = await foundIn((path) =>
    writeZip(path, {
      "export/user.json": "{}",
      "export/conversations-000.json": JSON.stringify(chatgpt),
      "export/conversations-001.json": JSON.stringify(deepseek),
      "export/shared_conversations.json": JSON.stringify(chatgpt),
      "chat.html": "<html>",
    }),
  );
  expect(found.map(({ title }) => title)).toEqual(["Deploy timeout", "\u91cf\u5b50\u5165\u95e8", "old"]);
});

test("logs of llm, of both its ages", async () => {
  const [pelicans, hello, ...more] = await foundIn(writeLlmLogs);
  expect(more).toEqual([]);
  expect(pelicans).toMatchObject({
    source: "llm",
    key: "01a",
    title: "Names of pelicans",
    startedAt: new Date("2025-03-04T05:06:07.123Z"),
    exchanges: [
      {
        question: "from a file\ntwo names?",
        answer: "Percy, Pepper",
        system: "Be brief.",
        model: "gpt-4o-2024",
        sampling: { temperature: 0.2 },
        endedAt: new Date("2025-03-04T05:06:08.623Z"),
        usage: { promptTokens: 10, cachedTokens: 0, completionTokens: 4, reasoningTokens: 2, totalTokens: 14 },
      },
      { question: "one more", answer: "Paul", system: "Be brief.", usage: null },
      { question: "from a file and?", reasoning: "think", answer: "Pim", system: "Be brief.", model: "gpt-5" },
    ],
  });
  expect(pelicans!.exchanges).toHaveLength(3);
  expect(hello).toMatchObject({ key: "01b", title: null, exchanges: [{ question: "hello", answer: "hi" }] });
});

test("a session of aichat", async () => {
  const [found] = await foundIn(textFile(aichatSession));
  expect(found).toMatchObject({
    source: "aichat",
    key: null,
    startedAt: writtenAt,
    exchanges: [
      {
        question: "one?",
        answer: "first\nline",
        system: "Be brief.",
        model: "deepseek:deepseek-chat",
        sampling: { temperature: 0.5 },
      },
      {
        question: "two?",
        answer: "second",
        system: "Summary: one",
        images: [{ name: "image 2", url: "data:image/gif;base64,R0lGODlh" }],
      },
    ],
  });
});

test.each([
  ["UTF-8", Buffer.from(oldConversation())],
  ["UTF-8 with a mark and CRLF", Buffer.from(`\ufeff${oldConversation().replaceAll("\n", "\r\n")}`)],
  ["UTF-16", Buffer.from(`\ufeff${oldConversation()}`, "utf16le")],
  ["GBK", gbk(oldConversation())],
])("the old conversation.txt in %s", async (_, bytes) => {
  const [found] = await foundIn(textFile(bytes));
  expect(found).toMatchObject({
    source: "transcript",
    exchanges: [
      { question: "\u91cf\u5b50\u662f\u4ec0\u4e48\uff1f", answer: "small", askedAt: new Date(2025, 4, 6, 7, 1) },
      { question: "and?", answer: "", status: "failed", error: { message: "401 Unauthorized" } },
    ],
  });
});

test("lines of messages, with what is wrong in one of them named", async () => {
  const line = (question: string) =>
    JSON.stringify({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: question },
        { role: "assistant", content: "yes", reasoning_content: "hm" },
        { role: "tool", content: "{}" },
      ],
    });
  const items = await itemsOf(
    textFile(
      `${line("a")}\r\n\n{"messages": [{"role": "user", "content": "torn\n${line("b")}\n{"prompt": "x"}\n${line("c")}`,
    ),
  );
  expect(items).toMatchObject([
    {
      found: {
        source: "messages",
        exchanges: [{ question: "a", answer: "yes", reasoning: "hm", system: "Be brief." }],
      },
    },
    { skip: { reason: "broken" } },
    { found: { exchanges: [{ question: "b" }] } },
    { skip: { reason: "unknown" } },
    { found: { leftOut: 1, exchanges: [{ question: "c" }] } },
  ]);
});

test("an export that breaks off gives what came before", async () => {
  const whole = JSON.stringify(deepseekExport());
  const items = await itemsOf(textFile(whole.slice(0, -40)));
  expect(items).toMatchObject([{ found: { title: "\u91cf\u5b50\u5165\u95e8" } }, { skip: { reason: "cut" } }]);
});

test.each([
  ["an empty file", ""],
  ["a text", "Dear diary"],
  ["a list", "- a\n- b\n"],
  ["JSON of another kind", '{"a": 1}'],
  ["a binary", Buffer.from([0, 1, 2, 255, 254])],
  ["a tree without messages of a known kind", '[{"mapping": {"a": 1}}]'],
])("%s is not understood", async (_, content) => {
  expect(await itemsOf(textFile(content))).toEqual([{ skip: { reason: "unknown", title: null } }]);
});

test("conversations in which nobody says anything are named", async () => {
  const empty = [
    { ...deepseekExport()[0], mapping: {} },
    { title: "void", create_time: 1, mapping: {}, current_node: null },
  ];
  expect(await itemsOf((path) => writeJson(path, empty))).toMatchObject([
    { skip: { reason: "empty", title: "\u91cf\u5b50\u5165\u95e8" } },
    { skip: { reason: "empty", title: "void" } },
  ]);
});

test("a tree that goes round ends", async () => {
  const [conversation] = chatgptExport() as [{ mapping: Record<string, { parent: string | null }> }];
  conversation.mapping["root"]!.parent = "answer";
  const [found] = await foundIn((path) => writeJson(path, [conversation]));
  expect(found!.exchanges).toHaveLength(1);
});

test("damaged containers are told as unreadable", async () => {
  const zip = Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(100)]);
  const database = Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(100, 7)]);
  for (const bytes of [zip, database]) {
    await expect(itemsOf(textFile(bytes))).rejects.toMatchObject({ code: "input_unreadable" });
  }
  await expect(gather(conversationsIn("/no/such/file"))).rejects.toMatchObject({
    code: "input_unreadable",
    details: { reason: "ENOENT" },
  });
});

/** The few characters of the sample as an old Chinese Windows writes them. */
function gbk(text: string): Buffer {
  const decoder = new TextDecoder("gbk");
  const codes = new Map<string, number[]>();
  for (let first = 0x81; first <= 0xfe; first++) {
    for (let second = 0x40; second <= 0xfe; second++) {
      const character = decoder.decode(Uint8Array.of(first, second));
      if (character.length === 1) codes.set(character, [first, second]);
    }
  }
  return Buffer.from(Array.from(text, (character) => codes.get(character) ?? [character.charCodeAt(0)]).flat());
}
