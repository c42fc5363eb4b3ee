import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, put, run, start, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, delta, finish, done, text } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

/** What the last request asked, in the words of the last message. */
function questionIn(body: Record<string, unknown>): unknown {
  return (body["messages"] as { content: unknown }[]).at(-1)?.content;
}

describe.concurrent("the question", () => {
  test.each([
    ["words", ["what", "is", "this?"], null, "what is this?"],
    ["piped text", [], "what is\nthat?\n", "what is\nthat?"],
    ["words, and piped text after them", ["sum up:"], "a\nb\n", "sum up:\n\na\nb"],
    ["words beside an empty pipe", ["alone"], "", "alone"],
    ["piped text with a byte order mark and CRLF", [], "\uFEFFline 1\r\nline 2\r\n", "line 1\r\nline 2"],
    ["Chinese words", ["\u4f60\u597d\uff0c\u4e16\u754c"], null, "\u4f60\u597d\uff0c\u4e16\u754c"],
    ["words that look like options, after --", ["--", "--help"], null, "--help"],
  ])("comes from %s", async (_, args, input, expected) => {
    await using server = await serve([answer("yes")]);
    const { code, stdout } = await run(["ask", ...args], { input, env: askingAt(server) });
    expect(questionIn(server.body())).toBe(expected);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "yes\n" });
  });

  test.each([
    ["nothing at all", [], null],
    ["blanks", [" "], " \n\n"],
  ])("cannot be %s", async (_, args, input) => {
    const { code, stdout, stderr } = await run(["ask", ...args], { input, env: { DEEPSEEK_API_KEY: "sk-1234567890" } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(wordsOf("no_question", {}).what);
  });

  test("has text files fenced behind it, and pictures beside it", async () => {
    await using server = await serve([answer("seen")]);
    const place = newPlace();
    const picture = Buffer.from("89504e470d0a1a0a00ff", "hex");
    put(join(place.cwd, "notes.md"), "# Title\n```js\nx\n```\n");
    put(join(place.cwd, "shot.png"), picture);
    const args = ["ask", "-f", "notes.md", "--file", "shot.png", "look"];
    const { code } = await run(args, { place, env: askingAt(server) });
    expect(code).toBe(0);
    expect(questionIn(server.body())).toEqual([
      { type: "text", text: "look\n\nnotes.md:\n````md\n# Title\n```js\nx\n```\n````" },
      { type: "image_url", image_url: { url: `data:image/png;base64,${picture.toString("base64")}` } },
    ]);
  });

  test("cannot have a file that is not there, or is neither text nor a picture", async () => {
    const place = newPlace();
    put(join(place.cwd, "blob.bin"), Buffer.from([1, 0, 2]));
    const env = { DEEPSEEK_API_KEY: "sk-1234567890" };
    const [missing, binary, piped, chat] = await Promise.all([
      run(["ask", "-f", "gone.txt", "look"], { place, env }),
      run(["ask", "-f", "blob.bin", "look"], { place, env }),
      run(["ask", "look"], { place, env, input: Buffer.from([1, 0, 2]) }),
      run(["-f", "gone.txt"], { place, env, input: "one\ntwo\n" }),
    ]);
    expect([missing.code, binary.code, piped.code, chat.code]).toEqual([2, 2, 2, 2]);
    expect(piped.stderr).toContain(wordsOf("input_unreadable", { path: "stdin", reason: "binary" }).what);
    expect(chat.stderr.match(/gone\.txt/gu)).toHaveLength(1);
    expect(missing.stderr).toContain(wordsOf("input_unreadable", { path: "gone.txt", reason: "ENOENT" }).what);
    expect(binary.stderr).toContain(wordsOf("input_unreadable", { path: "blob.bin", reason: "binary" }).what);
  });
});

describe.concurrent("the answer on stdout", () => {
  test.each([
    ["ends with one newline when it has none", ["no newline"], "no newline\n"],
    ["keeps the newline it has", ["one\n"], "one\n"],
    ["keeps all of several newlines", ["two\n", "\n"], "two\n\n"],
    [
      "keeps Markdown, control characters and blanks",
      ["  **b**\t\u001b[31m\r\n", "\u0007e"],
      "  **b**\t\u001b[31m\r\n\u0007e\n",
    ],
    ["keeps characters of every kind", ["\u4f60\ud83d", "\ude00\u597d"], "\u4f60\u{1f600}\u597d\n"],
  ])("%s", async (_, parts, expected) => {
    await using server = await serve([answer(...parts)]);
    const { code, stdout } = await run(["ask", "q"], { env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expected });
  });

  test("is nothing else: thinking, notes and the transcript's path are not on it, and stderr is silent when all goes well", async () => {
    await using server = await serve([{ body: [delta({ reasoning_content: "hm" }), text("42"), finish(), done] }]);
    const { stdout, stderr } = await run(["ask", "q"], { env: askingAt(server) });
    expect({ stdout, stderr }).toEqual({ stdout: "42\n", stderr: "" });
  });

  test("comes as it is streamed, not at the end", async () => {
    const more = Promise.withResolvers<void>();
    await using server = await serve([{ body: [text("first"), more.promise, text(" second"), finish(), done] }]);
    const running = start(["ask", "q"], { env: askingAt(server) });
    await running.until(({ stdout }) => stdout === "first");
    more.resolve();
    expect((await running.done).stdout).toBe("first second\n");
  });

  test("is empty when the model said nothing", async () => {
    await using server = await serve([{ body: [finish(), done] }]);
    const { code, stdout, stderr } = await run(["ask", "q"], { env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(stderr).toContain(wordsOf("empty_answer", { came: "nothing", reason: "stop" }).whole);
  });

  test("ends the program quietly when nobody reads it any more", async () => {
    const more = Promise.withResolvers<void>();
    const long = Array.from({ length: 200 }, (_, index) => text(`${index} `.repeat(500)));
    await using server = await serve([{ body: [text("a"), more.promise, ...long, finish(), done] }]);
    const running = start(["ask", "q"], { env: askingAt(server) });
    await running.until(({ stdout }) => stdout.length > 0);
    running.closeStdout();
    more.resolve();
    const { code, signal, stderr, place } = await running.done;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
    expect(transcriptsOf(place)).toHaveLength(1);
  });
});

describe.concurrent("what is said on stderr", () => {
  test("is the path of the transcript with --verbose", async () => {
    await using server = await serve([answer("yes")]);
    const { stdout, stderr, place } = await run(["ask", "-v", "q"], { env: askingAt(server) });
    expect(stdout).toBe("yes\n");
    const [path = ""] = /\S+\.md/u.exec(stderr) ?? [];
    expect(readFileSync(path, "utf8")).toBe(transcriptsOf(place)[0]);
  });

  test("is less with --quiet, but errors are still told", async () => {
    const [told, quiet, failed] = await Promise.all([
      run(["ask", "--provider", "demo", "hello"]),
      run(["-q", "ask", "--provider", "demo", "hello"]),
      run(["ask", "-q", "hello"]),
    ]);
    expect(told.stderr).toContain(en.session.demo);
    expect(quiet.stderr).toBe("");
    expect(quiet.stdout).toContain("no model is involved");
    expect(failed.code).toBe(3);
    expect(failed.stderr).toContain(wordsOf("no_key", { provider: "deepseek" }).what);
  });

  test("has colours only when forced", async () => {
    const [plain, forced, neither] = await Promise.all([
      run(["ask", "q"]),
      run(["ask", "q"], { env: { FORCE_COLOR: "1" } }),
      run(["--no-color", "ask", "q"], { env: { FORCE_COLOR: "1" } }),
    ]);
    expect(plain.stderr).not.toContain("\u001b");
    expect(forced.stderr).toContain("\u001b[31m");
    expect(neither.stderr).not.toContain("\u001b");
  });
});
