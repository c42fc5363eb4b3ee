import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Lock } from "../../../src/file-lock.ts";
import {
  addNote,
  forkTranscript,
  removeTranscript,
  renameTranscript,
  saveTranscript,
} from "../../../src/transcripts/store/manage.ts";
import { fileName } from "../../../src/transcripts/store/names.ts";
import { readTranscript } from "../../../src/transcripts/store/read.ts";
import { Listing } from "../../../src/transcripts/store/summary-cache.ts";
import { contentOf, filled, newFile, unwritable } from "../../../src/transcripts/store/target-file.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

const failing = (code: string, reason: string) =>
  expect.objectContaining({ code, details: expect.objectContaining({ reason }) });
const system = (code: string) => expect.objectContaining({ code });

function converse(folder: string, question = "one"): TranscriptWriter {
  const writer = TranscriptWriter.create(folder, { zone: "Asia/Shanghai" });
  writer.begin(turn(question));
  writer.text("answer", noon);
  writer.end(ending());
  return writer;
}

describe("the file that is written to", () => {
  test("holds its text, nothing where it could be made, and is an error elsewhere", () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.md");
    expect(contentOf(path)).toBeNull();
    writeFileSync(path, "\ufeffone\r\ntwo");
    expect(contentOf(path)).toBe("one\ntwo");
    expect(() => contentOf(join(folder, "nowhere", "a.md"))).toThrow(system("ENOENT"));
    expect(() => contentOf(folder)).toThrow(system("EISDIR"));
    expect(() => contentOf(join(path, "below"))).toThrow(system("ENOTDIR"));
  });

  test("is made with its text and a lock, and never over another", () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.md");
    const channel = filled(path, "text")!;
    expect([readFileSync(path, "utf8"), filled(path, "other"), readdirSync(folder).sort()]).toEqual([
      "text",
      null,
      [".a.md.lock", "a.md"],
    ]);
    expect(channel.close()).toBe(4);
    expect([filled(path, "other"), readFileSync(path, "utf8"), readdirSync(folder)]).toEqual([null, "text", ["a.md"]]);
    expect(() => filled(join(folder, "nowhere", "a.md"), "")).toThrow(system("ENOENT"));
  });

  test("gets the first name that is free, in a folder that is made", () => {
    const folder = join(temporaryFolder(), "deep", "er");
    const paths = ["1", "2", "3"].map((text) => {
      const { path, channel } = newFile(folder, noon, "hello", text);
      channel.release();
      return path;
    });
    expect(paths).toEqual([1, 2, 3].map((copy) => join(folder, fileName(noon, "hello", copy))));
    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(["1", "2", "3"]);
  });

  test("that cannot be written is an error with the system's reason", () => {
    const cause = Object.assign(new Error("x"), { code: "EROFS" });
    expect(unwritable("/a", cause)).toMatchObject({
      code: "transcript_unwritable",
      details: { path: "/a", reason: "EROFS" },
      cause,
    });
  });
});

describe("a conversation that is there", () => {
  test("gets a note as a line of its own, not while somebody writes to it", async () => {
    const { path } = converse(temporaryFolder());
    const before = readFileSync(path!, "utf8");
    addNote(path!, "title", { title: "A name" });
    expect(readFileSync(path!, "utf8")).toBe(`${before}<!-- deepseek-chat title {"title":"A name"} -->\n\n`);
    const lock = Lock.take(path!)!;
    expect(() => addNote(path!, "title", { title: "x" })).toThrow(
      expect.objectContaining({ code: "transcript_busy", details: { path } }),
    );
    expect(() => removeTranscript(path!)).toThrow(
      expect.objectContaining({ code: "transcript_busy", details: { path } }),
    );
    lock.release();
    addNote(path!, "title", { title: "Another" });
    expect((await readTranscript(path!)).title).toBe("Another");
    expect(readdirSync(join(path!, ".."))).toHaveLength(1);
  });

  test("keeps both its times when it is renamed", async () => {
    const path = converse(temporaryFolder()).path!;
    const earlier = new Date(noon.getTime() - 3_600_000);
    utimesSync(path, earlier, noon);
    await renameTranscript(path, "A name");
    expect([statSync(path).atime, statSync(path).mtime]).toEqual([earlier, noon]);
  });

  test("is not what a folder is: that is neither changed nor removed", async () => {
    const folder = join(temporaryFolder(), "folder.md");
    mkdirSync(folder);
    expect(() => addNote(folder, "title", {})).toThrow(failing("transcript_unwritable", "EISDIR"));
    await expect(renameTranscript(folder, "x")).rejects.toEqual(failing("transcript_unwritable", "EISDIR"));
    expect(() => removeTranscript(folder)).toThrow(expect.objectContaining({ code: "transcript_unwritable" }));
    expect(() => addNote(join(folder, "nowhere.md"), "title", {})).toThrow(failing("transcript_unwritable", "ENOENT"));
    expect(readdirSync(folder)).toEqual([]);
  });

  test("that is removed leaves what an older version had kept beside it as a conversation", () => {
    const folder = temporaryFolder();
    const path = join(folder, "talk.md");
    writeFileSync(path, "");
    mkdirSync(join(folder, ".talk.md.waiting"));
    writeFileSync(join(folder, ".talk.md.waiting", "2026.host.abc.md"), "text");
    removeTranscript(path);
    expect(readdirSync(folder)).toEqual(["talk-abc.md"]);
  });

  test("is branched off with its zone, named after its first question; one without exchanges after the time alone", async () => {
    const folder = temporaryFolder();
    const later = new Date(noon.getTime() + 1000);
    const fork = forkTranscript(await readTranscript(converse(folder).path!), folder, later, null).path;
    expect(fork).toBe(join(folder, fileName(later, "one", 1)));
    expect(await readTranscript(fork)).toMatchObject({ zone: "Asia/Shanghai", title: "one", origin: { turns: 1 } });
    const header = { id: "abc", startedAt: noon, zone: null, title: null, origin: null };
    const path = saveTranscript(folder, header, []);
    expect(path).toBe(join(folder, fileName(noon, "", 1)));
    expect(readFileSync(path, "utf8")).toMatch(/^<!-- deepseek-chat conversation \{"v":1,"id":"abc",[^\n]*\} -->\n\n$/);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe("a writer", () => {
  test("knows its file's size, the exchange it is in, and that nothing is wrong", () => {
    const folder = temporaryFolder();
    const writer = TranscriptWriter.create(folder, { id: "abc" });
    expect([writer.id, writer.path, writer.exchangeId, writer.size, writer.failed, writer.takeAvoided()]).toEqual([
      "abc",
      null,
      null,
      null,
      null,
      null,
    ]);
    writer.begin(turn("one"));
    const first = writer.exchangeId;
    expect(readFileSync(writer.path!, "utf8")).toContain(`"id":"${first}"`);
    expect(readdirSync(folder)).toHaveLength(2);
    writer.reasoning("hm", noon);
    writer.piece("Call", "do it", noon);
    writer.end(ending());
    expect(writer.size).toBe(statSync(writer.path!).size);
    expect([writer.exchangeId, writer.takeAvoided(), readdirSync(folder).length]).toEqual([first, null, 1]);
    writer.note("title", { title: "x" });
    expect(writer.size).toBe(statSync(writer.path!).size);
    writer.begin(turn("two"));
    expect(writer.exchangeId).not.toBe(first);
  });

  test("goes on in a branch while another holds its file, and tells so once", async () => {
    const folder = temporaryFolder();
    const writer = converse(folder);
    const path = writer.path!;
    const id = writer.id;
    const lock = Lock.take(path)!;
    await writer.ready(new AbortController().signal, 1);
    await writer.ready(AbortSignal.abort());
    writer.begin(turn("two"));
    writer.end(ending());
    expect([writer.takeAvoided(), writer.takeAvoided()]).toEqual([path, null]);
    expect([writer.path, writer.id]).not.toEqual([path, id]);
    const branch = await readTranscript(writer.path!);
    expect(branch).toMatchObject({ id: writer.id, origin: { id, turns: 1 }, zone: "Asia/Shanghai" });
    expect(branch.exchanges.map(({ question }) => question)).toEqual(["one", "two"]);
    expect((await readTranscript(path)).exchanges).toHaveLength(1);
    lock.release();
  });

  test("waits for its file, which is locked from then on", async () => {
    const writer = converse(temporaryFolder());
    const path = writer.path!;
    const lock = Lock.take(path)!;
    setTimeout(() => lock.release(), 20);
    await writer.ready(new AbortController().signal);
    expect(Lock.take(path)).toBeNull();
    writer.begin(turn("two"));
    writer.end(ending());
    expect([writer.path, writer.takeAvoided(), Lock.take(path) === null]).toEqual([path, null, false]);
  });

  test("of a file that went on elsewhere names its system prompt anew, and only then", () => {
    const folder = temporaryFolder();
    const writer = TranscriptWriter.create(folder);
    const ask = (one: TranscriptWriter) => {
      one.begin(turn("q", { system: "Be brief." }));
      one.end(ending());
    };
    ask(writer);
    ask(writer);
    const told = () => readFileSync(writer.path!, "utf8").split('"system":"Be brief."').length - 1;
    expect(told()).toBe(1);
    ask(TranscriptWriter.append(writer.path!));
    ask(writer);
    expect(told()).toBe(3);
  });

  test("that is in nobody's way has nothing to wait for, nor has one that failed", async () => {
    const folder = temporaryFolder();
    const unbegun = TranscriptWriter.create(folder);
    await unbegun.ready(new AbortController().signal);
    expect([unbegun.failed, unbegun.path, readdirSync(folder)]).toEqual([null, null, []]);
    const path = join(folder, "a.md");
    const failed = TranscriptWriter.append(path);
    mkdirSync(path);
    await failed.ready(new AbortController().signal);
    expect(failed.failed).toMatchObject({ details: { path, reason: "EISDIR" } });
    await failed.ready(new AbortController().signal);
  });

  test("goes on in a branch of its branch with all there was, for a note too, under one header each", async () => {
    const folder = temporaryFolder();
    const writer = converse(folder);
    const questions = async () => (await readTranscript(writer.path!)).exchanges.map(({ question }) => question);
    for (const [index, question] of ["two", "three"].entries()) {
      const [lock, from] = [Lock.take(writer.path!)!, writer.id];
      writer.begin(turn(question));
      writer.end(ending());
      lock.release();
      expect(await readTranscript(writer.path!)).toMatchObject({
        id: writer.id,
        origin: { id: from, turns: index + 1 },
      });
      expect(readFileSync(writer.path!, "utf8").match(/deepseek-chat conversation/g)).toHaveLength(1);
    }
    expect(await questions()).toEqual(["one", "two", "three"]);
    const lock = Lock.take(writer.path!)!;
    writer.note("title", { title: "A name" });
    lock.release();
    expect([await questions(), (await readTranscript(writer.path!)).title]).toEqual([
      ["one", "two", "three"],
      "A name",
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("of a file that breaks off takes its prompt back, and of a new one says nothing of a prompt", async () => {
    const path = join(temporaryFolder(), "a.md");
    const begun = TranscriptWriter.append(path);
    begun.begin(turn("one"));
    begun.end(ending());
    expect(readFileSync(path, "utf8")).not.toContain('"system"');
    begun.begin(turn("two", { system: "Be brief." }));
    begun.end(ending());
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.slice(0, text.lastIndexOf("<!-- deepseek-chat end")));
    const next = TranscriptWriter.append(path);
    next.begin(turn("three"));
    next.end(ending());
    const { exchanges } = await readTranscript(path);
    expect(exchanges.map(({ system }) => system)).toEqual([null, "Be brief.", null]);
  });

  test("makes no file a second time, and tells when only the last word or a note fails", () => {
    const path = join(temporaryFolder(), "a.md");
    const writer = TranscriptWriter.append(path);
    writer.begin(turn("one"));
    rmSync(path);
    expect(() => writer.end(ending())).toThrow(failing("transcript_unwritable", "ENOENT"));
    for (const act of ["begin", "note"]) {
      const again = TranscriptWriter.append(path);
      again.begin(turn("one"));
      again.end(ending());
      rmSync(path);
      expect(() => (act === "begin" ? again.begin(turn("two")) : again.note("title", { title: "x" }))).toThrow(
        failing("transcript_unwritable", "ENOENT"),
      );
    }
  });

  test("copies to a file that nobody holds afterwards, in the middle of an exchange too", () => {
    const folder = temporaryFolder();
    const writer = converse(join(folder, "own"));
    writer.saveTo(join(folder, "one.md"));
    writer.begin(turn("two"));
    writer.saveTo(join(folder, "two.md"));
    writer.end(ending());
    expect(readdirSync(folder).sort()).toEqual(["one.md", "own", "two.md"]);
  });

  test("of a file beside which an older version kept something makes conversations of that", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, ".talk.md.waiting"));
    writeFileSync(join(folder, ".talk.md.waiting", "2026.host.abc.md"), "text");
    const path = join(folder, "talk.md");
    writeFileSync(path, "");
    TranscriptWriter.append(path);
    expect(readdirSync(folder).sort()).toEqual(["talk-abc.md", "talk.md"]);
  });

  test("that fails is told with its path and reason, and saved elsewhere goes on there", () => {
    const folder = temporaryFolder();
    const writer = converse(folder);
    const path = writer.path!;
    rmSync(path);
    mkdirSync(path);
    expect(() => writer.begin(turn("two"))).toThrow(failing("transcript_unwritable", "EISDIR"));
    expect(writer.failed).toMatchObject({ details: { path } });
    writer.end(ending());
    const copy = join(folder, "copy.md");
    expect(() => writer.saveTo(path)).toThrow(failing("transcript_unwritable", "EEXIST"));
    expect(writer.failed).not.toBeNull();
    writer.saveTo(copy);
    expect([
      writer.failed,
      writer.path,
      writer.size,
      readdirSync(folder).filter((name) => name.startsWith(".")),
    ]).toEqual([null, copy, null, []]);
    expect(readFileSync(copy, "utf8").match(/Question:/g)).toHaveLength(2);
  });
});

describe("remembered summaries", () => {
  const longAgo = { size: 10, mtimeMs: 1000.5, ctimeMs: 1000.5 };
  const summary = {
    id: "a",
    startedAt: 1,
    usedAt: 2,
    title: "t",
    pinned: true,
    tags: ["work", "急"],
    turns: 3,
    provider: "p",
    model: "m",
  };
  const names = Array.from({ length: 50 }, (_, number) => `${number}.md`);

  function remembered(count: number): { folder: string; cache: string; file: () => string } {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    const listing = Listing.load(folder, cache);
    for (const name of names.slice(0, count)) expect(listing.remember(name, longAgo, summary)).toEqual(summary);
    listing.save();
    return { folder, cache, file: () => join(cache, readdirSync(cache)[0]!) };
  }

  test("are written from fifty new ones on, and found in any order", () => {
    expect(readdirSync(remembered(49).cache)).toEqual([]);
    const { folder, cache } = remembered(50);
    const listing = Listing.load(folder, cache);
    for (const name of ["7.md", "8.md", "3.md", "49.md", "0.md"])
      expect(listing.recall(name, longAgo)).toEqual(summary);
    expect(listing.recall("50.md", longAgo)).toBeUndefined();
    expect(Listing.load(folder, null).recall("7.md", longAgo)).toBeUndefined();
    expect(Listing.load(temporaryFolder(), cache).recall("7.md", longAgo)).toBeUndefined();
  });

  test.each([
    ["id", 7],
    ["title", null],
    ["startedAt", "1"],
    ["turns", null],
    ["usedAt", "2"],
    ["provider", 7],
    ["model", false],
    ["size", "10"],
    ["mtimeMs", null],
    ["ctimeMs", 1],
  ])("are not taken where their %s is %j", (column, value) => {
    const { folder, cache, file } = remembered(50);
    const data = JSON.parse(readFileSync(file(), "utf8")) as Record<string, unknown[]>;
    data[column]![4] = value;
    writeFileSync(file(), JSON.stringify(data));
    const listing = Listing.load(folder, cache);
    expect([listing.recall("4.md", longAgo), listing.recall("5.md", longAgo)]).toEqual([undefined, summary]);
  });

  test.each([["usedAt"], ["provider"], ["model"]])("may lack %s", (column) => {
    const { folder, cache, file } = remembered(50);
    const data = JSON.parse(readFileSync(file(), "utf8")) as Record<string, unknown[]>;
    data[column]![4] = null;
    writeFileSync(file(), JSON.stringify(data));
    expect(Listing.load(folder, cache).recall("4.md", longAgo)).toEqual({ ...summary, [column]: null });
  });

  test.each([["v"], ["name"], ["model"]])("are not taken from a file without %s", (column) => {
    const { folder, cache, file } = remembered(50);
    const { [column]: _, ...rest } = JSON.parse(readFileSync(file(), "utf8")) as Record<string, unknown>;
    writeFileSync(file(), JSON.stringify(rest));
    expect(Listing.load(folder, cache).recall("4.md", longAgo)).toBeUndefined();
  });
});
