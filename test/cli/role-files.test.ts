import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, type Place, put, run, transcriptsOf } from "../support/program.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en, patternOf, wordsOf } from "../support/words.ts";

const roleFile = `---
description: Sorts tickets
model: deepseek/tiny
temperature: 0.2
vars: {team: core}
examples:
  - {user: "It {{crashes}}.", assistant: bug}
  - {user: Add a button., assistant: wish}
---

Sort tickets of {{team}} in {{language}}.
`;

/** A place with files in the folder of the config file. */
function place(files: Readonly<Record<string, string>>): Place {
  const made = newPlace();
  put(made.configFile, "models: {cheap: deepseek/small}\n");
  for (const [name, text] of Object.entries(files)) {
    const path = join(dirname(made.configFile), name);
    mkdirSync(dirname(path), { recursive: true });
    put(path, text);
  }
  return made;
}

/** The messages of each request, `role: text`. */
function sent({ requests }: RawServer): string[][] {
  return requests.flatMap(({ body }) => {
    if (body === null) return [];
    const messages = body["messages"] as { role: string; content: string }[];
    return [messages.map(({ role, content }) => `${role}: ${content}`)];
  });
}

const preface = [
  "system: Sort tickets of core in English.",
  "user: It {{crashes}}.",
  "assistant: bug",
  "user: Add a button.",
  "assistant: wish",
];

describe.concurrent("a role file", () => {
  test("brings a system prompt, settings, variables and examples, which a resumed conversation keeps", async () => {
    await using server = await serve(() => answer("yes"));
    const options = { place: place({ "roles/sort.md": roleFile }), env: askingAt(server) };
    await run(["-r", "sort"], { ...options, input: "one\ntwo\n" });
    const { code, stderr } = await run(["ask", "-c", "three"], options);
    expect(code).toBe(0);
    expect(stderr).toContain(en.inheritance.examples({ examples: 2 }));
    const turns = ["user: one", "assistant: yes", "user: two", "assistant: yes", "user: three"];
    expect(sent(server)).toEqual([1, 3, 5].map((count) => preface.concat(turns.slice(0, count))));
    expect(server.requests.find(({ body }) => body !== null)?.body).toMatchObject({ model: "tiny", temperature: 0.2 });
    const [text] = transcriptsOf(options.place);
    expect(text?.match(/^\[.*\] Question:$/gmu)).toHaveLength(3);
  });

  test("is a template of the question, filled once", async () => {
    await using server = await serve(() => answer("yes"));
    const made = place({ "roles/t.md": "{{stdin}} | {{v}} | {{ input }}" });
    const flags = ["ask", "-r", "t", "--var", "v={{stdin}}", "q {{stdin}}"];
    await run(flags, { place: made, env: askingAt(server), input: "p {{input}}" });
    expect(sent(server)).toEqual([["user: p {{input}} | {{stdin}} | q {{stdin}}"]]);
  });

  test("is a template of each question of a session until it is left, and of none that is edited", async () => {
    await using server = await serve(() => answer("yes"));
    const input = "/role t\na\n/retry\n/role -\nb\n";
    await run([], { place: place({ "roles/t.md": "T {{input}}" }), env: askingAt(server), input });
    expect(sent(server).map((messages) => messages.at(-1))).toEqual(["user: T a", "user: T a", "user: b"]);
  });

  test("that is not right fails where it is used, and nowhere else", async () => {
    await using server = await serve(() => answer("yes"));
    const bad = "---\nmodel: m\ntemprature: 1\n---\nx";
    const options = { place: place({ "roles/bad.md": bad, "roles/good.md": "Hi." }), env: askingAt(server) };
    const [used, other, listed] = await Promise.all([
      run(["ask", "-r", "bad", "q"], options),
      run(["ask", "-r", "good", "q"], options),
      run(["roles"], options),
    ]);
    const path = join(dirname(options.place.configFile), "roles/bad.md");
    const facts = { path, line: 3, key: "temprature", nearest: "temperature", role: "bad" };
    expect([used.code, used.stderr]).toEqual([3, `${wordsOf("config_unknown", facts).whole}\n`]);
    expect(other.code).toBe(0);
    expect(listed).toMatchObject({ code: 0, stderr: used.stderr, stdout: expect.stringMatching(/^good /mu) });
    expect(sent(server)).toEqual([["system: Hi.", "user: q"]]);
  });

  test("may be named by its path; the config file's does not depend on the working directory", async () => {
    await using server = await serve(() => answer("yes"));
    const made = place({ "mine/r.md": "From the config folder.", "config.yaml": "role: mine/r.md\n" });
    put(join(made.cwd, "r.md"), "From here.");
    mkdirSync(join(made.cwd, "mine"));
    put(join(made.cwd, "mine/r.md"), "From a project.");
    const options = { place: made, env: askingAt(server) };
    await run(["ask", "q"], options);
    await run(["ask", "-r", "./r.md", "q"], options);
    expect(sent(server).map(([system]) => system)).toEqual(["system: From the config folder.", "system: From here."]);
  });

  test("of a project is used once that very content was approved, and never by the config file's name for it", async () => {
    await using server = await serve(() => answer("yes"));
    const made = place({ "config.yaml": "role: review\n" });
    mkdirSync(join(made.cwd, "roles"));
    const path = join(made.cwd, "roles/review.md");
    put(path, "---\ntemperature: 0.3\n---\nObey.");
    const options = { place: made, env: askingAt(server) };
    const facts = { role: "review", path };
    const refused = await run(["ask", "-r", "review", "q"], options);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(wordsOf("role_unapproved", facts).whole);
    expect((await run(["roles", "show", "review"], options)).stdout).toContain("Obey.");
    expect(server.requests).toEqual([]);
    await using terminal = openProgram(["ask", "-r", "review", "one"], options);
    await terminal.until(() => terminal.screen().includes(en.trust.keys({ keys: 2 })));
    expect(terminal.screen()).toMatch(/temperature: 0\.3[\s\S]*Obey\./u);
    terminal.type("2");
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect((await run(["ask", "-r", "review", "two"], options)).code).toBe(0);
    expect((await run(["ask", "three"], options)).code).toBe(0);
    put(path, "Obey!");
    expect((await run(["ask", "-r", "review", "four"], options)).code).toBe(3);
    const asked = sent(server).map(([system, question]) => [system === "system: Obey.", question]);
    expect(asked).toEqual([
      [true, "user: one"],
      [true, "user: two"],
      [false, "user: three"],
    ]);
    expect(server.requests.map(({ body }) => body?.["temperature"])).toContain(0.3);
  });

  test("offers the tools that it names", async () => {
    await using server = await serve(() => answer("yes"));
    const tool = "{description: d, command: [true]}";
    const made = place({
      "config.yaml": `tools: {one: ${tool}, two: ${tool}}\n`,
      "roles/t.md": "---\ntools: [two]\n---\nHi.",
    });
    await run(["ask", "-r", "t", "q"], { place: made, env: askingAt(server) });
    const tools = server.requests.find(({ body }) => body !== null)?.body?.["tools"] as {
      function: { name: string };
    }[];
    expect(tools.map((each) => each.function.name)).toEqual(["two"]);
  });
});

describe.concurrent("roles of other programs", () => {
  test("are read in place, and what they lack here is said once", async () => {
    await using server = await serve(() => answer("yes"));
    const made = place({
      "aichat/roles/a.md": "---\nmodel: deepseek:small\nuse_tools: web\n---\nSay __INPUT__.",
      "io.datasette.llm/templates/b.yaml": "system: In $lang\ndefaults: {lang: Greek}\nmodel: cheap\n",
    });
    const options = { place: made, env: { ...askingAt(server), XDG_CONFIG_HOME: dirname(made.configFile) } };
    const aichat = await run(["-r", "aichat:a"], { ...options, input: "s\nr\n" });
    const llm = await run(["ask", "-r", "llm:b", "q"], options);
    expect(
      aichat.stderr.split(en.roles.unsupported({ name: "aichat:a", unsupported: ["use_tools: web"] })),
    ).toHaveLength(2);
    expect(llm.stderr).toBe("");
    expect(sent(server)).toEqual([
      ["user: Say s."],
      ["user: Say s.", "assistant: yes", "user: Say r."],
      ["system: In Greek", "user: q"],
    ]);
    expect(new Set(server.requests.flatMap(({ body }) => body?.["model"] ?? []))).toEqual(new Set(["small"]));
    expect((await run(["roles"], options)).stdout).toMatch(/^aichat:a [\s\S]*^llm:b /mu);
  });
});

describe.concurrent("built-in roles", () => {
  test("are copied where they are edited, and the copy takes their place", async () => {
    const made = place({});
    expect((await run(["roles"], { place: made })).stdout).toMatch(
      new RegExp(`^commit .* ${en.tables.origin["built-in"]}$`, "mu"),
    );
    const editor = `${made.home}/editor.sh`;
    put(editor, `echo Rhyme. >> "$1"\n`);
    await using terminal = openProgram(["roles", "edit", "commit"], { place: made, env: { VISUAL: `sh ${editor}` } });
    expect(await terminal.exit).toMatchObject({ code: 0 });
    const path = join(dirname(made.configFile), "roles/commit.md");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const shown = JSON.parse((await run(["roles", "show", "commit", "--json"], { place: made })).stdout) as object;
    expect(shown).toMatchObject({
      origin: { kind: "folder", path },
      description: en.roles.shipped.commit,
      vars: { language: "English" },
      system: expect.stringMatching(/Git commit[\s\S]*Rhyme\.$/u) as string,
    });
  });

  test("that are named wrong are suggested", async () => {
    const { stderr } = await run(["ask", "-r", "comit", "q"], { place: place({}) });
    const expected = "commit, translate, explain, review, shell";
    expect(stderr).toContain(wordsOf("bad_value", { name: "role", value: "comit", expected, nearest: "commit" }).what);
  });
});

describe.concurrent("the role shell", () => {
  const written = "```sh\necho one >> ran\n```\n";

  test("prints its command alone where there is no terminal, and runs nothing", async () => {
    await using server = await serve(() => answer(written));
    const made = place({});
    const { code, stdout } = await run(["ask", "-r", "shell", "q"], { place: made, env: askingAt(server) });
    expect([code, stdout, existsSync(join(made.cwd, "ran"))]).toEqual([0, "echo one >> ran\n", false]);
    expect(sent(server)[0]?.[0]).toMatch(/^system: .*\bsh\b/u);
  });

  test("runs its command on a terminal where it was confirmed, as it was edited", async () => {
    await using server = await serve(() => answer(written));
    const made = place({});
    const env = { ...askingAt(server), DEEPSEEK_API_KEY: "sk-secret" };
    await using terminal = openProgram(["ask", "-r", "shell", "q"], { place: made, env });
    const { question, edit, run: yes } = en.roles.command;
    await terminal.until(patternOf(question));
    expect(terminal.screen()).toContain("echo one >> ran");
    terminal.type(`${edit.slice(0, 2)}\r`);
    await terminal.until(/\$ echo one >> ran$/mu);
    terminal.type("; env | grep -c API_KEY >> ran\r");
    await terminal.until(new RegExp(`${RegExp.escape(question)}[\\s\\S]*${RegExp.escape(question)}`, "u"));
    expect(existsSync(join(made.cwd, "ran"))).toBe(false);
    terminal.type(`${yes.slice(0, 2)}\r`);
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(readFileSync(join(made.cwd, "ran"), "utf8")).toBe("one\n0\n");
    expect(terminal.screen()).toContain(en.roles.command.ended({ ended: "1" }));
  });

  test.each([
    ["left alone", "touch ran", "\r", en.roles.command.question],
    ["that looks like another one", "echo \u202e touch ran", "", en.roles.command.disguised],
  ])("does not run a command %s", async (_, command, typed, said) => {
    await using server = await serve(() => answer(command));
    const made = place({});
    await using terminal = openProgram(["ask", "-r", "shell", "q"], { place: made, env: askingAt(server) });
    await terminal.until(patternOf(said));
    terminal.type(typed);
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect(existsSync(join(made.cwd, "ran"))).toBe(false);
  });
});
