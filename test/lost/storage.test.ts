import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { askingAt, environment, launcher, newPlace, openProgram, type Place, run, start } from "../support/program.ts";
import { openTerminal, type PtyTerminal, say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { any, en, patternOf, wordsOf, zh } from "../support/words.ts";

const posix = process.platform !== "win32";

/** The only transcript there is. */
function fileOf({ cwd }: Place): string {
  const folder = join(cwd, "transcripts");
  return join(folder, readdirSync(folder)[0]!);
}

async function exchangesOf(path: string): Promise<string[][]> {
  const { exchanges } = await readTranscript(path);
  return exchanges.map(({ question, answer: text, status }) => [question, text, status]);
}

/** What somebody else does to the transcript between two questions, and what the system says of it then. */
const ruins: Record<string, { readonly ruin: (path: string) => void; readonly reason: string }> = {
  "is removed": { ruin: rmSync, reason: "ENOENT" },
  "is moved away with its folder": {
    ruin: (path) => renameSync(dirname(path), `${dirname(path)}-moved`),
    reason: "ENOENT",
  },
  "turns read-only with its folder": {
    ruin: (path) => {
      chmodSync(path, 0o400);
      chmodSync(dirname(path), 0o500);
    },
    reason: "EACCES",
  },
  "has a folder in its place": {
    ruin: (path) => {
      rmSync(path);
      mkdirSync(path);
    },
    reason: "EISDIR",
  },
  "has a file in the place of its folder": {
    ruin: (path) => {
      rmSync(dirname(path), { recursive: true });
      writeFileSync(dirname(path), "");
    },
    reason: "ENOTDIR",
  },
};

/** Starts the program as somebody whom modes hold: the superuser without the right to pass them over. */
const command = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : ["env"];

function openOrdinary(args: readonly string[], place: Place, env: Readonly<Record<string, string>>): PtyTerminal {
  const [name, ...options] = [...command, process.execPath, launcher, ...args];
  return openTerminal({ command: name!, args: options, cwd: place.cwd, env: environment(place, env), cols: 300 });
}

function makeRemovable({ cwd }: Place): void {
  const folder = join(cwd, "transcripts");
  if (existsSync(folder)) chmodSync(folder, 0o700);
}

/** A question with its answer, and the prompt again: by then both are saved. */
async function askFirst(terminal: PtyTerminal, answered: string): Promise<void> {
  await say(terminal, "one");
  await terminal.until(answered);
  await terminal.until(/> *$/u);
}

describe.runIf(posix).concurrent("a transcript that", () => {
  test.each(Object.entries(ruins))("%s: told once, gone on, and saved elsewhere whole", async (_, { ruin, reason }) => {
    await using server = await serve((__, index) => answer(`answer ${index + 1}`));
    const place = newPlace();
    await using terminal = openOrdinary([], place, askingAt(server));
    await askFirst(terminal, "answer 1");
    const path = fileOf(place);
    ruin(path);
    await say(terminal, "two");
    await terminal.until("answer 2");
    await terminal.until(en.answer.notSaved({ path, reason }));
    await say(terminal, "three");
    await terminal.until("answer 3");
    // Neither leaving nor another conversation drops it without a word.
    await say(terminal, "q");
    await terminal.until(en.session.unsaved({ path }));
    await say(terminal, "/save rescue.md");
    await terminal.until("Saved to rescue.md.");
    await say(terminal, "four");
    await terminal.until("answer 4");
    await say(terminal, "q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    makeRemovable(place);
    const shown = terminal.scrollback();
    expect(shown.match(patternOf(en.answer.notSaved({ path: any, reason: any }), "gu"))).toHaveLength(1);
    expect(shown).toMatch(patternOf(en.session.left({ path: "rescue.md", command: `deepseek-chat --resume ${any}` })));
    expect(await exchangesOf(join(place.cwd, "rescue.md"))).toEqual(
      ["one", "two", "three", "four"].map((question, index) => [question, `answer ${index + 1}`, "complete"]),
    );
  });

  test("was emptied goes on from there, and can be saved whole", async () => {
    await using server = await serve((_, index) => answer(`answer ${index + 1}`));
    const place = newPlace();
    await using terminal = openProgram([], { place, env: askingAt(server), cols: 300 });
    await askFirst(terminal, "answer 1");
    truncateSync(fileOf(place));
    await say(terminal, "two");
    await terminal.until("answer 2");
    await say(terminal, "/save rescue.md");
    await terminal.until("Saved to rescue.md.");
    await say(terminal, "q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(await exchangesOf(fileOf(place))).toEqual([["two", "answer 2", "complete"]]);
    const rescued = await exchangesOf(join(place.cwd, "rescue.md"));
    expect(rescued.map(([question]) => question)).toEqual(["one", "two"]);
  });

  test("cannot be written is not left without a word, in Chinese", async () => {
    await using server = await serve(() => answer("\u56de\u7b54"));
    const place = newPlace();
    const env = { ...askingAt(server), LC_ALL: "zh_CN.UTF-8" };
    await using terminal = openProgram([], { place, env, cols: 300 });
    await askFirst(terminal, "\u56de\u7b54");
    rmSync(fileOf(place));
    await say(terminal, "two");
    await terminal.until(patternOf(zh.answer.notSaved({ path: any, reason: any })));
    await say(terminal, "/new");
    await terminal.until(patternOf(zh.session.unsaved({ path: any })));
    await say(terminal, "q");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(terminal.screen()).toMatch(patternOf(zh.session.leftPartly({ path: any })));
    expect(terminal.screen()).not.toContain("--resume");
  });
});

test.runIf(posix).concurrent("a folder that is read-only: ask prints the whole answer and exits 6", async () => {
  await using server = await serve([answer("the whole answer")]);
  const place = newPlace();
  chmodSync(join(place.cwd, "transcripts"), 0o500);
  await using terminal = openOrdinary(["ask", "hi"], place, askingAt(server));
  expect(await terminal.exit).toMatchObject({ code: 6 });
  makeRemovable(place);
  expect(terminal.screen()).toContain("the whole answer");
  expect(terminal.screen()).toMatch(/Can't write the transcript .*: permission denied/u);
});

test
  .runIf(existsSync("/proc/self"))
  .concurrent("a place that takes no folders ends in an error, and not never", async () => {
    await using server = await serve([answer("yes")]);
    const { code, stdout } = await run(["ask", "--transcripts", "/proc/nope", "hi"], { env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: 6, stdout: "yes\n" });
  });

test.runIf(posix).concurrent("a working folder that was removed is said to be gone", async () => {
  const place = newPlace();
  const script = 'rmdir transcripts; rmdir "$PWD"; exec "$@"';
  await using terminal = openTerminal({
    command: "sh",
    args: ["-c", script, "sh", process.execPath, launcher, "ask", "hi"],
    cwd: place.cwd,
    env: environment(place, { DEEPSEEK_API_KEY: "sk-0123456789abcdef" }),
    cols: 200,
  });
  expect(await terminal.exit).toMatchObject({ code: 2 });
  expect(terminal.screen()).toContain("The working directory no longer exists. Change to another one (cd).");
});

const full = "/dev/full";

describe.runIf(existsSync(full)).concurrent("a disk without room", () => {
  test("ask prints the whole answer, says what is not saved, and exits 6", async () => {
    await using server = await serve(() => answer("the whole answer"));
    const env = askingAt(server);
    const [english, chinese, json] = await Promise.all([
      run(["ask", "--transcript", full, "hi"], { env }),
      run(["ask", "--transcript", full, "--lang", "zh", "hi"], { env }),
      run(["ask", "--transcript", full, "-o", "json", "hi"], { env }),
    ]);
    expect(english).toMatchObject({ code: 6, stdout: "the whole answer\n" });
    expect(english.stderr).toContain(`Can't write the transcript ${full}: no space left on the device.`);
    expect(chinese).toMatchObject({ code: 6, stdout: "the whole answer\n" });
    expect(chinese.stderr).toContain(full);
    expect(json.code).toBe(6);
    expect(JSON.parse(json.stdout)).toMatchObject({
      answer: "the whole answer",
      complete: true,
      transcript: null,
      error: { code: "transcript_unwritable" },
    });
  });

  test("a session that is piped in goes on, tells once, and exits 6; 0 when it was saved elsewhere", async () => {
    await using server = await serve(() => answer("yes"));
    const env = askingAt(server);
    const place = newPlace();
    const lost = await run(["--transcript", full], { env, input: "one\ntwo\nq\n" });
    expect(lost).toMatchObject({ code: 6, stdout: "yes\nyes\n" });
    expect(lost.stderr.split(en.answer.notSaved({ path: full, reason: "ENOSPC" }))).toHaveLength(2);
    expect(lost.stderr).toContain(en.session.leftPartly({ path: full }));
    expect(lost.stderr).not.toContain("--resume");
    const saved = await run(["--transcript", full], { place, env, input: "one\ntwo\n/save rescue.md\nthree\nq\n" });
    expect(saved).toMatchObject({ code: 0, stdout: "yes\nyes\nyes\n" });
    const questions = (await exchangesOf(join(place.cwd, "rescue.md"))).map(([question]) => question);
    expect(questions).toEqual(["one", "two", "three"]);
  });
});

describe.runIf(posix).concurrent("a disk that fills up in the middle of an answer", () => {
  /** Answers are longer than the files that this shell allows, of 2 kB. */
  const shell = (args: string) => ["-c", `ulimit -f 2; exec "${process.execPath}" "${launcher}" ${args}`];
  const long = Array.from({ length: 300 }, (_, line) => `line ${line} of a long answer`).join("\n");

  test("keeps what is on the screen, and saves all of it where there is room", async () => {
    await using server = await serve(() => answer(long));
    const place = newPlace();
    const env = environment(place, askingAt(server));
    // /save is answered with the same error, and the conversation goes on.
    await using terminal = openTerminal({
      command: "bash",
      args: shell("--no-render"),
      cwd: place.cwd,
      env,
      cols: 300,
    });
    await say(terminal, "one");
    await terminal.until(patternOf(en.answer.notSaved({ path: any, reason: any })));
    expect(terminal.scrollback()).toContain(long);
    await say(terminal, "/save rescue.md");
    const rescue = join(place.cwd, "rescue.md");
    await terminal.until(wordsOf("transcript_unwritable", { path: rescue, reason: "EFBIG" }).what);
    await say(terminal, "/save /dev/null/nothing");
    await terminal.until(wordsOf("transcript_unwritable", { path: "/dev/null/nothing", reason: "ENOTDIR" }).what);
    await say(terminal, "two");
    await terminal.until(() => server.requests.length === 2);
    const { messages } = server.requests.at(-1)!.body as { messages: { content: string }[] };
    expect(messages[1]!.content).toBe(long);
    await terminal.until(/^>$/mu);
    const file = fileOf(place);
    expect(readFileSync(file, "utf8").length).toBeLessThanOrEqual(2048);
    const [torn] = await exchangesOf(file);
    expect(torn![2]).toBe("interrupted");
    expect(long.startsWith(torn![1]!)).toBe(true);
    expect(torn![1]!.length).toBeGreaterThan(1000);
  });
});

describe.concurrent("two programs on one file", () => {
  test("who does not get the lock says so once and goes on in a conversation that is listed, found and resumed", async () => {
    await using server = await serve((_, index) => answer(`answer ${index}`));
    const place = newPlace();
    const options = { place, env: askingAt(server) };
    await run(["ask", "the beginning"], options);
    const path = fileOf(place);
    const before = readFileSync(path, "utf8");
    const { id } = await readTranscript(path);
    // Another machine's, of which nobody here knows whether it still writes.
    writeFileSync(join(dirname(path), `.${basename(path)}.lock`), "1.0.elsewhere token");
    const [asked, session] = await Promise.all([
      run(["ask", "-q", "--resume", id, "asked aside"], options),
      run(["-q", "--resume", id, "--lang", "zh"], { ...options, input: "said aside\nand again\n" }),
    ]);
    expect([asked.code, session.code]).toEqual([0, 0]);
    expect(readFileSync(path, "utf8")).toBe(before);

    const files = readdirSync(dirname(path)).filter((name) => /^[^.].*\.md$/u.test(name));
    const others = files.map((name) => join(dirname(path), name)).filter((other) => other !== path);
    const byQuestions = Object.fromEntries(
      await Promise.all(
        others.map(
          async (other) => [(await exchangesOf(other)).map(([question]) => question).join("; "), other] as const,
        ),
      ),
    );
    expect(Object.keys(byQuestions).sort()).toEqual([
      "the beginning; asked aside",
      "the beginning; said aside; and again",
    ]);
    const [ofAsk, ofSession] = [
      byQuestions["the beginning; asked aside"]!,
      byQuestions["the beginning; said aside; and again"]!,
    ];
    const shown = (full: string) => relative(place.cwd, full);
    expect(asked.stderr.split(en.answer.savedApart({ avoided: shown(path), path: shown(ofAsk) }))).toHaveLength(2);
    expect(session.stderr.split(zh.answer.savedApart({ avoided: shown(path), path: shown(ofSession) }))).toHaveLength(
      2,
    );

    const list = await run(["transcripts", "list", "--json"], options);
    expect(JSON.parse(list.stdout)).toHaveLength(3);
    expect((await run(["transcripts", "search", "aside"], options)).stdout).toMatch(
      /asked aside[^]*said aside|said aside[^]*asked aside/u,
    );
    const resumed = await run(["ask", "--resume", basename(ofSession), "the end"], options);
    expect(resumed.code).toBe(0);
    const { messages } = server.requests.at(-1)!.body as { messages: { role: string; content: string }[] };
    expect(messages.filter(({ role }) => role === "user").map(({ content }) => content)).toEqual([
      "the beginning",
      "said aside",
      "and again",
      "the end",
    ]);
    expect(await exchangesOf(ofSession)).toHaveLength(4);
  });

  test("sessions and questions lose and interleave nothing", async () => {
    await using server = await serve((request) => {
      const { messages } = request.body as { messages: { content: string }[] };
      const { content } = messages.at(-1)!;
      return answer(...Array.from({ length: 5 }, (_, piece) => `${content}/${piece} `));
    });
    const place = newPlace();
    const options = { place, env: askingAt(server) };
    const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
    const sessions = ["a", "b"].map((name) =>
      start(["-q", "--transcript", "notes.md"], {
        ...options,
        input: numbers(15)
          .map((index) => `${name}${index}\n`)
          .join(""),
      }),
    );
    const asked = numbers(3).map(async (worker) => {
      for (const index of numbers(4))
        await run(["ask", "-q", "--transcript", "notes.md", `c${worker}.${index}`], options);
    });
    const runs = await Promise.all(sessions.map(({ done }) => done));
    await Promise.all(asked);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    // Who waited in vain has a file of its own, which begins with what it had written to the first.
    const files = readdirSync(place.cwd).filter((name) => name.endsWith(".md"));
    const read = await Promise.all(files.map((name) => readTranscript(join(place.cwd, name))));
    const original = read.find(({ origin }) => origin === null);
    expect(read.filter(({ origin }) => origin !== null && origin.id !== original!.id)).toEqual([]);
    const exchanges = read.flatMap(({ origin, exchanges: all }) =>
      all.slice(origin?.turns ?? 0).map(({ question, answer: text, status }) => [question, text, status]),
    );
    const expected = [
      ...["a", "b"].flatMap((name) => numbers(15).map((index) => `${name}${index}`)),
      ...numbers(3).flatMap((worker) => numbers(4).map((index) => `c${worker}.${index}`)),
    ];
    expect(exchanges).toHaveLength(expected.length);
    expect(new Set(exchanges.map(([question]) => question))).toEqual(new Set(expected));
    for (const [question, text, status] of exchanges) {
      expect([text, status]).toEqual([
        numbers(5)
          .map((piece) => `${question}/${piece} `)
          .join(""),
        "complete",
      ]);
    }
  });
});
