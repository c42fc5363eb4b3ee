import { readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { indexHealth } from "../../../src/transcripts/search/health.ts";
import { converse, hits, search } from "../../support/search.ts";
import { noon, temporaryFolder } from "../../support/transcripts.ts";

/** A folder of two conversations that nobody touched lately, and a cache folder with its index. */
async function indexed(): Promise<{ folder: string; cache: string; path: string }> {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  for (const word of ["whale", "shark"]) utimesSync(converse(folder, ["one", word]), noon, noon);
  await search(folder, cache, "whale");
  return { folder, cache, path: indexHealth(cache, folder).path };
}

function alter(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

test("an index that was never made is none, and looking makes none", () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  converse(folder, ["one", "whale"]);
  expect(indexHealth(cache, folder)).toMatchObject({ state: "none", bytes: 0, files: 0, pending: 1 });
  expect(indexHealth(cache, join(folder, "missing"))).toMatchObject({ state: "none", pending: 0 });
  expect(readdirSync(cache)).toEqual([]);
});

test("one that was made is sound, and what is new since is pending", async () => {
  const { folder, cache, path } = await indexed();
  const before = indexHealth(cache, folder);
  expect(before).toMatchObject({ path, state: "sound", files: 2 });
  expect(before.bytes).toBeGreaterThanOrEqual(statSync(path).size);
  converse(folder, ["two", "crab"]);
  expect(indexHealth(cache, folder).pending).toBe(before.pending + 1);
  expect(indexHealth(cache, folder).files).toBe(2);
});

test.each<[string, (path: string) => void]>([
  ["no database any more", (path) => writeFileSync(path, "x".repeat(10_000))],
  ["cut off", (path) => truncateSync(path, 9000)],
  ["robbed of its segments", (path) => alter(path, "DELETE FROM segments")],
  ["altered in its catalog", (path) => alter(path, "UPDATE catalog SET texts = replace(texts, '.md', '.dm')")],
])("one that is %s is damaged, and sound after the next search", async (_, harm) => {
  const { folder, cache, path } = await indexed();
  harm(path);
  const harmed = readFileSync(path);
  expect(indexHealth(cache, folder)).toMatchObject({ state: "damaged", pending: 2 });
  expect(readFileSync(path)).toEqual(harmed);
  expect(hits(await search(folder, cache, "whale"))).toHaveLength(1);
  expect(indexHealth(cache, folder)).toMatchObject({ state: "sound", files: 2 });
});

test("one of another version is outdated", async () => {
  const { folder, cache, path } = await indexed();
  alter(path, "PRAGMA user_version = 77");
  expect(indexHealth(cache, folder)).toMatchObject({ state: "outdated", pending: 2 });
});

test("one that another program keeps to itself is blocked", async () => {
  const { folder, cache, path } = await indexed();
  const other = new DatabaseSync(path);
  other.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
  expect(indexHealth(cache, folder)).toMatchObject({ state: "blocked" });
  other.close();
});
