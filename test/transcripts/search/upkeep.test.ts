import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { filesIn } from "../../../src/transcripts/store/folder.ts";
import { Listing } from "../../../src/transcripts/store/summary-cache.ts";
import { listTranscripts } from "../../../src/transcripts/store/read.ts";
import { Searcher } from "../../../src/transcripts/search/search.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { converse, hits, naiveHits, say, search } from "../../support/search.ts";
import { ending, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

/** Windows knows no modes. */
const posix = process.platform !== "win32";

/** The index in a cache folder. */
function indexIn(cache: string): string {
  return join(
    cache,
    readdirSync(cache).find((name) => name.endsWith(".db"))!,
  );
}

/** What the index's tables hold. */
function rowsIn(cache: string, sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(indexIn(cache));
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** Makes a file look as if nobody had touched it lately, so that its times alone tell whether it is the same. */
function settle(path: string): void {
  utimesSync(path, noon, noon);
}

const word = "whale";

test("what is appended is found, and only that is read into the index", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const path = converse(folder, ["one", word], ["two", "fish"]);
  expect(hits(await search(folder, cache, word))).toEqual([`${basename(path)}#1`]);
  say(TranscriptWriter.append(path), [["three", `another ${word}`]]);
  expect(hits(await search(folder, cache, word))).toEqual([`${basename(path)}#1`, `${basename(path)}#3`]);
  const segments = rowsIn(cache, "SELECT exchanges FROM segments ORDER BY id");
  expect(segments.map(({ exchanges }) => exchanges)).toEqual([2, 1]);
});

test("an answer that is still coming is found, and again when it is whole", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const writer = TranscriptWriter.create(folder);
  const name = () => basename(writer.path!);
  say(writer, [["one", "first"]]);
  writer.begin(turn("two"));
  writer.text("a wha", noon);
  expect(hits(await search(folder, cache, "wha"))).toEqual([`${name()}#2`]);
  expect(hits(await search(folder, cache, word))).toEqual([]);
  writer.text("le", noon);
  expect(hits(await search(folder, cache, word))).toEqual([`${name()}#2`]);
  writer.end(ending());
  expect(hits(await search(folder, cache, word))).toEqual([`${name()}#2`]);
  expect(hits(await search(folder, cache, "first"))).toEqual([`${name()}#1`]);
});

test.each<[string, (path: string, folder: string) => void]>([
  ["edited, as long as before", (path) => edit(path, "whale", "shark")],
  [
    "edited and appended to",
    (path) => void say((edit(path, "whale", "shark"), TranscriptWriter.append(path)), [["4", "5"]]),
  ],
  ["edited to be shorter", (path) => edit(path, "a whale\nin the sea", "nothing")],
  ["given the lines of another system", (path) => edit(path, "\n", "\r\n")],
  ["given a byte order mark", (path) => writeFileSync(path, `\ufeff${readFileSync(path, "utf8")}`)],
  ["cut off", (path) => writeFileSync(path, readFileSync(path).subarray(0, -150))],
  ["emptied", (path) => writeFileSync(path, "")],
  ["removed", (path) => rmSync(path)],
  ["moved", (path, folder) => renameSync(path, join(folder, "moved.md"))],
  ["copied", (path, folder) => copyFileSync(path, join(folder, "copy.md"))],
  ["replaced by a folder", (path) => (rmSync(path), mkdirSync(path))],
  ["replaced by another conversation", (path, folder) => replace(path, folder)],
])("a file that was %s is found as it is now", async (_, change) => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const other = converse(folder, ["other", "a whale in a lake"]);
  const path = converse(folder, ["one", "a whale\nin the sea"], ["two", "fish"], ["three", "a whale again"]);
  for (const file of [other, path]) settle(file);
  const words = [word, "shark", "fish", "nothing", "lake", "4"];
  for (const what of words) await search(folder, cache, what);
  change(path, folder);
  for (const what of words) {
    expect(hits(await search(folder, cache, what))).toEqual(naiveHits(folder, [what]));
  }
});

function edit(path: string, from: string, to: string): void {
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(from, to));
}

function replace(path: string, folder: string): void {
  const elsewhere = join(folder, ".elsewhere");
  renameSync(converse(elsewhere, ["five", "a shark"]), path);
  rmSync(elsewhere, { recursive: true });
}

test("an edit that keeps size and time of the file is noticed", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const path = converse(folder, ["one", word]);
  settle(path);
  expect(hits(await search(folder, cache, word))).toHaveLength(1);
  edit(path, word, "shark");
  settle(path);
  expect(hits(await search(folder, cache, word))).toEqual([]);
  expect(hits(await search(folder, cache, "shark"))).toHaveLength(1);
});

test("many small changes do not leave many small pieces behind", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const notes = converse(folder, ["notes", "begun"]);
  for (let day = 0; day < 40; day++) {
    say(TranscriptWriter.append(notes), [["day", `${word} ${day}`]]);
    converse(folder, [`question ${day}`, "answer"]);
    expect(hits(await search(folder, cache, `"${word} ${day}"`))).toEqual([`${basename(notes)}#${day + 2}`]);
  }
  expect(hits(await search(folder, cache, word))).toHaveLength(40);
  const [{ segments, exchanges } = {}] = rowsIn(
    cache,
    "SELECT count(*) segments, sum(exchanges) exchanges FROM segments",
  );
  expect(segments).toBeLessThan(20);
  expect(exchanges).toBeLessThan(2 * 81);
});

test.each<[string, (index: string) => void]>([
  ["deleted", (index) => rmSync(index)],
  ["emptied", (index) => writeFileSync(index, "")],
  ["no database any more", (index) => writeFileSync(index, "x".repeat(10_000))],
  ["cut off", (index) => writeFileSync(index, readFileSync(index).subarray(0, 9000))],
  ["of another version", (index) => alter(index, "PRAGMA user_version = 77; DROP TABLE pairs")],
  ["robbed of a table", (index) => alter(index, "DROP TABLE words")],
  ["robbed of its rows", (index) => alter(index, "DELETE FROM segments")],
  ["robbed of places", (index) => alter(index, "DELETE FROM places")],
  ["given a wrong catalog", (index) => alter(index, "UPDATE catalog SET texts = x'5b5d'")],
  ["given wrong lists", (index) => alter(index, "UPDATE words SET lists = x'01000400000000'")],
  ["given lists that are none", (index) => alter(index, "UPDATE words SET lists = x'ffffffffffff'")],
  ["given wrong words", (index) => alter(index, "UPDATE words SET words = x'0a61'")],
  ["given wrong parts of words", (index) => alter(index, "UPDATE grams SET data = x'01000400000000'")],
])("an index that was %s is made anew", async (_, damage) => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const path = converse(folder, ["one", word], ["two", "\u91cf\u5b50"]);
  settle(path);
  await search(folder, cache, word);
  damage(indexIn(cache));
  expect(hits(await search(folder, cache, word))).toEqual([`${basename(path)}#1`]);
  expect(hits(await search(folder, cache, "\u91cf"))).toEqual([`${basename(path)}#2`]);
  expect(rowsIn(cache, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
});

function alter(index: string, sql: string): void {
  const database = new DatabaseSync(index);
  database.exec(sql);
  database.close();
}

test("an index any page of which is lost never hides anything", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  for (let file = 0; file < 8; file++) {
    const said = Array.from(
      { length: 12 },
      (_, index) => [`${file} ${index}`, `${word}${index} \u91cf\u5b50 `.repeat(9)] as const,
    );
    settle(converse(folder, ...said));
  }
  await search(folder, cache, word);
  const whole = readFileSync(indexIn(cache));
  const queries = [word, "\u5b50", `${word}7`, "3 3"];
  for (let page = 0; page * 4096 < whole.length; page++) {
    const damaged = Buffer.from(whole).fill(page % 2 === 0 ? 0 : 0xa5, page * 4096, (page + 1) * 4096);
    for (const what of queries) {
      for (const beside of ["-wal", "-shm"]) rmSync(`${indexIn(cache)}${beside}`, { force: true });
      writeFileSync(indexIn(cache), damaged);
      expect(hits(await search(folder, cache, what))).toEqual(naiveHits(folder, what.split(" ")));
    }
  }
});

test("while another program writes to the index, what it does not know yet is read from the files", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  converse(folder, ["one", word]);
  await search(folder, cache, word);
  const other = new DatabaseSync(indexIn(cache));
  other.exec("BEGIN IMMEDIATE");
  converse(folder, ["two", word]);
  expect(hits(await search(folder, cache, word))).toHaveLength(2);
  other.exec("ROLLBACK");
  other.close();
  expect(rowsIn(cache, "SELECT * FROM segments")).toHaveLength(1);
  expect(hits(await search(folder, cache, word))).toHaveLength(2);
  expect(rowsIn(cache, "SELECT * FROM segments")).toHaveLength(2);
});

test("searches at the same time build one index", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  for (let file = 0; file < 30; file++) converse(folder, [`question ${file}`, `${word} ${"and more ".repeat(300)}`]);
  const found = await Promise.all([word, "more", "question"].map((what) => search(folder, cache, what)));
  expect(found.map((findings) => hits(findings).length)).toEqual([30, 30, 30]);
  expect(rowsIn(cache, "SELECT sum(exchanges) exchanges FROM segments")).toEqual([{ exchanges: 30 }]);
});

test.runIf(posix)("the index is for its owner alone", async () => {
  const folder = temporaryFolder();
  const cache = join(temporaryFolder(), "cache");
  converse(folder, ["one", word]);
  const modes = new Set<string>();
  using searcher = new Searcher(folder, cache, "once");
  await searcher.search(
    { what: word, role: null, since: null, limit: null, exchanges: null },
    {
      signal: new AbortController().signal,
      onProgress() {
        for (const name of readdirSync(cache))
          modes.add(`${name.slice(-3)} ${(statSync(join(cache, name)).mode & 0o777).toString(8)}`);
      },
    },
  );
  expect([...modes].sort()).toEqual([".db 600", "shm 600", "wal 600"]);
  expect(statSync(cache).mode & 0o777).toBe(0o700);
});

test("without a place for the index the files are read", async () => {
  const folder = temporaryFolder();
  const inTheWay = join(temporaryFolder(), "file");
  writeFileSync(inTheWay, "");
  converse(folder, ["one", word]);
  expect(hits(await search(folder, join(inTheWay, "cache"), word))).toHaveLength(1);
  expect(readFileSync(inTheWay, "utf8")).toBe("");
});

test("a folder that is missing or empty holds nothing, and no index is made for it", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  expect(await search(join(folder, "nowhere"), cache, word)).toEqual({ conversations: [], total: 0, exact: true });
  expect(await search(folder, cache, word)).toEqual({ conversations: [], total: 0, exact: true });
  expect(existsSync(cache) && readdirSync(cache)).toEqual([]);
});

test.runIf(posix && process.getuid?.() !== 0)("a file that may not be read is left out until it may", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const path = converse(folder, ["one", word]);
  chmodSync(path, 0);
  expect(hits(await search(folder, cache, word))).toEqual([]);
  chmodSync(path, 0o600);
  expect(hits(await search(folder, cache, word))).toHaveLength(1);
});

test("who stops the first build keeps what was done", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  for (let file = 0; file < 5; file++) converse(folder, [`question ${file}`, word]);
  const stop = new AbortController();
  const progress: number[] = [];
  using searcher = new Searcher(folder, cache, "once");
  const query = { what: word, role: null, since: null, limit: null, exchanges: null };
  const onProgress = (done: number, total: number) => {
    progress.push(done / total);
    if (progress.length === 2) stop.abort();
  };
  await expect(searcher.search(query, { signal: stop.signal, onProgress })).rejects.toMatchObject({
    code: "interrupted",
  });
  expect(progress).toHaveLength(2);
  expect(rowsIn(cache, "SELECT exchanges FROM segments")).toEqual([{ exchanges: 2 }]);
  expect(hits(await search(folder, cache, word))).toHaveLength(5);
});

test("while the first index is made, the files are summarised for the list", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  for (let file = 0; file < 60; file++) converse(folder, [`question ${file}`, word]);
  // What was touched just now is not remembered.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_000 });
  try {
    expect(hits(await search(folder, cache, word))).toHaveLength(60);
    const list = await listTranscripts(folder);
    const listing = Listing.load(folder, cache);
    for (const { name, path, state } of filesIn(folder)) {
      const { title } = list.find((one) => one.path === path)!;
      expect(listing.get(name, state, () => null)?.title).toBe(title);
    }
    expect(await listTranscripts(folder, cache)).toEqual(list);
  } finally {
    vi.useRealTimers();
  }
});
