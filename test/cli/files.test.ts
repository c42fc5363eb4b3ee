import { expect, test } from "vitest";
import { fileWords } from "../../src/words/en/files.ts";
import { askingAt, newPlace, run } from "../support/program.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { wordsOf } from "../support/words.ts";

/** A service with these files, which it lists two at a time, the newest first, and deletes. */
function shelf(ids: string[]): (request: Received) => Reply {
  const json = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });
  const describe = (id: string) => {
    const times = { created_at: 1_795_000_000, expires_at: 1_797_592_000 };
    return {
      id,
      object: "file",
      filename: `${id}\u001b[31m.pdf`,
      bytes: 1_200_000,
      purpose: "text_recognition",
      ...times,
    };
  };
  return ({ method, path }) => {
    const url = new URL(path, "http://service");
    if (method === "DELETE") {
      const at = ids.indexOf(url.pathname.split("/").at(-1)!);
      if (at < 0) return json({ error: { message: "No such file" } }, 404);
      return json({ id: ids.splice(at, 1)[0], deleted: true });
    }
    const from = ids.indexOf(url.searchParams.get("after") ?? "") + 1;
    const page = ids.slice(from, from + 2);
    return json({ object: "list", data: page.map(describe), has_more: from + 2 < ids.length });
  };
}

test("files lists what lies at the provider, all pages of it, and nothing of a name controls the terminal", async () => {
  await using server = await serve(shelf(["file-api-1", "file-api-2", "file-api-3"]));
  const place = newPlace();
  const env = { ...askingAt(server), TZ: "UTC" };
  const [plain, json] = await Promise.all([
    run(["files"], { place, env }),
    run(["files", "list", "--json"], { place, env }),
  ]);
  expect(plain.stdout.split("\n")).toHaveLength(4);
  expect(plain.stdout).toContain("file-api-3  1.2 MB  2026-11-18 11:06  2026-12-18 11:06  file-api-3");
  expect(plain.stdout).not.toContain("\u001b");
  expect(JSON.parse(json.stdout)).toMatchObject([
    { id: "file-api-1", size: 1_200_000, purpose: "text_recognition", created_at: "2026-11-18T11:06:40.000+00:00" },
    { id: "file-api-2" },
    { id: "file-api-3" },
  ]);
});

test("files remove deletes what is named, each for itself; all only where that is said twice", async () => {
  const ids = ["file-api-1", "file-api-2", "file-api-3"];
  await using server = await serve(shelf(ids));
  const place = newPlace();
  const env = askingAt(server);
  const some = await run(["files", "remove", "file-api-9", "file-api-2"], { place, env });
  expect(some.code).toBe(4);
  expect(some.stderr).toContain(wordsOf("file_not_found", { provider: "deepseek", id: "file-api-9" }).what);
  expect(some.stderr).toContain(fileWords.removed({ files: 1, provider: "deepseek" }));
  expect(ids).toEqual(["file-api-1", "file-api-3"]);
  const unsure = await run(["files", "remove", "--all"], { place, env });
  expect([unsure.code, ids.length]).toEqual([2, 2]);
  const all = await run(["files", "remove", "--all", "--yes"], { place, env });
  expect([all.code, ids.length]).toEqual([0, 0]);
});
