import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { type RawServer, type Received, type Reply, serve } from "../support/raw-server.ts";
import { counted, delta, done, event, finish, refusal, text, usage } from "../support/wire.ts";
import { any, en, patternOf, wordsOf, zh } from "../support/words.ts";

type Body = Record<string, unknown>;

const question = (body: Body) => JSON.stringify(body["messages"]);
const thinks = (body: Body) => (body["thinking"] as { type?: string } | undefined)?.type !== "disabled";

function models({ path }: Received): Reply | null {
  if (path.endsWith("/models")) return refusal(200, { data: [{ id: "m" }] });
  return path.endsWith("/balance") ? refusal(200, { balance_infos: [{ currency: "CNY", total_balance: "1" }] }) : null;
}

function refused(body: Body, ...fields: readonly string[]): Reply | null {
  const field = fields.find((name) => name in body);
  return field === undefined ? null : refusal(400, { error: { message: `${field} is not known` } });
}

/** What is answered to the questions of a probe, thinking or not. */
function reply(
  body: Body,
  { thought, goesOn }: { thought: boolean; goesOn: boolean },
  more: readonly string[] = [usage],
) {
  const whole = question(body).includes("from 1 to 9") ? (goesOn ? " 7, 8, 9" : "1, 2, 3, 4, 5, 6, 7, 8, 9") : "No";
  const called = { index: 0, id: "c", function: { name: "answer", arguments: '{"name": "Li", "age": 30}' } };
  if ("tools" in body) return { body: [delta({ tool_calls: [called] }), finish("tool_calls"), ...more, done] };
  const answer = "response_format" in body ? '{"ok": true}' : whole;
  return {
    body: [...(thought ? [delta({ reasoning_content: "7 times 13" })] : []), text(answer), finish(), ...more, done],
  };
}

/** As DeepSeek documents itself. */
function deepseek(request: Received): Reply {
  const body = request.body ?? {};
  const goesOn = request.path.startsWith("/beta/") && question(body).includes('"prefix":true');
  return models(request) ?? reply(body, { thought: thinks(body), goesOn });
}

/** A gateway that knows nothing beyond the oldest fields. */
function plain(request: Received): Reply {
  const body = request.body ?? {};
  const fields = ["stream_options", "thinking", "enable_thinking", "reasoning_effort", "chat_template_kwargs"];
  if (request.path.startsWith("/beta/")) return refusal(404, "<html>no</html>");
  return (
    models(request) ??
    refused(body, ...fields, "response_format", "tools", "prefix") ??
    reply(body, { thought: false, goesOn: false }, [])
  );
}

/** As SiliconFlow documents itself, under an address where DeepSeek is expected. */
function siliconflow(request: Received): Reply {
  const body = request.body ?? {};
  if (request.path.startsWith("/beta/")) return refusal(404, "404 page not found");
  const thought = body["enable_thinking"] !== false;
  const cumulative = event({ choices: [], usage: { ...counted, completion_tokens: 3 } });
  return (
    models(request) ??
    refused(body, "thinking") ??
    reply(body, { thought, goesOn: typeof body["prefix"] === "string" && !thought }, [cumulative, usage])
  );
}

function place(config = ""): Place {
  const made = newPlace();
  put(made.configFile, config);
  return made;
}

const environment = ({ url }: RawServer, where: Place) => ({
  DEEPSEEK_API_KEY: "sk-0123456789abcdef",
  DEEPSEEK_BASE_URL: url,
  DEEPSEEK_CHAT_MODEL: "m",
  XDG_CACHE_HOME: join(where.home, "cache"),
});

const findingsPath = (where: Place) => join(where.home, "cache", "deepseek-chat", "findings.json");

/** Probes, and gives the facts and problems of each question, and what is kept of it. */
async function probe(server: RawServer, where: Place, ...args: readonly string[]) {
  const { stdout, code } = await run(["doctor", "--probe", "--json", ...args], {
    place: where,
    env: environment(server, where),
  });
  const { checks } = JSON.parse(stdout) as { checks: { id: string; facts: object; problems: { code: string }[] }[] };
  const asked = checks.filter(({ id }) => ["streaming", "usage", "thinking", "prefix", "json", "schema"].includes(id));
  const facts = Object.fromEntries(asked.map((check) => [check.id, check.facts]));
  const problems = asked.flatMap((check) => check.problems.map((problem) => problem.code));
  const kept = JSON.parse(readFileSync(findingsPath(where), "utf8")) as { findings: Record<string, unknown> };
  return { facts, problems, code, kept: kept.findings[`deepseek ${server.url} m`] };
}

/** The body that a question with thinking sends from then on. */
async function asks(server: RawServer, where: Place, ...args: readonly string[]): Promise<Body> {
  await run(["ask", "--no-transcript", "--thinking", ...args, "hello"], {
    place: where,
    env: environment(server, where),
  });
  return server.body();
}

describe("doctor --probe", () => {
  it("confirms what is known of a service", async () => {
    await using server = await serve(deepseek);
    const where = place();
    const { facts, problems, kept, code } = await probe(server, where);
    expect([problems, code]).toEqual([[], 0]);
    expect(facts).toEqual({
      streaming: { first_ms: expect.any(Number), total_ms: expect.any(Number), finish_reason: "stop", done: true },
      usage: { where: "end", asked: true, cache: "prompt_cache_hit_tokens", reasoning: true },
      thinking: { form: "deepseek", by_default: true, on: true, off: false, field: "reasoning_content" },
      prefix: { form: "beta" },
      json: { accepted: true, valid: true },
      schema: { form: "strict_tool" },
    });
    expect(kept).toMatchObject({
      thinking: "deepseek",
      prefix: "beta",
      stream_usage: true,
      json: true,
      schema: "strict_tool",
    });
    expect(statSync(findingsPath(where)).mode & 0o777).toBe(0o600);
    expect(await asks(server, where)).toMatchObject({
      thinking: { type: "enabled" },
      stream_options: { include_usage: true },
    });
  });

  it("asks few and tiny questions", async () => {
    await using server = await serve(deepseek);
    await probe(server, place());
    const bodies = server.requests.flatMap(({ body }) => (body === null ? [] : [body]));
    expect(bodies).toHaveLength(6);
    for (const body of bodies) {
      expect(question(body).length).toBeLessThan(250);
      expect(body["max_tokens"]).toBeLessThanOrEqual(1000);
    }
  });

  it("finds out what a gateway does not take, and from then on nothing of it is sent", async () => {
    await using server = await serve(plain);
    const where = place();
    const { facts, problems, kept, code } = await probe(server, where);
    expect(facts).toMatchObject({
      usage: { where: "none", asked: false, cache: null },
      thinking: { form: "none", by_default: false },
      prefix: { form: "none" },
      json: { accepted: false, valid: false },
      schema: { form: "prompt" },
    });
    expect(problems).toEqual(["no_usage", "refused_switch", "other_prefix", "no_json", "other_schema"]);
    expect(code).toBe(0);
    expect(kept).toMatchObject({ thinking: "none", prefix: "none", stream_usage: false, json: false });
    const body = await asks(server, where);
    expect(Object.keys(body).sort()).toEqual(["messages", "model", "stream"]);
  });

  it("finds other forms than the expected ones, and goes by them", async () => {
    await using server = await serve(siliconflow);
    const where = place();
    const { facts, problems, kept } = await probe(server, where);
    expect(facts).toMatchObject({
      usage: { where: "every" },
      thinking: { form: "enable_thinking", on: true, off: false },
      prefix: { form: "field" },
      schema: { form: "tool" },
    });
    expect(problems).toEqual(["other_switch", "other_prefix", "other_schema"]);
    expect(kept).toMatchObject({ thinking: "enable_thinking", prefix: "field", schema: "tool" });
    expect(await asks(server, where, "--no-thinking", "--schema", "name")).toHaveProperty("tool_choice");
    expect(server.requests.at(-1)?.path).toBe("/chat/completions");
    const body = await asks(server, where);
    expect([body["enable_thinking"], "thinking" in body]).toEqual([true, false]);
    const { stdout } = await run(["doctor", "-m", "m"], { place: where, env: environment(server, where) });
    expect(stdout).toMatch(/asked on \d{4}-\d\d-\d\d: thinking switch enable_thinking, prefix field/u);
  });

  it("goes on with a cut answer in the form that was found", async () => {
    let cut = true;
    await using server = await serve((request) => {
      const { body } = request;
      if (body === null || !question(body).includes("hello")) return siliconflow(request);
      if (!cut) return { body: [text("lo, world"), finish(), done] };
      cut = false;
      return { body: [text("Hel")], end: "cut" };
    });
    const where = place();
    await probe(server, where);
    const { stdout } = await run(["ask", "--no-transcript", "hello"], {
      place: where,
      env: environment(server, where),
    });
    expect(stdout).toBe("Hello, world\n");
    expect(server.body()).toMatchObject({ prefix: "Hel", messages: [{ role: "user" }] });
    expect(server.requests.at(-1)?.path).toBe("/chat/completions");
  });

  it("does not overrule the config file, nor speak for other models", async () => {
    await using server = await serve(plain);
    const where = place("providers: { deepseek: { thinking: deepseek, stream_usage: true } }\n");
    await probe(server, where);
    expect(await asks(server, where)).toMatchObject({ thinking: { type: "enabled" }, stream_options: {} });
    writeFileSync(where.configFile, "");
    expect(await asks(server, where)).not.toHaveProperty("thinking");
    expect(await asks(server, where, "-m", "other")).toMatchObject({ thinking: { type: "enabled" } });
  });

  it("lets findings that were tampered with or are of another form be none", async () => {
    await using server = await serve(deepseek);
    const where = place();
    for (const content of ["", "[]", '{"v":1,"findings":{"deepseek URL m":{"at":"x","thinking":"loud"}}}']) {
      put(findingsPath(where), content.replace("URL", server.url));
      expect(await asks(server, where)).toMatchObject({ thinking: { type: "enabled" } });
    }
  });

  it("keeps nothing where the service fails, and says so", async () => {
    await using server = await serve((request) => models(request) ?? refusal(503, { error: { message: "busy" } }));
    const where = place();
    const { stdout, code } = await run(["doctor", "--probe"], { place: where, env: environment(server, where) });
    expect(stdout).toContain(wordsOf("service_failed", { provider: "deepseek", status: 503, reason: "busy" }).what);
    expect(stdout).toContain(en.doctor.blocked(en.doctor.titles.streaming));
    expect(statSync(findingsPath(where), { throwIfNoEntry: false })).toBeUndefined();
    expect(code).toBe(5);
  });

  it("tells a model that is slow from a connection that is cut, keeps what it learnt, and asks no more", async () => {
    await using server = await serve((request) => models(request) ?? { body: [text("N"), text("o")], end: "stall" });
    const where = place();
    const { facts, problems, kept, code } = await probe(server, where, "--timeout", "2");
    expect([problems, code]).toEqual([["still_answering"], 0]);
    expect(facts).toMatchObject({ streaming: { finish_reason: null, done: false }, thinking: null, json: null });
    expect(kept).toMatchObject({ stream_usage: true, thinking: null, prefix: null, json: null });
    expect(server.requests.filter(({ body }) => body !== null)).toHaveLength(1);
    const { stdout } = await run(["doctor", "--probe", "--timeout", "2"], {
      place: where,
      env: environment(server, where),
    });
    expect(stdout).toContain(en.doctor.problems.still_answering({ model: "m", seconds: 2 }).what);
    expect(stdout).not.toMatch(/cut|ECONNRESET|All checks passed/u);
  });

  it("shows on a terminal for how long it has been asking", async () => {
    await using server = await serve((request) => models(request) ?? { body: [text("N")], end: "stall" });
    const where = place();
    await using terminal = openProgram(["doctor", "--probe", "--timeout", "4"], {
      place: where,
      env: environment(server, where),
      rows: 60,
      cols: 120,
    });
    const [asking] = en.doctor.askingNow({ model: "m", seconds: 1 }).split("1");
    await terminal.until(new RegExp(`${RegExp.escape(asking!)}[1-4]`, "u"));
    await terminal.until(en.doctor.problems.still_answering({ model: "m", seconds: 4 }).what);
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.screen()).not.toContain(asking);
  });

  it("says of a model that sends nothing that it sent nothing", async () => {
    await using server = await serve((request) => models(request) ?? { end: "stall" });
    const where = place();
    const { stdout, code } = await run(["doctor", "--probe", "--timeout", "2"], {
      place: where,
      env: environment(server, where),
    });
    expect(stdout).toMatch(patternOf(wordsOf("timeout", { host: any, seconds: 2 }).what));
    expect(code).toBe(5);
  });

  it("leaves what it found earlier where the model is too slow now", async () => {
    let slow = false;
    await using server = await serve((request) =>
      slow ? (models(request) ?? { body: [text("N")], end: "stall" }) : deepseek(request),
    );
    const where = place();
    await probe(server, where);
    slow = true;
    const { kept } = await probe(server, where, "--timeout", "2");
    expect(kept).toMatchObject({ thinking: "deepseek", prefix: "beta", stream_usage: true, json: true });
  });

  it("says in words what it found", async () => {
    await using server = await serve(plain);
    const where = place();
    const run1 = await run(["doctor", "--probe"], { place: where, env: environment(server, where) });
    expect(run1.stdout).toContain(en.doctor.problems.refused_switch({ provider: "deepseek", form: "deepseek" }).what);
    expect(run1.stderr).toContain(en.doctor.asking({ model: "m" }));
    expect(run1.stderr).toContain(findingsPath(where).replace(where.home, "~"));
    const run2 = await run(["doctor", "--probe", "--lang", "zh"], { place: where, env: environment(server, where) });
    expect(run2.stdout).toContain(zh.doctor.problems.refused_switch({ provider: "deepseek", form: "deepseek" }).what);
  });
});
