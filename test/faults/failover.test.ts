import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { newPlace, type Place, put, run } from "../support/program.ts";
import { type RawServer, type Reply, serve } from "../support/raw-server.ts";
import { freePort } from "../support/tcp.ts";
import { answer, delta, done, finish, refusal, text } from "../support/wire.ts";
import { any, en, patternOf, wordsOf, zh } from "../support/words.ts";

const deepseekKey = "sk-deepseek0123456789";
const siliconflowKey = "sk-siliconflow0123456789";
const backup = "deepseek-ai/DeepSeek-V4-Flash";

const cut = (...pieces: readonly string[]): Reply => ({ body: pieces, end: "cut" });
const error = (message: string) => ({ error: { message } });

/** DeepSeek first, then SiliconFlow, then a local server, as far as they are named. */
function placed(servers: { deepseek: string; siliconflow?: string; local?: string }): {
  place: Place;
  env: Record<string, string>;
} {
  const place = newPlace();
  const routes = [servers.siliconflow && `siliconflow/${backup}`, servers.local && "mine/llama"].filter(Boolean);
  const mine = servers.local === undefined ? "" : `providers: {mine: {base_url: "${servers.local}", model: llama}}\n`;
  put(place.configFile, `failover:\n  deepseek-flash: [${routes.join(", ")}]\n${mine}`);
  const env = {
    DEEPSEEK_API_KEY: deepseekKey,
    DEEPSEEK_BASE_URL: servers.deepseek,
    SILICONFLOW_API_KEY: siliconflowKey,
    ...(servers.siliconflow !== undefined && { SILICONFLOW_BASE_URL: servers.siliconflow }),
  };
  return { place, env };
}

async function lastExchange({ cwd }: Place) {
  const folder = join(cwd, "transcripts");
  const name = readdirSync(folder).find((file) => file.endsWith(".md"))!;
  return (await readTranscript(join(folder, name))).exchanges.at(-1)!;
}

/** What a server was sent as a key. */
function keys(server: RawServer): (string | undefined)[] {
  return [...new Set(server.requests.map(({ headers }) => headers.authorization))];
}

describe.concurrent("a provider that cannot be used", () => {
  test.each([
    ["before anything came", [refusal(429, error("slow down"), { "retry-after": "300" })], "", "rate_limited"],
    ["in the midst of an answer", [cut(text("One")), refusal(503, error("busy"))], "One\n", "service_failed"],
  ])("for want of a key is passed over %s, and the error is the first one's", async (_, replies, stdout, code) => {
    await using deepseek = await serve(replies);
    const { place, env } = placed({ deepseek: deepseek.url, siliconflow: "http://127.0.0.1:9" });
    const options = { place, env: { ...env, SILICONFLOW_API_KEY: undefined } };
    const told = await run(["ask", "--retries", "1", "count"], options);
    expect(told).toMatchObject({ code: 5, stdout });
    expect(told.stderr).not.toContain("siliconflow");
    const json = JSON.parse((await run(["ask", "-o", "json", "--retries", "0", "count"], options)).stdout) as object;
    expect(json).toMatchObject({ provider: "deepseek", error: { code } });
  });

  test("is not who answered when it brought nothing", async () => {
    await using deepseek = await serve([cut(text("One")), refusal(503, error("busy"))]);
    const siliconflow = `http://127.0.0.1:${await freePort()}`;
    const { place, env } = placed({ deepseek: deepseek.url, siliconflow });
    const { stdout, code } = await run(["ask", "-o", "json", "--retries", "0", "count"], { place, env });
    const again = await run(["ask", "-o", "json", "--retries", "1", "count"], { place, env });
    expect([code, again.code]).toEqual([5, 5]);
    expect(JSON.parse(stdout)).toMatchObject({ provider: "deepseek", answer: "One", usage: null, cost: null });
    expect(await lastExchange(place)).toMatchObject({ answeredBy: null });
  });

  test("says how long it wants to be left alone", async () => {
    await using deepseek = await serve([refusal(429, error("slow down"), { "retry-after": "300" })]);
    const { place, env } = placed({ deepseek: deepseek.url });
    const said = await Promise.all(["en", "zh"].map((lang) => run(["ask", "--lang", lang, "hi"], { place, env })));
    const limited = { provider: "deepseek", reason: "slow down", wait: 300 };
    expect(said[0]!.stderr).toContain(wordsOf("rate_limited", limited).whole);
    expect(said[1]!.stderr).toContain(wordsOf("rate_limited", limited, zh).whole);
  });
});

describe.concurrent("the next provider takes over", () => {
  test.each<[string, Reply, string]>([
    ["fails", refusal(503, error("busy")), "service_failed"],
    ["is out of balance", refusal(402, error("Insufficient Balance")), "no_balance"],
    ["refuses the key", refusal(401, error("no such key")), "key_rejected"],
    ["limits requests", refusal(429, error("slow down")), "rate_limited"],
    ["does not know the model", refusal(400, error("Model Not Exist")), "model_not_found"],
    ["breaks off at once", cut(), "stream_failed"],
    ["answers with a web page", refusal(200, "<html><title>Back soon</title></html>"), "not_a_stream"],
    ["redirects", refusal(302, "", { location: "https://elsewhere.example/" }), "redirected"],
  ])("when the first one %s, and it is said who answered", async (_, reply, code) => {
    await using first = await serve([reply]);
    await using second = await serve([answer("Yes.")]);
    const { place, env } = placed({ deepseek: first.url, siliconflow: second.url });
    const options = { place, env };
    const ask = (...flags: string[]) => run(["ask", "--retries", "0", ...flags, "sure?"], options);
    const { code: exit, stdout, stderr } = await ask();
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: "Yes.\n" });
    expect(stderr).toContain(en.answer.failover({ why: "", provider: "siliconflow", model: backup }).trim());
    expect(first.body()).toMatchObject({ model: "deepseek-flash", messages: [{ role: "user", content: "sure?" }] });
    expect(second.body()).toMatchObject({ model: backup, messages: [{ role: "user", content: "sure?" }] });
    expect([keys(first), keys(second)]).toEqual([[`Bearer ${deepseekKey}`], [`Bearer ${siliconflowKey}`]]);
    expect(await lastExchange(place)).toMatchObject({
      provider: "deepseek",
      answer: "Yes.",
      status: "complete",
      answeredBy: { provider: "siliconflow", model: backup },
    });
    const object = JSON.parse((await ask("--no-transcript", "-o", "json")).stdout) as object;
    expect(object).toMatchObject({
      provider: "siliconflow",
      model: backup,
      answer: "Yes.",
      complete: true,
      error: null,
    });
    const lines = (await ask("--no-transcript", "-o", "jsonl")).stdout.split("\n");
    expect(JSON.parse(lines[0]!)).toEqual({ type: "failover", provider: "siliconflow", model: backup, code });
  });

  test("when nothing listens at the first, which is of this machine: at once", async () => {
    await using second = await serve([answer("Yes.")]);
    const { place, env } = placed({ deepseek: `http://127.0.0.1:${await freePort()}`, siliconflow: second.url });
    const { code, stdout, stderr } = await run(["ask", "--retries", "1", "sure?"], { place, env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Yes.\n" });
    expect(stderr).toMatch(/^[^\n]*127\.0\.0\.1:\d+[^\n]*Fell back to [^\n]*\n$/u);
  });

  test("in the midst of an answer, from exactly where it broke off", async () => {
    await using first = await serve([cut(text("One, "), text("two")), cut(text(", three")), cut(text("never"))]);
    await using second = await serve([answer(", four.")]);
    const { place, env } = placed({ deepseek: first.url, siliconflow: second.url });
    const { code, stdout, stderr } = await run(["ask", "--retries", "1", "count"], { place, env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "One, two, three, four.\n" });
    expect([first.requests.length, second.requests.length]).toEqual([2, 1]);
    expect(second.body()).toMatchObject({
      model: backup,
      messages: [{ role: "user", content: "count" }],
      prefix: "One, two, three",
    });
    expect(JSON.stringify(second.requests)).not.toContain(deepseekKey);
    expect(stderr).toMatch(/deepseek continued from there[\s\S]*siliconflow continued from there/u);
    expect(await lastExchange(place)).toMatchObject({
      answer: "One, two, three, four.",
      seams: [
        { at: 8, how: "prefix", provider: "deepseek" },
        { at: 15, how: "prefix", provider: "siliconflow", model: backup },
      ],
      answeredBy: { provider: "siliconflow" },
    });
  });

  test("in the midst of an answer also where it can only be asked to go on", async () => {
    await using first = await serve([cut(text("One, two, three")), refusal(402, error("Insufficient Balance"))]);
    await using second = await serve([answer("two, three", ", four.")]);
    const { place, env } = placed({ deepseek: first.url, local: second.url });
    const { stdout, stderr } = await run(["ask", "--retries", "1", "count"], { place, env });
    expect(stdout).toBe("One, two, three, four.\n");
    expect(second.body()).toMatchObject({
      model: "llama",
      messages: [{ content: "count" }, { role: "assistant", content: "One, two, three" }, { role: "user" }],
    });
    expect(keys(second)).toEqual([undefined]);
    const { continued } = en.answer;
    for (const said of [
      continued.failed({ why: any, provider: "deepseek" }),
      continued["continue-prompt"]({ why: any, provider: "mine" }),
    ])
      expect(stderr).toMatch(patternOf(said));
    expect(stderr).toMatch(
      patternOf(wordsOf("no_balance", { provider: "deepseek", reason: "Insufficient Balance" }).what),
    );
  });

  test("by prefix completion, also where the one before refused that", async () => {
    await using first = await serve([
      cut(text("One, two")),
      refusal(404, error("no such thing")),
      refusal(503, error("busy")),
    ]);
    await using second = await serve([answer(", three.")]);
    const { place, env } = placed({ deepseek: first.url, siliconflow: second.url });
    const { code, stdout } = await run(["ask", "--retries", "1", "count"], { place, env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "One, two, three.\n" });
    expect(second.body()).toMatchObject({ prefix: "One, two", messages: [{ role: "user", content: "count" }] });
  });

  test("with no thinking of an answer that is given once more", async () => {
    const thought = (words: string) => delta({ reasoning_content: words });
    await using first = await serve([cut(thought("half a thought"))]);
    await using second = await serve([
      { body: [thought("a thought"), text("Yes"), finish("length"), done] },
      answer("."),
    ]);
    const { place, env } = placed({ deepseek: first.url, local: second.url });
    const { stdout } = await run(["ask", "--retries", "0", "sure?"], { place, env });
    await run(["ask", "--continue-answer", "--retries", "0", "-p", "mine"], { place, env });
    expect(stdout).toBe("Yes\n");
    expect(JSON.stringify(second.requests)).not.toContain("half a thought");
  });

  test("in a session, for that question alone", async () => {
    await using first = await serve((_, index) =>
      index === 0 ? refusal(402, error("Insufficient Balance")) : answer("B."),
    );
    await using second = await serve([answer("A.")]);
    const { place, env } = placed({ deepseek: first.url, siliconflow: second.url });
    const { code, stdout, stderr } = await run([], { place, env, input: "one\ntwo\nq\n" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "A.\nB.\n" });
    expect(stderr).toContain(
      en.answer.failover({
        why: wordsOf("no_balance", { provider: "deepseek", reason: "Insufficient Balance" }).what,
        provider: "siliconflow",
        model: backup,
      }),
    );
    expect(first.body()["messages"]).toMatchObject([{ content: "one" }, { content: "A." }, { content: "two" }]);
  });

  test("where one of them has no key, past it", async () => {
    await using first = await serve([refusal(402, error("Insufficient Balance"))]);
    await using second = await serve([answer("unused")]);
    await using third = await serve([answer("Yes.")]);
    const { place, env } = placed({ deepseek: first.url, siliconflow: second.url, local: third.url });
    const { stdout } = await run(["ask", "sure?"], { place, env: { ...env, SILICONFLOW_API_KEY: "" } });
    expect({ stdout, second: second.requests.length }).toEqual({ stdout: "Yes.\n", second: 0 });
  });
});

describe.concurrent("nobody takes over", () => {
  test("what the request itself is refused for: the next one would refuse it too", async () => {
    await using first = await serve([refusal(422, error("no such temperature"))]);
    await using second = await serve([answer("unused")]);
    const { place, env } = placed({ deepseek: first.url, siliconflow: second.url });
    const { code } = await run(["ask", "sure?"], { place, env });
    expect({ code, second: second.requests.length }).toEqual({ code: 4, second: 0 });
  });

  test("when all are down: each is named with its reason, also in the transcript, the object and under --quiet", async () => {
    await using first = await serve([refusal(402, error("Insufficient Balance"))]);
    await using second = await serve([refusal(503, error("overloaded"))]);
    await using third = await serve([refusal(500, error("out of memory"))]);
    const { place, env } = placed({ deepseek: first.url, siliconflow: second.url, local: third.url });
    const ask = (...flags: string[]) => run(["ask", "--retries", "0", ...flags, "sure?"], { place, env });
    const reasons = [
      wordsOf("no_balance", { provider: "deepseek", reason: "Insufficient Balance" }).what,
      wordsOf("service_failed", { provider: "siliconflow", status: 503, reason: "overloaded" }).what,
      wordsOf("service_failed", { provider: "mine", status: 500, reason: "out of memory" }).what,
    ];
    const all = new RegExp(reasons.map((reason) => RegExp.escape(reason)).join(String.raw`[\s\S]*`), "u");
    const { code, stdout, stderr } = await ask();
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toMatch(all);
    expect(stderr).not.toMatch(patternOf(en.answer.failover({ why: any, provider: any, model: any })));
    expect((await lastExchange(place)).notice).toMatch(all);
    expect((await ask("-q")).stderr).toMatch(all);
    const object = JSON.parse((await ask("-o", "json")).stdout) as { error: { message: string } };
    expect(object.error.message).toMatch(all);
    const session = await run(["--retries", "0"], { place, env, input: "sure?\nq\n" });
    expect([session.code, session.stderr]).toEqual([5, expect.stringMatching(all)]);
    const chinese = await ask("--lang", "zh", "-q");
    expect(chinese.stderr).toMatch(/deepseek[\s\S]*siliconflow[\s\S]*mine/u);
  });
});
