import { describe, expect, test } from "vitest";
import { newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type RawServer, type Reply, serve } from "../support/raw-server.ts";
import { answer, refusal, text } from "../support/wire.ts";
import { any, en, patternOf, wordsOf } from "../support/words.ts";

/** A server with a list of models. */
async function offering(...ids: readonly string[]): Promise<RawServer> {
  const list: Reply = {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ object: "list", data: ids.map((id) => ({ id, object: "model" })) }),
  };
  return await serve(({ method }) => (method === "GET" ? list : answer("yes")));
}

function placeOf(servers: Readonly<Record<string, RawServer>>, more = ""): Place {
  const place = newPlace();
  const rows = Object.entries(servers).map(([name, { url }]) => `  ${name}: {base_url: "${url}"}\n`);
  put(place.configFile, `providers:\n${rows.join("")}${more}`);
  return place;
}

/** The models that were asked. */
function asked({ requests }: RawServer): unknown[] {
  return requests.flatMap(({ path, body }) => (path.endsWith("/chat/completions") ? [body?.["model"]] : []));
}

describe.concurrent("an id that begins with another provider's name", () => {
  test.each<[string, string[], string, Record<string, string>]>([
    ["-p and -m", ["-p", "gateway", "-m", "tiny/r1"], "", {}],
    ["provider: and model: of the config file", [], "provider: gateway\nmodel: tiny/r1\n", {}],
    ["two variables", [], "", { DEEPSEEK_CHAT_PROVIDER: "gateway", DEEPSEEK_CHAT_MODEL: "tiny/r1" }],
    ["the provider's own model", ["-p", "gateway"], "", {}],
    ["the provider's name twice", ["-p", "gateway", "-m", "gateway/tiny/r1"], "", {}],
    ["the provider before it", ["-m", "gateway/tiny/r1"], "", {}],
  ])("stays with the provider that was named, by %s", async (how, flags, more, env) => {
    await using gateway = await offering();
    await using tiny = await offering();
    const place = placeOf({ gateway, tiny }, more);
    if (how === "the provider's own model") {
      put(place.configFile, `providers: {gateway: {base_url: "${gateway.url}", model: tiny/r1}}\n`);
    }
    const { code } = await run(["ask", ...flags, "hi"], { place, env });
    expect({ code, gateway: asked(gateway), tiny: asked(tiny) }).toEqual({ code: 0, gateway: ["tiny/r1"], tiny: [] });
  });

  test.each<[string, string[], string, Record<string, string>]>([
    ["no provider beside it", ["-m", "tiny/r1"], "", {}],
    ["a provider of a weaker place", ["-m", "tiny/r1"], "provider: gateway\n", {}],
    ["a variable", [], "provider: gateway\n", { DEEPSEEK_CHAT_MODEL: "tiny/r1" }],
  ])("names that provider, with %s", async (_, flags, more, env) => {
    await using gateway = await offering();
    await using tiny = await offering();
    const place = placeOf({ gateway, tiny }, more);
    await run(["ask", ...flags, "hi"], { place, env });
    expect([asked(gateway), asked(tiny)]).toEqual([[], ["r1"]]);
  });

  test("stays in /model where the provider in use has it in its list", async () => {
    await using gateway = await offering("tiny/r1", "openai/gpt");
    await using tiny = await offering("r1", "r2");
    const place = placeOf({ gateway, tiny });
    const input = "/model tiny/r1\na\n/model tiny/r2\nb\n/model gateway/tiny/r1\nc\n/model openai/gpt\nd\n";
    const { stderr } = await run(["-p", "gateway", "-m", "x"], { place, input });
    expect([asked(gateway), asked(tiny)]).toEqual([["tiny/r1", "tiny/r1", "openai/gpt"], ["r2"]]);
    expect(stderr.match(/Model: .*/gu)).toEqual([
      "Model: gateway/tiny/r1",
      "Model: tiny/r2",
      "Model: gateway/tiny/r1",
      "Model: gateway/openai/gpt",
    ]);
  });

  test("stays when it is chosen from the list, and Tab asks for the list once", async () => {
    await using gateway = await offering("tiny/r1");
    await using tiny = await offering("r1");
    const place = placeOf({ gateway, tiny });
    await using terminal = openProgram(["-p", "gateway", "-m", "x"], { place, rows: 40 });
    await terminal.until(/^>/mu);
    terminal.type("/model tin\t");
    await terminal.until(/> \/model tiny\/$/mu);
    terminal.type("\t\t");
    await terminal.until(/tiny\/r1/u);
    terminal.type("\u0003");
    await terminal.until(/^>$/mu);
    expect(gateway.requests.filter(({ path }) => path === "/models")).toHaveLength(1);
    await say(terminal, "/model");
    await terminal.until(/Choose a model:\n[^\n]*tiny\/r1/u);
    terminal.type("\r");
    await terminal.until("Model: gateway/tiny/r1");
    await say(terminal, "hi");
    await terminal.until(/^yes$/mu);
    expect([asked(gateway), asked(tiny)]).toEqual([["tiny/r1"], []]);
  });

  test("cannot be chosen from an empty list, which ends nothing", async () => {
    await using gateway = await offering();
    const place = placeOf({ gateway });
    await using terminal = openProgram(["-p", "gateway", "-m", "x", "--no-render"], { place, rows: 30 });
    await say(terminal, "/model");
    await terminal.until("gateway lists no models.");
    await say(terminal, "hi");
    await terminal.until(/^yes$/mu);
    expect(asked(gateway)).toEqual(["x"]);
  });

  test("is told where it may be a slip", async () => {
    await using server = await offering();
    const place = newPlace();
    const env = { DEEPSEEK_API_KEY: "sk-0123456789abcdef", DEEPSEEK_BASE_URL: server.url };
    const { stderr } = await run([], {
      place,
      env,
      input: "/model deepseek-flsh\n/model silicoflow/x\n/model deepseek-v4-flash\n",
    });
    expect(stderr.match(/Did you mean .*/gu)).toEqual([
      en.session.modelMeant({ nearest: "deepseek-flash" }),
      en.session.modelMeant({ nearest: "siliconflow/x" }),
    ]);
  });
});

test("blanks around the names of provider and model belong to neither", async () => {
  await using one = await offering();
  const place = placeOf({ one });
  const env = { DEEPSEEK_CHAT_PROVIDER: " one ", DEEPSEEK_CHAT_MODEL: "b " };
  await run(["ask", "-m", " one / a ", "hi"], { place });
  await run(["ask", "hi"], { place, env });
  expect(asked(one)).toEqual(["a", "b"]);
});

describe.concurrent("an alias", () => {
  const aliases = "model: m\nmodels: {cheap: tiny/r1, code: cheap, own: r9}\n";

  test.each<[string, string[], string, Record<string, string>]>([
    ["-m", ["-m", "cheap"], "", {}],
    ["another alias", ["-m", "code"], "", {}],
    ["a variable", [], "", { DEEPSEEK_CHAT_MODEL: "cheap" }],
    ["a provider's own model", ["-p", "tiny"], "", {}],
  ])("names its model by %s", async (_, flags, more, env) => {
    await using tiny = await offering();
    const place = newPlace();
    put(place.configFile, `${aliases}providers: {tiny: {base_url: "${tiny.url}", model: code}}\n${more}`);
    const { code } = await run(["ask", ...flags, "hi"], { place, env });
    expect([code, asked(tiny)]).toEqual([0, ["r1"]]);
  });

  test("names it in .env, /model and failover", async () => {
    await using gateway = await offering();
    await using tiny = await offering();
    await using down = await serve(() => refusal(503, { error: { message: "busy" } }));
    const more = `${aliases}failover: {bad: [code]}\n`.replace("cheap:", "bad: down/m, cheap:");
    const place = placeOf({ gateway, tiny, down }, more);
    put(`${place.cwd}/.env`, "DEEPSEEK_CHAT_MODEL=cheap\n");
    await run(["ask", "hi"], { place });
    const input = "/model cheap\na\n/model gateway/x\n/model own\nb\n";
    const { stderr } = await run(["-m", "gateway/x"], { place, input });
    expect(stderr.match(/Model: .*/gu)).toEqual(["Model: tiny/r1", "Model: gateway/x", "Model: gateway/r9"]);
    await run(["ask", "-m", "bad", "--retries", "0", "hi"], { place });
    expect([asked(gateway), asked(tiny)]).toEqual([["r9"], ["r1", "r1", "r1"]]);
  });

  test("is set, offered and refused", async () => {
    const place = newPlace();
    const set = async (...args: string[]) => await run(["config", ...args], { place });
    expect((await set("set", "models.cheap", "deepseek/deepseek-flash")).code).toBe(0);
    expect((await set("set", "models.again", "again")).code).toBe(2);
    const { code, stderr } = await set("set", "models.code", "nosuch/x");
    expect([code, stderr]).toEqual([2, expect.stringContaining('"nosuch/x"')]);
    const { stdout } = await run(["complete-words", "--", "ask", "-m", "che"], { place });
    expect(stdout).toMatch(/^cheap$/mu);
    await using terminal = openProgram(["-p", "demo"], { place, rows: 40 });
    await terminal.until(/^>/mu);
    terminal.type("/model che\t");
    await terminal.until(/> \/model cheap *$/mu);
  });
});

describe.concurrent("failover", () => {
  const busy = refusal(503, { error: { message: "busy" } });

  test.each([
    ["names no provider", "nosuch/x"],
    ["names no model of one that has none", "ollama"],
  ])("told by its entry where that %s, and in nobody's way", async (_, entry) => {
    await using one = await offering();
    const place = placeOf({ one }, `failover: {m: [${entry}]}\n`);
    const { code, stdout, stderr } = await run(["ask", "-m", "one/m", "hi"], { place });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "yes\n" });
    const misfit = { path: any, line: null, key: "failover.m", value: entry, expected: any };
    expect(stderr).toMatch(patternOf(wordsOf("config_misfit", misfit).what));
    const { stdout: report } = await run(["doctor", "-p", "one", "-m", "m"], { place });
    expect(report).toMatch(patternOf(wordsOf("config_misfit", misfit).what));
  });

  test("may name another model of the same provider by its id alone", async () => {
    await using one = await serve(({ body }) => (body?.["model"] === "m" ? busy : answer("from two")));
    const place = placeOf({ one }, "failover: {one/m: [m2]}\n");
    const { stdout } = await run(["ask", "--retries", "0", "-m", "one/m", "hi"], { place });
    expect({ stdout, asked: asked(one) }).toEqual({ stdout: "from two\n", asked: ["m", "m2"] });
  });

  test.each(["constructor", "__proto__", "toString"])("is none for a model called %s", async (name) => {
    await using one = await offering();
    const place = placeOf({ one }, "failover: {other: [one/m2]}\n");
    const { code, stderr } = await run(["ask", "-p", "one", "-m", name, "hi"], { place });
    expect({ code, stderr, asked: asked(one) }).toEqual({ code: 0, stderr: "", asked: [name] });
  });

  test("works with --retries 0 in the midst of an answer, which the same provider does not go on with", async () => {
    await using one = await serve([{ body: [text("One, two")], end: "cut" }]);
    await using two = await serve([answer("One, two", ", three")]);
    const place = placeOf({ one, two }, "failover: {m: [two/m2]}\n");
    const { code, stdout } = await run(["ask", "--retries", "0", "-m", "one/m", "hi"], { place });
    expect({ code, stdout, one: one.requests.length }).toEqual({ code: 0, stdout: "One, two, three\n", one: 1 });
  });

  test("stops before an address that the person's key may not go to, and says so", async () => {
    await using one = await serve([busy]);
    await using three = await offering();
    const place = placeOf({ one, three }, "failover: {m: [siliconflow, three/m3]}\n");
    put(`${place.cwd}/.env`, "SILICONFLOW_BASE_URL=https://elsewhere.example/v1\n");
    const env = { SILICONFLOW_API_KEY: "sk-0123456789abcdef" };
    const { code, stderr } = await run(["ask", "--retries", "0", "-m", "one/m", "hi"], { place, env });
    expect({ code, three: asked(three) }).toEqual({ code: 3, three: [] });
    expect(stderr).toContain("trusted_endpoints");
    expect(stderr).toContain("one failed (503");
  });
});
