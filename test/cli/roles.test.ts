import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, type Place, put, run, transcriptsOf } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const translate = `{system: "Translate to {{ to }} in {{tone}}.", model: cheap, temperature: 0.2, effort: low, vars: {to: 中文}}`;
const config = `
models: {cheap: deepseek/tiny}
temperature: 1
top_p: 0.5
roles:
  translate: ${translate}
  short: {system: "Be {{how}}.", vars: {how: brief}}
  old: "Keep {{name}} and \\\\{{x}} verbatim."
`;

function place(more = ""): Place {
  const made = newPlace();
  put(made.configFile, `${config}${more}`);
  return made;
}

/** The names that an error lists. */
const every = "translate, short, old, commit, explain, review, shell";

/** What a request says of a role: its system prompt, the model and the parameters. */
function sent({ requests }: RawServer): unknown[] {
  return requests.flatMap(({ body }) => {
    if (body === null) return [];
    const messages = body["messages"] as { role: string; content: string }[];
    const system = messages.find(({ role }) => role === "system")?.content ?? null;
    return [[system, body["model"], body["temperature"], body["top_p"]]];
  });
}

describe.concurrent("a role", () => {
  test.each<[string, string[], string, Record<string, string>, unknown[]]>([
    [
      "fills its template and brings its model and parameters",
      ["-r", "translate", "--var", "tone=a calm {{to}} = tone"],
      "",
      {},
      ["Translate to 中文 in a calm {{to}} = tone.", "tiny", 0.2, 0.5],
    ],
    [
      "lies below flags",
      ["-r", "translate", "--var", "tone=x", "--var", "to=y", "-m", "big", "-T", "0"],
      "",
      {},
      ["Translate to y in x.", "big", 0, 0.5],
    ],
    [
      "of a flag comes before the environment",
      ["-r", "translate", "--var", "tone=x"],
      "",
      { DEEPSEEK_CHAT_MODEL: "big" },
      ["Translate to 中文 in x.", "tiny", 0.2, 0.5],
    ],
    [
      "of the config file comes before its other settings, and behind the environment",
      [],
      "role: translate\nvars: {tone: x, to: z}\n",
      { DEEPSEEK_CHAT_MODEL: "big" },
      ["Translate to 中文 in x.", "big", 0.2, 0.5],
    ],
    [
      "of the config file is not in use beside --system",
      ["-s", "Hi.", "-m", "big"],
      "role: translate\n",
      {},
      ["Hi.", "big", 1, 0.5],
    ],
    [
      "that is a text stays verbatim",
      ["-r", "old", "-m", "big"],
      "",
      {},
      ["Keep {{name}} and \\{{x}} verbatim.", "big", 1, 0.5],
    ],
  ])("%s", async (_, flags, more, env, expected) => {
    await using server = await serve(() => answer("yes"));
    const { code, stderr } = await run(["ask", ...flags, "hi"], {
      place: place(more),
      env: { ...askingAt(server), ...env },
    });
    expect({ code, stderr, sent: sent(server) }).toEqual({ code: 0, stderr: "", sent: [expected] });
  });

  test.each<[string, string[], string]>([
    [
      "a variable without a value",
      ["-r", "translate"],
      wordsOf("missing_variable", { role: "translate", names: ["tone"] }).whole,
    ],
    [
      "a variable that it does not have",
      ["-r", "short", "--var", "hwo=x"],
      wordsOf("bad_value", { name: "--var", value: "hwo", expected: "how", nearest: "how" }).whole,
    ],
    [
      "a variable of a text",
      ["-r", "old", "--var", "name=x"],
      wordsOf("bad_value", { name: "--var", value: "name", expected: "roles.old.vars", nearest: null }).whole,
    ],
    [
      "a variable of no role",
      ["--var", "a=x"],
      wordsOf("bad_value", { name: "--var", value: "a", expected: "--role <name>" }).whole,
    ],
    ["no value", ["-r", "short", "--var", "how"], "name=value"],
    ["no name", ["-r", "short", "--var", "a b=x"], "A_NAME"],
  ])("refuses %s", async (_, flags, expected) => {
    await using server = await serve(() => answer("yes"));
    const { code, stderr } = await run(["ask", ...flags, "hi"], { place: place(), env: askingAt(server) });
    expect([code, stderr, server.requests]).toEqual([2, expect.stringContaining(expected), []]);
  });

  test("is used in a session until another one is, and what was set there stays", async () => {
    await using server = await serve(() => answer("yes"));
    const input = "/role short\na\n/set top_p 0.9\n/role translate\nb\n/role short\nc\n/role nobody\n/role\n";
    const { stderr } = await run(["-m", "deepseek/big", "--var", "tone=x"], {
      place: place("role: translate\n"),
      env: askingAt(server),
      input,
    });
    expect(sent(server)).toEqual([
      ["Be brief.", "big", 1, 0.5],
      ["Translate to 中文 in x.", "big", 0.2, 0.9],
      ["Be brief.", "big", 1, 0.9],
    ]);
    expect(stderr).toContain(
      en.roles.inUse({ name: "translate", parts: ["temperature 0.2", "effort low", "to=中文", "tone=x"] }),
    );
    expect(stderr).toContain(
      wordsOf("bad_value", { name: "/role", value: "nobody", expected: every, nearest: null }).whole,
    );
  });

  test("takes its model along and away, and asks for what its template lacks", async () => {
    await using server = await serve(() => answer("yes"));
    const made = place("model: big\n");
    await using terminal = openProgram(["--no-render"], { place: made, rows: 40, env: askingAt(server) });
    await terminal.until(/^>/mu);
    terminal.type("/role transl\t");
    await terminal.until(/> \/role translate *$/mu);
    terminal.type("\r");
    await terminal.until(/tone:/u);
    terminal.type("calm\r");
    await terminal.until(/Role: translate \(deepseek\/tiny · temperature 0.2/u);
    await say(terminal, "a");
    await terminal.until(/^yes$/mu);
    await say(terminal, "/role short");
    await terminal.until(/Role: short/u);
    await say(terminal, "b");
    await terminal.until(/^yes$[\s\S]*^yes$/mu);
    expect(sent(server).map((each) => (each as unknown[]).slice(0, 2))).toEqual([
      ["Translate to 中文 in calm.", "tiny"],
      ["Be brief.", "big"],
    ]);
  });

  test("of the config file leaves a resumed conversation its system prompt and model", async () => {
    await using server = await serve(() => answer("yes"));
    const made = place();
    const options = { place: made, env: askingAt(server) };
    await run(["ask", "-r", "translate", "--var", "tone=x", "-m", "deepseek/big", "one"], options);
    put(made.configFile, `${config}role: translate\n`);
    const { code } = await run(["ask", "-c", "two"], options);
    await run(["ask", "-c", "-r", "short", "three"], options);
    expect([code, ...sent(server)]).toEqual([
      0,
      ["Translate to 中文 in x.", "big", 0.2, 0.5],
      ["Translate to 中文 in x.", "big", 0.2, 0.5],
      ["Be brief.", "big", 1, 0.5],
    ]);
    expect(transcriptsOf(made)).toHaveLength(1);
  });
});

describe.concurrent("roles", () => {
  test("list and show what there is, with its origin in config list", async () => {
    const made = place("role: translate\n");
    const out = async (...args: string[]) => (await run(args, { place: made })).stdout;
    expect(await out("roles", "list")).toMatch(/^translate +.*to=中文, tone/mu);
    expect(JSON.parse(await out("roles", "list", "--json"))).toHaveLength(3 + 4);
    expect(await out("roles", "show", "old")).toBe("Keep {{name}} and \\{{x}} verbatim.\n");
    expect(await out("roles", "show", "short")).toBe("system: Be {{how}}.\nvars:\n  how: brief\n");
    expect(JSON.parse(await out("roles", "show", "short", "--json"))).toEqual({
      name: "short",
      origin: { kind: "config", path: made.configFile },
      system: "Be {{how}}.",
      vars: { how: "brief" },
    });
    expect(await out("config", "list")).toMatch(/^temperature +0\.2 +role translate$/mu);
    expect(await out("complete-words", "--", "roles", "show", "tr")).toMatch(/^translate$/mu);
    const { code, stderr } = await run(["roles", "show", "shrt"], { place: made });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        wordsOf("bad_value", { name: "role", value: "shrt", expected: every, nearest: "short" }).whole,
      ),
    ]);
  });

  test("edit adds one in an editor, on a terminal alone", async () => {
    const made = place();
    expect((await run(["roles", "edit", "poet"], { place: made })).code).toBe(2);
    const editor = `${made.home}/editor.sh`;
    put(editor, `echo Rhyme. >> "$1"\n`);
    await using terminal = openProgram(["roles", "edit", "poet"], { place: made, env: { VISUAL: `sh ${editor}` } });
    expect(await terminal.exit).toMatchObject({ code: 0 });
    expect((await run(["roles", "show", "poet"], { place: made })).stdout).toMatch(/Rhyme\.\n$/u);
  });

  test.each([
    ["short.temprature", "1", 2],
    ["short.temperature", "9", 2],
    ["short", "7", 0],
    ["short.vars.to", "7", 0],
  ])("%s set to %s gives %d", async (name, value, code) => {
    expect((await run(["config", "set", `roles.${name}`, value], { place: place() })).code).toBe(code);
  });
});

test("what a role says never controls the terminal", async () => {
  const made = newPlace();
  put(
    made.configFile,
    'roles: {a: "x\\e[31my", b: {system: "\\e]0;t\\a{{v}}", model: "m\\e[2J", vars: {v: "\\e[1m"}}}\n',
  );
  await using terminal = openProgram(["roles", "list"], { place: made });
  await terminal.exit;
  expect(terminal.raw).not.toMatch(/\u001b\[31m|\u001b\]0;t|\u001b\[2J/u);
});
