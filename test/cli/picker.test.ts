import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";
import { askingAt, newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { type PtyTerminal, say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { ending, noon, turn } from "../support/transcripts.ts";
import { answer } from "../support/wire.ts";
import { any, en, patternOf } from "../support/words.ts";

const [enter, escape, down] = ["\r", "\u001b", "\u001b[B"];

/** A place with three conversations; the last one named was used last. */
function filledPlace(): Place {
  const place = newPlace();
  const folder = join(place.cwd, "transcripts");
  const old = "[2026-01-01 10:00:00] Question:\nWhat is Linux?\n\n[2026-01-01 10:00:01] Answer:\nA kernel.\n";
  const files = [join(folder, "2026-01-01_10-00-00_linux.md")];
  put(files[0]!, `${old}\n${"-".repeat(40)}\n`);
  for (const [question, text] of [
    ["\u89e3\u91ca\u91cf\u5b50\u8ba1\u7b97", "\u91cf\u5b50\u4f4d\u53e0\u52a0\u3002"],
    ["kubectl apply", "It sends a manifest."],
  ] as const) {
    const writer = TranscriptWriter.create(folder);
    writer.begin(turn(question));
    writer.text(text, new Date());
    writer.end(ending({ at: new Date(noon.getTime() + files.length * 1000) }));
    files.push(writer.path!);
  }
  return place;
}

/** The sign of a row and the age of its conversation. */
const aged =
  /^[\u203a\u2191\u2193 ] +(?:now|\u521a\u521a|\d+ (?:min|h|d|mo|y|\u5206\u949f|\u5c0f\u65f6|\u5929|\u4e2a\u6708|\u5e74)) {2}/u;

/** The titles listed, the highlighted one marked. */
function listed(terminal: PtyTerminal): string[] {
  const rows = terminal.screen().split("\n");
  const start = rows.findLastIndex((row) => /^Conversations \(|^\u5bf9\u8bdd\uff08/u.test(row));
  return rows
    .slice(start + 1)
    .filter((row) => aged.test(row))
    .map((row) => row.replace(aged, row[0] === " " ? "" : "*").replace(/ {2,}\d+ (?:turn|\u8f6e).*$/u, ""));
}

const quantum = "\u89e3\u91ca\u91cf\u5b50\u8ba1\u7b97";

describe.concurrent("the picker of conversations", () => {
  test("shows that there are more rows than fit, and where among them one is", async () => {
    const place = newPlace();
    for (let index = 0; index < 12; index += 1) {
      const writer = TranscriptWriter.create(join(place.cwd, "transcripts"));
      for (const answer of ["answer", index === 3 ? "x\nthe needle lies here" : "more", "last"]) {
        writer.begin(turn(`question ${index}`));
        writer.text(answer, noon);
        writer.end(ending({ at: new Date(noon.getTime() + index * 1000) }));
      }
    }
    await using terminal = openProgram(["transcripts"], { place, rows: 14 });
    await terminal.until(/^1\/12 · /mu);
    expect(terminal.screen()).not.toContain("\u2191");
    expect(terminal.screen()).toMatch(/^\u2193 +\d+ d {2}question/mu);
    for (let index = 0; index < 11; index += 1) terminal.type(down);
    await terminal.until(/^12\/12 · /mu);
    expect(terminal.screen()).toMatch(/^\u2191 +\d+ d {2}question/mu);
    expect(terminal.screen()).not.toContain("\u2193");
    // The line that a filter found is in the preview, though it is neither the beginning nor the end.
    terminal.type("/needle");
    await terminal.until(/^the needle lies here$/mu);
    terminal.type(down);
    await terminal.until("p pin");
    terminal.type("p");
    await terminal.until(/(?:\u2605|\*) question 3/u);
  });

  test("shows age, turns and model in columns, with the preview beside them where there is room, below them elsewhere", async () => {
    const place = filledPlace();
    await using terminal = openProgram(["transcripts"], { place, cols: 120 });
    await terminal.until("It sends a manifest.");
    const rows = terminal.screen().split("\n").slice(1, 4);
    expect(rows.map((row) => row.indexOf("\u2502"))).not.toContain(-1);
    expect(rows[0]).toMatch(/^\u203a +\d+ d {2}kubectl apply +1 turn {2}\S+ +\u2502 [0-9a-z]{8} \u00b7 2026/u);
    await using small = openProgram(["transcripts"], { place, cols: 40 });
    await small.until("It sends a manifest.");
    const narrow = small.screen().split("\n");
    expect(narrow[1]).toMatch(/^\u203a +\d+ d {2}kubectl apply$/u);
    const hint = en.picker.choosing({ first: "show", show: "s", resume: "r", pin: "p", export: "e", remove: "d" });
    expect(narrow.slice(-3).join(" ")).toContain(hint);
  });

  test("lists them with a preview of the highlighted one, and is left with q, leaving nothing", async () => {
    const place = filledPlace();
    await using terminal = openProgram(["transcripts"], { place });
    await terminal.until("Conversations (3)");
    await terminal.until("It sends a manifest.");
    const [first = ""] = listed(terminal);
    expect(first.startsWith("*")).toBe(true);
    expect(listed(terminal)).toHaveLength(3);
    terminal.type(down);
    await terminal.until("\u91cf\u5b50\u4f4d\u53e0\u52a0\u3002");
    expect(listed(terminal)[1]).toBe(`*${quantum}`);
    expect(terminal.screen()).not.toContain("It sends a manifest.");
    terminal.type("q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(terminal.screen()).toBe("");
  });

  test.each([
    ["\u91cf\u5b50", quantum],
    ["\uff4c\uff49\uff4e\uff55\uff38", "What is Linux?"],
    ["KUBE app", "kubectl apply"],
    // Longer than an id, and so in none of them, which are of random letters.
    ["/remarkable", ""],
  ])("is filtered by %s", async (filter, title) => {
    await using terminal = openProgram(["transcripts"], { place: filledPlace() });
    await terminal.until("Conversations (3)");
    // The letter x of the full-width word is typed as such; Linux has one at its end.
    terminal.type(filter);
    await terminal.until(title === "" ? en.picker.noMatch : en.picker.title({ all: 3, found: 1 }));
    await terminal.until(() => listed(terminal).join() === (title === "" ? "" : `*${title}`));
    terminal.type(escape);
    await terminal.until("Conversations (3)");
    expect(listed(terminal)).toHaveLength(3);
    terminal.type(escape);
    expect(await terminal.exit).toMatchObject({ code: 0 });
  });

  test("Enter shows one and comes back to it, r goes on with it in its own file", async () => {
    await using server = await serve([answer("More of it.")]);
    const place = filledPlace();
    await using terminal = openProgram(["transcripts"], {
      place,
      env: { ...askingAt(server), DEEPSEEK_CHAT_PROVIDER: "deepseek", PAGER: "cat" },
      rows: 60,
    });
    await terminal.until("Conversations (3)");
    terminal.type("\u91cf\u5b50");
    await terminal.until(en.picker.title({ all: 3, found: 1 }));
    terminal.type(enter);
    await terminal.until(en.picker.back);
    expect(terminal.screen()).toMatch(/Question #1[^]*Answer/u);
    terminal.type(" ");
    await terminal.until(/Question #1[^]*Conversations \(1 of 3\)/u);
    terminal.type(down);
    await terminal.until("r resume");
    terminal.type("r");
    await terminal.until(/>$/u);
    expect(terminal.screen()).toContain(en.session.resumed({ title: quantum, turns: 1 }));
    terminal.type("more");
    await terminal.until("> more");
    terminal.type(enter);
    await terminal.until("More of it.");
    await terminal.until(/>$/u);
    terminal.type("q");
    await terminal.until("> q");
    terminal.type(enter);
    expect(await terminal.exit).toMatchObject({ code: 0 });
    const files = readdirSync(join(place.cwd, "transcripts"));
    expect(files).toHaveLength(3);
    const file = files.find((name) => name.includes("\u91cf\u5b50"))!;
    expect(readFileSync(join(place.cwd, "transcripts", file), "utf8")).toMatch(/Question:\nmore\n[^]*More of it\./u);
  });

  test("shows what is short in the pager too, until that is left", async () => {
    const place = filledPlace();
    const pager = join(place.home, "pager");
    put(pager, '#!/bin/sh\ncat; echo "LESS is $LESS"; read -r _ < /dev/tty\n');
    chmodSync(pager, 0o755);
    await using terminal = openProgram(["transcripts"], { place, env: { PAGER: pager, LESS: "-FiX" }, rows: 40 });
    await terminal.until("Conversations (3)");
    terminal.type(enter);
    await terminal.until("LESS is -FiX -R -+F -+X");
    terminal.type(enter);
    await terminal.until("r resume");
    terminal.type("q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
  });

  test.each(["quantum", "requests", "docker", "export", "show", "\u001b[200~quantum\u001b[201~"])(
    "takes %j for a filter when it comes in one go",
    async (pasted) => {
      await using terminal = openProgram(["transcripts"], { place: filledPlace() });
      await terminal.until("Conversations (3)");
      terminal.type(pasted);
      await terminal.until(`Conversations (0 of 3) ${pasted.replaceAll(/\u001b\[20.~/gu, "")}`);
      await terminal.until(en.picker.noMatch);
      expect(terminal.screen()).toContain(en.picker.title({ found: 0, all: 3 }));
    },
  );

  test("goes on with letters at the end of the filter, wherever the cursor was moved", async () => {
    await using terminal = openProgram(["transcripts"], { place: filledPlace() });
    await terminal.until("Conversations (3)");
    terminal.type("kube");
    await terminal.until(en.picker.title({ all: 3, found: 1 }));
    for (const key of ["\u001b[D", "\u001b[H", "\u0001"]) terminal.type(key);
    terminal.type("c");
    await terminal.until("kubec");
    await terminal.until(en.picker.title({ all: 3, found: 1 }));
    expect(listed(terminal)).toEqual(["*kubectl apply"]);
  });

  test("comes back from a question that is left, and asks before it replaces a file", async () => {
    const place = filledPlace();
    await using terminal = openProgram(["transcripts"], { place });
    await terminal.until("r resume");
    for (const leave of [escape, "\u0004", "\u0003"]) {
      terminal.type("e");
      await terminal.until("\u276f md");
      terminal.type(leave);
      await terminal.until("r resume");
      terminal.type("d");
      await terminal.until(patternOf(en.transcripts.reallyRemove({ title: any })));
      terminal.type(leave);
      await terminal.until("r resume");
    }
    for (const replace of ["", "n", "y"]) {
      terminal.type("e");
      await terminal.until("\u276f md");
      terminal.type(enter);
      if (replace !== "") {
        await terminal.until(patternOf(`${en.picker.replace({ path: any })} (y/N)`));
        terminal.type(`${replace}${enter}`);
      }
      await terminal.until("r resume");
    }
    expect(
      terminal.scrollback().match(patternOf(en.exporting.done({ count: 1, turns: null, path: any }), "gu")),
    ).toHaveLength(2);
    expect(readdirSync(join(place.cwd, "transcripts"))).toHaveLength(3);
    terminal.type("q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
  });

  test("stays where it was when one is deleted, and lists what is there when another was removed elsewhere", async () => {
    const place = filledPlace();
    await using terminal = openProgram(["transcripts"], { place });
    await terminal.until("r resume");
    terminal.type(down);
    await terminal.until(() => listed(terminal)[1] === `*${quantum}`);
    terminal.type("d");
    await terminal.until(patternOf(en.transcripts.reallyRemove({ title: any })));
    terminal.type(`y${enter}`);
    await terminal.until(() => listed(terminal).join() === "kubectl apply,*What is Linux?");
    const name = readdirSync(join(place.cwd, "transcripts")).find((file) => file.includes("linux"))!;
    rmSync(join(place.cwd, "transcripts", name));
    terminal.type("r");
    await terminal.until("No conversation matches");
    await terminal.until(() => listed(terminal).length === 1);
    expect(listed(terminal)).toEqual(["*kubectl apply"]);
  });

  test("deletes none that the session is in, and Ctrl-D leads back to the session", async () => {
    await using server = await serve([answer("First.")]);
    const place = newPlace();
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 200 });
    await say(terminal, "hello");
    await terminal.until("First.");
    await say(terminal, "/resume");
    await terminal.until("Enter resume");
    terminal.type("d");
    await terminal.until(/_hello\.md\s+is\s+open\s+in/u);
    await terminal.until("Enter resume");
    terminal.type("\u0004");
    await say(terminal, "q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(terminal.screen()).toContain("Saved to transcripts");
    expect(readdirSync(join(place.cwd, "transcripts"))).toHaveLength(1);
  });

  test("asks nothing of a model when a bare --resume is left, or has nothing to offer", async () => {
    await using server = await serve([answer("never")]);
    const [place, empty] = [filledPlace(), newPlace()];
    const args = ["ask", "--resume", "--", "a question"];
    await using terminal = openProgram(args, { place, env: askingAt(server) });
    await terminal.until("Enter resume");
    terminal.type("q");
    expect(await terminal.exit).toMatchObject({ code: 130 });
    await using nothing = openProgram(args, { place: empty, env: askingAt(server) });
    expect(await nothing.exit).toMatchObject({ code: 2 });
    expect(server.requests).toHaveLength(0);
  });

  test("exports one, and deletes one after a confirmation alone", async () => {
    const place = filledPlace();
    await using terminal = openProgram(["transcripts"], { place });
    await terminal.until("Conversations (3)");
    terminal.type("kube");
    await terminal.until(en.picker.title({ all: 3, found: 1 }));
    terminal.type(down);
    await terminal.until("e export");
    terminal.type("e");
    await terminal.until(en.picker.form);
    terminal.type(enter);
    await terminal.until(patternOf(en.exporting.done({ count: 1, turns: null, path: any })));
    expect(readdirSync(place.cwd).filter((name) => name.endsWith(".md"))).toHaveLength(1);
    await terminal.until(en.picker.title({ all: 3, found: 1 }));
    terminal.type("d");
    await terminal.until(en.transcripts.reallyRemove({ title: "kubectl apply" }));
    terminal.type(`n${enter}`);
    await terminal.until("d delete");
    terminal.type("d");
    await terminal.until(/permanently\? \(y\/N\) *$/u);
    terminal.type(`y${enter}`);
    await terminal.until(en.transcripts.removed({ title: "kubectl apply" }));
    await terminal.until(en.picker.noMatch);
    terminal.type(escape);
    await terminal.until("Conversations (2)");
    expect(readdirSync(join(place.cwd, "transcripts"))).toHaveLength(2);
    terminal.type("\u0003");
    expect(await terminal.exit).toMatchObject({ code: 130 });
  });

  test("says that a search failed, and searches again for the next filter", async () => {
    const place = filledPlace();
    const [folder, away] = [join(place.cwd, "transcripts"), join(place.cwd, "away")];
    await using terminal = openProgram(["transcripts"], { place });
    await terminal.until("Conversations (3)");
    renameSync(folder, away);
    writeFileSync(folder, "");
    terminal.type("manifest");
    await terminal.until(en.picker.searchFailed);
    expect(terminal.screen()).not.toContain(en.picker.noMatch);
    terminal.type(escape);
    await terminal.until("Conversations (3)");
    // Rows that are found by their titles stay, with a hint.
    terminal.type("kube");
    await terminal.until(en.picker.searchFailed);
    expect(listed(terminal)).toEqual(["*kubectl apply"]);
    rmSync(folder);
    renameSync(away, folder);
    terminal.type(escape);
    await terminal.until("Conversations (3)");
    terminal.type("manifest");
    await terminal.until(en.picker.title({ all: 3, found: 1 }));
    await terminal.until(() => listed(terminal).join() === "*kubectl apply");
    terminal.type("\u0003");
    expect(await terminal.exit).toMatchObject({ code: 130 });
  });

  test("fits a small terminal, in Chinese, and another size", async () => {
    const place = filledPlace();
    await using terminal = openProgram(["transcripts"], { place, env: { LC_ALL: "zh_CN.UTF-8" }, cols: 40, rows: 12 });
    await terminal.until("\u5bf9\u8bdd\uff083\uff09");
    await terminal.until("Enter \u67e5\u770b");
    expect(terminal.screen().split("\n").length).toBeLessThanOrEqual(12);
    terminal.resize(100, 30);
    // Beside the list: no row is broken at the width that the terminal had before.
    await terminal.until(/^ {50}\u2502 It sends a manifest\.$/mu);
    expect(terminal.screen()).not.toMatch(/filter|quit/u);
    terminal.type("q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
  });

  test("lets nothing act on the terminal that stands in a conversation", async () => {
    const place = newPlace();
    const writer = TranscriptWriter.create(join(place.cwd, "transcripts"));
    const evil = "\u001b]0;owned\u0007\u001b[2J\u202eevil\u009b31m\rX";
    writer.begin(turn(`title ${evil}`));
    writer.text(`text ${evil}`, new Date());
    writer.end(ending());
    await using terminal = openProgram(["transcripts"], { place });
    await terminal.until(en.picker.title({ all: 1, found: 1 }));
    await terminal.until("\u203a title");
    expect(terminal.raw).not.toMatch(/\u001b\]|\u001b\[2J|\u202e|\u009b/u);
    terminal.type("q");
    await terminal.exit;
  });

  test("is offered by a bare --resume too, where Enter goes on", async () => {
    await using server = await serve([answer("Again.")]);
    const place = filledPlace();
    await using terminal = openProgram(["--resume"], { place, env: askingAt(server) });
    await terminal.until("Enter resume");
    terminal.type("linux");
    await terminal.until(en.picker.title({ all: 3, found: 1 }));
    terminal.type(enter);
    await terminal.until("Resumed \u201cWhat is Linux?\u201d");
    await terminal.until(/>$/u);
    expect(terminal.screen()).toContain("A kernel.");
  });

  test("is a plain list where nobody can choose", async () => {
    const place = filledPlace();
    const [bare, list] = await Promise.all([run(["transcripts"], { place }), run(["transcripts", "list"], { place })]);
    expect(bare).toMatchObject({ code: 0, stdout: list.stdout, stderr: "" });
    expect(bare.stdout.trim().split("\n")).toHaveLength(3);
    const resumed = await run(["--resume"], { place, env: { DEEPSEEK_API_KEY: "sk-0123456789abcdef" } });
    expect(resumed.code).toBe(2);
  });

  test("says so where there is no conversation", async () => {
    const place = newPlace();
    await using terminal = openProgram(["transcripts"], { place });
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(terminal.screen().replaceAll("\n", " ")).toMatch(patternOf(en.transcripts.none({ folder: any })));
    expect(existsSync(join(place.cwd, "transcripts"))).toBe(true);
  });
});

test("the picker's filter finds what was said too", async () => {
  const place = filledPlace();
  await using terminal = openProgram(["transcripts"], { place });
  await terminal.until("Conversations (3)");
  terminal.type("/");
  terminal.type("manifest");
  await terminal.until(en.picker.title({ all: 3, found: 1 }));
  await terminal.until(() => listed(terminal).join() === "*kubectl apply");
  terminal.type(" nowhere");
  await terminal.until(en.picker.noMatch);
  terminal.type("\u0015");
  terminal.type("\u53e0\u52a0");
  await terminal.until(() => listed(terminal)[0] === `*${quantum}`);
  terminal.type(down);
  terminal.type("q");
  expect(await terminal.exit).toMatchObject({ code: 0 });
});
