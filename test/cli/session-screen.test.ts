import { rmdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { displayWidth } from "../../src/terminal/width.ts";
import { askingAt, newPlace, openProgram, put, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, delta, done, finish, text, usage } from "../support/wire.ts";
import { en } from "../support/words.ts";

const enter = "\r";

describe.concurrent("a session on a terminal", () => {
  test("wholly in Chinese: banner, thinking folded, a rendered answer, figures, leaving", async () => {
    const gate = Promise.withResolvers<void>();
    const thought = delta({ reasoning_content: "\u5148\u60f3\u4e00\u60f3\u3002" });
    await using server = await serve([
      { body: [thought, gate.promise, text("**\u91cf\u5b50**\u8ba1\u7b97"), finish(), usage, done] },
    ]);
    const place = newPlace();
    await using terminal = openProgram([], { place, env: { ...askingAt(server), LC_ALL: "zh_CN.UTF-8" }, cols: 120 });
    await terminal.until("/help \u67e5\u770b\u547d\u4ee4");
    await terminal.until(/^>/mu);
    terminal.type("\u4ec0\u4e48\u662f\u91cf\u5b50\u8ba1\u7b97\uff1f");
    await terminal.until("\u4ec0\u4e48\u662f\u91cf\u5b50\u8ba1\u7b97\uff1f");
    terminal.type(enter);
    await terminal.until("\u5148\u60f3\u4e00\u60f3\u3002");
    gate.resolve();
    await terminal.until(/\u8f93\u5165 30/u);
    await terminal.until(/^>$/mu);
    expect(terminal.screen()).toMatch(/\u601d\u8003\u4e86 [\d.]+ \u79d2\n\n\u91cf\u5b50\u8ba1\u7b97\n/u);
    expect(terminal.screen()).not.toContain("\u5148\u60f3\u4e00\u60f3\u3002");
    terminal.type("/thinking");
    await terminal.until("/thinking");
    terminal.type(enter);
    await terminal.until("\u5148\u60f3\u4e00\u60f3\u3002");
    await terminal.until(/>$/u);
    terminal.type("q");
    await terminal.until(/> q$/u);
    terminal.type(enter);
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(terminal.screen()).toMatch(/\u6062\u590d\u5bf9\u8bdd\uff1a\s*deepseek-chat --resume [0-9a-z]{8}/u);
    expect(terminal.screen()).not.toMatch(/Thinking|Saved|Question/u);
    expect(transcriptsOf(place)[0]).toContain("] Thinking:\n\u5148\u60f3\u4e00\u60f3\u3002\n");
  });

  test("a question, its answer and the figures have room between them, and the home folder is ~", async () => {
    await using server = await serve([answer("The answer.")]);
    const place = newPlace();
    rmdirSync(join(place.cwd, "transcripts"));
    await using terminal = openProgram([], { place, env: askingAt(server) });
    await terminal.until("~/.local/share/deepseek-chat/transcripts");
    await terminal.until(/^>$/mu);
    terminal.type("go");
    await terminal.until(/> go$/u);
    terminal.type(enter);
    await terminal.until("The answer.");
    await terminal.until(/^>$/mu);
    expect(terminal.screen()).toMatch(/^> go\n\nThe answer\.\n\n30 .*\n\n>$/mu);
    terminal.type("q");
    await terminal.until(/> q$/u);
    terminal.type(enter);
    await terminal.exit;
    expect(terminal.screen().replaceAll("\n", "")).toContain("~/.local/share/deepseek-chat/transcripts/2");
    expect(terminal.screen()).not.toContain(place.home);
  });

  test("/help fits a screen of 24 rows and 80 columns, and says more of each command", async () => {
    await using terminal = openProgram(["-p", "demo", "--no-transcript"], { place: newPlace() });
    const enter = async (line: string, shown: string) => {
      await terminal.until(/^>$/mu);
      terminal.type(line);
      await terminal.until(new RegExp(`^> ${line}$`, "mu"));
      terminal.type("\r");
      await terminal.until(shown);
      await terminal.until(/>$/u);
    };
    await enter("/help", en.slashHelp.footer);
    const rows = terminal.screen().split("\n");
    const first = rows.findIndex((row) => row.startsWith(en.slashGroups.conversation));
    const [from, to] = [first, rows.indexOf(en.slashHelp.footer)];
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to + 2 - from).toBeLessThanOrEqual(24);
    for (const [name, text] of Object.entries(en.slash))
      expect(terminal.screen()).toMatch(new RegExp(`/${name} +${text.replaceAll(/[()]/gu, ".")}`, "u"));
    await enter("/help y", en.slashHelp.aliases({ names: "/y" }));
    expect(terminal.screen()).toContain(
      `/copy [code [n]]\n  ${en.slash.copy}\n\n  ${en.slashHelp.more.copy.slice(0, 60)}`,
    );
    expect(terminal.screen()).toContain("  /copy code 2\n");
  });

  test("Ctrl-C stops the answer, keeps what came, and the prompt comes back; /continue goes on", async () => {
    const half = { body: [text("The first half")], end: "stall" as const };
    await using server = await serve([half, answer(", and the second.")]);
    const place = newPlace();
    await using terminal = openProgram([], { place, env: askingAt(server) });
    await terminal.until(/>$/u);
    terminal.type("go");
    await terminal.until(/> go$/u);
    terminal.type(enter);
    await terminal.until("The first half");
    terminal.type("\u0003");
    await terminal.until(en.answer.interrupted);
    await terminal.until(/>$/u);
    terminal.type("/continue");
    await terminal.until(/> \/continue$/u);
    terminal.type(enter);
    await terminal.until(", and the second.");
    await terminal.until("deepseek continued from there (prefix completion)");
    expect(server.body()["messages"]).toEqual([
      { role: "user", content: "go" },
      { role: "assistant", content: "The first half", prefix: true },
    ]);
    terminal.type("\u0004");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(transcriptsOf(place)[0]).toMatch(
      /"status":"interrupted"[\s\S]*"continues":"[0-9a-z]+"[\s\S]*"seams":\[\{"at":0,"thought":0,"how":"prefix"/u,
    );
  });

  test("at an empty prompt Ctrl-C says how to leave, and a second one leaves; at a typed one it clears the line", async () => {
    await using server = await serve([answer("yes")]);
    await using terminal = openProgram([], { place: newPlace(), env: askingAt(server) });
    await terminal.until(/>$/u);
    terminal.type("never sent");
    await terminal.until(/> never sent$/u);
    terminal.type("\u0003");
    await terminal.until(/\^C\n>$/u);
    terminal.type("\u0003");
    await terminal.until(new RegExp(`${RegExp.escape(en.session.howToLeave)}\\n>$`, "u"));
    terminal.type("\u0003");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(server.requests).toHaveLength(0);
  });

  test("what is typed while an answer streams waits at the next prompt, and history outlives the session", async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await serve([{ body: [text("slow"), gate.promise, finish(), usage, done] }, answer("second")]);
    const place = newPlace();
    await using first = openProgram([], { place, env: askingAt(server) });
    await first.until(/>$/u);
    first.type("one");
    await first.until(/> one$/u);
    first.type(enter);
    await first.until("slow");
    first.type("typed ahead");
    gate.resolve();
    await first.until(/> typed ahead$/u);
    first.type(enter);
    await first.until("second");
    await first.until(/>$/u);
    first.type("\u0004");
    await first.exit;
    await using second = openProgram([], { place, env: askingAt(server) });
    await second.until(/>$/u);
    second.type("\u001b[A");
    await second.until(/> typed ahead$/u);
    second.type("\u001b[A");
    await second.until(/> one$/u);
    expect(server.requests).toHaveLength(2);
  });

  test("messages entered while an answer streams are below it, and sent in order; Escape stops, and the rest waits", async () => {
    const [thinking, answering] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const thought = delta({ reasoning_content: "\u5148\u60f3\u4e00\u60f3\u3002" });
    await using server = await serve([
      {
        body: [
          thought,
          thinking.promise,
          text("# \u4e00\n\nThe **fir"),
          answering.promise,
          text("st**."),
          finish(),
          usage,
          done,
        ],
      },
      { body: [text("The second, half")], end: "stall" },
      { body: [text("The third, half")], end: "stall" },
    ]);
    await using terminal = openProgram([], { place: newPlace(), env: askingAt(server), cols: 50 });
    const enterLine = async (line: string) => {
      terminal.type(line);
      await terminal.until(`> ${line}`);
      terminal.type(enter);
      await terminal.until(`\u2192 ${line}`);
    };
    await terminal.until(/>$/u);
    terminal.type("one");
    await terminal.until("> one");
    terminal.type(enter);
    await terminal.until("\u5148\u60f3\u4e00\u60f3\u3002");
    await enterLine("\u7b2c\u4e8c\u4e2a\u95ee\u9898");
    thinking.resolve();
    await terminal.until("The fir");
    await enterLine("/tokens");
    await enterLine("third");
    terminal.type("half");
    await terminal.until(/The fir\n\n.*\u95ee\u9898\n {2}\u2192 \/tokens\n {2}\u2192 third\n> half\n/u);
    terminal.resize(40, 24);
    await terminal.until(/\u2192 third\n> half\n/u);
    answering.resolve();
    await terminal.until("The second, half");
    expect(server.body(1)["messages"]).toMatchObject([{}, {}, { content: "\u7b2c\u4e8c\u4e2a\u95ee\u9898" }]);
    terminal.type("\u001b");
    // The lines below stand there before the stop too: what tells of it is awaited first.
    await terminal.until(en.answer.interrupted);
    await terminal.until(/The second, half\n\n[\s\S]*\n {2}\u2192 \/tokens\n {2}\u2192 third\n> half$/u);
    terminal.type("\u0015\r");
    await terminal.until("The third, half");
    expect(terminal.screen()).toMatch(/\n> \/tokens\n[\s\S]+\n> third\n\nThe third, half$/u);
    expect(terminal.scrollback()).toMatch(/> one\n\nThought for [\d.]+ s\n\n\u4e00\n\nThe first\.\n\n30 /u);
    terminal.type("unsent");
    await terminal.until(/The third, half\n\n> unsent/u);
    terminal.kill("SIGTERM");
    await terminal.exit;
    expect(terminal.screen()).toContain("The third, half\n");
    expect(terminal.screen()).not.toContain("unsent");
    expect(terminal.terminal.modes.bracketedPasteMode).toBe(false);
  });

  test("keys: vi gives vi's keys, with the mode at the prompt; /help keys lists them, /set keys changes them", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    put(place.configFile, "keys: vi\n");
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 80 });
    await terminal.until(/>$/u);
    terminal.type("/help keyss");
    await terminal.until("> /help keyss");
    terminal.type("\u001b");
    await terminal.until("< /help keyss");
    terminal.type("x");
    await terminal.until(/< \/help keys$/u);
    terminal.type(enter);
    await terminal.until(en.keyHelp.viNote);
    expect(terminal.screen()).toContain(en.keyHelp.viTitle);
    await terminal.until(/>$/u);
    // Sent in one piece, as a slow line may, Escape and what follows are Alt with that.
    terminal.type("/set keys emaxs");
    await terminal.until("emaxs");
    terminal.type("\u001bFxrc");
    await terminal.until(/< \/set keys emacs$/u);
    terminal.type(enter);
    await terminal.until(/^keys: emacs$/mu);
    await terminal.until(/>$/u);
    terminal.type("one two\u001bb!");
    await terminal.until("> one !two");
    terminal.type(enter);
    await server.received(1);
    expect(server.body()["messages"]).toEqual([{ role: "user", content: "one !two" }]);
  });

  test("a table that is resized while it comes is the one drawn at once; the spinner leaves no trace", async () => {
    const gate = Promise.withResolvers<void>();
    const rows = [
      "| \u540d\u79f0 | \u8bf4\u660e |\n|---|---|\n",
      "| \u4e00 | \u7b2c\u4e00\u884c |\n",
      "| \u4e8c | \u7b2c\u4e8c\u884c |\n",
    ];
    await using server = await serve([
      { body: [text(rows[0]!), text(rows[1]!), gate.promise, text(rows[2]!), finish(), usage, done] },
    ]);
    await using terminal = openProgram([], { place: newPlace(), env: askingAt(server), cols: 80 });
    await terminal.until(/>$/u);
    terminal.type("table");
    await terminal.until(/> table$/u);
    terminal.type(enter);
    await terminal.until("\u7b2c\u4e00\u884c");
    terminal.resize(60, 24);
    gate.resolve();
    await terminal.until("30 in");
    const table = terminal
      .screen()
      .split("\n")
      .filter((line) => line.includes("\u2502"));
    expect(table).toHaveLength(3);
    expect(new Set(table.map((line) => displayWidth(line.slice(0, line.indexOf("\u2502"))))).size).toBe(1);
    expect(terminal.screen()).not.toContain(en.answer.waiting);
  });
});
