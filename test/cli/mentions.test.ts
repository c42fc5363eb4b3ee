import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { png } from "../support/pictures.ts";
import { askingAt, newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { type PtyTerminal, say } from "../support/pty.ts";
import { type RawServer, type Script, serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const numbered: Script = (_, index) => answer(`answer ${index + 1}`);

/** What was asked last in each request; pictures as their type. */
function questions(server: RawServer): string[] {
  return server.requests.map(({ body }) => {
    const { content } = (body!["messages"] as { content: string | Part[] }[]).at(-1)!;
    if (typeof content === "string") return content;
    return content.map(({ text, image_url: image }) => text ?? `<${image?.url.slice(0, 14)}>`).join("");
  });
}

interface Part {
  readonly text?: string;
  readonly image_url?: { readonly url: string };
}

function placeWith(files: Readonly<Record<string, string | Buffer>>): Place {
  const place = newPlace();
  for (const [name, content] of Object.entries(files)) put(join(place.cwd, name), content);
  return place;
}

/** Waits until so many questions are answered and the prompt is there again. */
async function answered(terminal: PtyTerminal, server: RawServer, count: number): Promise<void> {
  await server.received(count);
  await terminal.until(() => terminal.scrollback().includes(`answer ${count}`));
  await terminal.until(/^>$/mu);
}

const paste = (text: string) => `\u001b[200~${text}\u001b[201~`;
const notes = "notes.md:\n```md\n# Notes\n```";

describe.concurrent("@path at the prompt", () => {
  test("is what a resumed conversation shows of a file, and its name, not what stands in it", async () => {
    const place = placeWith({ "long.txt": "word ".repeat(20_000) });
    await using server = await serve(numbered);
    await run([], { place, env: askingAt(server), input: "/file long.txt\nread this\n" });
    await using terminal = openProgram(["-c"], { place, env: askingAt(server), cols: 100, rows: 30 });
    await terminal.until(/^>$/mu);
    expect(terminal.scrollback()).toMatch(/> read this\n *long\.txt\n+ *answer 1\n/u);
    expect(terminal.scrollback()).not.toContain("word word");
  });

  test("attaches the file that was typed, and shows it before the question leaves", async () => {
    const place = placeWith({ "notes.md": "# Notes\n", "my notes.md": "mine\n", "x.txt": "x\n", "p.png": png });
    await using server = await serve(numbered);
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 100, rows: 50 });
    await say(terminal, "see @notes.md.");
    await answered(terminal, server, 1);
    expect(terminal.scrollback()).toContain(
      en.attachments.file({ name: "notes.md", size: "8 B", tokens: "3", extent: null }),
    );
    await say(terminal, '看@notes.md，和 @"my notes.md" 还有 @my\\ notes.md @x.txt');
    await answered(terminal, server, 2);
    expect(terminal.scrollback()).toContain("Attached: x.txt \u00b7 2 B \u00b7 ~1 token\n");
    await say(terminal, "see @p.png");
    await answered(terminal, server, 3);
    const mine = "my notes.md:\n```md\nmine\n```";
    const x = "x.txt:\n```txt\nx\n```";
    expect(questions(server)).toEqual([
      `see @notes.md.\n\n${notes}`,
      `看@notes.md，和 @"my notes.md" 还有 @my\\ notes.md @x.txt\n\n${notes}\n\n${mine}\n\n${x}`,
      "see @p.png<data:image/png>",
    ]);
  });

  test("is text where there is no such file, whatever it looks like", async () => {
    await using server = await serve(numbered);
    await using terminal = openProgram([], { place: newPlace(), env: askingAt(server), cols: 100, rows: 50 });
    const lines = ["how do I install @types/node ?", '@app.route("/users") and @missing.md', "mail me@a.example or @."];
    for (const [index, line] of lines.entries()) {
      await say(terminal, line);
      await answered(terminal, server, index + 1);
    }
    expect(questions(server)).toEqual(lines);
    expect(terminal.scrollback()).not.toContain("Can't read");
  });

  test("is text where it was pasted, also with typing around it; and says how to attach it", async () => {
    const place = placeWith({ "notes.md": "# Notes\n", "secret.txt": "SECRET\n" });
    await using server = await serve(numbered);
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 100, rows: 50 });
    await terminal.until(/^>$/mu);
    terminal.type(`sum up ${paste("mail: cc @secret.txt thanks")} and @notes.md`);
    await terminal.until("and @notes.md");
    terminal.type("\r");
    await answered(terminal, server, 1);
    expect(terminal.scrollback()).toContain("To attach the file: /file secret.txt");
    terminal.type(`@${paste("secret.txt")} there`);
    await terminal.until("secret.txt there");
    terminal.type("\r");
    await answered(terminal, server, 2);
    expect(questions(server)).toEqual([
      `sum up mail: cc @secret.txt thanks and @notes.md\n\n${notes}`,
      "@secret.txt there",
    ]);
  });

  test("is text in lines pasted where the terminal does not mark a paste, and in what the clipboard or an editor brings", async () => {
    const place = placeWith({ "secret.txt": "SECRET\n" });
    put(join(place.home, "editor.sh"), '#!/bin/sh\necho "from the editor: @secret.txt" > "$1"\n');
    await using server = await serve(numbered);
    const env = { ...askingAt(server), EDITOR: `sh '${join(place.home, "editor.sh")}'` };
    await using terminal = openProgram([], { place, env, cols: 100, rows: 50 });
    await terminal.until(/^>$/mu);
    terminal.type("one @secret.txt\rtwo @secret.txt\rthree");
    await terminal.until("three");
    terminal.type("\r");
    await answered(terminal, server, 1);
    await say(terminal, "/edit");
    await answered(terminal, server, 2);
    expect(questions(server)).toEqual(["one @secret.txt\ntwo @secret.txt\nthree", "from the editor: @secret.txt"]);
  });

  test("is text in a session that is piped in, links and keys too", async () => {
    const place = placeWith({ "notes.md": "# Notes\n" });
    put(join(place.home, ".ssh", "id_rsa"), "SECRET");
    await using server = await serve(numbered);
    const input = "log line: contact @~/.ssh/id_rsa now\nsee @notes.md\n";
    const { stderr } = await run([], { place, input, env: askingAt(server) });
    expect(questions(server)).toEqual(["log line: contact @~/.ssh/id_rsa now", "see @notes.md"]);
    expect(stderr).not.toContain("Attached");
  });

  test("is text in a question of ask: words of a shell are not typed at the editor", async () => {
    await using server = await serve(numbered);
    await run(["ask", "see @notes.md"], { place: placeWith({ "notes.md": "x" }), env: askingAt(server) });
    expect(questions(server)).toEqual(["see @notes.md"]);
  });

  test("leaves out a link to a file elsewhere, and says so", async () => {
    const place = newPlace();
    put(join(place.home, "credentials"), "SECRET");
    symlinkSync(join(place.home, "credentials"), join(place.cwd, "notes.txt"));
    await using server = await serve(numbered);
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 100, rows: 50 });
    await say(terminal, "see @notes.txt");
    await answered(terminal, server, 1);
    expect(questions(server)).toEqual(["see @notes.txt"]);
    expect(terminal.scrollback()).toContain(
      en.attachments.leftOut({ names: "notes.txt", more: 0, reason: en.attachments.reasons["link"]! }),
    );
  });

  test("that names a file which cannot be sent keeps the line at the prompt, and the session goes on", async () => {
    const place = placeWith({ "blob.bin": Buffer.from([0, 1, 2]), "notes.md": "# Notes\n" });
    await using server = await serve(numbered);
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 100, rows: 50 });
    await say(terminal, "see @blob.bin");
    await terminal.until(wordsOf("input_unreadable", { path: "blob.bin", reason: "binary" }).what);
    await terminal.until(/\n> see @blob\.bin$/u);
    terminal.type("\u0015");
    await say(terminal, "/file blob.bin");
    await terminal.until(() => terminal.scrollback().split("Can't read blob.bin").length === 3);
    await say(terminal, "see @notes.md");
    await answered(terminal, server, 1);
    expect(questions(server)).toEqual([`see @notes.md\n\n${notes}`]);
  });

  test("asks before it sends much: No keeps the line, y sends", async () => {
    const place = placeWith({ "big.txt": "word ".repeat(300_000) });
    await using server = await serve(numbered);
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 100, rows: 50 });
    await say(terminal, "see @big.txt");
    await terminal.until(en.attachments.sendLarge);
    terminal.type("\r");
    await terminal.until(en.attachments.notSent);
    await terminal.until(/\n> see @big\.txt$/u);
    expect(server.requests).toHaveLength(0);
    terminal.type("\r");
    await terminal.until(() => terminal.scrollback().split(en.attachments.sendLarge).length === 3);
    terminal.type("y\r");
    await answered(terminal, server, 1);
    expect(questions(server)[0]).toContain("word word");
  });

  test("that names a pipe is waited for until Ctrl-C, which gives the line back; /file too", async () => {
    const place = newPlace();
    execFileSync("mkfifo", [join(place.cwd, "pipe")]);
    await using server = await serve(numbered);
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 100, rows: 50 });
    await say(terminal, "see @pipe");
    await terminal.until("Waiting for data from pipe");
    terminal.type("\u0003");
    await terminal.until(/\n> see @pipe$/u);
    terminal.type("\u0015");
    await say(terminal, "/file pipe");
    await terminal.until(() => terminal.scrollback().split("Waiting for data from pipe").length === 3);
    terminal.type("\u0003");
    await say(terminal, "hello");
    await answered(terminal, server, 1);
    expect(questions(server)).toEqual(["hello"]);
  });

  test("is text on a terminal without the editor, and says how to attach it", async () => {
    const place = placeWith({ "notes.md": "# Notes\n" });
    await using server = await serve(numbered);
    const env = { ...askingAt(server), TERM: "dumb" };
    await using terminal = openProgram([], { place, env, cols: 100, rows: 50 });
    await terminal.until(/^>$/mu);
    terminal.type("see @notes.md\r");
    await terminal.until("To attach the file: /file notes.md");
    await server.received(1);
    expect(questions(server)).toEqual(["see @notes.md"]);
  });
});

describe.concurrent("what was attached", () => {
  test("goes once with /retry, and comes back with /edit-last, which shows only what was typed", async () => {
    const place = placeWith({ "code.py": '@app.route("/x")\n', "p.png": png });
    await using server = await serve(numbered);
    await using terminal = openProgram(["-f", "p.png"], { place, env: askingAt(server), cols: 100, rows: 50 });
    await say(terminal, "look at @code.py");
    await answered(terminal, server, 1);
    for (const count of [2, 3]) {
      await say(terminal, "/retry");
      await answered(terminal, server, count);
    }
    await say(terminal, "/edit-last");
    await terminal.until(/\n> look at @code\.py$/u);
    terminal.type(" again\r");
    await answered(terminal, server, 4);
    const sent = (words: string) => `${words}\n\ncode.py:\n\`\`\`py\n@app.route("/x")\n\`\`\`<data:image/png>`;
    const first = sent("look at @code.py");
    expect(questions(server)).toEqual([first, first, first, sent("look at @code.py again")]);
  });

  test("comes back with /edit-last in a resumed conversation, too", async () => {
    const place = placeWith({ "code.py": "x = 1\n" });
    await using server = await serve(numbered);
    await run(["ask", "-f", "code.py", "explain"], { place, env: askingAt(server) });
    await using terminal = openProgram(["-c"], { place, env: askingAt(server), cols: 100, rows: 50 });
    await say(terminal, "/edit-last");
    await terminal.until(/\n> explain$/u);
    terminal.type(" it\r");
    await answered(terminal, server, 2);
    expect(questions(server)[1]).toBe("explain it\n\ncode.py:\n```py\nx = 1\n```");
  });
});
