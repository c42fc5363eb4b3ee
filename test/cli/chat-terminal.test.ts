import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, put, transcriptsOf } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer, delta, done, finish, refusal, text, usage } from "../support/wire.ts";
import { any, en, patternOf, zh } from "../support/words.ts";

describe.concurrent("a session on a terminal", () => {
  test("says who answers and where it is saved, and on leaving where it was and how to go on", async () => {
    await using server = await serve([answer("Hello.")]);
    const place = newPlace();
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 120 });
    await terminal.until(/^>$/mu);
    expect(terminal.screen().split("\n")).toEqual([
      en.session.banner({ provider: "deepseek", model: "deepseek-flash" }),
      en.session.saving({ path: "transcripts" }),
      ">",
    ]);
    await say(terminal, "hello");
    await terminal.until(
      /^30 in \(cache hit 20\) \u00b7 12 out \(thinking 5\) \u00b7 \u00a50\.0\d+ (?:off-)?peak \u00b7 [\d.]+ s$/mu,
    );
    await say(terminal, "q");
    expect(await terminal.exit).toEqual({ code: 0, signal: 0 });
    const [, file = "", id = ""] = patternOf(
      `${en.session.left({ path: any, command: `deepseek-chat --resume ${any}` })}\n`,
    ).exec(`${terminal.screen()}\n`)!;
    expect(file).toMatch(/^transcripts[\\/].+_hello\.md$/u);
    expect(transcriptsOf(place)[0]).toContain(id);
    await using again = openProgram(["--resume", id], { place, env: askingAt(server), cols: 120 });
    await say(again, "and now?");
    await server.received(2);
    expect(server.body()["messages"]).toHaveLength(3);
  });

  test("shows a spinner until something comes, thinking dimmed, and leaves no trace of the spinner", async () => {
    const [thinking, answering] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const thought = delta({ reasoning_content: "Let me see." });
    await using server = await serve([
      { body: [thinking.promise, thought, answering.promise, text("Forty-two."), finish(), usage, done] },
    ]);
    const place = newPlace();
    put(place.configFile, "show_thinking: always\n");
    await using terminal = openProgram([], { place, env: { ...askingAt(server), FORCE_COLOR: "1" }, cols: 100 });
    await say(terminal, "why?");
    await terminal.until(en.answer.waiting);
    thinking.resolve();
    await terminal.until("Let me see.");
    expect(terminal.screen()).not.toContain(en.answer.waiting);
    // SGR 2 is faint.
    expect(terminal.raw).toMatch(/\u001b\[2m[^\u001b]*Let me see\./u);
    answering.resolve();
    await terminal.until(/12 out/u);
    expect(terminal.screen()).not.toContain("waiting");
    expect(terminal.screen()).toMatch(/Let me see\.\n[\s\S]*Forty-two\.\n/u);
    expect(terminal.raw).not.toMatch(/\u001b\[2m[^\u001b]*Forty-two/u);
  });

  test("runs slash commands, and suggests the nearest for one that there is not", async () => {
    await using server = await serve([answer("yes")]);
    await using terminal = openProgram([], { place: newPlace(), env: askingAt(server), cols: 120, rows: 60 });
    await say(terminal, "/help");
    await terminal.until(/\/model.*\n/u);
    await terminal.until(/\/system/u);
    await say(terminal, "/model deepseek-v4-pro");
    await terminal.until("Model: deepseek/deepseek-v4-pro");
    await say(terminal, "/system Be kind.");
    await terminal.until(en.session.systemSet);
    await say(terminal, "/modle x");
    await terminal.until("did you mean /model?");
    await say(terminal, "one");
    await terminal.until(/12 out/u);
    await say(terminal, "/new");
    await terminal.until(en.session.newStarted);
    await say(terminal, "/quit");
    expect((await terminal.exit).code).toBe(0);
    expect(server.requests).toHaveLength(1);
    expect(server.body()).toMatchObject({
      model: "deepseek-v4-pro",
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "one" },
      ],
    });
  });

  test("shows an error and goes on", async () => {
    await using server = await serve([
      refusal(402, { error: { message: "Insufficient Balance \u001b]0;owned\u0007" } }),
      answer("better"),
    ]);
    await using terminal = openProgram([], { place: newPlace(), env: askingAt(server), cols: 120 });
    await say(terminal, "one");
    await terminal.until("Insufficient balance at");
    expect(terminal.raw).not.toContain("\u001b]0;owned");
    await say(terminal, "two");
    await terminal.until("better");
    await say(terminal, "q");
    expect((await terminal.exit).code).toBe(0);
  });

  test("lets no control character of a model's reach the terminal", async () => {
    const hostile = "a\u001b]0;owned\u0007b\u001b[2Jc\u001b]52;c;aGk=\u0007d\u0085e\rf";
    await using server = await serve([
      { body: [text(hostile), delta({ reasoning_content: hostile }), finish(), done] },
    ]);
    await using terminal = openProgram(["--no-render"], { place: newPlace(), env: askingAt(server) });
    await say(terminal, "one");
    await terminal.until(/\d s/u);
    await say(terminal, "q");
    await terminal.exit;
    expect(terminal.raw).not.toMatch(/\u001b\]0;owned|\u001b\]52;|\u001b\[2Jc|\u0085/u);
  });

  test("counts down to another attempt, and Ctrl-C ends the wait", async () => {
    await using server = await serve([
      refusal(503, { error: { message: "busy" } }, { "retry-after": "60" }),
      answer("fine"),
    ]);
    await using terminal = openProgram([], { place: newPlace(), env: askingAt(server), cols: 120 });
    await say(terminal, "one");
    await terminal.until(/Retrying in \d+ s \(attempt 2 of 4\)/u);
    terminal.type("\u0003");
    await terminal.until("Stopped.");
    await say(terminal, "two");
    await terminal.until("fine");
    expect(terminal.screen()).not.toContain("attempt 2 of 4");
    expect(server.body()["messages"]).toEqual([{ role: "user", content: "two" }]);
  });

  test("keeps what came when the terminal is closed", async () => {
    await using server = await serve([{ body: [text("half of it")], end: "stall" }]);
    const place = newPlace();
    await using terminal = openProgram([], { place, env: askingAt(server) });
    await say(terminal, "one");
    await terminal.until("half of it");
    terminal.kill("SIGHUP");
    await terminal.exit;
    expect(transcriptsOf(place)[0]).toMatch(/Answer:\nhalf of it\n[\s\S]*\] Interrupted:\n/u);
  });

  test("works on a terminal that cannot move its cursor", async () => {
    const gate = Promise.withResolvers<void>();
    const body = [text("**plain**\n\n"), gate.promise, finish(), usage, done];
    await using server = await serve([{ body }, answer("second")]);
    await using terminal = openProgram([], { place: newPlace(), env: { ...askingAt(server), TERM: "dumb" } });
    await terminal.until("> ");
    terminal.type("one\n");
    await terminal.until("plain");
    terminal.type("queued\n");
    await terminal.until("queued");
    gate.resolve();
    // The terminal itself shows it within the answer. At the prompt it stands once more where the program had read it by then.
    await terminal.until(/12 out.*\n\n>(?: queued\n)?\nsecond\n[\s\S]*\n>$/u);
    terminal.type("q\n");
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.raw).not.toContain("\u001b");
  });

  test("keeps a text that is to be edited on such a terminal: an empty line sends it, Ctrl-C discards it", async () => {
    await using server = await serve([answer("first"), answer("second"), answer("third")]);
    const { heldPlainHint: hint } = en.editor;
    await using terminal = openProgram([], {
      place: newPlace(),
      env: { ...askingAt(server), TERM: "dumb" },
      cols: 120,
      rows: 60,
    });
    await terminal.until("> ");
    terminal.type("one\n");
    await terminal.until(/first\n[\s\S]*\n>$/u);
    terminal.type("/edit-last\n");
    await terminal.until(new RegExp(`\\n  one\\n${RegExp.escape(hint)}\\n>$`, "u"));
    terminal.type("\n");
    await terminal.until(/\n> one\n\nsecond\n[\s\S]*\n>$/u);
    expect(server.body(1)["messages"]).toEqual(server.body(0)["messages"]);
    terminal.type("/edit-last\n");
    await terminal.until(() => terminal.screen().split(hint).length === 3);
    terminal.type("\u0003");
    await terminal.until(new RegExp(`${RegExp.escape(en.session.howToLeave)}\\n>$`, "u"));
    terminal.type("\nlast\n");
    await terminal.until(/third\n[\s\S]*\n>$/u);
    expect(terminal.screen().split(hint)).toHaveLength(3);
  });

  test("Ctrl-C on such a terminal stops the answer, says how to leave at the prompt, and leaves", async () => {
    await using server = await serve([{ body: [text("One line.\n\nHalf of")], end: "stall" }, answer("whole")]);
    const place = newPlace();
    await using terminal = openProgram([], { place, env: { ...askingAt(server), TERM: "dumb" }, cols: 120 });
    await terminal.until("> ");
    terminal.type("one\n");
    await terminal.until("One line.");
    terminal.type("\u0003");
    await terminal.until(en.answer.interrupted);
    await terminal.until(/\n>$/u);
    terminal.type("two\n");
    await terminal.until(/12 out/u);
    await terminal.until(/\n>$/u);
    terminal.type("\u0003");
    await terminal.until(new RegExp(`\\n${RegExp.escape(en.session.howToLeave)}\\n>$`, "u"));
    terminal.type("\u0003");
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.screen()).toContain("--resume");
    expect(transcriptsOf(place)[0]).toMatch(
      /Answer:\nOne line\.\n\nHalf of\n[\s\S]*\] Interrupted:\n[\s\S]*Answer:\nwhole\n/u,
    );
  });

  test("SIGTERM ends a session on such a terminal", async () => {
    await using terminal = openProgram(["-p", "demo"], { place: newPlace(), env: { TERM: "dumb" } });
    await terminal.until("> ");
    terminal.kill("SIGTERM");
    expect((await terminal.exit).code).toBe(143);
  });

  test("another language changes the words of the editor too", async () => {
    await using terminal = openProgram(["-p", "demo"], { place: newPlace(), cols: 120 });
    await say(terminal, "/lang zh");
    await terminal.until(/\n>$/u);
    terminal.type("\u0012");
    await terminal.until(zh.editor.search);
    expect(terminal.screen()).not.toContain("search history");
  });

  test("a slash alone says that Tab lists the commands, and Tab does", async () => {
    await using terminal = openProgram(["-p", "demo"], { place: newPlace(), cols: 120, rows: 30 });
    await terminal.until(/^>$/mu);
    terminal.type("/");
    await terminal.until(/> \/\nTab lists the commands$/u);
    terminal.type("\t");
    await terminal.until(/> \/\n\/model /u);
    expect(terminal.screen()).not.toContain("Tab lists");
  });

  test("the full-width slash of an input method begins a command, Tab knows it, and exit leaves", async () => {
    await using terminal = openProgram(["-p", "demo"], { place: newPlace(), cols: 120, rows: 30 });
    await terminal.until(/^>$/mu);
    terminal.type("\uff0ftok");
    await terminal.until("\uff0ftok");
    terminal.type("\t");
    await terminal.until("> \uff0ftokens");
    terminal.type("\r");
    await terminal.until(/> \uff0ftokens.*\n.*token/u);
    await say(terminal, "\\exit");
    await terminal.until(/ out \(thinking \d+\) · /u);
    await terminal.until(/^>$/mu);
    await say(terminal, "exit");
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.screen()).toContain(en.session.asText("exit"));
  });

  test("started by npm it names what npm starts it with", async () => {
    await using server = await serve([answer("Hello.")]);
    const env = { ...askingAt(server), npm_lifecycle_event: "start", npm_package_name: "deepseek-chat" };
    await using terminal = openProgram([], { place: newPlace(), env, cols: 120 });
    await say(terminal, "hello");
    await say(terminal, "q");
    await terminal.exit;
    expect(terminal.screen()).toMatch(/: npm start -- --resume \S+$/u);
  });
});

test.concurrent("ask on a terminal renders the answer, and is made harmless with --no-render", async () => {
  await using server = await serve([answer("# Title\n\nSome **bold** text.\u001b[31m")]);
  const env = askingAt(server);
  await using rendered = openProgram(["ask", "q"], { place: newPlace(), env });
  await using plain = openProgram(["ask", "--no-render", "q"], { place: newPlace(), env });
  expect((await rendered.exit).code).toBe(0);
  expect((await plain.exit).code).toBe(0);
  expect(rendered.screen()).toMatch(/Title\n[\s\S]*Some bold text\./u);
  expect(rendered.screen()).not.toContain("**");
  expect(plain.screen()).toContain("Some **bold** text.");
  expect(plain.raw).not.toContain("\u001b[31m");
});
