import { chmodSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { type PtyTerminal, say } from "../support/pty.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer, calling, delta, done, finish, text, usage } from "../support/wire.ts";
import { en, zh } from "../support/words.ts";

/** A place with a tool `write` that is asked for, and `read` that is not; the first leaves a file behind. */
function place(description = "Write"): Place {
  const made = newPlace();
  const script = join(dirname(made.configFile), "write.sh");
  put(script, "#!/bin/sh\ncat >> ran\nprintf 'written\\033[2J\\n'\n");
  chmodSync(script, 0o700);
  configure(made, description);
  return made;
}

function configure({ configFile }: Place, description: string): void {
  put(
    configFile,
    `tools:\n  write: {description: ${description}, parameters: {type: object}, command: ./write.sh}\n` +
      `  read: {description: Read, parameters: {type: object}, command: [printf, content], approve: allow}\n`,
  );
}

const ran = ({ cwd }: Place) => (existsSync(join(cwd, "ran")) ? readFileSync(join(cwd, "ran"), "utf8") : "");
const isAsking = (terminal: PtyTerminal) => /Esc: no|Esc：(?:拒绝|不使用)/u.test(terminal.screen());

/** Waits for the question, and answers it. */
async function decide(terminal: PtyTerminal, key: string): Promise<void> {
  await terminal.until(() => isAsking(terminal));
  terminal.type(key);
  await terminal.until(() => !isAsking(terminal));
}

/** The last result that the request of that index brings. */
function resultIn(server: RawServer, index: number): string {
  const messages = server.body(index)["messages"] as { role: string; content: string }[];
  return messages.findLast(({ role }) => role === "tool")?.content ?? "";
}

const twice = [calling(["write", { a: 1 }]), answer("One."), calling(["write", { a: 2 }]), answer("Two.")];

describe.concurrent("a call at the terminal", () => {
  test("is asked about with all that will run, and runs once; what it and the model bring acts on nothing", async () => {
    const evil = { path: "a\u001b[2J\u202e", text: "1  Yes\nline" };
    await using server = await serve([
      { body: [text("Let me **see**."), ...(calling(["write", evil]).body as string[])] },
      answer("Done."),
    ]);
    const at = place();
    await using terminal = openProgram([], { place: at, env: askingAt(server), rows: 40 });
    await say(terminal, "go");
    await terminal.until(() => isAsking(terminal));
    const screen = terminal.screen();
    expect(screen).toContain("Let me see.\n");
    expect(screen).toMatch(/│ .*write\.sh/u);
    expect(screen).toContain(`│ ${at.cwd}`);
    expect(screen).toContain('│   "path": "a\\u001b[2J<U+202E>"');
    expect(screen).toMatch(/│ +"text": "1 {2}Yes\\n\n +│ +line"/u);
    await decide(terminal, "1");
    await terminal.until("Done.");
    expect(JSON.parse(ran(at))).toEqual(evil);
    expect(terminal.screen()).toContain(en.approval.decided.once);
    expect(terminal.screen()).toMatch(/✓ write .*\n {2}ok · \d+ B · written␛\[2J\n\nDone\./u);
    expect(terminal.raw).not.toContain("\u001b[2J");
  });

  test.each([
    ["once, and is asked about again", "1", true],
    ["for the session", "2", false],
  ])("is allowed %s", async (_, key, isAskedAgain) => {
    await using server = await serve(twice);
    const at = place();
    await using terminal = openProgram([], { place: at, env: askingAt(server), rows: 40 });
    await say(terminal, "go");
    await decide(terminal, key);
    await terminal.until("One.");
    await say(terminal, "again");
    if (isAskedAgain) await decide(terminal, "4");
    await terminal.until("Two.");
    expect(ran(at)).toBe(isAskedAgain ? '{"a":1}' : '{"a":1}{"a":2}');
  });

  test("is allowed always, off a terminal too, until its definition changes, and until that is revoked", async () => {
    const at = place();
    await using server = await serve([calling(["write", {}]), answer("One.")]);
    const ask = async () => {
      await using once = await serve([calling(["write", {}]), answer("One.")]);
      const { stderr } = await run(["ask", "go"], { place: at, env: askingAt(once) });
      return { stderr, isRefused: resultIn(once, 1).includes("not allow") };
    };
    await using terminal = openProgram(["ask", "go"], { place: at, env: askingAt(server) });
    await decide(terminal, "3");
    await terminal.exit;
    expect((await ask()).isRefused).toBe(false);
    configure(at, "Another");
    const { stderr, isRefused } = await ask();
    expect(isRefused).toBe(true);
    expect(stderr).toBe(`${en.calls.plain({ call: "write", facts: en.calls.unasked({ name: "write" }) })}\n`);
    await using next = await serve([calling(["write", {}]), answer("One.")]);
    await using changed = openProgram(["ask", "go", "--lang", "zh"], { place: at, env: askingAt(next) });
    await changed.until(() => isAsking(changed));
    expect(changed.screen()).toContain(`：${zh.approval.parts.description}。`);
    await decide(changed, "\u001b");
    await changed.exit;
    configure(at, "Write");
    expect((await ask()).isRefused).toBe(false);
    expect((await run(["trust", "revoke", "--all"], { place: at })).code).toBe(0);
    expect((await ask()).isRefused).toBe(true);
  });

  test("is refused with a reason that the model is told", async () => {
    await using server = await serve([calling(["write", {}]), answer("Sorry.")]);
    const at = place();
    await using terminal = openProgram(["ask", "go"], { place: at, env: askingAt(server) });
    await decide(terminal, "5");
    await terminal.until(en.approval.why);
    terminal.type("not today\r");
    await terminal.exit;
    expect(resultIn(server, 1)).toContain("not today");
    expect(terminal.screen()).toMatch(/– write\n {2}not allowed\n\nSorry\./u);
    expect(ran(at)).toBe("");
  });

  test("stops the answer at Ctrl-C, and the session goes on", async () => {
    await using server = await serve([calling(["write", {}]), answer("Other.")]);
    const at = place();
    await using terminal = openProgram([], { place: at, env: askingAt(server), rows: 40 });
    await say(terminal, "go");
    await decide(terminal, "\u0003");
    await terminal.until(en.answer.stopped);
    await say(terminal, "more");
    await terminal.until("Other.");
    expect(ran(at)).toBe("");
  });

  test("is not answered by what was being typed, which stays at the prompt", async () => {
    const released = Promise.withResolvers<void>();
    await using server = await serve([
      { body: [text("Wait."), released.promise, ...(calling(["write", {}]).body as string[])] },
      answer("One."),
    ]);
    const at = place();
    await using terminal = openProgram([], { place: at, env: askingAt(server), rows: 40 });
    await say(terminal, "go");
    await terminal.until("Wait.");
    terminal.type("111");
    await terminal.until("> 111");
    released.resolve();
    await terminal.until(en.approval.choices.once);
    terminal.type("1\r");
    await terminal.until(() => isAsking(terminal));
    expect(ran(at)).toBe("");
    await decide(terminal, "4");
    await terminal.until("One.");
    await terminal.until(/^> 111$/mu);
    expect(ran(at)).toBe("");
  });

  test("waits for the one before, and two are asked about in their order", async () => {
    await using server = await serve([calling(["write", { n: 1 }], ["write", { n: 2 }]), answer("Both.")]);
    const at = place();
    await using terminal = openProgram(["ask", "go"], { place: at, env: askingAt(server), rows: 40 });
    await terminal.until(() => isAsking(terminal));
    expect(terminal.screen()).toContain(en.approval.waiting({ calls: 1 }));
    expect(terminal.screen()).toContain('"n": 1');
    await decide(terminal, "4");
    await decide(terminal, "1");
    await terminal.exit;
    expect(terminal.screen()).toContain("Both.");
    expect(ran(at)).toBe('{"n":2}');
  });
});

describe.concurrent("calls off a terminal", () => {
  test.each([["write"], ["wr*"]])("run with --allow-tool %s, with a line each on stderr", async (name) => {
    await using server = await serve([
      { body: [text("First."), ...(calling(["write", { a: "x" }], ["read", {}]).body as string[])] },
      { body: [delta({ reasoning_content: "Hm." }), text("Then.\n"), ...(calling(["read", {}]).body as string[])] },
      { body: [text("Last"), finish(), usage, done] },
    ]);
    const at = place();
    const { stdout, stderr } = await run(["ask", "--allow-tool", name, "go"], { place: at, env: askingAt(server) });
    expect(stdout).toBe("First.\n\nThen.\n\n\nLast\n");
    expect(stderr.split("\n").slice(0, 3)).toEqual([
      expect.stringMatching(/^Tool write \{"a":"x"\}: ok · \d+ B · written␛\[2J$/u),
      "Tool read: ok · 7 B · content",
      "Tool read: ok · 7 B · content",
    ]);
    expect(ran(at)).toBe('{"a":"x"}');
  });

  test("say nothing with --quiet", async () => {
    await using server = await serve([calling(["read", {}]), answer("Last")]);
    const { stdout, stderr } = await run(["ask", "-q", "go"], { place: place(), env: askingAt(server) });
    expect([stdout, stderr]).toEqual(["Last\n", ""]);
  });
});
