import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { History } from "../../../src/repl/editor/history.ts";
import { HistorySearch } from "../../../src/repl/editor/history-search.ts";

function temporary(text = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "history-file-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "history");
  writeFileSync(path, text);
  return path;
}

async function opened(path: string, limit?: number): Promise<History> {
  const history = new History(path, limit);
  await history.load();
  await history.settled();
  return history;
}

const linesOf = (texts: readonly string[]) => texts.map((text) => `${JSON.stringify(text)}\n`).join("");
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `entry ${index}`);

test("each entry is one line of the file, written once", async () => {
  const path = temporary();
  const history = await opened(path);
  history.add("one\ntwo");
  history.add("three");
  await history.settled();
  expect(readFileSync(path, "utf8")).toBe('"one\\ntwo"\n"three"\n');
});

test("an entry of 200,000 characters is written, a longer one not", async () => {
  const path = temporary();
  const history = await opened(path);
  history.add("x".repeat(200_000));
  history.add("y".repeat(200_001));
  await history.settled();
  expect(readFileSync(path, "utf8")).toHaveLength(200_003);
  expect(history.entries).toHaveLength(2);
});

test.each([
  [4, 104],
  [1000, 1250],
])("with %i entries wanted, the file is made smaller beyond %i lines", async (limit, most) => {
  const lines = numbered(most);
  const path = temporary(linesOf(lines));
  expect((await opened(path, limit)).entries).toEqual(lines.slice(-limit));
  expect(readFileSync(path, "utf8")).toBe(linesOf(lines));
  const more = [...lines, "one more"];
  writeFileSync(path, linesOf(more));
  await opened(path, limit);
  expect(readFileSync(path, "utf8")).toBe(linesOf(more.slice(-limit)));
});

test("a last line without its end is carried over when the file is made smaller", async () => {
  const lines = numbered(120);
  const path = temporary(`${linesOf(lines)}"late"`);
  expect((await opened(path, 4)).entries).toEqual([...lines.slice(-3), "late"]);
  expect(readFileSync(path, "utf8")).toBe(linesOf([...lines.slice(-4), "late"]));
});

test.skipIf(process.geteuid === undefined)("a file of another user is neither read nor written", async () => {
  const path = temporary(linesOf(["theirs"]));
  const user = vi.spyOn(process as { geteuid: () => number }, "geteuid").mockReturnValue(process.geteuid!() + 1);
  onTestFinished(() => user.mockRestore());
  const history = await opened(path);
  history.add("mine");
  await history.settled();
  expect(history.entries).toEqual(["mine"]);
  expect(readFileSync(path, "utf8")).toBe(linesOf(["theirs"]));
});

test("the newest entries are kept, up to their number and eight million characters", () => {
  const few = new History(null, 2);
  for (const text of ["one", "two", "three", "two"]) few.add(text);
  expect(few.entries).toEqual(["three", "two"]);
  const [half, other, whole] = ["x".repeat(4_000_000), "y".repeat(4_000_000), "z".repeat(8_000_001)];
  const long = new History(null);
  for (const text of [half, other]) long.add(text);
  expect(long.entries.map(({ length }) => length)).toEqual([4_000_000, 4_000_000]);
  long.add("a");
  expect(long.entries.map(({ length }) => length)).toEqual([4_000_000, 1]);
  // What is there twice counts once.
  for (const text of ["b", other]) long.add(text);
  expect(long.entries.map((text) => text[0])).toEqual(["a", "b", "y"]);
  long.add(whole);
  expect(long.entries.map((text) => text[0])).toEqual(["z"]);
});

test("a search without a query finds nothing, either way, and has not failed", () => {
  const search = new HistorySearch(["one", "", "two"]);
  for (const move of [() => search.older(), () => search.newer(), () => search.shorten("")]) {
    move();
    expect([search.match, search.failed]).toEqual([null, false]);
  }
});

test("a search starts anew from the newest when its query gets shorter", () => {
  const search = new HistorySearch(["ab", "abc", "ad"]);
  search.extend("abc");
  expect(search.match?.entry).toBe(1);
  search.extend("x");
  expect([search.match?.entry, search.failed]).toEqual([1, true]);
  search.newer();
  expect([search.match?.entry, search.failed]).toEqual([1, true]);
  search.shorten("a");
  expect([search.match?.entry, search.failed]).toEqual([2, false]);
  search.newer();
  expect([search.match?.entry, search.failed]).toEqual([2, true]);
  search.older();
  expect([search.match?.entry, search.failed]).toEqual([1, false]);
  search.shorten("");
  expect([search.match, search.failed]).toEqual([null, false]);
});
