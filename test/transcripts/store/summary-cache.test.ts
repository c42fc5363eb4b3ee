import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeTranscript } from "../../../src/transcripts/format/encode.ts";
import type { FileState } from "../../../src/transcripts/store/folder.ts";
import { Listing } from "../../../src/transcripts/store/summary-cache.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { findTranscript, listTranscripts, newestTranscript } from "../../../src/transcripts/store/read.ts";
import { decodeFile, toTranscript } from "../../../src/transcripts/format/decode.ts";
import { summarize } from "../../../src/transcripts/store/summary.ts";
import { lastUse, turnsIn } from "../../../src/transcripts/format/turns.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, expected, hostileText, noon, someCourse, temporaryFolder, turn } from "../../support/transcripts.ts";

/** Writes a conversation that was last used `hours` after noon; gives its path. */
function converse(folder: string, hours: number, questions: readonly string[], id?: string): string {
  const writer = TranscriptWriter.create(folder, id === undefined ? {} : { id });
  for (const question of questions) {
    writer.begin(turn(question, { model: `model of ${question}` }));
    writer.text("answer", noon);
    writer.end(ending());
  }
  const used = new Date(noon.getTime() + hours * 3_600_000);
  utimesSync(writer.path!, used, used);
  return writer.path!;
}

test("a list has the conversation used last first, and says what there is to know", async () => {
  const folder = temporaryFolder();
  const old = converse(folder, 1, ["one", "two"], "aaa");
  const recent = converse(folder, 2, ["\u91cf\u5b50\nand more"], "bbb");
  writeFileSync(join(folder, "README.md"), "# No conversation\n");
  writeFileSync(join(folder, "data.json"), "{}");
  mkdirSync(join(folder, "folder.md"));
  const list = await listTranscripts(folder);
  expect(list).toEqual([
    {
      id: "bbb",
      path: recent,
      startedAt: noon,
      updatedAt: noon,
      title: "\u91cf\u5b50",
      pinned: false,
      tags: [],
      turns: 1,
      provider: "demo",
      model: "model of \u91cf\u5b50\nand more",
      bytes: statSync(recent).size,
    },
    expect.objectContaining({ id: "aaa", path: old, title: "one", turns: 2, model: "model of two" }),
  ]);
  expect(await newestTranscript(folder)).toEqual(list[0]);
});

test("a folder that is missing or empty has no conversations", async () => {
  const folder = temporaryFolder();
  expect(await listTranscripts(join(folder, "nowhere"))).toEqual([]);
  expect(await listTranscripts(folder)).toEqual([]);
  expect(await newestTranscript(folder)).toBeNull();
  await expect(findTranscript(folder, "last")).rejects.toMatchObject({ code: "transcript_not_found" });
});

test("a summary agrees with the file, whatever is in it", () => {
  const header = { id: "abc", startedAt: noon, zone: null, title: null, origin: null };
  const note =
    '<!-- deepseek-chat title {"title":"A name"} -->\n\n<!-- deepseek-chat tags {"add":["x"]} -->\n\n<!-- deepseek-chat pin {"pinned":true} -->\n\n';
  const extra = fc.constantFrom("", "text\n", note, "[2026-11-20 23:41:07] Question:\nold\n\n", "\r\n");
  fc.assert(
    fc.property(fc.array(someCourse, { maxLength: 3 }), extra, fc.nat(), (courses, more, cut) => {
      const text = encodeTranscript(header, courses.map(expected)) + more;
      const bytes = Buffer.from(text).subarray(0, cut % 3 === 0 ? cut : undefined);
      const transcript = toTranscript("", parseTranscript(decodeFile(bytes)));
      const last = transcript?.exchanges.at(-1);
      expect(summarize(bytes)).toEqual(
        transcript && {
          id: transcript.id,
          startedAt: transcript.startedAt.getTime(),
          usedAt: lastUse(transcript.exchanges, transcript.startedAt),
          title: transcript.title,
          pinned: transcript.pinned,
          tags: transcript.tags,
          turns: turnsIn(transcript.exchanges),
          provider: last?.provider,
          model: last?.model,
        },
      );
    }),
    { numRuns: 500 },
  );
});

test("a summary agrees with a file that an editor gave Windows newlines in part", () => {
  const header = { id: "abc", startedAt: noon, zone: null, title: null, origin: null };
  const course = { id: "x", turn: turn("one"), pieces: [], pieceAt: noon, ending: ending() };
  const text = encodeTranscript(header, [expected(course)]);
  expect(summarize(Buffer.from(text.replaceAll("\n", "\r\n") + text))).toMatchObject({ turns: 2 });
});

test("a title is one line that a terminal can show", () => {
  fc.assert(
    fc.property(hostileText, (question) => {
      const header = { id: "abc", startedAt: noon, zone: null, title: null, origin: null };
      const course = { id: "x", turn: turn(question), pieces: [], pieceAt: noon, ending: ending() };
      const { title } = summarize(Buffer.from(encodeTranscript(header, [expected(course)])))!;
      expect(title).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]|\p{Surrogate}/u);
      expect(title.length).toBeLessThanOrEqual(80);
    }),
  );
});

const summary = {
  id: "abc",
  startedAt: 0,
  usedAt: null,
  title: "t",
  pinned: false,
  tags: [],
  turns: 1,
  provider: null,
  model: null,
};
const longAgo = { size: 10, mtimeMs: 1000.5, ctimeMs: 1000.5 };

/** Asks for a hundred files' summaries, the way a list does; gives how many had to be made. */
function made(folder: string, cache: string, stateOf: (number: number) => FileState = () => longAgo): number {
  const listing = Listing.load(folder, cache);
  let count = 0;
  const make = (number: number) => () => {
    count++;
    return number === 7 ? null : { ...summary, turns: number };
  };
  const got = Array.from({ length: 100 }, (_, number) => listing.get(`${number}.md`, stateOf(number), make(number)));
  expect(got.map((one) => one?.turns)).toEqual(got.map((_, number) => (number === 7 ? undefined : number)));
  listing.save();
  return count;
}

test("summaries are remembered, privately, for as long as a file's size and times stay the same", () => {
  const [folder, cache] = [temporaryFolder(), join(temporaryFolder(), "cache")];
  expect(made(folder, cache)).toBe(100);
  expect(made(folder, cache)).toBe(0);
  // Windows knows no such modes.
  const mode = process.platform === "win32" ? 0o666 : 0o600;
  expect(statSync(join(cache, readdirSync(cache)[0]!)).mode & 0o777).toBe(mode);
  expect(made(temporaryFolder(), cache)).toBe(100);
  const changes = [{ size: 11 }, { mtimeMs: 1000.75 }, { ctimeMs: 1001 }];
  for (const change of changes) {
    expect(made(folder, cache, (number) => (number < 5 ? { ...longAgo, ...change } : longAgo))).toBe(5);
  }
});

test("a file that was touched just now is looked at again the next time", () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const now = Date.now();
  const state = (number: number) => (number < 60 ? longAgo : { ...longAgo, ctimeMs: now });
  expect(made(folder, cache, state)).toBe(100);
  expect(made(folder, cache, state)).toBe(40);
});

test.each([
  ["{"],
  ["[]"],
  ['{"v":1,"entries":{"1.md":{"state":"x","summary":{"id":7}}}}'],
  ['{"v":2,"entries":{}}'],
  ['{"v":2,"rows":[["1.md",10,1000.5,1000.5,"abc",0,"t","1",null,null]]}'],
  ['{"v":2,"rows":[["1.md"]]}'],
  [""],
  ['{"v":4,"name":["1.md"]}'],
  [
    '{"v":4,"name":["1.md"],"size":[10],"mtimeMs":[1000.5],"ctimeMs":[1000.5],"id":["a"],"startedAt":[],"usedAt":[],"title":[],"turns":[],"provider":[],"model":[]}',
  ],
])("a memory that is damaged is made anew: %s", (damage) => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  made(folder, cache);
  writeFileSync(join(cache, readdirSync(cache)[0]!), damage);
  expect(made(folder, cache)).toBe(100);
  expect(made(folder, cache)).toBe(0);
});

test("a memory that cannot be written is done without", () => {
  const inTheWay = join(temporaryFolder(), "file");
  writeFileSync(inTheWay, "");
  const folder = temporaryFolder();
  expect(made(folder, join(inTheWay, "cache"))).toBe(100);
  expect(made(folder, join(inTheWay, "cache"))).toBe(100);
});

test("a list that is remembered is right when files were changed, added and removed by hand", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const paths = Array.from({ length: 60 }, (_, number) => converse(folder, number, [`question ${number}`]));
  expect(await listTranscripts(folder, cache)).toHaveLength(60);
  writeFileSync(paths[1]!, readFileSync(paths[1]!, "utf8").replaceAll("question 1", "question X"));
  copyFileSync(paths[2]!, join(folder, "copy.md"));
  rmSync(paths[3]!);
  const list = await listTranscripts(folder, cache);
  expect(list).toEqual(await listTranscripts(folder));
  expect(list.find(({ path }) => path === paths[1])!.title).toBe("question X");
  expect(list.map(({ path }) => path)).not.toContain(paths[3]);
  expect(list.map(({ path }) => path)).toContain(join(folder, "copy.md"));
});

test("a conversation is found by id, by the beginning of one, by name, by path, and as the last", async () => {
  const folder = temporaryFolder();
  const one = converse(folder, 1, ["one"], "abc1");
  const two = converse(folder, 2, ["two"], "abd2");
  const find = async (reference: string) => (await findTranscript(folder, reference)).path;
  expect(await find("abc1")).toBe(one);
  expect(await find("abd")).toBe(two);
  expect(await find(one)).toBe(one);
  expect(
    await find("2026-11-20_12-00-00_two.md".replace("12", one.slice(folder.length + 12, folder.length + 14))),
  ).toBe(two);
  expect(await find("last")).toBe(two);
});

test("a reference that fits several conversations lists them, one that fits none says so", async () => {
  const folder = temporaryFolder();
  const path = converse(folder, 1, ["one"], "abc1");
  converse(folder, 2, ["two"], "abd2");
  await expect(findTranscript(folder, "ab")).rejects.toMatchObject({
    code: "transcript_ambiguous",
    details: { reference: "ab", candidates: ["abd2", "abc1"] },
  });
  copyFileSync(path, join(folder, "copy.md"));
  await expect(findTranscript(folder, "abc1")).rejects.toMatchObject({
    code: "transcript_ambiguous",
    details: { candidates: ["copy.md", basename(path)] },
  });
  for (const reference of ["zzz", "", "no/such/file.md", "\u91cf\u5b50"]) {
    await expect(findTranscript(folder, reference)).rejects.toMatchObject({
      code: "transcript_not_found",
      details: { reference },
    });
  }
});
