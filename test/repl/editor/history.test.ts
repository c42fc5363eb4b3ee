import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { History } from "../../../src/repl/editor/history.ts";
import { HistorySearch } from "../../../src/repl/editor/history-search.ts";
import { HistoryWalk } from "../../../src/repl/editor/history-cursor.ts";

describe("the file", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "history-"));
    path = join(folder, "state", "history");
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function opened(limit?: number): Promise<History> {
    const history = new History(path, limit);
    await history.load();
    return history;
  }

  async function remember(...texts: string[]): Promise<void> {
    const history = await opened();
    for (const text of texts) history.add(text);
    await history.settled();
  }

  test("keeps entries of several lines, each text once, blank ones not at all", async () => {
    await remember("one", "two\nlines \u4f60\u597d", "  ", "one");
    expect((await opened()).entries).toEqual(["two\nlines \u4f60\u597d", "one"]);
  });

  test("is private, its folder too", async () => {
    await remember("secret");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "state"))).mode & 0o777).toBe(0o700);
  });

  test("is read as far as it can be: damaged lines and control characters go", async () => {
    await remember("good");
    await writeFile(path, `${await readFile(path, "utf8")}{"broken\n42\n"with \\u001b[31mred\\u0007"\n"cut of`);
    expect((await opened()).entries).toEqual(["good", "with red"]);
  });

  test("two sessions at once lose nothing of each other", async () => {
    const [one, two] = await Promise.all([opened(), opened()]);
    for (let index = 0; index < 50; index++) {
      one.add(`one ${index}`);
      two.add(`two ${index} ${"long".repeat(500)}`);
    }
    await Promise.all([one.settled(), two.settled()]);
    const { entries } = await opened();
    expect(entries).toHaveLength(100);
    expect(entries.filter((text) => text.startsWith("one "))).toEqual(one.entries);
  });

  test("a file grown too long is made smaller, and what another session adds meanwhile stays", async () => {
    await remember("first");
    const old = Array.from({ length: 500 }, (_, index) => `${JSON.stringify(`old ${index}`)}\n`);
    await writeFile(path, old.join(""));
    const busy = await opened(100_000);
    const compacting = new History(path, 100);
    const loading = compacting.load();
    for (let index = 0; index < 40; index++) busy.add(`new ${index}`);
    await loading;
    await Promise.all([busy.settled(), compacting.settled()]);
    const lines = (await readFile(path, "utf8")).trim().split("\n");
    expect(lines.length).toBeLessThan(250);
    expect(lines).toContain('"old 499"');
    expect(lines).not.toContain('"old 100"');
    expect(new Set(lines.filter((line) => line.startsWith('"new')))).toHaveLength(40);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("a line that went to a file replaced meanwhile is added again", async () => {
    await remember("first");
    const busy = await opened(100_000);
    const old = Array.from({ length: 250 }, (_, index) => `${JSON.stringify(`old ${index}`)}\n`).join("");
    const lost: string[] = [];
    for (let round = 0; round < 60; round++) {
      await writeFile(path, old);
      const compacting = new History(path, 100);
      const loading = compacting.load();
      const added = Array.from({ length: 8 }, (_, index) => `new ${round} ${index}`);
      for (const text of added) {
        busy.add(text);
        await setImmediate();
      }
      await loading;
      await Promise.all([busy.settled(), compacting.settled()]);
      const { entries } = await opened(100_000);
      lost.push(...added.filter((text) => !entries.includes(text)));
    }
    expect(lost).toEqual([]);
  });

  test("a place that cannot be written disturbs nobody", async () => {
    await writeFile(join(folder, "state"), "a file where the folder should be");
    const history = await opened();
    history.add("kept in memory");
    await history.settled();
    expect(history.entries).toEqual(["kept in memory"]);
  });

  test("an entry of enormous size is remembered but not written", async () => {
    await remember("small", "x".repeat(300_000));
    expect((await opened()).entries).toEqual(["small"]);
  });

  test("what is added before the file is read comes after what it holds", async () => {
    await remember("earlier");
    const history = new History(path);
    history.add("now");
    await history.load();
    expect(history.entries).toEqual(["earlier", "now"]);
  });
});

describe("walking", () => {
  test("back and forth, with changes kept until the prompt is left", () => {
    const walk = new HistoryWalk(["one", "two"]);
    expect(walk.go(1, "draft")).toBeNull();
    expect(walk.go(-1, "draft")).toBe("two");
    expect(walk.go(-1, "two changed")).toBe("one");
    expect(walk.go(-1, "one")).toBeNull();
    expect(walk.go(1, "one")).toBe("two changed");
    expect(walk.go(1, "two changed")).toBe("draft");
    expect(walk.go(Number.NEGATIVE_INFINITY, "draft")).toBe("one");
    expect(walk.go(Number.POSITIVE_INFINITY, "one")).toBe("draft");
  });
});

describe("searching", () => {
  const entries = ["git push", "say \u4f60\u597d", "git pull", "Git log"];

  test("finds the newest first, then older ones, and back", () => {
    const search = new HistorySearch(entries);
    search.extend("git");
    expect(search.match).toEqual({ entry: 3, text: "Git log", from: 0, to: 3 });
    search.extend(" pu");
    expect(search.match?.text).toBe("git pull");
    search.older();
    expect(search.match?.text).toBe("git push");
    search.older();
    expect(search.failed).toBe(true);
    expect(search.match?.text).toBe("git push");
    search.newer();
    expect(search.failed).toBe(false);
    expect(search.match?.text).toBe("git pull");
  });

  test("minds capitals when there are some, and finds Chinese", () => {
    const search = new HistorySearch(entries);
    search.extend("G");
    expect(search.match?.text).toBe("Git log");
    search.older();
    expect(search.failed).toBe(true);
    search.shorten("");
    expect(search.match).toBeNull();
    search.extend("\u597d");
    expect(search.match).toEqual({ entry: 1, text: "say \u4f60\u597d", from: 5, to: 6 });
  });
});
