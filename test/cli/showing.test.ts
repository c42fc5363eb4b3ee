import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";
import { newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { ending, noon, turn } from "../support/transcripts.ts";

const posix = process.platform !== "win32";

/** Writes a conversation of these questions and answers; gives its path. */
function conversation(
  { cwd }: Place,
  exchanges: readonly (readonly [string, string])[],
  model = "tour",
  at = noon,
): string {
  const writer = TranscriptWriter.create(join(cwd, "transcripts"));
  for (const [question, answer] of exchanges) {
    writer.begin(turn(question, { model, at }));
    writer.text(answer, at);
    writer.end(ending({ at }));
  }
  return writer.path!;
}

const long = Array.from({ length: 60 }, (_, index) => `line ${index + 1}  `).join("\n");

/** A pager that says what it was given and called with, and waits for a line. */
function pagerAt({ home }: Place): string {
  const path = join(home, "a pager");
  put(path, `#!/bin/sh\ncat > "$HOME/paged"\nenv > "$HOME/environment"\necho "paged with $*"\nread -r _\n`);
  chmodSync(path, 0o755);
  return path;
}

describe.skipIf(!posix).concurrent("show on a terminal", () => {
  test("renders what fits, without a pager", async () => {
    const place = newPlace();
    conversation(place, [["say it", "It is **bold**:\n\n- one\n- two\n"]]);
    await using terminal = openProgram(["transcripts", "show", "last"], { place, env: { PAGER: pagerAt(place) } });
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(terminal.screen()).toMatch(/Question #1\nsay it\n\n\[[^\]]+\] Answer\nIt is bold:/u);
    expect(terminal.raw).toContain("\u001b[1mbold");
    expect(terminal.screen()).not.toContain("paged");
  });

  test("gives what is long to PAGER, with its arguments and its colours, and without any key", async () => {
    const place = newPlace();
    const pager = pagerAt(place);
    conversation(place, [["say much", `\u001b]0;owned\u0007 **bold**\n\n${long}`]]);
    const env = {
      PAGER: `"${pager}" -a 'b c'`,
      DEEPSEEK_API_KEY: "sk-verysecret0123456",
      MY_API_KEY: "sk-mysecret0123456",
    };
    await using terminal = openProgram(["transcripts", "show", "last"], { place, env });
    await terminal.until("paged with -a b c");
    // Ctrl-C is for the pager, and the program waits for its end.
    terminal.type("\u0003");
    await terminal.exit;
    const paged = readFileSync(join(place.home, "paged"), "utf8");
    expect(paged).toContain("\u001b[1mbold");
    expect(paged).toContain("line 60");
    expect(paged).not.toContain("\u001b]0");
    const environment = readFileSync(join(place.home, "environment"), "utf8");
    expect(environment).toContain("LESS=FRX");
    expect(environment).not.toMatch(/secret/u);
  });

  test.each(["", "cat", "/nowhere/pager"])("prints it where PAGER is %j", async (pager) => {
    const place = newPlace();
    conversation(place, [["say much", long]]);
    await using terminal = openProgram(["transcripts", "show", "last"], { place, env: { PAGER: pager } });
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(terminal.scrollback()).toContain("line 60");
  });

  test("shows the file's own text with --raw, with nothing that acts on the terminal", async () => {
    const place = newPlace();
    const path = conversation(place, [["say it", "It is **bold**"]]);
    put(path, `${readFileSync(path, "utf8")}by hand: \u001b]0;owned\u0007\u202e\n`);
    await using terminal = openProgram(["transcripts", "show", path, "--raw"], { place });
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(terminal.screen()).toContain("It is **bold**");
    expect(terminal.screen()).toContain("by hand: \u241b]0;owned\u2407<U+202E>");
  });
});

describe.concurrent("show --turn", () => {
  const place = newPlace();
  const path = conversation(place, [
    ["first", "one"],
    ["second", "two"],
    ["third", "three"],
  ]);

  test("shows one exchange alone, in every form", async () => {
    const [text, raw, json] = await Promise.all(
      [[], ["--raw"], ["--json"]].map((form) => run(["transcripts", "show", path, "--turn", "2", ...form], { place })),
    );
    expect(text!.stdout).toMatch(/^\[[^\]]+\] Question #2\nsecond\n\n\[[^\]]+\] Answer\ntwo\n/u);
    expect(text!.stdout).not.toMatch(/one|three/u);
    expect(raw!.stdout).toMatch(/Question:\nsecond\n\n[^]*Answer:\ntwo\n/u);
    expect(raw!.stdout).not.toMatch(/one|three/u);
    expect(readFileSync(path, "utf8")).toContain(raw!.stdout);
    expect((JSON.parse(json!.stdout) as { exchanges: { question: string }[] }).exchanges).toMatchObject([
      { question: "second", answer: "two" },
    ]);
  });

  test.each([
    ["0", "--turn"],
    ["4", "1\u20133"],
    ["-1", "--turn"],
    ["x", "--turn"],
    ["1.5", "--turn"],
  ])("refuses %s", async (wrong, why) => {
    const { code, stdout, stderr } = await run(["transcripts", "show", path, `--turn=${wrong}`], { place });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(why);
  });
});

describe.concurrent("list", () => {
  const place = newPlace();
  const now = Date.now() / 1000;
  const [day, hour] = [86_400, 3600];
  for (const [title, model, age] of [
    ["fresh", "Alpha-1", 2 * hour],
    ["recent", "beta-2", 3 * day],
    ["old", "alpha-2", 30 * day],
  ] as const) {
    conversation(place, [[title, "yes"]], model, new Date((now - age) * 1000));
  }
  const isoDay = new Date((now - 10 * day) * 1000).toISOString().slice(0, 10);

  test.each([
    [["--since", "12h"], ["fresh"]],
    [
      ["--since", "7d"],
      ["fresh", "recent"],
    ],
    [
      ["--since", "5w"],
      ["fresh", "recent", "old"],
    ],
    [
      ["--since", isoDay],
      ["fresh", "recent"],
    ],
    [
      ["--since", `${isoDay}T12:00`],
      ["fresh", "recent"],
    ],
    [
      ["--model", "alpha"],
      ["fresh", "old"],
    ],
    [["--model", "DEMO/alpha-2"], ["old"]],
    [["--model", "alpha", "--since", "7d"], ["fresh"]],
    [["--model", "gamma"], []],
    [["--limit", "1", "--model", "2"], ["recent"]],
  ])("%j", async (options, titles) => {
    const [plain, json] = await Promise.all([
      run(["transcripts", "list", ...options], { place }),
      run(["transcripts", "list", "--json", ...options], { place }),
    ]);
    const rows = plain.stdout.split("\n").filter(Boolean);
    expect([plain.code, rows.map((row) => row.split(" ").at(-1))]).toEqual([0, titles]);
    expect((JSON.parse(json.stdout) as { title: string }[]).map(({ title }) => title)).toEqual(titles);
  });

  test.each([
    ["--since", "soon"],
    ["--since", "2026-02-30"],
    ["--since", "7"],
    ["--limit", "0.5"],
  ])("refuses %s %s", async (name, value) => {
    const { code, stdout, stderr } = await run(["transcripts", "list", name, value], { place });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(value);
  });
});

describe.skipIf(!posix).concurrent("what takes long to draw", () => {
  /** Links that are never used, of which the renderer looks at each again and again. */
  const slow = Array.from({ length: 120_000 }, (_, index) => `[a${index}]: b`).join("\n");

  test("is ended by Ctrl-C", async () => {
    const place = newPlace();
    conversation(place, [["slow", slow]]);
    await using terminal = openProgram(["transcripts", "show", "last"], {
      place,
      env: { PAGER: "cat", NODE_OPTIONS: `--import=${asked}` },
    });
    await terminal.until(() => terminal.raw.includes("asked"));
    terminal.kill("SIGINT");
    expect(await terminal.exit).toMatchObject({ code: 130 });
  });

  test("does not keep a session from its prompt, which shows the last answer as it came", async () => {
    const place = newPlace();
    conversation(place, [["say it", "It is **bold**."]]);
    await using terminal = openProgram(["-c", "-p", "demo"], { place });
    await terminal.until("It is bold.");
    expect(terminal.raw).toContain("\u001b[1mbold");
    expect(terminal.screen()).not.toContain("**bold**");
    terminal.type("q\r");
    await terminal.exit;
  });
});

/** Says on stderr when a thread is asked to work. */
const asked = `data:text/javascript,${encodeURIComponent(
  `const { Worker } = process.getBuiltinModule("node:worker_threads"); const { postMessage } = Worker.prototype; Worker.prototype.postMessage = function (...given) { process.stderr.write("asked\\n"); return postMessage.apply(this, given); };`,
)}`;
