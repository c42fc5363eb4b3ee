import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { askingAt, newPlace, openProgram, type Place, put, run, start, transcriptsOf } from "../support/program.ts";
import { type RawServer, type Reply, serve } from "../support/raw-server.ts";
import { answer, counted, delta, done, event, finish, refusal, text, usage } from "../support/wire.ts";
import { any, en, patternOf, wordsOf } from "../support/words.ts";

/** A line of `ask -o json`, as far as it matters here. */
interface Told {
  readonly answer: string;
  readonly complete: boolean;
  readonly usage: Record<string, number> | null;
  readonly cost: { readonly amount: number } | null;
  readonly provider: string;
}

/** Longer than a busy machine takes to bring what is sent at once. */
const brief = ["--timeout", "4"];
const thought = (content: string) => delta({ reasoning_content: content });
const cut = (...pieces: readonly string[]): Reply => ({ body: pieces, end: "cut" });
const stall = (...pieces: readonly string[]): Reply => ({ body: pieces, end: "stall" });

function messages(server: RawServer, index = -1): unknown {
  return server.body(index)["messages"];
}

function paths(server: RawServer): string[] {
  return server.requests.map(({ path }) => path);
}

async function exchanges({ cwd }: Place) {
  const folder = join(cwd, "transcripts");
  const name = readdirSync(folder).find((file) => file.endsWith(".md"))!;
  return (await readTranscript(join(folder, name))).exchanges;
}

/** The end of the line that tells of a continuation: all but why there was one. */
function note(how: keyof typeof en.answer.continued, provider: string): string {
  return en.answer.continued[how]({ why: "", provider }).trim();
}

async function lastExchange(place: Place) {
  return (await exchanges(place)).at(-1)!;
}

/** A provider that goes on in the given form, at the server. */
function providerAt({ url }: RawServer, prefix: string): Place {
  const place = newPlace();
  put(place.configFile, `provider: mine\nproviders: {mine: {base_url: "${url}/v1", model: m, prefix: ${prefix}}}\n`);
  return place;
}

describe.concurrent("an answer that breaks off is gone on with", () => {
  test.each([
    ["stalls", stall],
    ["is dropped", cut],
  ])("by prefix at DeepSeek's /beta, once it %s, with the thinking so far", async (_, breaking) => {
    await using server = await serve([
      breaking(thought("Let me "), thought("count."), text("One, two"), text(", th")),
      answer("ree", ", four."),
    ]);
    const { code, stdout, stderr, place } = await run(["ask", "--thinking", ...brief, "count"], {
      env: askingAt({ url: `${server.url}/v1` }),
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "One, two, three, four.\n" });
    expect(paths(server)).toEqual(["/v1/chat/completions", "/beta/chat/completions"]);
    const [first, second] = server.requests.map(({ body }) => body);
    expect(second).toEqual({
      ...first,
      messages: [
        { role: "user", content: "count" },
        { role: "assistant", content: "One, two, th", prefix: true, reasoning_content: "Let me count." },
      ],
    });
    expect(stderr).toContain(note("continue-prefix", "deepseek"));
    const { answer: saved, reasoning, seams, status, answeredBy } = await lastExchange(place);
    expect({ saved, reasoning, status, answeredBy }).toEqual({
      answeredBy: null,
      saved: "One, two, three, four.",
      reasoning: "Let me count.",
      status: "complete",
    });
    const code2 = breaking === stall ? "timeout" : "stream_failed";
    expect(seams).toEqual([
      { at: 12, thought: 13, how: "prefix", provider: "deepseek", model: "deepseek-flash", code: code2 },
    ]);
    expect(transcriptsOf(place)[0]).toMatch(/Answer:\nOne, two, three, four\.\n\n-{40}/u);
  });

  test("by asking once more where only thinking had come", async () => {
    await using server = await serve([cut(thought("Hm")), answer("Yes.")]);
    const { code, stdout, stderr, place } = await run(["ask", "sure?"], { env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Yes.\n" });
    expect(server.body(1)).toEqual(server.body(0));
    expect(paths(server)).toEqual(["/chat/completions", "/chat/completions"]);
    expect(stderr).toContain(note("restart", "deepseek"));
    expect((await lastExchange(place)).seams).toMatchObject([{ at: 0, how: "again" }]);
  });

  test("by SiliconFlow's own field", async () => {
    await using server = await serve([cut(text("One, two")), answer(", three.")]);
    const { stdout, stderr } = await run(["ask", "-p", "siliconflow", "count"], {
      env: { SILICONFLOW_API_KEY: "sk-0123456789abcdef", SILICONFLOW_BASE_URL: `${server.url}/v1` },
    });
    expect(stdout).toBe("One, two, three.\n");
    expect(paths(server)).toEqual(["/v1/chat/completions", "/v1/chat/completions"]);
    expect(server.body(1)).toEqual({
      ...server.body(0),
      enable_thinking: false,
      prefix: "One, two",
      messages: [{ role: "user", content: "count" }],
    });
    expect(stderr).toContain(note("continue-prefix", "siliconflow"));
  });

  test("by SiliconFlow's own field, also where the beginning is sent back", async () => {
    await using server = await serve([cut(text("One, two, three")), answer("One, ", "two, thr", "ee, four.")]);
    const { stdout } = await run(["ask", "-p", "siliconflow", "count"], {
      env: { SILICONFLOW_API_KEY: "sk-0123456789abcdef", SILICONFLOW_BASE_URL: `${server.url}/v1` },
    });
    expect(stdout).toBe("One, two, three, four.\n");
  });

  test("by asking any other provider to go on, without what it says again", async () => {
    await using server = await serve([cut(text("One, two, three")), answer("two, ", "three, four.")]);
    const place = providerAt(server, "none");
    const { stdout, stderr } = await run(["ask", "count"], { place });
    expect(stdout).toBe("One, two, three, four.\n");
    expect(messages(server)).toEqual([
      { role: "user", content: "count" },
      { role: "assistant", content: "One, two, three" },
      { role: "user", content: expect.stringContaining("Go on from exactly where it stopped") as string },
    ]);
    expect(stderr).toContain(note("continue-prompt", "mine"));
    expect(await lastExchange(place)).toMatchObject({
      question: "count",
      answer: "One, two, three, four.",
      seams: [{ at: 15, how: "asked" }],
    });
  });

  test.each([404, 400])("by asking, where a gateway refuses prefix completion with %d", async (status) => {
    await using server = await serve(({ path }, index) => {
      if (path.startsWith("/beta")) return refusal(status, { error: { message: "no such thing here" } });
      return index === 0 ? cut(text("One, two, three")) : answer("two, three", ", four.");
    });
    const { code, stdout, stderr, place } = await run(["ask", "count"], { env: askingAt({ url: `${server.url}/v1` }) });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "One, two, three, four.\n" });
    expect(paths(server)).toEqual(["/v1/chat/completions", "/beta/chat/completions", "/v1/chat/completions"]);
    expect(messages(server)).toMatchObject([{}, { role: "assistant", content: "One, two, three" }, { role: "user" }]);
    const facts = { why: any, provider: "deepseek" };
    const notes = [en.answer.continued.failed(facts), en.answer.continued["continue-prompt"](facts)];
    expect(stderr).toMatch(patternOf(notes.join("\n")));
    expect((await lastExchange(place)).seams).toMatchObject([{ how: "prefix" }, { how: "asked" }]);
  });

  test("and when that breaks off while it repeats, nothing is there twice", async () => {
    await using server = await serve([cut(text("One, two, three")), cut(text("two, th")), answer(", four.")]);
    const place = providerAt(server, "none");
    const first = await run(["ask", "--retries", "1", "count"], { place });
    expect(first.stdout).toBe("One, two, three\n");
    const { stdout } = await run(["ask", "--continue-answer"], { place });
    expect(stdout).toBe(", four.\n");
    expect(messages(server)).toMatchObject([{}, { role: "assistant", content: "One, two, three" }, {}]);
  });

  test("when the service ran out of resources in the middle of it; what both requests took is added up", async () => {
    const short = { ...counted, prompt_tokens: 30, completion_tokens: 4, total_tokens: 34 };
    await using server = await serve([
      { body: [text("One"), finish("insufficient_system_resource"), event({ choices: [], usage: short }), done] },
      answer(", two."),
    ]);
    const { stdout } = await run(["ask", "-o", "json", "count"], { env: askingAt(server) });
    const told = JSON.parse(stdout) as Told;
    expect(told).toMatchObject({
      answer: "One, two.",
      complete: true,
      usage: { prompt_tokens: 60, completion_tokens: 16, total_tokens: 76 },
    });
    expect(told.cost!.amount).toBeGreaterThan(0);
    expect(messages(server)).toMatchObject([{ role: "user" }, { role: "assistant", content: "One", prefix: true }]);
  });

  test("and neither tokens nor cost are told where the count of a part never came", async () => {
    await using server = await serve([cut(text("One")), answer(", two.")]);
    const { stdout } = await run(["ask", "-o", "json", "count"], { env: askingAt(server) });
    expect(JSON.parse(stdout) as Told).toMatchObject({ answer: "One, two.", usage: null, cost: null });
  });

  test.each<[string, Reply, string]>([
    ["breaks off", cut(text(", two")), "One, two"],
    ["is refused", refusal(422, { error: { message: "Content Exists Risk" } }), "One"],
    ["stalls", stall(text(", two")), "One, two"],
  ])("once: when what goes on %s too, all that came is kept", async (_, second, kept) => {
    await using server = await serve([cut(text("One")), second]);
    const { code, stdout, place } = await run(["ask", "--retries", "1", ...brief, "count"], { env: askingAt(server) });
    expect({ stdout, requests: server.requests.length }).toEqual({ stdout: `${kept}\n`, requests: 2 });
    expect(code).toBeGreaterThan(3);
    expect(await lastExchange(place)).toMatchObject({ answer: kept, status: "failed", seams: [{ at: 3 }] });
  });

  test.each([
    ["--retries 0", ["--retries", "0"], ""],
    ["the setting", [], "continue_answers: false\n"],
  ])("unless %s says no", async (_, flags, config) => {
    await using server = await serve([cut(text("One")), answer(", two.")]);
    const place = newPlace();
    put(place.configFile, config);
    const { code, stdout, stderr } = await run(["ask", ...flags, "count"], { place, env: askingAt(server) });
    expect({ code, stdout, requests: server.requests.length }).toEqual({ code: 5, stdout: "One\n", requests: 1 });
    expect(stderr).toContain("deepseek-chat ask --continue-answer");
  });

  test.each([
    ["in a block of code", "```py\nprint(\u4f60", "\u597d)\n```\nDone."],
    ["at the end of a fence's line", "```py\n", "x = 1\n```\n"],
    ["between Chinese characters", "\u91cf\u5b50", "\u8ba1\u7b97\u3002"],
    ["between an emoji and its modifier", "\u{1f44d}", "\u{1f3fd} good"],
    ["at blanks", "a \n", "\n b"],
  ])("%s, byte for byte", async (_, before, after) => {
    await using server = await serve([cut(text(before)), answer(after)]);
    const { stdout, place } = await run(["ask", "--no-transcript", "q"], { env: askingAt(server) });
    const whole = before + after;
    expect(stdout).toBe(whole.endsWith("\n") ? whole : `${whole}\n`);
    expect(transcriptsOf(place)).toEqual([]);
    expect(messages(server)).toMatchObject([{}, { content: before, prefix: true }]);
  });

  test("in the middle of a character: half of one is neither shown nor sent", async () => {
    await using server = await serve([
      cut(delta({ content: "ok \ud83d" })),
      { body: [delta({ content: "\ud83d\ude00!" }), finish(), usage, done] },
    ]);
    const { stdout, place } = await run(["ask", "q"], { env: askingAt(server) });
    expect(stdout).toBe("ok \u{1f600}!\n");
    expect(messages(server)).toMatchObject([{}, { content: "ok ", prefix: true }]);
    expect((await lastExchange(place)).answer).toBe("ok \u{1f600}!");
  });

  test("on a terminal too: the answer is one, and below it stands how it came about", async () => {
    await using server = await serve([
      stall(thought("Hm."), text("```py\nprint(1)\npri")),
      answer("nt(2)\n```\n", "Both **print**."),
    ]);
    const place = newPlace();
    await using terminal = openProgram(brief, { place, env: askingAt(server), cols: 300 });
    await terminal.until(/>$/u);
    terminal.type("code");
    await terminal.until(/> code$/u);
    terminal.type("\r");
    await terminal.until("print(2)");
    await terminal.until(note("continue-prefix", "deepseek"));
    expect(terminal.screen()).toMatch(/print\(1\)\n\s*print\(2\)\n[\s\S]*Both print\.$/mu);
    expect(terminal.screen()).toMatch(patternOf(wordsOf("timeout", { host: any, seconds: 4 }).what));
    expect(messages(server)).toMatchObject([
      { content: "code" },
      { content: "```py\nprint(1)\npri", prefix: true, reasoning_content: "Hm." },
    ]);
    expect((await lastExchange(place)).answer).toBe("```py\nprint(1)\nprint(2)\n```\nBoth **print**.");
  });

  test("also as events and as one object, exactly", async () => {
    await using server = await serve([cut(text("One")), answer(", two.")]);
    const { stdout } = await run(["ask", "-o", "jsonl", "count"], { env: askingAt(server) });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { type: "text", text: "One" },
      { type: "seam", how: "prefix", provider: "deepseek", code: "stream_failed" },
      { type: "text", text: ", two." },
      { type: "usage" },
      { type: "finish", reason: "stop" },
    ]);
  });
});

describe.concurrent("an answer that was left unfinished", () => {
  test("by its length limit is gone on with by ask --continue-answer, thinking and all, as one answer", async () => {
    await using server = await serve([
      { body: [thought("Hm."), text("One,"), finish("length"), usage, done] },
      answer(" two,"),
      answer("unused"),
    ]);
    const place = newPlace();
    const env = askingAt(server);
    const first = await run(["ask", "count"], { place, env });
    const { code, stdout, stderr } = await run(["ask", "--continue-answer"], { place, env });
    expect({ first: first.stdout, code, stdout }).toEqual({ first: "One,\n", code: 0, stdout: " two,\n" });
    expect(paths(server)).toEqual(["/chat/completions", "/beta/chat/completions"]);
    expect(messages(server)).toEqual([
      { role: "user", content: "count" },
      { role: "assistant", content: "One,", prefix: true, reasoning_content: "Hm." },
    ]);
    expect(stderr).toContain(note("continue-prefix", "deepseek"));
    const again = await run(["ask", "--continue-answer"], { place, env });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(en.session.nothingToContinue)]);
    await run(["ask", "-c", "and then?"], { place, env });
    expect(messages(server)).toEqual([
      { role: "user", content: "count" },
      { role: "assistant", content: "One, two," },
      { role: "user", content: "and then?" },
    ]);
  });

  test.each([
    ["field", { prefix: "One, two, three", messages: [{ content: "count" }] }],
    ["none", { messages: [{ content: "count" }, { role: "assistant", content: "One, two, three" }, { role: "user" }] }],
  ])(
    "by hand goes on as by itself where the prefix is of the form %s, and is one answer for what follows",
    async (form, body) => {
      await using server = await serve([
        cut(text("One, two, three")),
        answer(form === "field" ? ", four." : "two, three, four."),
        answer("yes"),
      ]);
      const place = providerAt(server, form);
      await run(["ask", "--retries", "0", "count"], { place });
      const { stdout } = await run(["ask", "--continue-answer"], { place });
      expect(stdout).toBe(", four.\n");
      expect(server.body()).toMatchObject(body);
      await run(["ask", "-c", "sure?"], { place });
      expect(messages(server)).toMatchObject([{}, { content: "One, two, three, four." }, { content: "sure?" }]);
    },
  );

  test("after it was thought of twice goes on with the thinking that led to it", async () => {
    const limited = { body: [thought("Let me think."), text("One,"), finish("length"), usage, done] };
    await using server = await serve([cut(thought("Let me")), limited, answer(" two."), answer("yes")]);
    const { stdout, place } = await run([], { env: askingAt(server), input: "count\n/continue\nq\n" });
    expect(stdout).toBe("One,\n two.\n");
    const beginning = { role: "assistant", content: "One,", prefix: true, reasoning_content: "Let me think." };
    expect(messages(server)).toEqual([{ role: "user", content: "count" }, beginning]);
    expect((await exchanges(place))[0]).toMatchObject({ reasoning: "Let meLet me think.", seams: [{ how: "again" }] });
  });

  test("by a kill is found torn on resuming, and /continue goes on with it", async () => {
    const half = stall(thought("Hm."), text("\u4e00\uff0c"), text("\u4e8c"));
    await using server = await serve([half, answer("\uff0c\u4e09\u3002")]);
    const place = newPlace();
    const env = askingAt(server);
    const running = start(["ask", "count"], { place, env });
    await running.until(({ stdout }) => stdout === "\u4e00\uff0c\u4e8c");
    running.kill("SIGKILL");
    await running.done;
    const { code, stdout } = await run(["-c"], { place, env, input: "/continue\nq\n" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "\uff0c\u4e09\u3002\n" });
    expect(messages(server)).toEqual([
      { role: "user", content: "count" },
      { role: "assistant", content: "\u4e00\uff0c\u4e8c", prefix: true, reasoning_content: "Hm." },
    ]);
    const [first, second] = await exchanges(place);
    expect(first).toMatchObject({ answer: "\u4e00\uff0c\u4e8c", status: "interrupted" });
    expect(second).toMatchObject({ answer: "\uff0c\u4e09\u3002", status: "complete", continues: first!.id });
  });

  test("by a kill while it was gone on with is there from both requests, and goes on from there", async () => {
    await using server = await serve([cut(text("One, ")), stall(text("two, ")), answer("three.")]);
    const place = newPlace();
    const env = askingAt(server);
    const running = start(["ask", "count"], { place, env });
    await running.until(({ stdout }) => stdout === "One, two, ");
    running.kill("SIGKILL");
    await running.done;
    const { stdout } = await run(["ask", "--continue-answer"], { place, env });
    expect(stdout).toBe("three.\n");
    expect(messages(server)).toMatchObject([{ content: "count" }, { content: "One, two, ", prefix: true }]);
  });

  test("by a kill says so to whoever resumes it on a terminal", async () => {
    await using server = await serve([stall(text("One")), answer(", two.")]);
    const place = newPlace();
    const env = askingAt(server);
    const running = start(["ask", "count"], { place, env });
    await running.until(({ stdout }) => stdout === "One");
    running.kill("SIGKILL");
    await running.done;
    await using terminal = openProgram(["-c"], { place, env, cols: 120 });
    await terminal.until(en.session.canContinue);
    expect(terminal.screen()).toContain(`> count\n\nOne\n${en.session.tornLast}`);
  });

  test("and goes on in several steps, each saved, is one answer in the end", async () => {
    await using server = await serve([
      cut(text("One, ")),
      cut(text("two, ")),
      cut(text("three, ")),
      answer("four."),
      answer("yes"),
    ]);
    const lines = ["count", "/continue", "/continue", "/continue", "sure?", "q", ""];
    const { code, stdout, place } = await run(["--retries", "0"], { env: askingAt(server), input: lines.join("\n") });
    expect(stdout).toBe("One, \ntwo, \nthree, \nfour.\nyes\n");
    expect(code).toBe(5);
    expect(messages(server)).toMatchObject([
      { content: "count" },
      { role: "assistant", content: "One, two, three, four." },
      { content: "sure?" },
    ]);
    expect((await exchanges(place)).map((exchange) => exchange.answer)).toEqual([
      "One, ",
      "two, ",
      "three, ",
      "four.",
      "yes",
    ]);
  });
});
