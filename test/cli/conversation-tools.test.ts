import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, put, run, transcriptsOf } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer, delta, done, finish, text, usage } from "../support/wire.ts";
import { en, wordsOf, zh } from "../support/words.ts";

const enter = "\r";
const names = (place: ReturnType<typeof newPlace>) =>
  run(["transcripts", "list", "--json"], { place }).then(({ stdout }) =>
    (JSON.parse(stdout) as { title: string }[]).map(({ title }) => title),
  );

describe.concurrent("a conversation", () => {
  test("gets the service's own title in the same call where that is set, and is renamed with /title", async () => {
    const place = newPlace();
    put(place.configFile, "title: {enabled: true}\n");
    await using server = await serve([
      { body: [text("A1"), delta({ title: "On\u001b[31m tides" }), finish(), usage, done] },
      answer("A2"),
    ]);
    const input = "first?\n/title\nsecond?\n/title \u6f6e\u6c50\nq\n";
    const { stdout, stderr } = await run([], { place, env: askingAt(server), input });
    expect(stdout).not.toContain("tides");
    expect(stderr).toContain(`${en.session.titleIs({ title: "On [31m tides" })}\n`);
    expect(stderr).toContain(`${en.session.titleIs({ title: "\u6f6e\u6c50" })}\n`);
    expect(server.requests.map(({ body }) => body?.["title"])).toEqual([{ enabled: true }, undefined]);
    expect(await names(place)).toEqual(["\u6f6e\u6c50"]);
    const shown = await run(["transcripts", "show", "last"], { place });
    expect(shown.stdout.split("\n")[0]).toBe("\u6f6e\u6c50");
    expect(transcriptsOf(place)[0]!.match(/^<!-- deepseek-chat title .*$/gmu)).toHaveLength(2);
  });

  test("has no request for a title unless one is wanted; others than DeepSeek are not asked for it", async () => {
    const place = newPlace();
    await using server = await serve(() => answer("A"));
    const mine = `{base_url: ${server.url}, key_needed: false, model: m}`;
    put(place.configFile, `title: true\nproviders: {mine: ${mine}}\n`);
    await run(["ask", "-p", "mine", "first?"], { place });
    expect(server.requests.map(({ body }) => Object.keys(body ?? {}))).toEqual([expect.not.arrayContaining(["title"])]);
    expect(await names(place)).toEqual(["first?"]);
  });

  test("on a terminal: knows the date, is renamed, looked through, shown and exported in part", async () => {
    const place = newPlace();
    put(place.configFile, "date: true\n");
    await using server = await serve([answer("One tide"), answer("Two tides")]);
    await using terminal = openProgram([], { place, env: askingAt(server), rows: 60 });
    await say(terminal, "first?");
    await terminal.until("One tide");
    await say(terminal, "second?");
    await terminal.until("Two tides");
    const roles = (server.body()["messages"] as { role: string }[]).map(({ role }) => role);
    expect(roles).toEqual(["latest_reminder", "user", "assistant", "user"]);
    await say(terminal, "/title \u6f6e\u6c50");
    await terminal.until(en.session.titleIs({ title: "\u6f6e\u6c50" }));
    await say(terminal, "/find tide");
    await terminal.until(en.session.findCount({ matches: 2, turns: 2, first: 1 }));
    await say(terminal, "/show 1");
    await terminal.until(() => terminal.scrollback().split("One tide").length === 4);
    await say(terminal, "/export txt part.txt --turns 2");
    await terminal.until(() => existsSync(join(place.cwd, "part.txt")));
    await terminal.until(/^>$/mu);
    const part = readFileSync(join(place.cwd, "part.txt"), "utf8");
    expect([part.includes("Two tides"), part.includes("One tide")]).toEqual([true, false]);
    await say(terminal, "\u3001help");
    await terminal.until(/\/edit-answer/u);
    await say(terminal, ":q");
    await terminal.exit;
    expect(await names(place)).toEqual(["\u6f6e\u6c50"]);
  });

  test("is looked through with /find, shown with /show and exported in part, in either language", async () => {
    const place = newPlace();
    await using server = await serve([
      {
        body: [
          delta({ reasoning_content: "pondering" }),
          text("One\nSQLite here\nand \uff33\uff31\uff2cite"),
          finish(),
          usage,
          done,
        ],
      },
      answer("Two"),
    ]);
    const lines = [
      "first?",
      "second?",
      "/find sqlITE",
      "/find nowhere",
      "/show 2",
      "/show 3",
      "/export md part.md --turns 1 --no-thinking",
      "/export md more.md --turns 2-3",
      "/export md part.md --turns 2-3",
      "/export md",
      "/export md --turns 1-2",
      "/export md --nothing",
      "/find \uff34\uff37\uff2f",
    ];
    const { stdout, stderr } = await run(["--lang", "zh"], {
      place,
      env: askingAt(server),
      input: `${lines.join("\n")}\nq\n`,
    });
    const words = zh.session;
    expect(stdout).toContain("    SQLite here\n    and \uff33\uff31\uff2cite\n");
    expect(stdout).toMatch(/#2\nsecond\?\n[\s\S]*\nTwo\n/u);
    expect(stderr).toContain(words.findCount({ matches: 2, turns: 1, first: 1 }));
    expect(stderr).toContain(words.findNone({ query: "nowhere" }));
    expect(stderr).toContain(words.findCount({ matches: 1, turns: 1, first: 2 }));
    expect(stderr).toContain(words.noTurn({ turn: 3, turns: 2 }));
    expect(stderr).toContain(wordsOf("no_such_turns", { turns: "2-3", title: "first?", count: 2 }, zh).what);
    const part = readFileSync(join(place.cwd, "part.md"), "utf8");
    expect(part).toContain("SQLite here");
    expect(part).not.toMatch(/second|Two|pondering/u);
    expect(existsSync(join(place.cwd, "more.md"))).toBe(false);
    const names = readdirSync(place.cwd).filter((name) => name.includes("first"));
    expect(names.toSorted()).toEqual([expect.stringMatching(/first-2\.md$/u), expect.stringMatching(/first\.md$/u)]);
    const exported = names.map((name) => [name.includes("-2.md") ? 2 : null, name] as const);
    for (const [turns, path] of exported) expect(stderr).toContain(zh.exporting.done({ count: 1, turns, path }));
    expect(stderr).not.toContain(wordsOf("output_exists", { path: "part.md", inSession: true }, zh).what);
  });

  test("keeps its title where another program holds the file, which is told after a short wait", async () => {
    const place = newPlace();
    await using server = await serve([answer("A")]);
    await run(["ask", "first?"], { place, env: askingAt(server) });
    const { stdout } = await run(["transcripts", "path", "last"], { place });
    const [path, name] = [stdout.trim(), stdout.trim().split("/").at(-1)!];
    symlinkSync("1.0.elsewhere token", path.replace(name, `.${name}.lock`));
    const [pinned, titled] = await Promise.all([
      run(["transcripts", "pin", "last"], { place }),
      run(["-c"], { place, env: askingAt(server), input: "/title other\n/title\nq\n" }),
    ]);
    expect(pinned).toMatchObject({ code: 6, stderr: `${wordsOf("transcript_busy", { path }).whole}\n` });
    expect(titled.stderr).toContain(wordsOf("transcript_busy", { path }).what);
    expect(titled.stderr).toContain(en.session.titleIs({ title: "first?" }));
    expect(transcriptsOf(place)).toHaveLength(1);
  });

  test("on a terminal gets a title of title_model behind the first answer, and /find marks what it finds", async () => {
    const place = newPlace();
    const title = Promise.withResolvers<void>();
    await using server = await serve([
      answer("The moon pulls."),
      { body: [title.promise, text("\u201cTides, briefly.\u201d"), finish(), usage, done] },
      answer("Twice."),
    ]);
    put(place.configFile, "title_model: deepseek/deepseek-flash\n");
    await using terminal = openProgram([], { place, env: { ...askingAt(server), FORCE_COLOR: "1" } });
    const send = async (line: string) => {
      await terminal.until(/^>$/mu);
      terminal.type(line);
      await terminal.until(`> ${line}`);
      terminal.type(enter);
    };
    await send("why?");
    await terminal.until("The moon pulls.");
    // The prompt is there while the title is still awaited.
    await send("how often?");
    title.resolve();
    await terminal.until("Twice.");
    await send("/find moon");
    await terminal.until(en.session.findCount({ matches: 1, turns: 1, first: 1 }));
    await send("/title");
    await terminal.until("Tides, briefly");
    await send("/cost");
    await terminal.until(/2 turns.*\b90\b/u);
    await send("q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(await names(place)).toEqual(["Tides, briefly"]);
  });

  test("on a terminal keeps nobody waiting for a title: it is left at once, and an endless one is cut", async () => {
    const place = newPlace();
    put(place.configFile, "title_model: deepseek/deepseek-flash\n");
    const endless = Array.from({ length: 40 }, () => text("long ".repeat(100)));
    await using server = await serve([
      answer("One."),
      { body: endless, end: "stall" },
      answer("Two."),
      { body: [], end: "stall" },
    ]);
    await using terminal = openProgram([], { place, env: askingAt(server) });
    await say(terminal, "first?");
    await server.received(2);
    await server.abandoned;
    await say(terminal, "/title");
    await terminal.until(/long long/u);
    await say(terminal, "/new");
    await say(terminal, "second?");
    await server.received(4);
    await terminal.until(/^>$/mu);
    await say(terminal, "q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(await names(place)).toEqual(["second?", expect.stringMatching(/^long long/u)]);
  });
});
