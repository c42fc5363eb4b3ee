import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  aichatSession,
  chatgptExport,
  deepseekExport,
  oldConversation,
  writeJson,
  writeLlmLogs,
  writeZip,
} from "../support/foreign.ts";
import { newPlace, type Place, put, run } from "../support/program.ts";
import { any, en, patternOf, wordsOf } from "../support/words.ts";

/** One file of each kind that can be imported. */
async function writeSamples(folder: string): Promise<void> {
  mkdirSync(folder);
  await writeZip(join(folder, "deepseek.zip"), {
    "conversations.json": JSON.stringify(deepseekExport()),
    "user.json": "{}",
  });
  writeJson(join(folder, "chatgpt.json"), chatgptExport());
  writeLlmLogs(join(folder, "logs.db"));
  writeFileSync(join(folder, "session.yaml"), aichatSession);
  writeFileSync(join(folder, "conversation.txt"), oldConversation());
  const messages = [
    { role: "user", content: "q" },
    { role: "assistant", content: "a\u001b[31m" },
  ];
  writeFileSync(join(folder, "train.jsonl"), `${JSON.stringify({ messages })}\nnonsense\n`);
}

const samples = ["deepseek.zip", "chatgpt.json", "logs.db", "session.yaml", "conversation.txt", "train.jsonl"];
const files = samples.map((name) => join("in", name));

/** What `import` says of a file and of all of them. */
const counts = (imported: number, present: number, skipped: number) =>
  en.importing.counts({ imported, extended: 0, present, skipped });
const told = (file: string, form: string, ...numbers: Parameters<typeof counts>) =>
  en.importing.file({ file, form, counts: counts(...numbers) });
const skipped = (file: string, number: number, reason: keyof typeof en.importing.reasons) =>
  en.importing.skipped({ file, place: en.importing.number({ number }), reason: en.importing.reasons[reason] });

describe("import and export", () => {
  let place: Place;
  let first: Awaited<ReturnType<typeof run>>;
  const ids: string[] = [];
  const out = (...parts: string[]) => join(place.cwd, ...parts);
  const read = (...parts: string[]) => readFileSync(out(...parts), "utf8");
  const transcripts = (...args: string[]) => run(["transcripts", ...args], { place });

  beforeAll(async () => {
    place = newPlace();
    await writeSamples(out("in"));
    first = await transcripts("import", ...files);
    const { stdout } = await transcripts("list", "--json");
    ids.push(...(JSON.parse(stdout) as { id: string }[]).map(({ id }) => id));
  });

  test("says of each file what became of it, and names what was skipped", async () => {
    expect(first.stdout.split("\n")).toEqual([
      told("in/deepseek.zip", "chat.deepseek.com", 2, 0, 0),
      told("in/chatgpt.json", "ChatGPT", 1, 0, 0),
      told("in/logs.db", "llm", 2, 0, 0),
      told("in/session.yaml", "aichat", 1, 0, 0),
      told("in/conversation.txt", "transcript", 1, 0, 0),
      told("in/train.jsonl", "messages", 1, 0, 1),
      en.importing.total({ counts: counts(8, 0, 1) }),
      "",
    ]);
    expect(first.stderr).toBe(`${skipped("in/train.jsonl", 2, "broken")}\n`);
    expect(first.code).toBe(0);
    expect(readdirSync(out("transcripts")).filter((name) => name.endsWith(".md"))).toHaveLength(8);
  });

  test("adds nothing a second time, and says so as JSON", async () => {
    const { stdout, code } = await transcripts("import", "--json", ...files);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { files: { file: string; conversations: object[] }[] };
    expect(report).toMatchObject({ imported: 0, extended: 0, already_there: 8, skipped: 1 });
    expect(report.files[1]).toMatchObject({
      file: "in/chatgpt.json",
      error: null,
      conversations: [
        { number: 1, status: "already_there", title: "Deploy timeout", source: "chatgpt", turns: 1, left_out: 1 },
      ],
    });
    expect(report.files[5]!.conversations[1]).toEqual({ number: 2, status: "skipped", title: null, reason: "broken" });
    expect(readdirSync(out("transcripts")).filter((name) => name.endsWith(".md"))).toHaveLength(8);
  });

  test("goes on behind a file that is not understood or cannot be read, and exits 2", async () => {
    put(out("diary.txt"), "Dear diary");
    const { code, stdout, stderr } = await transcripts("import", "diary.txt", "gone.json", "in/chatgpt.json");
    expect(code).toBe(2);
    expect(stdout).toContain(told("in/chatgpt.json", "ChatGPT", 0, 1, 0));
    expect(stderr).toContain(skipped("diary.txt", 1, "unknown"));
    expect(stderr).toMatch(/Can't read \S+gone\.json: no such file/);
  });

  test("one conversation goes to stdout as Markdown", async () => {
    const { code, stdout, stderr } = await transcripts("export", ids[0]!);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^# .+\n\n## Question · \d{4}-\d\d-\d\d/);
    expect(stdout).not.toContain("<!--");
  });

  test.each(["md", "html", "json", "txt"])(
    "all conversations go to a folder as %s, for their owner alone",
    async (form) => {
      const { code, stdout, stderr } = await transcripts("export", "--all", "--to", form, "-o", `all-${form}`);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
      expect(stderr).toMatch(patternOf(en.exporting.done({ count: 8, turns: null, path: any })));
      const all = readdirSync(out(`all-${form}`));
      const names = all.filter((name) => !name.endsWith(".files"));
      // One of them has a picture, to which Markdown refers.
      expect([names.length, all.length - names.length]).toEqual([8, form === "md" ? 1 : 0]);
      expect(names.every((name) => /^\d{4}-\d\d-\d\d_/.test(name) && name.endsWith(`.${form}`))).toBe(true);
      const windows = process.platform === "win32";
      expect(names.every((name) => windows || (statSync(out(`all-${form}`, name)).mode & 0o777) === 0o600)).toBe(true);
    },
  );

  test("turns that there are not are named with how many there are, and bad ranges are no ranges", async () => {
    const [listed, beyond, bad] = await Promise.all([
      transcripts("list", "--json", "--limit", "1"),
      transcripts("export", ids[0]!, "--turns", "1-99", "--no-thinking"),
      transcripts("export", ids[0]!, "--turns", "9-2"),
    ]);
    const [{ title, turns: count }] = JSON.parse(listed.stdout) as [{ title: string; turns: number }];
    expect(beyond).toMatchObject({ code: 2, stdout: "" });
    expect(beyond.stderr).toBe(`${wordsOf("no_such_turns", { turns: "1-99", title, count }).whole}\n`);
    expect(bad.stderr).toBe(
      `${wordsOf("bad_value", { name: "--turns", value: "9-2", expected: "3, 3-5, 3-" }).whole}\n`,
    );
  });

  test("all conversations go into one file as messages, ready for training", async () => {
    const { code, stdout, stderr } = await transcripts("export", "--all", "--to", "jsonl");
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { messages: { role: string }[] });
    expect(lines).toHaveLength(8);
    for (const { messages } of lines) {
      const roles = messages.map(({ role }) => role).filter((role) => role !== "system");
      expect(roles.join(" ")).toMatch(/^(?:user assistant ?)+$/);
    }
    expect(stderr).toBe("");
    expect(await transcripts("export", "--all", "-o", "all.jsonl")).toMatchObject({ code: 0, stdout: "" });
    expect(read("all.jsonl")).toBe(stdout);
  });

  test("what went out as JSON comes back, here and elsewhere", async () => {
    await transcripts("export", "--all", "--to", "json", "-o", "back");
    const back = readdirSync(out("back")).map((name) => join("back", name));
    expect((await transcripts("import", ...back)).stdout).toContain(en.importing.total({ counts: counts(0, 8, 0) }));
    const there = await transcripts("import", "--transcripts", "elsewhere", ...back);
    expect(there.stdout).toContain(en.importing.total({ counts: counts(8, 0, 0) }));
    const { stdout: here } = await transcripts("export", "--all", "--to", "jsonl");
    const { stdout: copied } = await run(
      ["transcripts", "export", "--all", "--to", "jsonl", "--transcripts", "elsewhere"],
      { place },
    );
    expect(copied.split("\n").sort()).toEqual(here.split("\n").sort());
  });

  test("a file that is there is replaced with --force alone, and none of several when one is there", async () => {
    put(out("kept.md"), "mine");
    const refused = await transcripts("export", ids[0]!, "-o", "kept.md");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("--force");
    expect(read("kept.md")).toBe("mine");
    expect(await transcripts("export", ids[0]!, "-o", "kept.md", "--force")).toMatchObject({ code: 0 });
    expect(read("kept.md")).toMatch(/^# /);
    await transcripts("export", ids[0]!, ids[1]!, "-o", "some");
    const before = readdirSync(out("some"));
    const one = before.find((name) => name.endsWith(".md"));
    put(out("some", one!), "mine");
    expect(await transcripts("export", "--all", "-o", "some")).toMatchObject({ code: 2 });
    expect(readdirSync(out("some"))).toEqual(before);
    expect(read("some", one!)).toBe("mine");
  });

  test("a page has the code of an answer, coloured", async () => {
    const own = newPlace();
    const text = "[2026-11-20 10:00:00] Question:\nq\n\n[2026-11-20 10:00:01] Answer:\n```ts\nconst x = 1;\n```\n\n";
    put(join(own.cwd, "transcripts", "one.md"), `${text}${"-".repeat(40)}\n\n`);
    const { code, stdout } = await run(["transcripts", "export", "last", "--to", "html"], { place: own });
    expect({ code, text: /<pre.*<\/pre>/s.exec(stdout)?.[0].replaceAll(/<[^>]*>/g, "") }).toMatchObject({
      code: 0,
      text: expect.stringContaining("const x = 1;") as string,
    });
    expect(stdout).toContain('<span class="hljs-keyword">const</span>');
  });

  test("the ending of the file says the form", async () => {
    expect(await transcripts("export", ids[0]!, "-o", "page.html")).toMatchObject({ code: 0 });
    expect(read("page.html")).toMatch(/^<!doctype html>\n<html lang="en">/);
    await run(["--lang", "zh", "transcripts", "export", ids[0]!, "-o", "zh.html"], { place });
    expect(read("zh.html")).toContain('<html lang="zh">');
  });

  test.each([
    ["nothing named", [], 2, /--all/],
    ["several to stdout", ["--all"], 2, /-o/],
    ["no such conversation", ["zzzzzzzz"], 2, /zzzzzzzz/],
    ["no such form", ["last", "--to", "pdf"], 2, /pdf/],
    [
      "no such folder",
      ["last", "-o", "no/such/folder/a.md"],
      6,
      patternOf(wordsOf("storage_failed", { path: any, reason: "ENOENT" }).whole),
    ],
  ])("%s is told", async (_, args, code, words) => {
    const result = await transcripts("export", ...args);
    expect(result).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(words) });
  });

  test("a folder that takes nothing ends the import with 6", async () => {
    put(out("blocked"), "a file");
    const { code, stderr } = await transcripts("import", "--transcripts", join("blocked", "x"), "in/chatgpt.json");
    expect(code).toBe(6);
    expect(stderr).toContain("blocked");
    expect(existsSync(out("blocked", "x"))).toBe(false);
  });

  test("importing warns of nothing that Node thinks of SQLite", async () => {
    const { stderr } = await transcripts("import", "in/logs.db");
    expect(stderr).toBe("");
  });
});
