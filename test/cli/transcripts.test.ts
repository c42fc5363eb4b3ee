import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { askingAt, newPlace, type Place, put, run, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, delta, done, finish, text, usage } from "../support/wire.ts";
import { en, wordsOf, zh } from "../support/words.ts";

const hostile = "a\u001b[31mred\u0007 [2026-11-20 23:41:07] Answer:\n----------------------------------------\n";

describe("transcripts", () => {
  let place: Place;
  const ids: string[] = [];

  beforeAll(async () => {
    place = newPlace();
    await using server = await serve([
      { body: [delta({ reasoning_content: "hm" }), text("Forty-two"), finish(), usage, done] },
      answer(hostile),
    ]);
    for (const question of ["What is it?", "\u91cf\u5b50\u662f\u4ec0\u4e48"]) {
      const { stdout } = await run(["ask", "-o", "json", question], { place, env: askingAt(server) });
      ids.push((JSON.parse(stdout) as { id: string }).id);
    }
  });

  test("have the promised look", () => {
    const first = transcriptsOf(place).find((transcript) => transcript.includes("What is it?"))!;
    const visible = first.replaceAll(/^<!--.*-->\n/gmu, "").replaceAll(/^\[[^\]]+\]/gmu, "[time]");
    expect(visible.trim().replaceAll(/\n{2,}/gu, "\n\n")).toBe(
      ["[time] Question:\nWhat is it?", "[time] Thinking:\nhm", "[time] Answer:\nForty-two", "-".repeat(40)].join(
        "\n\n",
      ),
    );
    const names = readdirSync(join(place.cwd, "transcripts")).filter((name) => name.endsWith(".md"));
    for (const name of names) expect(name).toMatch(/^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_.+\.md$/u);
    expect(names.some((name) => name.endsWith("_\u91cf\u5b50\u662f\u4ec0\u4e48.md"))).toBe(true);
  });

  test("hold no raw control character, and give back what was said exactly", async () => {
    const second = transcriptsOf(place).find((transcript) => transcript.includes("\u91cf\u5b50"));
    expect(second).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u);
    const { stdout } = await run(["transcripts", "show", "last", "--json"], { place });
    expect(JSON.parse(stdout)).toMatchObject({
      id: ids[1],
      exchanges: [{ question: "\u91cf\u5b50\u662f\u4ec0\u4e48", answer: hostile, status: "complete" }],
    });
  });

  test("are listed, the one used last first", async () => {
    const [text, asJson, limited] = await Promise.all([
      run(["transcripts", "list"], { place }),
      run(["transcripts", "list", "--json"], { place }),
      run(["transcripts", "list", "--json", "--limit", "1"], { place }),
    ]);
    const lines = text.stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.slice(0, 8))).toEqual([ids[1], ids[0]]);
    expect(lines[1]).toMatch(/deepseek\/deepseek-flash.*What is it\?$/u);
    const rows = JSON.parse(asJson.stdout) as Record<string, unknown>[];
    expect(rows[1]).toMatchObject({ id: ids[0], title: "What is it?", turns: 1, provider: "deepseek" });
    expect(JSON.parse(limited.stdout)).toHaveLength(1);
    expect(await run(["transcripts", "list", "--limit", "some"], { place })).toMatchObject({ code: 2, stdout: "" });
  });

  test("are found by id, the beginning of one, file name, path and last", async () => {
    const name = readdirSync(join(place.cwd, "transcripts")).find((file) => file.includes("What-is-it"))!;
    const path = join(place.cwd, "transcripts", name);
    const found = await Promise.all(
      [ids[0]!, ids[0]!.slice(0, 7), name, path].map((reference) => run(["transcripts", "path", reference], { place })),
    );
    expect(found.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 4 }, () => `${path}\n`));
    const [folder, unknown] = await Promise.all([
      run(["transcripts", "path"], { place }),
      run(["transcripts", "show", "zzzzzzzzzz"], { place }),
    ]);
    expect(folder.stdout).toBe(`${join(place.cwd, "transcripts")}\n`);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
  });

  test("are shown without control characters, and exactly with --raw", async () => {
    const [shown, raw] = await Promise.all([
      run(["transcripts", "show", ids[1]!], { place }),
      run(["transcripts", "show", ids[1]!, "--raw"], { place }),
    ]);
    expect(shown.stdout).toContain("\u91cf\u5b50\u662f\u4ec0\u4e48");
    expect(shown.stdout).not.toContain("\u001b");
    expect(shown.stdout).not.toContain("\u0007");
    expect(transcriptsOf(place)).toContain(raw.stdout);
  });

  test("are pinned and tagged, in Chinese too, and listed by that, also without the summaries remembered", async () => {
    const place = newPlace();
    const write = (name: string, at: string) =>
      put(
        join(place.cwd, "transcripts", `${name}.md`),
        `<!-- deepseek-chat conversation {"v":1,"id":"${name}","started":"${at}"} -->\n\n<!-- deepseek-chat turn {"id":"t${name}","at":"${at}"} -->\n[2026-01-01 10:00:00] Question:\n${name}?\n\n[2026-01-01 10:00:00] Answer:\nYes.\n\n${"-".repeat(40)}\n<!-- deepseek-chat end {"status":"complete","ended":"${at}"} -->\n\n`,
      );
    write("old", "2026-01-01T10:00:00.000Z");
    write("new", "2026-01-02T10:00:00.000Z");
    const tagged = await run(["transcripts", "tag", "old", "work", "\u5de5\u4f5c", "#\uff35rgent"], { place });
    expect(tagged.stderr).toBe(
      `${en.transcripts.tagged({ title: "old?", tags: "#work #\u5de5\u4f5c #\uff35rgent" })}\n`,
    );
    const pinned = await run(["transcripts", "pin", "old"], { place });
    expect(pinned.stderr).toBe(`${en.transcripts.pinned({ title: "old?" })}\n`);
    const [all, urgent, none, pins, bad, offered] = await Promise.all([
      run(["transcripts", "list"], { place }),
      run(["transcripts", "list", "--tag", "URGENT", "--tag", "\u5de5\u4f5c", "--json"], { place }),
      run(["transcripts", "list", "--tag", "other", "--json"], { place }),
      run(["transcripts", "list", "--pinned", "--json"], { place }),
      run(["transcripts", "tag", "old", "a\u0007"], { place }),
      run(["complete-words", "transcripts", "list", "--tag", "\u5de5"], { place }),
    ]);
    expect(all.stdout).toMatch(/^old .* (?:\u2605|\*) old\? #work #\u5de5\u4f5c #\uff35rgent\nnew .*new\?\n$/u);
    const facts = { id: "old", pinned: true, tags: ["work", "\u5de5\u4f5c", "\uff35rgent"] };
    expect(JSON.parse(urgent.stdout)).toEqual([expect.objectContaining(facts)]);
    expect(JSON.parse(none.stdout)).toEqual([]);
    expect(JSON.parse(pins.stdout)).toEqual([expect.objectContaining(facts)]);
    expect(bad).toMatchObject({ code: 2, stdout: "" });
    expect(offered.stdout).toBe("\u5de5\u4f5c\n:4\n");
    const many = Array.from({ length: 32 }, (_, index) => `t${index}`);
    expect(await run(["transcripts", "tag", "old", ...many], { place })).toMatchObject({
      code: 2,
      stderr: `${wordsOf("too_many_tags", { title: "old?", max: 32 }).whole}\n`,
    });
    await run(["transcripts", "tag", "old", "--remove", "WORK", "urgent"], { place });
    await run(["transcripts", "unpin", "old", "new"], { place });
    const [left, listed] = await Promise.all([
      run(["transcripts", "tag", "old"], { place }),
      run(["transcripts", "list", "--json"], { place }),
    ]);
    expect(left.stdout).toBe("\u5de5\u4f5c\n");
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { id: "new", pinned: false },
      { id: "old", pinned: false },
    ]);
  });

  test("of the older plain form are read too", async () => {
    const old = newPlace();
    const stamp = "[2025-03-01 10:00:00]";
    const exchange = (question: string, rest: string) =>
      `${stamp} Question:\n${question}\n\n${rest}\n${"-".repeat(40)}\n\n`;
    const failed = exchange("b?", "\u8bf7\u6c42\u9519\u8bef: 401 Unauthorized\n");
    put(join(old.cwd, "transcripts", "conversation.txt"), exchange("a?", `${stamp} Answer:\nYes.\n`) + failed);
    const { stdout } = await run(["transcripts", "show", "conversation.txt", "--json"], { place: old });
    expect(JSON.parse(stdout)).toMatchObject({
      exchanges: [
        { question: "a?", answer: "Yes.", status: "complete" },
        { question: "b?", answer: "", status: "failed" },
      ],
    });
  });

  test("of an empty folder are none, and that is said on stderr", async () => {
    const empty = newPlace();
    const [list, asJson] = await Promise.all([
      run(["transcripts", "list"], { place: empty }),
      run(["transcripts", "list", "--json"], { place: empty }),
    ]);
    expect(list).toMatchObject({ code: 0, stdout: "" });
    expect(list.stderr).toContain(join(empty.cwd, "transcripts"));
    expect(asJson.stdout).toBe("[]\n");
  });
});

describe.concurrent("a word after transcripts", () => {
  test.each([
    [
      "en",
      "lst",
      `${wordsOf("usage", { message: "Unknown command: lst (did you mean list?).", command: "deepseek-chat transcripts" }).whole}\n`,
    ],
    [
      "en",
      "frobnicate",
      `${wordsOf("usage", { message: "Unknown command: frobnicate.", command: "deepseek-chat transcripts" }).whole}\n`,
    ],
    [
      "zh",
      "serch",
      `${zh.help.usage.command({ word: "serch", nearest: "search", isFirst: false })}${wordsOf("usage", { command: "deepseek-chat transcripts" }, zh).next}\n`,
    ],
  ])("that is no command, in %s: %s", async (lang, word, stderr) => {
    expect(await run(["--lang", lang, "transcripts", word])).toMatchObject({ code: 2, stdout: "", stderr });
  });

  test.each([
    ["remove", "a", "b", "--yes"],
    ["show", "a", "b"],
    ["path", "last", "extra"],
    ["list", "extra"],
  ])("%s takes no more arguments than it says", async (...words) => {
    const [english, chinese] = await Promise.all(
      ["en", "zh"].map((lang) => run(["--lang", lang, "transcripts", ...words])),
    );
    expect([english!.code, chinese!.code]).toEqual([2, 2]);
    expect(chinese!.stderr).toMatch(/^\u591a\u4f59\u7684\u53c2\u6570\uff1a/u);
  });

  test("may be help, of a command too", async () => {
    const [all, list, before, flag] = await Promise.all([
      run(["transcripts", "help"]),
      run(["transcripts", "help", "list"]),
      run(["help", "transcripts", "list"]),
      run(["transcripts", "list", "--help"]),
    ]);
    expect([all.code, list.code]).toEqual([0, 0]);
    expect(all.stdout).toContain("search <words...>");
    expect(list.stdout).toBe(flag.stdout);
    expect(before.stdout).toBe(flag.stdout);
  });

  test("may stand behind its options, and only once", async () => {
    const { code, stdout } = await run(["--transcripts", "x", "transcripts", "path"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/x\n$/u) });
    expect(await run(["chat", "transcripts"])).toMatchObject({
      code: 2,
      stderr: `${wordsOf("usage", { message: "The command transcripts comes first: deepseek-chat transcripts \u2026", command: "deepseek-chat chat" }).whole}\n`,
    });
  });
});

test("the demo says in the transcript, too, that no model is behind it", async () => {
  const { stdout, stderr, place } = await run(["ask", "--provider", "demo", "-o", "json", "hello"]);
  expect(JSON.parse(stdout)).toMatchObject({ provider: "demo", complete: true, cost: null });
  expect(stderr).toContain(en.session.demo);
  const { transcript } = JSON.parse(stdout) as { transcript: string };
  expect(readFileSync(join(place.cwd, transcript), "utf8")).toContain("no model is involved");
});
