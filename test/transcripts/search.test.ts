import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { searchTranscripts } from "../../src/transcripts/search/search.ts";

const root = mkdtempSync(join(tmpdir(), "deepseek-chat-search-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder of conversations in the older plain form, and its cache. */
function archive(texts: Readonly<Record<string, string>>): { folder: string; cache: string } {
  const [folder, cache] = [mkdtempSync(join(root, "folder-")), mkdtempSync(join(root, "cache-"))];
  for (const [name, text] of Object.entries(texts)) put(folder, name, text);
  return { folder, cache };
}

function put(folder: string, name: string, text: string): void {
  const label = (kind: string) => `[2026-11-20 10:00:00] ${kind}:`;
  writeFileSync(join(folder, name), `${label("Question")}\n${text}\n\n${label("Answer")}\nyes\n\n${"-".repeat(40)}\n`);
}

async function found(where: { folder: string; cache: string | null }, what: string | RegExp): Promise<string[]> {
  const signal = new AbortController().signal;
  const query = { what, role: null, since: null, limit: null, exchanges: null };
  const { conversations } = await searchTranscripts(query, { ...where, signal, onProgress: () => {} });
  return conversations.map(({ path }) => path.slice(where.folder.length + 1)).sort((a, b) => (a < b ? -1 : 1));
}

const texts = {
  "a.md": "\u91cf\u5b50\u8ba1\u7b97\u7684\u57fa\u672c\u539f\u7406",
  "b.md": "run kubectl apply -f pod.yaml on \uff2c\uff49\uff4e\uff55\uff58",
  "c.md": "\u5b50\u7a0b\u5e8f and Quantum",
};

describe("searching", () => {
  test.each([
    ["\u91cf\u5b50", ["a.md"]],
    ["\u5b50", ["a.md", "c.md"]],
    ["\u57fa\u672c\u539f", ["a.md"]],
    ["\u5b50\u91cf", []],
    ["kubectl apply", ["b.md"]],
    ['"bectl app"', ["b.md"]],
    ["ubectl", ["b.md"]],
    ["linux", ["b.md"]],
    ["\uff31uantum", ["c.md"]],
    ["\u5b50\u7a0b quantum", ["c.md"]],
  ])("%s is found where it stands, with and without an index", async (what, expected) => {
    const where = archive(texts);
    expect(await found({ ...where, cache: null }, what)).toEqual(expected);
    expect(await found(where, what)).toEqual(expected);
    expect(await found(where, what)).toEqual(expected);
  });

  test("the index follows what is added, changed, moved and removed by hand, and is made anew when damaged", async () => {
    const where = archive(texts);
    expect(await found(where, "quantum")).toEqual(["c.md"]);
    put(where.folder, "d.md", "quantum too");
    rmSync(join(where.folder, "c.md"));
    put(where.folder, "a.md", "Quantum, changed");
    utimesSync(join(where.folder, "a.md"), new Date(), new Date(Date.now() + 5000));
    expect(await found(where, "quantum")).toEqual(["a.md", "d.md"]);
    expect(await found(where, "\u91cf\u5b50")).toEqual([]);
    rmSync(where.cache, { recursive: true });
    expect(await found(where, "quantum")).toEqual(["a.md", "d.md"]);
  });

  test("a regular expression is looked for in the files themselves", async () => {
    expect(await found(archive(texts), /k.bectl\s+apply/iu)).toEqual(["b.md"]);
  });
});
