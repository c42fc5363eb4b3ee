import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine } from "../../src/app/external-editor.ts";
import { askingAt, newPlace, openProgram, type Place, put, run, transcriptsOf } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

/** Writes a script into a folder whose name has blanks, and gives its path. */
function script({ home }: Place, body: string): string {
  const path = join(home, "my folder", "it's editor");
  put(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;

/** Without the editor before it. */
const failedWith3 = wordsOf("editor_failed", { editor: "|", ended: "3" }).what.split("|")[1]!;

describe.skipIf(process.platform === "win32").concurrent("the person's own editor", () => {
  test.each([
    ["with quotes and words of its own", (path: string) => `${quoted(path)} --wait`],
    ["with double quotes", (path: string) => `"${path}"`],
    ["as a path alone, with blanks", (path: string) => path],
  ])("is run %s, as by a shell", async (_, editorOf) => {
    const place = newPlace();
    const path = script(place, 'for last; do :; done; echo "from the editor, $#" > "$last"');
    await using server = await serve([answer("seen")]);
    const env = { ...askingAt(server), EDITOR: editorOf(path) };
    await using terminal = openProgram([], { place, env, cols: 100 });
    await say(terminal, "/edit words");
    await server.received(1);
    expect(JSON.stringify(server.body())).toMatch(/from the editor, [12]"/u);
  });

  test.each([
    ["exits with a failure", "exit 3", failedWith3],
    ["leaves no file", 'rm "$1"', en.session.nothingToSend],
    [
      "leaves what is no text",
      'printf "\\000\\001\\002" > "$1"',
      wordsOf("input_unreadable", { path: "question.md", reason: "binary" }).what,
    ],
  ])("that %s leaves the typed words at the prompt, and the session goes on", async (_, body, sentence) => {
    const place = newPlace();
    await using server = await serve([answer("seen")]);
    const env = { ...askingAt(server), EDITOR: quoted(script(place, body)) };
    await using terminal = openProgram([], { place, env, cols: 200 });
    await say(terminal, "/edit my words");
    await terminal.until(sentence);
    await terminal.until(/^> my words$/mu);
    terminal.type("\u0018\u0005");
    await terminal.until(() => terminal.screen().split("> my words").length >= 2);
    terminal.type(" go\r");
    await server.received(1);
    expect(JSON.stringify(server.body())).toContain("my words go");
  });

  test("edits the last answer with /edit-answer, and the model continues from there", async () => {
    const place = newPlace();
    await using server = await serve([answer("It is red.\n\nYes."), answer(" and wide.")]);
    // An editor that writes the line ends of Windows.
    const body = String.raw`basename "$1" > edited; if grep -q red "$1"; then printf 'One.\r\nIt is **blue**\r\n'; else awk '{ printf "%s\r\n", $0 }' "$1"; fi > "$1.new"; mv "$1.new" "$1"`;
    const env = { ...askingAt(server), EDITOR: quoted(script(place, body)) };
    await using terminal = openProgram([], { place, env, cols: 100 });
    await say(terminal, "/edit-answer");
    await terminal.until(en.session.nothingSaid);
    await say(terminal, "what colour?");
    await terminal.until("It is red.");
    await say(terminal, "/edit-answer");
    await terminal.until("It is blue and wide.");
    expect(readFileSync(join(place.cwd, "edited"), "utf8")).toBe("answer.md\n");
    expect(server.body()["messages"]).toMatchObject([
      { role: "user", content: "what colour?" },
      { role: "assistant", content: "One.\nIt is **blue**", prefix: true },
    ]);
    expect(server.requests[1]!.path).toBe("/beta/chat/completions");
    await terminal.until(/^>$/mu);
    expect(transcriptsOf(place)[0]).toContain("] Answer:\nOne.\nIt is **blue** and wide.\n");
    // Left as it is, nothing is sent.
    await say(terminal, "/edit-answer");
    await terminal.until(en.session.answerUnchanged);
    expect(server.requests).toHaveLength(2);
  });

  test("is given no text where there is no room for it, which is said", async () => {
    const place = newPlace();
    const path = join(place.home, "missing");
    const env = { DEEPSEEK_API_KEY: "sk-1234567890", EDITOR: "true", TMPDIR: path, TEMP: path };
    const { stderr } = await run([], { place, env, input: "/edit\nq\n" });
    expect(stderr).toContain(wordsOf("storage_failed", { path, reason: "ENOENT" }).what);
  });

  test("that is not there is named, for config edit too", async () => {
    const place = newPlace();
    const env = { DEEPSEEK_API_KEY: "sk-1234567890", EDITOR: "no-such-editor --wait" };
    await using terminal = openProgram(["config", "edit"], { place, env, cols: 200 });
    expect((await terminal.exit).code).toBe(2);
    expect(terminal.screen()).toContain(
      wordsOf("editor_failed", { editor: "no-such-editor --wait", ended: null }).what,
    );
    await using session = openProgram([], { place, env, cols: 200 });
    await say(session, "/edit my words");
    await session.until(wordsOf("editor_failed", { editor: "no-such-editor --wait", ended: null }).what);
    await session.until(/^> my words$/mu);
  });

  test("may have blanks in its path for config edit", async () => {
    const place = newPlace();
    const path = script(place, 'echo "lang: zh" > "$1"');
    await using terminal = openProgram(["config", "edit"], { place, env: { EDITOR: quoted(path) }, cols: 200 });
    expect((await terminal.exit).code).toBe(0);
    expect(existsSync(place.configFile)).toBe(true);
  });
});

test("on Windows an editor is found outside of the working directory, and a script is run by the system's shell", () => {
  const place = newPlace();
  const [root, bin] = [join(place.home, "Windows"), join(place.home, "bin")];
  put(join(root, "System32", "cmd.exe"), "");
  put(join(bin, "code.cmd"), "");
  put(join(place.cwd, "code.cmd"), "");
  const variables = { SystemRoot: root, Path: `.:${bin}`, PATHEXT: ".COM;.EXE;.cmd" };
  const target = "C:\\a b\\question.md";
  expect(commandLine('code --wait --new "a b"', target, variables, true)).toEqual({
    command: join(root, "System32", "cmd.exe"),
    args: ["/d", "/s", "/c", `""${join(bin, "code.cmd")}" "--wait" "--new" "a b" "${target}""`],
    verbatim: true,
  });
  const notepad = { command: "notepad++", args: ["-x", target], verbatim: false };
  expect(commandLine("notepad++ -x", target, variables, true)).toEqual(notepad);
});
