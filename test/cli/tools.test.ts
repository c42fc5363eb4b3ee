import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import {
  askingAt,
  newPlace,
  openProgram,
  type Place,
  put,
  run,
  type Running,
  start,
  transcriptsOf,
} from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer, calling, done, finish } from "../support/wire.ts";
import { en } from "../support/words.ts";

/** A place with a tool `echo` that is allowed, one that is asked for, and one in a file of its own. */
function place(more = ""): Place {
  const made = newPlace();
  const folder = dirname(made.configFile);
  script(join(folder, "echo.sh"), 'printf "%s " "$1"; cat');
  put(
    made.configFile,
    `tools:
  echo: {description: Echo, parameters: {type: object, properties: {a: {type: string}}}, command: ./echo.sh x, approve: allow}
  asks: {description: Asks, command: [./echo.sh]}
${more}`,
  );
  put(
    join(folder, "tools", "own.yaml"),
    `description: In a file\ncommand: [../echo.sh, 7]\napprove: allow\nenv: {A: b}\n`,
  );
  return made;
}

function script(path: string, text: string): void {
  put(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o700);
}

describe.concurrent("tools", () => {
  test("are listed with those that are built in and off", async () => {
    const at = place();
    const listed = JSON.parse((await run(["tools", "--json"], { place: at })).stdout) as {
      name: string;
      on: boolean;
    }[];
    const states = Object.fromEntries(listed.map(({ name, on }) => [name, on]));
    expect(states).toMatchObject({ asks: true, echo: true, own: true, current_time: false });
    expect((await run(["tools"], { place: at })).stdout).toMatch(/^on +asks +config file +Asks$/mu);
  });

  test("are shown with what they are run with", async () => {
    const { stdout } = await run(["tools", "show", "own", "--json"], { place: place() });
    expect(JSON.parse(stdout)).toMatchObject({ name: "own", origin: "folder", approve: "allow", on: true });
  });

  test.each([
    ["runs", ["echo", '{"a":"1"}'], 0, 'x {"a":"1"}\n', ""],
    ["prints JSON", ["echo", "--json"], 0, '{"name":"echo","ok":true,"content":[{"type":"text","text":"x {}"}]}\n', ""],
    [
      "that is asked for is refused off a terminal",
      ["asks"],
      3,
      "",
      en.errors.tool_not_allowed({ names: ["asks"] }).what,
    ],
    ["that is allowed by name runs", ["--allow-tool", "a*", "asks"], 0, " {}\n", ""],
    [
      "built in reads below the working folder alone",
      ["--allow-tool", "*", "read_file", '{"path":"/etc/passwd"}'],
      5,
      "/etc/passwd is outside of the working folder.\n",
      "",
    ],
    ["wants JSON", ["echo", "[1]"], 2, "", en.help.usage.toolArguments],
    ["of no such name is named", ["ehco"], 2, "", "echo"],
  ])("%s", async (_, args, code, stdout, said) => {
    const ended = await run(["tools", "run", ...args], { place: place() });
    expect([ended.code, ended.stdout]).toEqual([code, stdout]);
    expect(ended.stderr).toContain(said);
  });

  test("that are broken, or name a variable that is not set, cost a line each, and the others are used", async () => {
    const at = place();
    const folder = join(dirname(at.configFile), "tools");
    put(join(folder, "bad.yaml"), "description: x\ncommand: [true]\ntimeout: -1\n");
    const reference = "${OF_TEST}";
    put(
      join(folder, "env.yaml"),
      `description: x\ncommand: [printenv, A]\napprove: allow\nenv: {A: "x${reference}"}\n`,
    );
    const own = await run(["tools", "run", "own"], { place: at });
    expect([own.code, own.stdout]).toEqual([0, "7 {}\n"]);
    const lines = own.stderr.trim().split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/bad\.yaml, line 3: invalid timeout: -1/u),
      expect.stringContaining(`env.A: ${reference} (expected OF_TEST=…)`),
    ]);
    const set = await run(["tools", "run", "env"], { place: at, env: { OF_TEST: "set" } });
    expect(set.stdout).toBe("xset\n");
  });

  test("of the config file are checked with the place of the mistake", async () => {
    const { code, stderr } = await run(["tools"], { place: place("  bad: {description: x}\n") });
    expect(code).toBe(3);
    expect(stderr).toContain("line 4: invalid tools.bad");
  });
});

/** Processes of a file of pids that run. */
function aliveIn(path: string): string[] {
  const states = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((pid) => spawnSync("ps", ["-o", "stat=", "-p", pid]));
  return states.map(({ stdout }) => stdout.toString().trim()).filter((state) => state !== "" && !state.startsWith("Z"));
}

/** What a request offers, and the results that it brings. */
function sent(body: Record<string, unknown>): { readonly offered: string[]; readonly results: unknown[] } {
  const tools = (body["tools"] ?? []) as { function: { name: string } }[];
  const messages = body["messages"] as { role: string; content: unknown }[];
  return {
    offered: tools.map((tool) => tool.function.name),
    results: messages.flatMap(({ role, content }) => (role === "tool" ? [content] : [])),
  };
}

describe.concurrent("a question with tools", () => {
  test("offers those that are on, runs what is called, and sends the results back", async () => {
    await using server = await serve([calling(["echo", { a: "1" }], ["current_time", {}]), answer("Done.")]);
    const at = place();
    const args = ["ask", "--tools", "echo,current_time", "What?", "-o", "jsonl"];
    const { stdout, code } = await run(args, { place: at, env: askingAt(server) });
    expect(code).toBe(0);
    expect(sent(server.body(0)).offered).toEqual(["current_time", "echo"]);
    const { results } = sent(server.body(1));
    expect(results).toEqual(['x {"a":"1"}', expect.stringMatching(/day, 20\d\d-/u)]);
    expect(stdout).toContain('"type":"tool_result"');
    expect(stdout).toContain("Done.");
  });

  test.each([
    ["offers the own ones by default", [], ["asks", "echo", "own"]],
    ["offers none", ["--no-tools"], []],
    ["offers all with --tools alone", ["--tools"], expect.arrayContaining(["asks", "current_time", "echo", "own"])],
    ["offers what a pattern means", ["--tools", "e*,current_*"], ["current_time", "echo"]],
  ])("%s", async (_, flags, offered) => {
    await using server = await serve([answer("Hi.")]);
    const { code } = await run(["ask", ...flags, "what is it?"], { place: place(), env: askingAt(server) });
    expect([code, sent(server.body()).offered]).toEqual([0, offered]);
    expect(JSON.stringify(server.body()["messages"])).toContain("what is it?");
  });

  test("tells the model what it did wrong, and that a call was not allowed; without an answer the exit code is 3", async () => {
    const wrong = calling(["ecoh", {}], ["asks", {}]);
    await using server = await serve([wrong, { body: [finish(), done] }]);
    const { stderr, code } = await run(["ask", "What?"], { place: place(), env: askingAt(server) });
    expect(code).toBe(3);
    expect(stderr).toContain(en.errors.tool_not_allowed({ names: ["asks"] }).what);
    const [unknown, refused] = sent(server.body(1)).results as string[];
    expect(unknown).toContain("echo");
    expect(refused).toContain("not allow");
  });

  test("ends after as many rounds as it may have", async () => {
    await using server = await serve([calling(["echo", {}])]);
    const { code } = await run(["ask", "--max-tool-rounds", "2", "What?"], { place: place(), env: askingAt(server) });
    expect([code, server.requests.length]).toEqual([4, 3]);
  });

  test("of a project uses none of its tools before they are approved", async () => {
    await using server = await serve([answer("Hi.")]);
    const at = newPlace();
    put(join(at.cwd, "tools", "evil.yaml"), "description: x\ncommand: [touch, evil]\napprove: allow\n");
    put(join(at.cwd, "tools", "other.yaml"), "jobs: [a]\n");
    const { code, stderr } = await run(["ask", "What?"], { place: at, env: askingAt(server) });
    expect([code, sent(server.body()).offered]).toEqual([0, []]);
    expect(
      stderr
        .trim()
        .split("\n")
        .filter((line) => line.includes("tools")),
    ).toHaveLength(1);
  });

  test("goes on without a tool that the config file names and that there is not", async () => {
    await using server = await serve([answer("Hi.")]);
    const { code, stderr } = await run(["ask", "What?"], {
      place: place("  enable: [own, gone]\n"),
      env: askingAt(server),
    });
    expect([code, sent(server.body()).offered]).toEqual([0, ["own"]]);
    expect(stderr).toContain("gone");
    const flags = ["ask", "--tools", "own,gone", "What?"];
    expect((await run(flags, { place: place(), env: askingAt(server) })).code).toBe(2);
  });

  test("ends the running tool at Ctrl-C with all that it started, and the session goes on", async () => {
    await using server = await serve([calling(["slow", {}]), answer("Hi.")]);
    const at = newPlace();
    const pids = join(at.cwd, "pids");
    const command = `sleep 60 & echo $! > ${pids}; echo $$ >> ${pids}; echo ready >&2; while :; do sleep 1; done`;
    put(
      at.configFile,
      `tools: {slow: {description: Slow, command: [sh, -c, ${JSON.stringify(command)}], approve: allow}}\n`,
    );
    await using terminal = openProgram([], { place: at, env: askingAt(server), cols: 120 });
    await say(terminal, "one");
    await terminal.until("ready");
    terminal.type("\u0003");
    await terminal.until(en.answer.stopped);
    expect(aliveIn(pids)).toEqual([]);
    await say(terminal, "two");
    await terminal.until("Hi.");
    expect(sent(server.body()).results).toEqual([expect.stringContaining("stopped")]);
  });

  test("takes its tools from the config file, from the role in use, and /tools switches them for the session", async () => {
    await using server = await serve([answer("Hi.")]);
    const at = place("  enable: [e*]\nroles: {timely: {system: x, tools: [own, current_time]}}\n");
    const input = "one\n/role timely\ntwo\n/tools off own\n/tools on echo\nthree\n/tools on nosuch\n/tools\nq\n";
    const { stderr } = await run(["chat"], { place: at, env: askingAt(server), input });
    const offered = [0, 1, 2].map((index) => sent(server.body(index)).offered);
    expect(offered).toEqual([["echo"], ["current_time", "own"], ["current_time", "echo"]]);
    expect(stderr).toContain("nosuch");
  });

  test("goes with the request for a summary too, which may call none, so that services have its beginning in their cache", async () => {
    const called = calling(["echo", { a: "1" }]);
    await using server = await serve([called, answer("Done."), answer("Yes."), answer("Short."), answer("Bye.")]);
    const input = "one\ntwo\n/compact\nthree\nq\n";
    await run(["chat"], { place: place(), env: askingAt(server), input });
    const [before, summary] = [server.body(2), server.body(3)];
    expect([summary["tools"], summary["tool_choice"]]).toEqual([before["tools"], "none"]);
    const messages = summary["messages"] as unknown[];
    expect(messages.slice(0, 5)).toEqual(before["messages"]);
    expect(messages.slice(5)).toMatchObject([{ role: "assistant", content: "Yes." }, { role: "user" }]);
  });

  /** A question whose first tool ignores SIGTERM and starts another program; both have noted their pids. */
  async function stubborn(server: RawServer): Promise<{ readonly running: Running; readonly living: () => number }> {
    const at = place("  waits: {description: Waits, command: ./waits.sh, approve: allow}\n");
    script(
      join(dirname(at.configFile), "waits.sh"),
      "trap '' TERM\nsleep 60 & echo $$ $! > pids\nwhile :; do sleep 1; done",
    );
    const running = start(["ask", "What?"], { place: at, env: askingAt(server) });
    const pids = join(at.cwd, "pids");
    await vi.waitUntil(() => existsSync(pids) && readFileSync(pids, "utf8").endsWith("\n"), { timeout: 30_000 });
    const living = () =>
      spawnSync("ps", ["-o", "stat=", "-p", readFileSync(pids, "utf8").trim().replace(" ", ",")])
        .stdout.toString()
        .split("\n")
        .filter((state) => state !== "" && !state.startsWith("Z")).length;
    return { running, living };
  }
  const both = calling(["waits", {}], ["echo", { a: "1" }]);

  test("ends in order after a signal, also where a tool ignores it, and each call has its result", async () => {
    await using server = await serve([both]);
    const { running, living } = await stubborn(server);
    running.kill("SIGTERM");
    const { code, stderr, place: at } = await running.done;
    expect([code, living()]).toEqual([143, 0]);
    expect(stderr).toContain(en.errors.interrupted({}).what);
    expect(transcriptsOf(at)[0]).toMatch(/Result:\n[\s\S]*Result:\n[\s\S]*\] Interrupted:\n/u);
  });

  test("ends at once after a second signal, and leaves no program behind", async () => {
    await using server = await serve([both]);
    const { running, living } = await stubborn(server);
    running.kill("SIGINT");
    running.kill("SIGINT");
    const { code } = await running.done;
    expect([code, living()]).toEqual([130, 0]);
  });
});
