import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { asJson } from "../../../src/transcripts/export/json.ts";
import { asMessagesLine } from "../../../src/transcripts/export/jsonl.ts";
import { encodeTranscript } from "../../../src/transcripts/format/encode.ts";
import { imagesIn } from "../../../src/transcripts/format/exchange-images.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { hasParts } from "../../../src/transcripts/format/sections.ts";
import type { Exchange } from "../../../src/transcripts/format/types.ts";
import { importFile, type ImportOutcome } from "../../../src/transcripts/import/import-file.ts";
import { Shelf } from "../../../src/transcripts/import/shelf.ts";
import { readOurs } from "../../../src/transcripts/import/own-json.ts";
import { KeptPictures } from "../../../src/transcripts/store/kept-pictures.ts";
import { saveTranscript } from "../../../src/transcripts/store/manage.ts";
import { listTranscripts, readTranscript } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { chatgptExport, deepseekExport, oldConversation, writeJson, writeLlmLogs } from "../../support/foreign.ts";
import { ending, expected, gather, noon, someCourse, temporaryFolder, turn } from "../../support/transcripts.ts";
import { exchange, transcript } from "../export/samples.ts";

/** Imports the file into the folder as a run of the program does. */
async function imported(file: string, folder: string): Promise<ImportOutcome[]> {
  return await gather(importFile(file, new Shelf(folder, await listTranscripts(folder))));
}

const statuses = (outcomes: readonly ImportOutcome[]) => outcomes.map(({ status }) => status);
const pathOf = (outcome: ImportOutcome | undefined) => {
  if (outcome === undefined || outcome.status === "skipped") throw new Error("It was not imported.");
  return outcome.path;
};

/** A place for transcripts, and a file to import from. */
function place(): { folder: string; file: string } {
  const home = temporaryFolder();
  return { folder: join(home, "transcripts"), file: join(home, "in") };
}

test.each([
  ["chat.deepseek.com", (file: string) => writeJson(file, deepseekExport()), 2],
  ["ChatGPT", (file: string) => writeJson(file, chatgptExport()), 1],
  ["llm", writeLlmLogs, 2],
  ["an old conversation", (file: string) => writeFileSync(file, oldConversation()), 1],
])("what comes from %s is there once, however often it is imported", async (_, write, count) => {
  const { folder, file } = place();
  write(file);
  expect(statuses(await imported(file, folder))).toEqual(Array.from({ length: count }, () => "imported"));
  const before = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  expect(statuses(await imported(file, folder))).toEqual(Array.from({ length: count }, () => "present"));
  expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(before);
  expect(before).toHaveLength(count);
});

test("an imported conversation has its times, and does not become the newest", async () => {
  const { folder, file } = place();
  const writer = TranscriptWriter.create(folder);
  writer.begin(turn("here"));
  writer.end(ending());
  writeJson(file, deepseekExport());
  const [first] = await imported(file, folder);
  const { startedAt, title, exchanges } = await readTranscript(pathOf(first));
  expect(title).toBe("\u91cf\u5b50\u5165\u95e8");
  expect(startedAt).toEqual(new Date("2026-01-02T00:00:00.250Z"));
  expect(exchanges[1]!.answeredAt).toEqual(new Date("2026-01-02T00:00:09.250Z"));
  expect(statSync(pathOf(first)).mtime).toEqual(new Date("2026-01-02T00:00:09.250Z"));
  expect((await listTranscripts(folder))[0]!.title).toBe("here");
  expect(readFileSync(pathOf(first), "utf8")).toContain(
    '<!-- deepseek-chat imported {"from":"deepseek","id":"5a1c9f00-0000-4000-8000-000000000001"} -->',
  );
});

/** A ChatGPT conversation in which these questions were answered. */
function asked(...questions: readonly string[]): object[] {
  const nodes = questions.flatMap((question, index) => [
    { role: "user", said: question, second: index * 2 },
    { role: "assistant", said: `${question}!`, second: index * 2 + 1 },
  ]);
  const mapping = Object.fromEntries(
    nodes.map(({ role, said, second }) => [
      `n${second}`,
      {
        parent: second === 0 ? null : `n${second - 1}`,
        message: { author: { role }, create_time: 1.7e9 + second, content: { content_type: "text", parts: [said] } },
      },
    ]),
  );
  return [{ conversation_id: "c1", title: "T", create_time: 1.7e9, current_node: `n${nodes.length - 1}`, mapping }];
}

const questionsIn = (exchanges: readonly Exchange[]) => exchanges.map(({ question }) => question);

test("a conversation that has grown is added to, and one that was shortened is there", async () => {
  const { folder, file } = place();
  writeJson(file, asked("a"));
  const path = pathOf((await imported(file, folder))[0]);
  writeJson(file, asked("a", "b", "c"));
  expect(statuses(await imported(file, folder))).toEqual(["extended"]);
  const { exchanges } = await readTranscript(path);
  expect(exchanges).toMatchObject([
    { question: "a", answer: "a!" },
    { question: "b", answer: "b!", askedAt: new Date(1.7e12 + 2000), answeredAt: new Date(1.7e12 + 3000) },
    { question: "c", answer: "c!", status: "complete" },
  ]);
  expect(statSync(path).mtime).toEqual(new Date(1.7e12 + 5000));
  writeJson(file, asked("a", "b"));
  expect(statuses(await imported(file, folder))).toEqual(["present"]);
  expect(readdirSync(folder)).toHaveLength(1);
});

test("nothing is added behind an answer that is missing", async () => {
  const { folder, file } = place();
  const write = (...messages: [role: string, content: string][]) =>
    writeJson(file, { id: "c", messages: messages.map(([role, content]) => ({ role, content })) });
  write(["user", "a"]);
  const path = pathOf((await imported(file, folder))[0]);
  const before = readFileSync(path, "utf8");
  write(["user", "a"], ["user", "b"], ["assistant", "b!"]);
  const [second] = await imported(file, folder);
  expect(second!.status).toBe("imported");
  expect(readFileSync(path, "utf8")).toBe(before);
  expect(questionsIn((await readTranscript(pathOf(second))).exchanges)).toEqual(["a", "b"]);
});

test("a conversation that was gone on with on both sides is two", async () => {
  const { folder, file } = place();
  writeJson(file, asked("a"));
  const path = pathOf((await imported(file, folder))[0]);
  const writer = TranscriptWriter.append(path);
  writer.begin(turn("mine"));
  writer.text("x", noon);
  writer.end(ending());
  writeJson(file, asked("a", "theirs"));
  const [second] = await imported(file, folder);
  expect(second!.status).toBe("imported");
  expect(questionsIn((await readTranscript(path)).exchanges)).toEqual(["a", "mine"]);
  expect(questionsIn((await readTranscript(pathOf(second))).exchanges)).toEqual(["a", "theirs"]);
  expect(statuses(await imported(file, folder))).toEqual(["present"]);
});

test("sessions without a name grow by their beginning, and lines for training stay apart", async () => {
  const { folder, file } = place();
  const session = (more: string) =>
    `model: m\nmessages:\n- role: user\n  content: one\n- role: assistant\n  content: first\n${more}`;
  writeFileSync(file, session(""));
  expect(statuses(await imported(file, folder))).toEqual(["imported"]);
  writeFileSync(file, session("- role: user\n  content: two\n- role: assistant\n  content: second\n"));
  expect(statuses(await imported(file, folder))).toEqual(["extended"]);
  const lines = [transcript([exchange("one", "first")]), transcript([exchange("one", "first"), exchange("two", "x")])];
  writeFileSync(file, lines.map(asMessagesLine).join(""));
  expect(statuses(await imported(file, folder))).toEqual(["imported", "imported"]);
  expect(statuses(await imported(file, folder))).toEqual(["present", "present"]);
});

test("pictures come along from beside the file, also with turns that are added later", async () => {
  const { folder, file } = place();
  const image = { name: "a", url: "data:image/png;base64,AAAA" };
  const writer = TranscriptWriter.append(file);
  const ask = () => {
    writer.begin(turn("q", { images: [image] }));
    writer.picture({ type: "image", ...image, url: "data:image/png;base64,BBBB" }, {}, noon);
    writer.text("a", noon);
    writer.end(ending());
  };
  const status = async () => {
    const shelf = new Shelf(folder, await listTranscripts(folder));
    const outcomes = await gather(importFile(file, shelf, undefined, new KeptPictures(file).resolve));
    const path = pathOf(outcomes[0]);
    const kept = new KeptPictures(path);
    const found = imagesIn((await readTranscript(path)).exchanges).map(kept.resolve);
    return [...statuses(outcomes), found.length, found.filter((each) => "url" in each).length, kept.lost.length];
  };
  ask();
  expect(await status()).toEqual(["imported", 2, 2, 0]);
  ask();
  expect(await status()).toEqual(["extended", 4, 4, 0]);
});

test("titles and texts that look like paths stay in the folder", async () => {
  const { folder, file } = place();
  mkdirSync(folder);
  const evil = "../../../evil\0/..\\..\\evil";
  const [conversation] = asked(evil) as [Record<string, unknown>];
  writeJson(file, [{ ...conversation, conversation_id: evil, title: evil }]);
  const [outcome] = await imported(file, folder);
  expect(dirname(pathOf(outcome))).toBe(folder);
  expect(readdirSync(dirname(folder)).sort()).toEqual(["in", "transcripts"]);
  expect(existsSync(join(folder, "..", "..", "evil"))).toBe(false);
  expect((await readTranscript(pathOf(outcome))).exchanges[0]!.question).toBe(evil);
});

test("a conversation that went out as JSON comes in as it was", () => {
  const head = { id: "out00001", startedAt: noon, zone: null, title: null, origin: null };
  const header = { id: "out00001", zone: "Asia/Shanghai", origin: { id: "abc", turns: 1 } };
  fc.assert(
    fc.property(fc.array(someCourse, { maxLength: 3 }), (courses) => {
      const written = courses.map((course, index) => ({ ...expected(course), rethought: index % 2 }));
      const exchanges = [exchange("said", "something"), ...parseTranscript(encodeTranscript(head, written)).exchanges];
      const item = readOurs(JSON.parse(asJson(transcript(exchanges, header))), { writtenAt: noon });
      expect(item).toMatchObject({ found: header });
      // What was thought and answered by turns is each one text there, unless tools were called.
      const inOrder = exchanges.map((each) =>
        hasParts(each) ? each : Object.assign(each, { rethought: 0, sections: null }),
      );
      expect(item).toHaveProperty("found.exchanges", inOrder);
    }),
    { numRuns: 200 },
  );
});

test("what was exported from a folder is there when it comes back, and comes whole into another", async () => {
  const { folder, file } = place();
  const rest = { zone: null, title: "T", origin: null };
  const path = saveTranscript(folder, { id: "mine0001", startedAt: noon, ...rest }, [
    exchange("a", "A", { reasoning: "hm", withdrawn: true }),
    exchange("b", "B", { id: "second00" }),
  ]);
  const whole = await readTranscript(path);
  writeFileSync(file, asJson(whole));
  expect(statuses(await imported(file, folder))).toEqual(["present"]);
  const other = join(temporaryFolder(), "other");
  const [outcome] = await imported(file, other);
  expect({ ...(await readTranscript(pathOf(outcome))), path }).toEqual(whole);
});

test("nothing is appended behind an answer that is still missing here", async () => {
  const { folder, file } = place();
  const line = (...messages: readonly string[]) =>
    `messages:\n${messages.map((content, index) => `- role: ${index % 2 === 0 ? "user" : "assistant"}\n  content: ${content}\n`).join("")}`;
  writeFileSync(file, line("first", "one", "second"));
  const [before] = await imported(file, folder);
  writeFileSync(file, line("first", "one", "second", "two"));
  const [grown] = await imported(file, folder);
  expect(grown).toMatchObject({ status: "imported" });
  expect(pathOf(grown)).not.toBe(pathOf(before));
  expect((await readTranscript(pathOf(before))).exchanges.map(({ answer }) => answer)).toEqual(["one", ""]);
  expect((await readTranscript(pathOf(grown))).exchanges.map(({ answer }) => answer)).toEqual(["one", "two"]);
});
