import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Exchange } from "../../../src/transcripts/format/types.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { readTranscript } from "../../../src/transcripts/store/read.ts";
import { decodeFile } from "../../../src/transcripts/format/decode.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, temporaryFolder, turn } from "../../support/transcripts.ts";

const rule = "-".repeat(40);
const q = "[2026-11-20 23:41:07] Question:\n";
const a = "[2026-11-20 23:41:09] Answer:\n";
const failed = "\u8bf7\u6c42\u9519\u8bef";

const read = (text: string): readonly Exchange[] => parseTranscript(decodeFile(Buffer.from(text))).exchanges;

test("a conversation of the older plain form is read", () => {
  const text = `${q}one\n\n${a}first\n\n${rule}\n\n${q}two\nlines\n\n${a}second\n\n${rule}\n\n`;
  const [one, two, ...more] = read(text);
  expect(one).toMatchObject({ question: "one", answer: "first", status: "complete", error: null, torn: false });
  expect(two).toMatchObject({ question: "two\nlines", answer: "second", status: "complete", provider: null, id: null });
  expect(more).toEqual([]);
  expect(one!.askedAt).toEqual(new Date(2026, 10, 20, 23, 41, 7));
  expect(one!.answeredAt).toEqual(new Date(2026, 10, 20, 23, 41, 9));
});

test.each([
  ["an empty line between", `${a}${failed}: 401 Unauthorized\n\n${rule}\n`],
  ["a full-width colon", `${a}${failed}\uff1a401 Unauthorized\n\n${rule}\n`],
  ["blanks around", `${a}\n${failed}:   401 Unauthorized \n\n${rule}\n`],
  ["no rule", `${a}${failed}: 401 Unauthorized\n`],
  ["no answer label", `${failed}: 401 Unauthorized\n\n${rule}\n`],
])("a request that failed in the older form, with %s, is an error", (_, rest) => {
  const [exchange] = read(`${q}hello\n\n${rest}`);
  expect(exchange).toMatchObject({
    question: "hello",
    answer: "",
    status: "failed",
    error: { code: "unknown", message: "401 Unauthorized" },
    torn: false,
  });
});

test("what came before an error of the older form is kept", () => {
  const [exchange] = read(`${q}hello\n\n${a}the first half\n\n${failed}: reset\nby peer\n\n${rule}\n`);
  expect(exchange).toMatchObject({ answer: "the first half", status: "failed", error: { message: "reset\nby peer" } });
});

test("an answer that speaks of a failed request is no error, nor is a question", () => {
  const text = `${q}${failed}: what is that?\n\n${a}It means\n${failed}: a word\n\nand so on\n\n${rule}\n`;
  expect(read(text)).toMatchObject([{ status: "complete", error: null }]);
});

test("an older exchange without an answer has failed", () => {
  expect(read(`${q}one\n\n${a}\n\n${rule}\n\n${q}two\n\n${q}three\n\n${a}x\n\n${rule}\n`)).toMatchObject([
    { question: "one", status: "failed", answer: "" },
    { question: "two", status: "failed", answer: "" },
    { question: "three", status: "complete", answer: "x" },
  ]);
});

test("text of the older form that looks like structure or escapes stays text", () => {
  const answer = `a\n\n${rule}\n\n[2026-01-01 00:00:00] Note:\nx\n${rule}\\\n\u27eaU+001B\u27eb\n${q}${a}again`;
  expect(read(`${q}one\n\n${a}${answer}\n\n${rule}\n\n${q}two\n\n${a}x\n\n${rule}\n`)).toMatchObject([
    { question: "one", answer },
    { question: "two", answer: "x" },
  ]);
});

test("an older file cut anywhere is read up to the cut", () => {
  const text = `${q}one\n\n${a}first \u91cf\u5b50\nline\n\n${rule}\n\n${q}two\n\n${a}second\n\n${rule}\n`;
  const bytes = Buffer.from(text);
  const whole = read(text);
  for (let length = 0; length < bytes.length; length++) {
    const cut = parseTranscript(decodeFile(bytes.subarray(0, length))).exchanges;
    const last = Math.max(cut.length - 1, 0);
    expect(cut.slice(0, last)).toEqual(whole.slice(0, last));
    expect(whole[last]!.question.startsWith(cut[last]?.question ?? "")).toBe(true);
    expect(whole[last]!.answer.startsWith(cut[last]?.answer ?? "")).toBe(true);
  }
});

test.each([
  ["a byte order mark", (text: string) => `\ufeff${text}`],
  ["Windows newlines", (text: string) => text.replaceAll("\n", "\r\n")],
  ["text around the exchanges", (text: string) => `# My notes\n\n${text}\n\nThat was good.\n`],
  ["no newline at the end", (text: string) => text.trimEnd()],
  ["no empty line before labels and rules", (text: string) => text.replaceAll("\n\n", "\n")],
])("%s changes nothing", (_, change) => {
  const text = `${q}one\n\n${a}first\n\n${rule}\n\n${q}two\n\n${a}second\n\n${rule}\n\n`;
  expect(read(change(text))).toEqual(read(text));
});

test.each([
  ["a byte order mark", (text: string) => `\ufeff${text}`],
  ["Windows newlines", (text: string) => text.replaceAll("\n", "\r\n")],
  ["text around the exchanges", (text: string) => `# My notes\n\n${text}\n\nThat was good.\n`],
  ["no newline at the end", (text: string) => text.trimEnd()],
])("a file of this program with %s reads the same", (_, change) => {
  const path = join(temporaryFolder(), "notes.md");
  writeExchanges(path, ["one", "two"]);
  const text = readFileSync(path, "utf8");
  expect(read(change(text))).toEqual(read(text));
});

test("metadata that is missing or broken is unknown, and touches nothing else", () => {
  const path = join(temporaryFolder(), "notes.md");
  writeExchanges(path, ["one", "two", "three"]);
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n");
  const metadata = lines.flatMap((line, index) => (line.startsWith("<!-- deepseek-chat ") ? [index] : []));
  for (const index of metadata) {
    for (const broken of [
      null,
      "<!-- deepseek-chat end {} -->",
      '<!-- deepseek-chat turn {"sampling":7} -->',
      "<!-- -->",
    ]) {
      const edited = lines.flatMap((line, at) => (at === index ? (broken ?? []) : line)).join("\n");
      expect(read(edited).map(({ question, answer, status }) => [question, answer, status])).toEqual([
        ["one", "answer to one", "complete"],
        ["two", "answer to two", "complete"],
        ["three", "answer to three", expect.stringMatching(/complete|interrupted/)],
      ]);
    }
  }
});

test("a rule deleted by hand does not swallow the next exchange", () => {
  const path = join(temporaryFolder(), "notes.md");
  writeExchanges(path, ["one", "two"]);
  const text = readFileSync(path, "utf8").replace(`${rule}\n`, "");
  expect(read(text)).toMatchObject([
    { question: "one", answer: "answer to one" },
    { question: "two", answer: "answer to two" },
  ]);
});

test("no text is too strange to be read", () => {
  const parts = [
    q,
    a,
    `${rule}\n`,
    "\n",
    "x",
    '<!-- deepseek-chat turn {"at":1} -->\n',
    "<!-- deepseek-chat end {} -->\n",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 15 }), (chosen) => {
      const text = chosen.join("");
      expect(read(text).length).toBeLessThanOrEqual(text.split("] Question:").length - 1);
    }),
    { numRuns: 1000 },
  );
});

test("an older file goes on in the new form, keeps its id, and holds what it held", async () => {
  const path = join(temporaryFolder(), "conversation.txt");
  const text = `${q}one\n\n${a}first\n\n${rule}\n\n${q}two\n\n${a}${failed}: 500\n`;
  writeFileSync(path, text);
  const before = await readTranscript(path);
  const writer = TranscriptWriter.append(path);
  expect(writer.id).toBe(before.id);
  writer.begin(turn("three"));
  writer.end(ending());
  const after = await readTranscript(path);
  expect(after.id).toBe(before.id);
  expect(after.exchanges.slice(0, 2)).toEqual(before.exchanges);
  expect(after.exchanges[2]).toMatchObject({ question: "three", provider: "demo", status: "complete" });
  expect(readFileSync(path, "utf8").startsWith(text)).toBe(true);
});

function writeExchanges(path: string, questions: readonly string[]): void {
  const writer = TranscriptWriter.append(path);
  for (const question of questions) {
    writer.begin(turn(question));
    writer.text(`answer to ${question}`, new Date());
    writer.end(ending());
  }
}

test("a second header takes over nothing", () => {
  const header = (id: string, title: string) =>
    `<!-- deepseek-chat conversation {"v":1,"id":"${id}","started":"2026-11-20T12:00:00.000Z","title":"${title}"} -->\n\n`;
  const exchange = `[2026-11-20 23:41:07] Question:\nq\n\n[2026-11-20 23:41:09] Answer:\na\n\n${"-".repeat(40)}\n\n`;
  const parsed = parseTranscript(`${header("first", "one")}${exchange}${header("second", "two")}${exchange}`);
  expect(parsed.header?.id).toBe("first");
  expect(parsed.notes.title).toBe("one");
  expect(parsed.exchanges).toHaveLength(2);
});
