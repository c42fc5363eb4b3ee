import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { Census } from "../../../src/transcripts/search/file-watch.ts";
import { Searcher } from "../../../src/transcripts/search/search.ts";
import { ask, converse, hits, naiveHits, search } from "../../support/search.ts";
import { noon, temporaryFolder } from "../../support/transcripts.ts";

/** Runs that as another program does, to its end. */
function elsewhere(script: string, ...args: readonly string[]): void {
  execFileSync(process.execPath, ["-e", `const fs = require("node:fs"); ${script}`, ...args]);
}

/** Where several searches find the same files: also those that were written long ago. */
function library(): { folder: string; cache: string; path: string; outside: string } {
  const [folder, cache, outside] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const other = converse(folder, ["other", "a whale in a lake"]);
  const path = converse(folder, ["one", "a whale\nin the sea"], ["two", "fish"]);
  for (const file of [other, path]) utimesSync(file, noon, noon);
  return { folder, cache, path, outside };
}

const words = ["whale", "shark", "fish", "lake", "new"];
const rewrite = 'fs.writeFileSync(f, fs.readFileSync(f, "utf8").replaceAll("whale", "shark"));';

test.each<[string, string]>([
  ["edited in place", rewrite],
  [
    "edited in place, its time put back",
    `const { mtime } = fs.statSync(f); ${rewrite} fs.utimesSync(f, mtime, mtime);`,
  ],
  [
    "edited through an open file",
    'const d = fs.openSync(f, "r+"); fs.writeSync(d, "shark", fs.readFileSync(f).indexOf("whale"));',
  ],
  ["appended to", 'fs.appendFileSync(f, "[2026-11-20 23:41:07] Question:\\nnew\\n\\n");'],
  ["cut off", "fs.truncateSync(f, fs.statSync(f).size - 150);"],
  ["removed", "fs.rmSync(f);"],
  ["renamed", 'fs.renameSync(f, f + ".moved.md");'],
  ["moved away", 'fs.renameSync(f, outside + "/moved.md");'],
  ["copied", 'fs.copyFileSync(f, f + ".copy.md");'],
  [
    "replaced",
    `fs.copyFileSync(f, f + ".draft"); const g = f; { const f = g + ".draft"; ${rewrite} fs.renameSync(f, g); }`,
  ],
  ["joined by a thousand others", 'for (let n = 0; n < 600; n++) fs.copyFileSync(f, f + n + ".md");'],
])("between two searches a file that another program %s is found as it is now", async (_, script) => {
  const { folder, cache, path, outside } = library();
  using searcher = new Searcher(folder, cache, "often");
  for (let round = 0; round < 2; round++) {
    for (const what of words) expect(hits(await ask(searcher, what))).toEqual(naiveHits(folder, [what]));
  }
  elsewhere(`const [, f, outside] = process.argv; ${script}`, path, outside);
  for (const what of words) expect(hits(await ask(searcher, what))).toEqual(naiveHits(folder, [what]));
});

test.runIf(process.platform !== "win32")("so is what is written through another name of a file", async () => {
  const { folder, cache, path, outside } = library();
  const linked = join(outside, "linked");
  linkSync(path, linked);
  // A link that leaves the folder is no conversation of the folder.
  symlinkSync(converse(outside, ["five", "a whale far away"]), join(folder, "link.md"));
  using searcher = new Searcher(folder, cache, "often");
  const found = async (what: string) => hits(await ask(searcher, what));
  expect(await found("whale")).toHaveLength(2);
  elsewhere(`const [, f] = process.argv; ${rewrite}`, linked);
  expect(await found("whale")).toHaveLength(1);
  expect(await found("shark")).toEqual([`${basename(path)}#1`]);
  expect(await found("far away")).toEqual([]);
});

test("a folder that was removed and made anew is searched", async () => {
  const { folder, cache } = library();
  using searcher = new Searcher(folder, cache, "often");
  for (let round = 0; round < 3; round++) {
    // Some file systems give the new one the number of the old.
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    converse(folder, ["new", `a whale, ${round}`]);
    expect(hits(await ask(searcher, "whale"))).toHaveLength(1);
  }
});

test("a folder that cannot be read is said to be so each time", async () => {
  const { cache, path } = library();
  using searcher = new Searcher(path, cache, "often");
  for (let round = 0; round < 2; round++) {
    await expect(ask(searcher, "whale")).rejects.toMatchObject({ code: "transcript_unreadable" });
  }
});

test("a folder that was put in place of another is searched", async () => {
  const { folder, cache, outside } = library();
  using searcher = new Searcher(folder, cache, "often");
  expect(hits(await ask(searcher, "whale"))).toHaveLength(2);
  renameSync(folder, join(outside, "before"));
  expect(hits(await ask(searcher, "whale"))).toEqual([]);
  mkdirSync(folder);
  converse(folder, ["new", "a whale"]);
  expect(hits(await ask(searcher, "whale"))).toHaveLength(1);
});

test("an index that was deleted or made anew by others between two searches is no hindrance", async () => {
  const { folder, cache, path } = library();
  using searcher = new Searcher(folder, cache, "often");
  expect(hits(await ask(searcher, "whale"))).toHaveLength(2);
  rmSync(cache, { recursive: true });
  expect(hits(await ask(searcher, "whale"))).toHaveLength(2);
  writeFileSync(path, readFileSync(path, "utf8").replaceAll("whale", "shark"));
  expect(hits(await search(folder, cache, "shark"))).toHaveLength(1);
  expect(hits(await ask(searcher, "shark"))).toHaveLength(1);
  expect(hits(await ask(searcher, /whale/u))).toHaveLength(1);
});

test.runIf(process.platform === "linux")("files are looked at again only where something was heard", async () => {
  const { folder, path } = library();
  using census = new Census(folder, true);
  const first = await census.look();
  expect(await census.look()).toBe(first);
  writeFileSync(join(folder, "draft.tmp"), "no transcript");
  expect(await census.look()).toBe(first);
  utimesSync(path, noon, new Date(0));
  const second = await census.look();
  expect(second).not.toBe(first);
  expect(census.states.get(basename(path))?.mtimeMs).toBe(0);
  expect(await census.look()).toBe(second);
});
