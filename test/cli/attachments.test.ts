import { execFile, execFileSync } from "node:child_process";
import { chmodSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { encode, utf16 } from "../support/encodings.ts";
import { gif, heic, jpeg, png, pngOf, webp } from "../support/pictures.ts";
import { askingAt, environment, launcher, newPlace, type Place, put, run, start } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en, wordsOf, zh } from "../support/words.ts";

interface Part {
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string };
}

/** The notice that names what was skipped, for one of the reasons of the word table. */
const skipped = (names: string, reason: string) =>
  en.attachments.leftOut({ names, more: 0, reason: en.attachments.reasons[reason]! });

/** Asks with these arguments and gives the question that was sent, if one was, beside what was printed. */
async function ask(args: readonly string[], { place = newPlace(), ...options }: Parameters<typeof run>[1] = {}) {
  await using server = await serve([answer("seen")]);
  const ran = await run(["ask", ...args], { place, ...options, env: { ...askingAt(server), ...options.env } });
  const messages = (server.requests[0]?.body?.["messages"] ?? []) as { content: string | Part[] }[];
  const sent = messages.at(-1)?.content ?? null;
  return { ...ran, sent, names: typeof sent === "string" ? (sent.match(/^\S+:$/gmu) ?? []) : [] };
}

function placeWith(files: Readonly<Record<string, string | Buffer>>): Place {
  const place = newPlace();
  for (const [name, content] of Object.entries(files)) put(join(place.cwd, name), content);
  return place;
}

/** Another user's files are root's to read. */
const isRoot = process.getuid?.() === 0;

describe.concurrent("a file with a question", () => {
  test("is shown with its size and tokens before the question leaves; not under --quiet", async () => {
    const place = placeWith({ "notes.md": "x".repeat(2000) });
    const { stderr } = await ask(["-f", "notes.md", "look"], { place });
    expect(stderr).toContain(en.attachments.file({ name: "notes.md", size: "2.0 kB", tokens: "600", extent: null }));
    expect((await ask(["-q", "-f", "notes.md", "look"], { place })).stderr).toBe("");
    const chinese = await ask(["--lang", "zh", "-f", "notes.md", "look"], { place });
    expect(chinese.stderr).toContain(
      zh.attachments.file({ name: "notes.md", size: "2.0 kB", tokens: "600", extent: null }),
    );
  });

  test("may be a pattern or a folder, as for /file, and each file goes once", async () => {
    const place = placeWith({
      "lib/.gitignore": "skipped.txt\ndeep/no*\n!deep/not.ts\n",
      "lib/a.ts": "a",
      "lib/deep/b.ts": "b",
      "lib/deep/node.ts": "n",
      "lib/deep/not.ts": "t",
      "lib/skipped.txt": "s",
      "lib/.hidden": "h",
      "lib/blob.bin": Buffer.from([0, 1, 2]),
    });
    const { names, stderr } = await ask(["-f", "lib", "-f", "lib/a.ts", "look"], { place });
    expect(names).toEqual(["lib/a.ts:", "lib/deep/b.ts:", "lib/deep/not.ts:"]);
    expect(stderr).toContain("Attached: 3 files");
    expect(stderr).toContain(skipped("lib/blob.bin", "binary"));
    const pattern = await ask(["-f", "lib/**/*.ts", "look"], { place });
    expect(pattern.names).toEqual(["lib/a.ts:", "lib/deep/b.ts:", "lib/deep/not.ts:"]);
  });

  test.each([
    [
      "a URL of another kind than http",
      "ftp://example.com/x.md",
      wordsOf("input_unreadable", { path: "ftp://example.com/x.md", reason: "url" }).whole,
    ],
    ["nothing there", "gone.md", wordsOf("input_unreadable", { path: "gone.md", reason: "ENOENT" }).what],
    ["a pattern without a match", "*.rs", wordsOf("input_unreadable", { path: "*.rs", reason: "no_match" }).what],
  ])("cannot be %s", async (_, path, sentence) => {
    const { code, sent, stderr } = await ask(["-f", path, "look"]);
    expect({ code, sent }).toEqual({ code: 2, sent: null });
    expect(stderr).toContain(sentence);
  });

  test("is not reached over links out of the folder that was named", async () => {
    const place = placeWith({ "docs/a.txt": "hello" });
    put(join(place.home, "secret", "id_rsa"), "SECRET");
    symlinkSync(join(place.home, "secret"), join(place.cwd, "docs", "notes"));
    symlinkSync(join(place.home, "secret", "id_rsa"), join(place.cwd, "docs", "key"));
    symlinkSync("a.txt", join(place.cwd, "docs", "b.txt"));
    symlinkSync(join(place.home, "secret", "id_rsa"), join(place.cwd, "notes.txt"));
    symlinkSync(join(place.home, "secret"), join(place.cwd, "all"));
    symlinkSync(".", join(place.cwd, "docs", "loop"));
    symlinkSync("../docs", join(place.cwd, "docs", "again"));
    const folder = await ask(["-f", "docs", "look"], { place });
    expect(folder.names).toEqual(["docs/a.txt:", "docs/b.txt:"]);
    expect(folder.stderr).toContain(skipped("docs/key, docs/notes", "link"));
    expect((await ask(["-f", "docs/**/*.txt", "look"], { place })).names).toEqual(["docs/a.txt:", "docs/b.txt:"]);
    for (const path of ["notes.txt", "all", "all/*", "all/id_rsa", "docs/notes/id_rsa"]) {
      const { code, sent, stderr } = await ask(["-f", path, "look"], { place });
      expect({ path, code, sent }).toEqual({ path, code: 2, sent: null });
      expect(stderr).toContain("outside the working directory");
    }
    // What is named by its own path is meant.
    const own = await ask(["-f", join(place.home, "secret", "id_rsa"), "look"], { place });
    expect(own.sent).toContain("id_rsa:\n```\nSECRET\n```");
  });

  test.skipIf(isRoot)("in a subfolder that cannot be read is left out, and said so", async () => {
    const place = placeWith({ "lib/a.ts": "a", "lib/locked/b.ts": "b" });
    chmodSync(join(place.cwd, "lib", "locked"), 0);
    const { sent, stderr } = await ask(["-f", "lib", "look"], { place });
    expect(sent).toContain("lib/a.ts:");
    expect(stderr).toContain(skipped("lib/locked", "EACCES"));
  });

  test("keeps the path of a folder whose name begins with two dots", async () => {
    const { sent } = await ask(["-f", "..foo/a.md", "look"], { place: placeWith({ "..foo/a.md": "a" }) });
    expect(sent).toContain("..foo/a.md:\n");
  });

  test("with 200,000 fences is sent whole", async () => {
    const { code, sent } = await ask(["-f", "f.md", "look"], { place: placeWith({ "f.md": "```\n".repeat(200_000) }) });
    expect(code).toBe(0);
    expect(sent).toContain("f.md:\n````md\n```\n");
  });

  test("that is large is sent off a terminal, and said so", async () => {
    const place = placeWith({ "big.txt": "word ".repeat(300_000) });
    const { code, stderr } = await ask(["-f", "big.txt", "look"], { place });
    expect(code).toBe(0);
    expect(stderr).toContain(en.attachments.large({ size: "1.5 MB", tokens: "450,000", share: "45%" }));
  });

  test("beyond what a service takes is refused before it is read", async () => {
    const place = placeWith({ "huge.png": png });
    truncateSync(join(place.cwd, "huge.png"), 600_000_000);
    const { code, sent, stderr } = await ask(["-f", "huge.png", "look"], { place });
    expect({ code, sent }).toEqual({ code: 2, sent: null });
    expect(stderr).toContain(
      wordsOf("input_unreadable", { path: "huge.png", reason: "too_large", limit: "32 MiB" }).what,
    );
  });
});

describe.concurrent("the encoding of what is attached or piped", () => {
  const words = "第一行：你好，世界。";

  test.each([
    ["GB18030", encode(`${words}\n`, "gb18030")],
    ["Big5", encode(`${words}\n`, "big5")],
    ["UTF-16LE", utf16(`${words}\n`)],
    ["UTF-16BE", utf16(`${words}\n`, "be")],
  ])("%s is converted, and said so", async (encoding, bytes) => {
    const { sent, stderr } = await ask(["-f", "notes.txt", "look"], { place: placeWith({ "notes.txt": bytes }) });
    expect(sent).toBe(`look\n\nnotes.txt:\n\`\`\`txt\n${words}\n\`\`\``);
    expect(stderr).toContain(`notes.txt: read as ${encoding}`);
    const piped = await ask(["look"], { input: bytes });
    expect(piped.sent).toBe(`look\n\n${words}`);
    expect(piped.stderr).toContain(`stdin: read as ${encoding}`);
  });

  test("a byte order mark of UTF-8 is not sent", async () => {
    const { sent, stderr } = await ask(["-f", "a.txt", "look"], { place: placeWith({ "a.txt": `\uFEFF${words}` }) });
    expect(sent).toBe(`look\n\na.txt:\n\`\`\`txt\n${words}\n\`\`\``);
    expect(stderr).not.toContain("read as");
  });

  test("each line of a session that is piped in is converted", async () => {
    await using server = await serve([answer("one"), answer("two")]);
    const input = Buffer.concat([encode(`${words}\n`, "gb18030"), encode("量子计算\n", "gb18030")]);
    const { stderr } = await run(["chat"], { input, env: askingAt(server) });
    const sent = server.requests.map(({ body }) => (body!["messages"] as { content: string }[]).at(-1)?.content);
    expect(sent).toEqual([words, "量子计算"]);
    expect(stderr).toContain(en.attachments.converted({ name: "stdin", encoding: "GB18030" }));
  });

  test("a session piped in as UTF-16 is read", async () => {
    await using server = await serve([answer("one"), answer("two")]);
    await run(["chat"], { input: utf16(`${words}\r\nplain\r\n`), env: askingAt(server) });
    const sent = server.requests.map(({ body }) => (body!["messages"] as { content: string }[]).at(-1)?.content);
    expect(sent).toEqual([words, "plain"]);
  });
});

describe.concurrent("a picture with a question", () => {
  test.each([
    ["photo.png", "image/jpeg", jpeg],
    ["photo.txt", "image/png", png],
    ["photo", "image/gif", gif],
    ["photo.jpg", "image/webp", webp],
  ])("%s is known by its content as %s", async (name, type, bytes) => {
    const { sent } = await ask(["-f", name, "look"], { place: placeWith({ [name]: bytes }) });
    const [, picture] = sent as Part[];
    expect(picture?.image_url?.url).toBe(`data:${type};base64,${bytes.toString("base64")}`);
  });

  test.each([
    ["empty.png", "picture_empty", "", Buffer.alloc(0)],
    ["page.png", "picture_broken", "", Buffer.from("<html>not found</html>")],
    ["half.png", "picture_broken", "", png.subarray(0, -12)],
    ["old.bmp", "picture_broken", "", Buffer.from("BM\x46\0\0\0\0\0\0\0\x36\0", "latin1")],
    ["scan.tif", "picture_broken", "", Buffer.from("II*\0\x08\0\0\0", "latin1")],
    ["phone.jpg", "picture_form", "AVIF", Buffer.from("\0\0\0\x18ftypavif\0\0\0\0", "latin1")],
    ["bomb.png", "picture_huge", "100000×100000", pngOf(100_000, 100_000)],
    ["paper.pdf", "document_broken", "PDF", Buffer.from("%PDF-1.7\n%\xe2\xe3", "latin1")],
  ])("%s is refused: %s %s", async (name, reason, limit, bytes) => {
    const args = ["--documents", "text", "-f", name, "look"];
    const { code, sent, stderr } = await ask(args, { place: placeWith({ [name]: bytes }) });
    expect({ code, sent }).toEqual({ code: 2, sent: null });
    expect(stderr).toContain(wordsOf("input_unreadable", { path: name, reason, limit }).what);
  });

  test("is converted where services do not take it, by the built program's thread, and said so", async () => {
    const { sent, stderr } = await ask(["-f", "phone.png", "look"], { place: placeWith({ "phone.png": heic }) });
    const [, picture] = sent as Part[];
    expect(picture?.image_url?.url).toMatch(/^data:image\/jpeg;base64,\/9j/u);
    expect(stderr).toContain(`phone.png: ${en.attachments.changed({ from: "HEIC", to: "JPEG" })}\n`);
  });

  test("is sent as text where it is SVG, and said so", async () => {
    const { sent, stderr } = await ask(["-f", "i.svg", "look"], { place: placeWith({ "i.svg": "<svg/>" }) });
    expect(sent).toContain("<svg/>");
    expect(stderr).toContain("i.svg: SVG is sent as text");
  });

  test("is not sent to a model that reads none, and one that does is named", async () => {
    const place = placeWith({ "p.png": png });
    const blind = await ask(["-m", "deepseek-v4-pro", "-f", "p.png", "look"], { place });
    const { what, next } = wordsOf("no_vision", {
      model: "deepseek/deepseek-v4-pro",
      other: "deepseek/deepseek-flash",
    });
    expect(blind).toMatchObject({ code: 2, sent: null, stderr: expect.stringContaining(`${what} ${next}`) as string });
    put(
      place.configFile,
      "models: {vision: local/eye}\nproviders: {local: {base_url: 'http://127.0.0.1:1', model: x}}\n",
    );
    const aliased = await ask(["-m", "deepseek-v4-pro", "-f", "p.png", "look"], { place });
    expect(aliased.stderr).toContain(wordsOf("no_vision", { model: "", other: "local/eye" }).next);
    // Of which nothing is known.
    expect(await ask(["-m", "other", "-f", "p.png", "look"], { place })).toMatchObject({ code: 0 });
  });
});

describe.concurrent("what never ends", () => {
  test.skipIf(process.platform === "win32")("a device is refused", async () => {
    const { code, sent, stderr } = await ask(["-f", "/dev/zero", "look"]);
    expect({ code, sent }).toEqual({ code: 2, sent: null });
    expect(stderr).toContain("it is a device or a socket");
  });

  test.skipIf(process.platform === "win32").each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("a pipe that nobody writes to ends at the first %s", async (signal, code) => {
    const place = newPlace();
    execFileSync("mkfifo", [join(place.cwd, "pipe")]);
    const running = start(["ask", "-f", "pipe", "look"], { place, env: { DEEPSEEK_API_KEY: "sk-0123456789" } });
    await running.until(({ stderr }) => stderr.includes("Waiting for data from pipe"));
    running.kill(signal);
    expect(await running.done).toMatchObject({ code, signal: null });
  });

  test.skipIf(process.platform === "win32")("a shell's <(command) is read to its end", async () => {
    await using server = await serve([answer("seen")]);
    const place = newPlace();
    const script = 'exec "$0" "$1" ask -f <(printf "from a pipe") look';
    const options = { cwd: place.cwd, env: environment(place, askingAt(server)) };
    await promisify(execFile)("bash", ["-c", script, process.execPath, launcher], options);
    expect(JSON.stringify(server.body())).toContain("from a pipe");
  });

  test("stdin that stays open is waited for with a word, then gone on without", async () => {
    await using server = await serve([answer("seen")]);
    const running = start(["ask", "look"], { openInput: true, env: askingAt(server) });
    await running.until(({ stderr }) => stderr.includes(en.attachments.waitingForStdin));
    expect(server.requests).toHaveLength(0);
    const { code, stderr } = await running.done;
    expect(code).toBe(0);
    expect(stderr).toContain(en.attachments.withoutStdin);
    expect(server.requests).toHaveLength(1);
  });

  test("stdin that says something after all is waited for to its end", async () => {
    await using server = await serve([answer("seen")]);
    const running = start(["ask", "look"], { openInput: true, env: askingAt(server) });
    await running.until(({ stderr }) => stderr.includes(en.attachments.waitingForStdin));
    running.stdin?.end("at this\n");
    expect((await running.done).code).toBe(0);
    expect(JSON.stringify(server.body())).toContain("look\\n\\nat this");
  });

  test("stdin that is to bring the question is waited for, with a word, until a signal ends it", async () => {
    const running = start(["ask"], { openInput: true, env: { DEEPSEEK_API_KEY: "sk-0123456789" } });
    await running.until(({ stderr }) => stderr.includes(en.attachments.waitingForQuestion));
    running.kill("SIGTERM");
    expect(await running.done).toMatchObject({ code: 143, signal: null });
  });
});

test("a piped line without an end is refused, not gathered for ever", async () => {
  const { code, stderr } = await run(["chat"], {
    input: Buffer.alloc(34 * 1024 * 1024, "x"),
    env: { DEEPSEEK_API_KEY: "sk-0123456789" },
  });
  expect(code).toBe(2);
  expect(stderr).toContain(wordsOf("input_unreadable", { path: "stdin", reason: "too_large", limit: "32 MiB" }).what);
});
