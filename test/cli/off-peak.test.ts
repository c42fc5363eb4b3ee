import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeClock, hasFakeClock } from "../support/fake-clock.ts";
import { askingAt, newPlace, openProgram, put, run, start, transcriptsOf } from "../support/program.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { any, en, patternOf, zh } from "../support/words.ts";

const friday = "2026-11-27";

/** A place for a program that begins at a time of Beijing. */
function at(time: string, server: RawServer) {
  const place = newPlace();
  const clock = new FakeClock(place, `${friday} ${time}`);
  return { place, clock, env: { ...askingAt(server), ...clock.env, DEEPSEEK_CHAT_SHOW_TARIFF: undefined } };
}

/** What the row of the waiting says, whatever the seconds are. */
const waiting = (until: string, words = en) => patternOf(words.tariff.waiting({ left: any, until }));
const costs = { now: "¥3.07", later: "¥1.54" };

/** Resolves when as many turns have ended in a transcript; another process writes it. */
async function ended(path: string, turns = 1): Promise<string> {
  for (;;) {
    const text = readFileSync(path, "utf8");
    if (text.split("<!-- deepseek-chat end ").length > turns) return text;
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

describe.runIf(hasFakeClock).concurrent("ask --off-peak", () => {
  test("counts down on a terminal with what the question costs now and then, and Enter asks now", async () => {
    await using server = await serve([answer("Hello.")]);
    const { place, env } = at("17:25:48", server);
    await using terminal = openProgram(["ask", "--off-peak", "hello"], { place, env, cols: 120 });
    await terminal.until(waiting("18:00"));
    expect(terminal.screen()).toContain(`${en.tariff.atMost(costs)} · ${en.tariff.keys}`);
    const seen = terminal.screen();
    await terminal.until(() => terminal.screen() !== seen);
    expect(transcriptsOf(place)).toEqual([expect.stringContaining("Question:\nhello")]);
    terminal.type("\r");
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.screen()).toMatch(/^Hello\.\n/u);
    expect(terminal.screen()).not.toMatch(waiting("18:00"));
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["q", en, "en"],
    ["\u0003", zh, "zh"],
  ])("%j leaves, and the question is in its transcript", async (key, words, lang) => {
    await using server = await serve([answer("Hello.")]);
    const { place, env } = at("09:00:00", server);
    const opened = { place, env: { ...env, DEEPSEEK_CHAT_LANG: lang }, cols: 120 };
    await using terminal = openProgram(["ask", "--off-peak", "hello"], opened);
    await terminal.until(waiting("12:00", words));
    // A paste is no key.
    terminal.type("quite\r");
    terminal.resize(80, 24);
    await terminal.until(words.tariff.atMostShort(costs));
    terminal.resize(44, 24);
    await terminal.until(() => !terminal.screen().includes(costs.now));
    expect(terminal.screen()).toContain(words.tariff.shortKeys);
    expect(terminal.screen().split("\n")).toHaveLength(1);
    terminal.type(key);
    expect((await terminal.exit).code).toBe(130);
    const [path] = transcriptsOf(place);
    expect(path).toContain("Question:\nhello\n");
    expect(path).toContain('"status":"interrupted"');
    expect(terminal.screen().replaceAll(/\s/gu, "")).toContain("/retry");
    expect(server.requests).toHaveLength(0);
  });

  test("is kept too where the terminal is closed meanwhile", async () => {
    await using server = await serve([answer("Hello.")]);
    const { place, env } = at("10:00:00", server);
    await using terminal = openProgram(["ask", "--off-peak", "hello"], { place, env, cols: 120 });
    await terminal.until(waiting("12:00"));
    // Nobody could stop it here: it goes on, and its keys with it.
    terminal.type("\u001a");
    const name = readdirSync(join(place.cwd, "transcripts")).find((each) => each.endsWith(".md")) ?? "";
    terminal.close();
    expect(await ended(join(place.cwd, "transcripts", name))).toContain('"status":"interrupted"');
    expect(server.requests).toHaveLength(0);
  });

  test("asks when the clock was set past the change, as after a sleep, at the off-peak price, and rings", async () => {
    await using server = await serve([answer("Hello.")]);
    const { place, env, clock } = at("10:00:00", server);
    put(place.configFile, "notify: bell\n");
    await using terminal = openProgram(["ask", "--off-peak", "hello"], { place, env, cols: 120 });
    await terminal.until(waiting("12:00"));
    clock.set(`${friday} 15:00:00`);
    await terminal.until(waiting("18:00"));
    clock.set(`${friday} 09:30:00`);
    await terminal.until(waiting("12:00"));
    clock.set(`${friday} 13:00:00`);
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.raw).toContain("\u0007");
    expect(terminal.screen()).toContain(en.answer.costAt["off-peak"]({ cost: "¥0.000058" }));
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ] as const)("off a terminal says one line, and %s ends it with the question kept", async (signal, code) => {
    await using server = await serve([answer("Hello.")]);
    const { place, env } = at("10:00:00", server);
    const running = start(["ask", "--off-peak", "hello"], { place, env });
    await running.until(({ stderr }) => stderr.includes("\n"));
    running.kill(signal);
    const { code: found, stdout, stderr } = await running.done;
    expect([found, stdout]).toEqual([code, ""]);
    const [line, kept] = stderr.split("\n");
    expect(line).toMatch(waiting("12:00"));
    expect(line).toContain(en.tariff.atMost(costs));
    expect(kept).toContain("/retry");
    expect(transcriptsOf(place)[0]).toContain('"status":"interrupted"');
  });

  test("says at an hour that may be a holiday's that the price is unknown", async () => {
    await using server = await serve([answer("Hello.")]);
    const { place, env, clock } = at("10:00:00", server);
    clock.set("2027-02-05 10:00:00");
    await using terminal = openProgram(["ask", "--off-peak", "hello"], { place, env, cols: 140 });
    await terminal.until(waiting("12:00"));
    expect(terminal.screen()).toContain(en.tariff.atMost({ ...costs, now: null }));
    terminal.type("q");
    expect((await terminal.exit).code).toBe(130);
  });

  test("asks at once where it is off-peak, or the price does not depend on the hour", async () => {
    await using server = await serve([answer("Hello.")]);
    const { place, env } = at("12:30:00", server);
    expect(await run(["ask", "--off-peak", "hello"], { place, env })).toMatchObject({ code: 0, stderr: "" });
    const peak = at("10:00:00", server);
    const args = ["ask", "--off-peak", "-m", "other-model", "hello"];
    const { code, stderr } = await run(args, { place: peak.place, env: peak.env });
    expect([code, stderr]).toEqual([0, `${en.tariff.none({ model: "deepseek/other-model" })}\n`]);
  });
});

describe.runIf(hasFakeClock).concurrent("ask --detach", () => {
  test("goes on when its terminal is closed; its process has neither question nor key on its command line", async () => {
    await using server = await serve([answer("Hello.")]);
    const { place, env, clock } = at("17:59:59", server);
    const { pid, path } = await (async () => {
      await using terminal = openProgram(["ask", "--off-peak", "--detach", "hello"], { place, env, cols: 200 });
      expect((await terminal.exit).code).toBe(0);
      const pattern = patternOf(en.tariff.detachedWaiting({ pid: 987, path: any, until: "18:00" }).replace("987", any));
      const [, process = "", file = ""] = pattern.exec(`${terminal.screen()} `) ?? [];
      terminal.close();
      return { pid: Number(process), path: join(place.cwd, terminal.screen().split(" · ").at(-1) ?? file) };
    })();
    const text = (name: string) => readFileSync(`/proc/${pid}/${name}`, "utf8");
    expect(text("cmdline").split("\0").slice(2)).toEqual(["background", "--lang", "en", ""]);
    expect(text("stat").split(" ")[5]).toBe(String(pid));
    for (const stream of ["1", "2"]) expect(readlinkSync(`/proc/${pid}/fd/${stream}`)).toBe("/dev/null");
    expect(readFileSync(path, "utf8")).toContain("Question:\nhello\n");
    clock.set(`${friday} 18:10:00`);
    expect(await ended(path)).toMatch(/Answer:\nHello\.\n/u);
    expect(server.requests).toHaveLength(1);
  });
});

describe.concurrent("ask --detach at any hour", () => {
  test("gives a script an object, and asks with what is piped, the files and the flags of this run", async () => {
    await using server = await serve([answer("Hello.")]);
    const place = newPlace();
    put(join(place.cwd, "notes.txt"), "a note");
    const args = ["ask", "--detach", "-o", "json", "-T", "0.5", "-f", "notes.txt", "hello"];
    const { code, stdout } = await run(args, { place, env: askingAt(server), input: "piped" });
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as { id: string; pid: number; transcript: string };
    const path = join(place.cwd, told.transcript);
    const text = await ended(path);
    expect(JSON.stringify(server.body())).toMatch(/hello.*piped.*a note/u);
    expect(server.body()).toMatchObject({ temperature: 0.5 });
    expect(text).toContain(`"id":"${told.id}"`);
    expect(text).toMatch(/Answer:\nHello\.\n/u);
    const again = await run(["ask", "--detach", "-o", "json", "--resume", told.id, "more"], {
      place,
      env: askingAt(server),
    });
    const second = JSON.parse(again.stdout) as typeof told;
    await ended(path, 2);
    expect(second).toMatchObject({ id: told.id, transcript: told.transcript });
    expect(JSON.stringify(server.body())).toContain("Hello.");
  });

  test("tells the desktop of the answer, with nothing of it on a command line", async () => {
    await using server = await serve([answer("Hello.")]);
    const place = newPlace();
    const [folder, said] = [join(place.home, "bin"), join(place.home, "said")];
    put(
      join(folder, "notify-send"),
      `#!/bin/sh\necho "$@ key:$DEEPSEEK_API_KEY" > "${said}.part"; mv "${said}.part" "${said}"\n`,
    );
    chmodSync(join(folder, "notify-send"), 0o755);
    put(place.configFile, "notify: desktop\n");
    const env = { ...askingAt(server), PATH: `${folder}:${process.env["PATH"]}`, DISPLAY: ":9" };
    const { stdout } = await run(["ask", "--detach", "-o", "json", "hello"], { place, env });
    const { id } = JSON.parse(stdout) as { id: string };
    while (!existsSync(said)) await new Promise((resolve) => void setTimeout(resolve, 20));
    const text = en.session.answerReady({ question: `deepseek-chat transcripts show ${id}` });
    expect(readFileSync(said, "utf8")).toBe(`--app-name=deepseek-chat -- ${text} key:\n`);
  });

  test("writes a failure to the transcript", async () => {
    await using server = await serve([refusal(400, { error: { message: "no such thing" } })]);
    const place = newPlace();
    const { stdout } = await run(["ask", "--detach", "-o", "json", "hello"], { place, env: askingAt(server) });
    const { transcript } = JSON.parse(stdout) as { transcript: string };
    const text = await ended(join(place.cwd, transcript));
    expect(text).toContain("no such thing");
    expect(text).toContain('"status":"failed"');
  });

  test("is refused where nothing is saved, and tells what keeps it from asking", async () => {
    const place = newPlace();
    const unsaved = await run(["ask", "--detach", "--no-transcript", "hello"], { place, env: {} });
    expect([unsaved.code, unsaved.stderr]).toEqual([2, expect.stringContaining(en.help.usage.detachUnsaved)]);
    expect((await run(["ask", "--detach", "hello"], { place })).code).toBe(3);
    await using server = await serve([answer("Hello.")]);
    put(join(place.cwd, "file"), "");
    const args = ["ask", "--detach", "--transcripts", "file", "hello"];
    expect((await run(args, { place, env: askingAt(server) })).code).toBe(6);
    expect(server.requests).toHaveLength(0);
    expect(existsSync(join(place.cwd, "file"))).toBe(true);
  });
});

test.runIf(hasFakeClock)("the tariff below a session's prompt changes by itself, and goes by the model", async () => {
  await using server = await serve([answer("Hello.")]);
  const { place, env } = at("11:59:57", server);
  await using terminal = openProgram([], { place, env, cols: 60 });
  const status = (name: "peak" | "off-peak", until: string, words = en) => `>\n${words.tariff.status[name]({ until })}`;
  const isShown = (text: string) => () => terminal.screen().endsWith(text);
  await terminal.until(isShown(status("peak", "12:00")));
  await terminal.until(isShown(status("off-peak", "14:00")));
  terminal.type("/model demo/demo\r");
  await terminal.until(isShown("demo/demo\n>"));
  terminal.type("/model deepseek/deepseek-flash\r");
  await terminal.until(isShown(status("off-peak", "14:00")));
  terminal.type("/lang zh\r");
  await terminal.until(isShown(status("off-peak", "14:00", zh)));
  terminal.type("/set show_tariff never\r");
  await terminal.until(() => terminal.screen().endsWith("\n>"));
  terminal.type("q\r");
  expect((await terminal.exit).code).toBe(0);
});
