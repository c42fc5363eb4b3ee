import { mkdirSync, readdirSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { AppError } from "../../../src/errors.ts";
import { encodeTranscript } from "../../../src/transcripts/format/encode.ts";
import { limits, smallFile } from "../../../src/transcripts/limits.ts";
import { stateOf } from "../../../src/transcripts/store/folder.ts";
import {
  describeTranscript,
  findTranscript,
  listTranscripts,
  newestTranscript,
  readTranscript,
  unreadable,
} from "../../../src/transcripts/store/read.ts";
import { Listing } from "../../../src/transcripts/store/summary-cache.ts";
import { ending, expected, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

const hour = 3_600_000;

/** Writes a conversation that ended at `used`; gives its path. */
function converse(folder: string, id: string, used: Date = noon, answer = "answer"): string {
  const exchange = expected({
    id: "x",
    turn: turn(`question of ${id}`),
    pieces: [{ name: "Answer", text: answer }],
    pieceAt: noon,
    ending: ending({ at: used }),
  });
  const path = join(folder, `${id}.md`);
  writeFileSync(path, encodeTranscript({ id, startedAt: noon, zone: null, title: null, origin: null }, [exchange]));
  return path;
}

/** A file that is larger than any transcript may be, and takes no room. */
function tooLarge(folder: string): string {
  const path = join(folder, "large.md");
  writeFileSync(path, "");
  truncateSync(path, limits.bytes + 1);
  return path;
}

const refusedAt = (path: string, reason: string) =>
  expect.objectContaining({ code: "transcript_unreadable", details: { path, reason } });
const notFound = (reference: string) =>
  expect.objectContaining({ code: "transcript_not_found", details: { reference } });

describe("a transcript", () => {
  test("that is missing or holds no exchange is not found, one that cannot be read is refused", async () => {
    const folder = temporaryFolder();
    const notes = join(folder, "notes.md");
    writeFileSync(notes, "# Notes\n");
    for (const path of [join(folder, "none.md"), notes])
      await expect(readTranscript(path)).rejects.toEqual(notFound(path));
    for (const [path, reason] of [
      [folder, "EISDIR"],
      [tooLarge(folder), "too_large"],
    ] as const) {
      await expect(readTranscript(path)).rejects.toEqual(refusedAt(path, reason));
    }
  });

  test("is described where it is one", async () => {
    const folder = temporaryFolder();
    const path = converse(folder, "abc");
    const notes = join(folder, "notes.md");
    writeFileSync(notes, "# Notes\n");
    expect([await describeTranscript(join(folder, "none.md")), await describeTranscript(notes)]).toEqual([null, null]);
    expect(await describeTranscript(path)).toMatchObject({ id: "abc", path });
    const large = tooLarge(folder);
    await expect(describeTranscript(large)).rejects.toEqual(refusedAt(large, "too_large"));
  });

  test("that is longer than what is read in one go is described and read like any other", async () => {
    const path = converse(temporaryFolder(), "abc", noon, "x".repeat(smallFile));
    expect(await describeTranscript(path)).toMatchObject({ id: "abc", turns: 1 });
    expect((await readTranscript(path)).exchanges[0]!.answer).toHaveLength(smallFile);
  });

  test("is refused with the system's reason, once", () => {
    const cause = Object.assign(new Error("x"), { code: "EIO" });
    const error = unreadable("/a", cause);
    expect([error, error.cause]).toEqual([refusedAt("/a", "EIO"), cause]);
    expect(unreadable("/b", error)).toBe(error);
  });
});

describe("a list", () => {
  test("passes over what cannot be read, and says so where somebody asks", async () => {
    const folder = temporaryFolder();
    const path = converse(folder, "abc");
    const large = tooLarge(folder);
    const told: AppError[] = [];
    expect(
      (await listTranscripts(folder, null, { onUnreadable: (error) => told.push(error) })).map((one) => one.path),
    ).toEqual([path]);
    expect(told).toEqual([refusedAt(large, "too_large")]);
    expect((await newestTranscript(folder))?.path).toBe(path);
    await expect(listTranscripts(path)).rejects.toMatchObject({ code: "transcript_unreadable" });
  });

  test("goes by the time of use, by the file's where there is none or it lies in the future, then by name", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: noon });
    onTestFinished(() => void vi.useRealTimers());
    const folder = temporaryFolder();
    const at = (hours: number) => new Date(noon.getTime() + hours * hour);
    converse(folder, "soon", at(24));
    converse(folder, "far", new Date(at(24).getTime() + 1));
    for (const id of ["one", "two", "three"]) converse(folder, id, at(3));
    writeFileSync(
      join(folder, "plain.md"),
      "[1969-01-01 00:00:00] Question:\nold\n\n[1969-01-01 00:00:00] Answer:\nyes\n",
    );
    for (const [name, hours] of Object.entries({ soon: 0, far: 2, one: 0, two: 9, three: 0, plain: 1 })) {
      utimesSync(join(folder, `${name}.md`), at(hours), at(hours));
    }
    const list = await listTranscripts(folder);
    expect(list.map(({ path, updatedAt }) => [basename(path, ".md"), updatedAt])).toEqual([
      ["soon", at(24)],
      ["two", at(3)],
      ["three", at(3)],
      ["one", at(3)],
      ["far", at(2)],
      ["plain", at(1)],
    ]);
    expect(await newestTranscript(folder)).toEqual(list[0]);
  });

  test("of many conversations is remembered, and believed the next time", async () => {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    for (let number = 0; number < 50; number++) writeFileSync(join(folder, `n${number}.md`), "");
    const path = converse(folder, "abc");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hour });
    onTestFinished(() => void vi.useRealTimers());
    const [honest] = await listTranscripts(folder, cache);
    expect([honest?.title, readdirSync(cache).length]).toEqual(["question of abc", 1]);
    const state = stateOf(path)!;
    const summary = Listing.load(folder, cache).recall("abc.md", state)!;
    const other = temporaryFolder();
    const listing = Listing.load(folder, other);
    for (let number = 0; number < 49; number++) listing.remember(`n${number}.md`, state, null);
    listing.remember("abc.md", state, { ...summary, title: "Remembered" });
    listing.save();
    expect((await listTranscripts(folder, other)).map(({ title }) => title)).toEqual(["Remembered"]);
    expect((await describeTranscript(path, Listing.load(folder, other)))?.title).toBe("Remembered");
    expect((await describeTranscript(path, Listing.load(folder, temporaryFolder())))?.title).toBe("question of abc");
  });
});

describe("a reference", () => {
  test("is an id before it is the beginning of one, and lists no more than ten it may mean", async () => {
    const folder = temporaryFolder();
    const ids = Array.from({ length: 11 }, (_, number) => `abc${number}`);
    for (const id of ["ab", "abc", ...ids]) converse(folder, id);
    expect((await findTranscript(folder, "abc")).id).toBe("abc");
    await expect(findTranscript(folder, "abc1")).resolves.toMatchObject({ id: "abc1" });
    await expect(findTranscript(folder, "a")).rejects.toMatchObject({
      code: "transcript_ambiguous",
      details: { reference: "a", candidates: expect.objectContaining({ length: 10 }) },
    });
  });

  test("that is not found tells which files could not be read, where it may be in one of them", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "folder.md"));
    converse(folder, "abc");
    const large = tooLarge(folder);
    const told: AppError[] = [];
    const reading = { onUnreadable: (error: AppError) => told.push(error) };
    // No id has such characters: the folder is not read for them.
    for (const reference of ["-abc", "abc-", "Abc", ""]) {
      await expect(findTranscript(folder, reference, null, reading)).rejects.toEqual(notFound(reference));
    }
    expect((await findTranscript(folder, "ab", null, reading)).id).toBe("abc");
    expect(told).toEqual([]);
    await expect(findTranscript(folder, "zzz", null, reading)).rejects.toEqual(notFound("zzz"));
    expect(told).toEqual([refusedAt(large, "too_large")]);
    await expect(findTranscript(folder, "zzz")).rejects.toEqual(notFound("zzz"));
    await expect(findTranscript(temporaryFolder(), "last")).rejects.toEqual(notFound("last"));
    await expect(findTranscript(folder, large)).rejects.toEqual(refusedAt(large, "too_large"));
  });
});
