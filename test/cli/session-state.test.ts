import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { shippedRoles } from "../../src/config/roles/shipped-roles.ts";
import { askingAt, newPlace, openProgram, type Place, put, run, start, transcriptsOf } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type RawServer, type Script, serve } from "../support/raw-server.ts";
import { answer, finish, refusal, text } from "../support/wire.ts";
import { any, en, patternOf, wordsOf } from "../support/words.ts";

const numbered: Script = (_, index) => answer(`answer ${index + 1}`);

/** A place whose config file names the servers as providers. */
function placeOf(servers: Readonly<Record<string, RawServer>>, more = ""): Place {
  const place = newPlace();
  const rows = Object.entries(servers).map(([name, { url }]) => `  ${name}: {base_url: "${url}", model: ${name}-1}\n`);
  put(place.configFile, `providers:\n${rows.join("")}${more}`);
  return place;
}

/** Pipes lines into a session. */
async function session(place: Place, lines: readonly string[], ...args: readonly string[]) {
  return await run(["--retries", "0", ...args], { place, input: `${lines.join("\n")}\n` });
}

/** Each request: the model, then what was said. */
function asked({ requests }: RawServer): string[] {
  return requests.flatMap(({ body }) => {
    if (body === null) return [];
    const messages = body["messages"] as { role: string; content: string }[];
    return [`${String(body["model"])}: ${messages.map(({ content }) => content).join(" | ")}`];
  });
}

/** The questions of a transcript with their answers. */
function exchanges(transcript: string): string[] {
  const labels = /\] Question:\n([^\n]*)\n\n(?:\[[^\]]*\] Answer:\n([^\n]*))?/gu;
  return [...transcript.matchAll(labels)].map(([, question = "", said = ""]) => `${question} -> ${said}`);
}

describe.concurrent("what was begun always ends", () => {
  test("an answer is never saved under the question before, whatever keeps a model from being opened", async () => {
    await using mine = await serve(numbered);
    const place = placeOf({ mine }, "failover: {mine-1: [mine-2], mine-2: [mine-3]}\n");
    // The address of a provider that takes over is no address.
    put(place.configFile, readFileSync(place.configFile, "utf8").replace("[mine-2]", "[siliconflow]"));
    const options = { place, input: "first\nsecond\n", env: { SILICONFLOW_BASE_URL: "nonsense" } };
    const { stdout } = await run(["-p", "mine"], options);
    expect(stdout).toBe("answer 1\nanswer 2\n");
    expect(exchanges(transcriptsOf(place)[0]!)).toEqual(["first -> answer 1", "second -> answer 2"]);
  });
});

describe.concurrent("provider and model change only together", () => {
  test("/fork changes the file and nothing else, and says who answers", async () => {
    await using one = await serve(numbered);
    await using two = await serve(numbered);
    const place = placeOf({ one, two });
    const lines = ["a", "/model two/big", "b", "/fork", "c"];
    const { stderr } = await session(place, lines, "-p", "one", "-m", "small");
    expect([...asked(one), ...asked(two)]).toEqual([
      "small: a",
      "big: a | answer 1 | b",
      "big: a | answer 1 | b | answer 1 | c",
    ]);
    expect(stderr).toMatch(patternOf(`${en.session.forked({ path: any })}\nModel: two/big\n`));
    const [, branch = ""] = transcriptsOf(place).toSorted((x, y) => x.length - y.length);
    expect(branch).toContain('"provider":"two","model":"big"');
    expect(exchanges(branch)).toHaveLength(3);
  });

  test("/resume takes both from the conversation, and says so", async () => {
    await using one = await serve(numbered);
    await using two = await serve(numbered);
    const place = placeOf({ one, two });
    const first = await session(place, ["a"], "-m", "two/big");
    const id = /--resume ([0-9a-z]+)/u.exec(first.stderr)![1]!;
    const { stderr } = await session(place, ["b", `/resume ${id}`, "c"], "-m", "one/small");
    expect([...asked(one), ...asked(two)]).toEqual(["small: b", "big: a", "big: a | answer 1 | c"]);
    expect(stderr).toContain("Model: two/big\n");
  });

  test.each([
    ["nothing named", [], "two/big"],
    ["another model named", ["-m", "large"], "two/large"],
    ["both named", ["-m", "one/large"], "one/large"],
    ["another provider named", ["-p", "one"], "one/one-1"],
    ["its own provider named", ["-p", "two"], "two/big"],
  ])("-c with %s", async (_, flags, expected) => {
    await using one = await serve(numbered);
    await using two = await serve(numbered);
    const place = placeOf({ one, two });
    await session(place, ["a"], "-m", "two/big");
    const { stderr } = await session(place, ["b"], "-c", ...flags);
    const [provider, model] = expected.split("/");
    // Once: the banner has it.
    expect(stderr).toContain(`${en.session.banner({ provider: provider!, model: model! })}\n`);
    expect(stderr).not.toContain("Model: ");
    expect(asked(provider === "one" ? one : two).at(-1)).toBe(`${model}: a | answer 1 | b`);
  });

  test("-c takes a variable's provider and model whole", async () => {
    await using one = await serve(numbered);
    await using two = await serve(numbered);
    const place = placeOf({ one, two }, "provider: one\n");
    await session(place, ["a"], "-m", "two/big");
    const { stderr } = await run(["-c"], { place, input: "b\n", env: { DEEPSEEK_CHAT_MODEL: "small" } });
    expect(stderr).toContain(`${en.session.banner({ provider: "one", model: "small" })}\n`);
  });
});

describe.concurrent("a failure between leaves the old conversation as it was", () => {
  test("/resume of a conversation whose provider is gone", async () => {
    await using one = await serve(numbered);
    await using two = await serve(numbered);
    const place = placeOf({ one, two });
    const first = await session(place, ["alpha"], "-m", "two/big");
    const id = /--resume ([0-9a-z]+)/u.exec(first.stderr)![1]!;
    put(place.configFile, `providers:\n  one: {base_url: "${one.url}", model: one-1}\n`);
    const { stderr } = await session(place, ["beta", `/resume ${id}`, "gamma"], "-p", "one");
    expect(stderr).toMatch(patternOf(wordsOf("unknown_provider", { name: "two", known: [any] }).whole));
    expect(asked(one)).toEqual(["one-1: beta", "one-1: beta | answer 1 | gamma"]);
    expect(transcriptsOf(place).map(exchanges)).toEqual(
      expect.arrayContaining([["alpha -> answer 1"], ["beta -> answer 1", "gamma -> answer 2"]]),
    );
  });

  test("/resume of a conversation whose provider has no model", async () => {
    await using one = await serve(numbered);
    await using two = await serve([{ headers: { "content-type": "application/json" }, body: '{"data":[]}' }]);
    const place = placeOf({ one });
    put(place.configFile, `${readFileSync(place.configFile, "utf8")}  two: {base_url: "${two.url}"}\n`);
    const header = '<!-- deepseek-chat conversation {"v":1,"id":"aaa","started":"2026-11-20T10:00:00.000+00:00"} -->';
    const turn = '<!-- deepseek-chat turn {"id":"t1","at":"2026-11-20T10:00:00.000+00:00","provider":"two"} -->';
    const alpha = `${header}\n\n${turn}\n[2026-11-20 10:00:00] Question:\nalpha secret\n\n[2026-11-20 10:00:01] Answer:\nyes\n\n${"-".repeat(40)}\n<!-- deepseek-chat end {"status":"complete"} -->\n\n`;
    put(join(place.cwd, "alpha.md"), alpha);
    await using terminal = openProgram(["-p", "one", "--no-render"], { place, rows: 40 });
    await say(terminal, "beta");
    await terminal.until(/^answer 1$/mu);
    await say(terminal, "/resume alpha.md");
    await terminal.until(wordsOf("no_model", { provider: "two" }).what);
    await say(terminal, "gamma");
    await terminal.until(/^answer 2$/mu);
    await say(terminal, "q");
    await terminal.exit;
    expect(asked(one)).toEqual(["one-1: beta", "one-1: beta | answer 1 | gamma"]);
    expect(readFileSync(join(place.cwd, "alpha.md"), "utf8")).toBe(alpha);
    expect(transcriptsOf(place).map(exchanges)).toEqual([["beta -> answer 1", "gamma -> answer 2"]]);
  });

  test("/fork where no new file can be made", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    const folder = join(place.cwd, "transcripts");
    rmSync(folder, { recursive: true });
    mkdirSync(join(place.cwd, "own"));
    // What stands in the way of a folder is a file.
    put(folder, "");
    const lines = ["a", "/fork", "b"];
    await session(place, lines, "-p", "one", "--transcripts", folder, "--transcript", join(place.cwd, "own", "x.md"));
    expect(asked(one).at(-1)).toBe("one-1: a | answer 1 | b");
    expect(exchanges(readFileSync(join(place.cwd, "own", "x.md"), "utf8"))).toHaveLength(2);
  });
});

describe.concurrent("/fork", () => {
  test("with --transcript goes on in the new file", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    await session(place, ["a", "/fork", "b"], "-p", "one", "--transcript", "notes.md");
    expect(exchanges(readFileSync(join(place.cwd, "notes.md"), "utf8"))).toEqual(["a -> answer 1"]);
    expect(transcriptsOf(place).map(exchanges)).toEqual([["a -> answer 1", "b -> answer 2"]]);
  });

  test("at an earlier turn takes over the turns up to it, also those that a summary stands for", async () => {
    await using one = await serve((_, index) => answer(index === 3 ? "in short" : `answer ${index + 1}`));
    const place = placeOf({ one });
    const lines = ["a", "b", "/fork 9", "/fork 1", "c", "/compact", "/history", "/fork 1", "d"];
    const { stderr } = await session(place, lines, "-p", "one");
    expect(stderr).toContain(`${en.session.noTurn({ turn: 9, turns: 2 })}\n`);
    expect(asked(one)[2]).toBe("one-1: a | answer 1 | c");
    expect(asked(one).at(-1)).toBe("one-1: a | answer 1 | d");
    expect(stderr).toMatch(/1\. a\n2\. c\n/u);
    expect(transcriptsOf(place).map((file) => exchanges(file).map((each) => each[0]))).toEqual(
      expect.arrayContaining([
        ["a", "b"],
        ["a", "c"],
        ["a", "d"],
      ]),
    );
  });

  test("and /save say when nothing is saved yet", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    const { stderr, code } = await session(place, ["/save x.md", "/fork"], "-p", "one");
    expect(stderr.match(patternOf(en.session.nothingSaved, "gu"))).toHaveLength(2);
    expect(code).toBe(2);
  });
});

describe.concurrent("/new", () => {
  test("lets go of all that a resumed conversation brought, and begins a file of its own", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    await session(place, ["a"], "-p", "one", "-T", "1.5", "--max-tokens", "77", "--effort", "low", "-s", "Be brief.");
    const lines = ["/set temperature", "b", "/new", "c", "/set temperature"];
    const { stderr } = await session(place, lines, "-c");
    expect(one.body(1)).toMatchObject({ temperature: 1.5, max_tokens: 77 });
    expect(one.body(2)).toEqual({
      model: "one-1",
      messages: [{ role: "user", content: "c" }],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(stderr).toMatch(/temperature: 1\.5\n[\s\S]*temperature: not set\n/u);
    expect(transcriptsOf(place)).toHaveLength(2);
  });

  test("keeps no failed question of the old conversation", async () => {
    await using one = await serve((_, index) => (index === 1 ? refusal(422, "no") : answer(`answer ${index + 1}`)));
    const place = placeOf({ one });
    const { stderr } = await session(place, ["a", "bad", "/new", "/retry", "/undo", "b"], "-p", "one");
    expect(stderr).toContain(`${en.session.nothingSaid}\n${en.session.nothingToUndo}\n`);
    expect(asked(one).at(-1)).toBe("one-1: b");
  });

  test("with --transcript does not go on in the file of the old conversation", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    await session(place, ["a", "/new", "b"], "-p", "one", "--transcript", "notes.md");
    expect(exchanges(readFileSync(join(place.cwd, "notes.md"), "utf8"))).toEqual(["a -> answer 1"]);
    expect(transcriptsOf(place).map(exchanges)).toEqual([["b -> answer 2"]]);
  });
});

describe.concurrent("/set", () => {
  test("- lets go of what a resumed conversation brought", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    await session(place, ["a"], "-p", "one", "-T", "1.5", "--max-tokens", "77");
    await session(place, ["/set temperature -", "b", "c"], "-c");
    expect(one.body()).toMatchObject({ max_tokens: 77 });
    expect(one.body()).not.toHaveProperty("temperature");
  });

  test("names no setting that does not exist, and the one that may be meant", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one }, "roles: {pirate: Talk like a pirate.}\n");
    const { stderr } = await session(place, ["/set foo", "/set temperatur 1", "/role pirat"], "-p", "one");
    expect(stderr).toContain(wordsOf("unknown_setting", { name: "foo", nearest: null }).what);
    expect(stderr).toContain(wordsOf("unknown_setting", { name: "temperatur", nearest: "temperature" }).what);
    const expected = ["pirate", ...Object.keys(shippedRoles)].join(", ");
    const misspelt = { name: "/role", value: "pirat", expected, nearest: "pirate" };
    expect(stderr).toContain(wordsOf("bad_value", misspelt).what);
    expect(stderr).not.toContain("foo: not set");
  });

  test("timeout holds from the next question on", async () => {
    await using one = await serve([{ body: [text("a"), new Promise(() => {})], end: "stall" }]);
    const place = placeOf({ one });
    const { stderr, code } = await session(place, ["/set timeout 1", "a"], "-p", "one");
    expect(stderr).toMatch(patternOf(wordsOf("timeout", { host: any, seconds: 1 }).what));
    expect(code).toBe(5);
  });
});

describe.concurrent("/retry and /edit-last", () => {
  test("send the same once more: each file once, and pictures too", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    const picture = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    put(join(place.cwd, "p.png"), picture);
    put(join(place.cwd, "code.py"), '@app.route("/x")\n');
    await session(place, ["look", "/retry", "/retry"], "-p", "one", "-f", "p.png", "-f", "code.py");
    const messages = one.requests.map(({ body }) => JSON.stringify(body!["messages"]));
    expect(new Set(messages).size).toBe(1);
    expect(messages).toHaveLength(3);
    expect(messages[0]).toContain("image_url");
    expect(messages[0]!.match(/app\.route/gu)).toHaveLength(1);
  });

  test("/edit-last takes the old question's place once the new one is sent, files and all", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    put(join(place.cwd, "notes.txt"), "a note\n");
    const lines = ["look", "/edit-last", "", "next", "/edit-last", "other"];
    await session(place, lines, "-p", "one", "-f", "notes.txt");
    const file = "notes.txt:\n```txt\na note\n```";
    expect(asked(one)).toEqual([
      `one-1: look\n\n${file}`,
      `one-1: look\n\n${file} | answer 1 | next`,
      `one-1: look\n\n${file} | answer 1 | other`,
    ]);
    const edited = await session(place, ["look", "/edit-last", "see"], "-p", "one", "-f", "notes.txt");
    expect(edited.code).toBe(0);
    expect(asked(one).at(-1)).toBe(`one-1: see\n\n${file}`);
  });
});

describe.concurrent("what a session tells", () => {
  test("in the language that /lang chose, at the prompt too", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    await using terminal = openProgram(["-p", "one"], { place, rows: 30 });
    await say(terminal, "/lang zh");
    await terminal.until("界面语言");
    terminal.type("\u0012");
    await terminal.until("搜索历史：");
    expect(terminal.screen()).not.toContain("search history");
  });

  test("of a stopped answer that nothing is kept, where nothing had come", async () => {
    await using one = await serve([{ body: [new Promise(() => {})], end: "stall" }]);
    const place = placeOf({ one });
    await using terminal = openProgram(["-p", "one"], { place, rows: 30 });
    await say(terminal, "a");
    await one.received(1);
    terminal.type("\u0003");
    await terminal.until(/^Stopped\.$/mu);
    expect(terminal.screen()).not.toContain("kept");
  });

  test("of what it cannot do: /export replaces no file", async () => {
    await using one = await serve(numbered);
    const place = placeOf({ one });
    put(join(place.cwd, "page.html"), "mine");
    const { stderr, code } = await session(place, ["a", "/export html page.html"], "-p", "one");
    expect(stderr).toContain("page.html");
    expect({ code, kept: readFileSync(join(place.cwd, "page.html"), "utf8") }).toEqual({ code: 2, kept: "mine" });
  });

  test("of the date: told once, and each request begins as the one before, in a resumed conversation too", async () => {
    await using server = await serve(numbered);
    const place = newPlace();
    put(place.configFile, "date: true\n");
    const options = { place, env: askingAt(server) };
    await run([], { ...options, input: "a\nb\n" });
    await run(["--continue"], { ...options, input: "c\n" });
    const [one, two, three] = server.requests.map(({ body }) => body!["messages"] as object[]);
    expect(one).toEqual([
      { role: "latest_reminder", content: expect.any(String) },
      { role: "user", content: "a" },
    ]);
    expect(two!.slice(0, 2)).toEqual(one);
    expect(three!.slice(0, 4)).toEqual(two);
  });

  test("of money: a refused connection is no question, and the cost of what has no count is unknown", async () => {
    await using one = await serve([answer("yes"), { body: [text("cut")], end: "cut" }]);
    const place = placeOf({ one }, "models: {one-1: {CNY: {cached: 1, input: 1, output: 1}}}\n");
    const lines = ["a", "b", "/provider dead", "c", "/cost"];
    put(
      place.configFile,
      readFileSync(place.configFile, "utf8").replace(
        "providers:\n",
        'providers:\n  dead: {base_url: "http://127.0.0.1:9", model: d}\n',
      ),
    );
    const { stderr } = await session(place, lines, "-p", "one");
    const spent = en.session.spent({
      questions: 2,
      tokens: { prompt: "30", cached: "20", completion: "12" },
      cost: "¥0.000042",
    });
    const unknown = [en.session.tokensUnknown({ requests: 1 }), en.session.spentUnknown({ requests: 1 })];
    expect(stderr).toContain([spent, ...unknown].join("\n"));
  });

  test("that another program has added to the conversation, once", async () => {
    const place = newPlace();
    const file = join(place.cwd, "shared.md");
    await using one = await serve((_, index) => answer(`answer ${index + 1}`));
    put(place.configFile, `providers:\n  one: {base_url: "${one.url}", model: one-1}\n`);
    const args = ["-p", "one", "--transcript", file];
    const running = start(args, { place, input: "a\n", openInput: true });
    await running.until(({ stderr }) => stderr.includes(" s\n"));
    await run(["ask", ...args, "between"], { place });
    running.stdin!.end("b\nc\n");
    const { stderr } = await running.done;
    expect(stderr.match(patternOf(en.session.changedElsewhere({ id: any }), "gu"))).toHaveLength(1);
  });

  test("of an answer that was cut short by a limit: exit 0, with a note", async () => {
    await using one = await serve([{ body: [text("half"), finish("length")] }]);
    const place = placeOf({ one });
    const told = await run(["ask", "-p", "one", "a"], { place });
    expect(told).toMatchObject({ code: 0, stdout: "half\n" });
    expect(told.stderr).toContain(en.answer.cutByLength);
    const object = JSON.parse((await run(["ask", "-p", "one", "-o", "json", "a"], { place })).stdout) as object;
    expect(object).toMatchObject({ finish_reason: "length", complete: false, error: null });
  });
});
