import { describe, expect, test } from "vitest";
import { askingAt, type Place, newPlace, openProgram, run } from "../support/program.ts";
import type { PtyTerminal } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { displayWidth } from "../../src/terminal/width.ts";

const columns = 40;

/** Rows that the terminal broke itself, but for words that no row has room for, as paths. */
function brokenRows({ terminal }: PtyTerminal): string[] {
  const buffer = terminal.buffer.active;
  const lines: string[] = [];
  for (let index = 0; index < buffer.length; index += 1) {
    const line = buffer.getLine(index)!;
    if (line.isWrapped) lines.push(lines.pop()! + line.translateToString(true));
    else lines.push(line.translateToString(true));
  }
  return lines.filter(
    (line) => displayWidth(line) > columns && !line.split(" ").some((word) => displayWidth(word) > columns),
  );
}

const languages = [["en_US.UTF-8"], ["zh_CN.UTF-8"]] as const;

describe.concurrent("no line of the program's own is broken within a word by a terminal of 40 columns", () => {
  test.each(languages)("in a session (%s)", async (locale) => {
    await using server = await serve(() => answer("A short answer."));
    const env = { ...askingAt(server), LC_ALL: locale };
    await using terminal = openProgram([], { place: newPlace(), env, cols: columns, rows: 24 });
    const lines = [
      "hello",
      "/help",
      "/help export",
      "/help keys",
      "/cost",
      "/tokens",
      "/sytem",
      "/fork 9",
      "/export",
      "/set",
      "/history",
    ];
    for (const line of [
      ...lines,
      "/file none.txt",
      "/system Be terse.",
      "/undo",
      "/role",
      "/thinking",
      "/search short",
      "/fork",
    ]) {
      await terminal.until(/^>$/mu);
      terminal.type(line);
      await terminal.until(() => terminal.screen().endsWith(line));
      terminal.type("\r");
      await terminal.until(() => !terminal.screen().endsWith(line));
    }
    await terminal.until(/^>$/mu);
    terminal.type("q\r");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(brokenRows(terminal)).toEqual([]);
  });

  test.each(languages)("in what commands print (%s)", async (locale) => {
    await using server = await serve(() => answer("A short answer."));
    const place: Place = newPlace();
    const env = { ...askingAt(server), LC_ALL: locale };
    await run(["ask", "what is a prefix cache, and why does it help a long conversation?"], { place, env });
    const commands = [
      "transcripts list",
      "transcripts show last",
      "transcripts search short",
      "config list",
      "keys list",
      "balance",
      "models",
      "doctor",
    ];
    const wrong = [
      "ask --temperature 9 x",
      "transcripts show nobody",
      "config set colour red",
      "transcripts export last -o x.html",
    ];
    for (const command of [...commands, ...wrong]) {
      await using terminal = openProgram(command.split(" "), { place, env, cols: columns, rows: 60 });
      await terminal.exit;
      expect([command, terminal.screen()]).not.toContain("");
      expect([command, ...brokenRows(terminal)]).toEqual([command]);
    }
  });
});
