import { join } from "node:path";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LLMock } from "@copilotkit/aimock";
import { askingAt, newPlace, put, run, start, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, refusal, text } from "../support/wire.ts";
import { en } from "../support/words.ts";

/** Questions of the requests so far, a list of "role: content" each. */
function conversations(requests: readonly { readonly body: unknown }[]): string[][] {
  return requests.map(({ body }) => {
    const { messages } = body as { messages: { role: string; content: string }[] };
    return messages.map(({ role, content }) => `${role}: ${content}`);
  });
}

describe.concurrent("a session that is piped in", () => {
  test("answers each line in order, with what was said before, until q", async () => {
    await using server = await serve((_, index) => answer(`answer ${index + 1}`));
    const input = "first question\n\n  \nsecond question\r\nq\nnever asked\n";
    const { code, stdout, stderr, place } = await run([], { input, env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "answer 1\nanswer 2\n" });
    expect(conversations(server.requests)).toEqual([
      ["user: first question"],
      ["user: first question", "assistant: answer 1", "user: second question"],
    ]);
    const [transcript = "", ...others] = transcriptsOf(place);
    expect(others).toEqual([]);
    const stamp = String.raw`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]`;
    expect(transcript).toMatch(new RegExp(`^${stamp} Question:\\nfirst question\\n`, "mu"));
    expect(transcript).toMatch(new RegExp(`^${stamp} Answer:\\nanswer 2\\n`, "mu"));
    expect(transcript.match(/^-{40}$/gmu)).toHaveLength(2);
    expect(stderr).toContain(en.session.banner({ provider: "deepseek", model: "deepseek-flash" }));
    expect(stderr).toMatch(/--resume [0-9a-z]{8}/u);
  });

  test.each(["Q", "/quit", "/exit", " q ", "exit", "quit", ":q", "\uff51", "\uff0fexit", "\u3001quit"])(
    "ends at %j",
    async (word) => {
      await using server = await serve([answer("yes")]);
      const { code } = await run(["chat"], { input: `one\n${word}\ntwo\n`, env: askingAt(server) });
      expect({ code, requests: server.requests.length }).toEqual({ code: 0, requests: 1 });
    },
  );

  test("ends with its input, also without a last line end, and without a question saves nothing", async () => {
    await using server = await serve([answer("yes")]);
    const [asked, empty] = await Promise.all([
      run([], { input: "only", env: askingAt(server) }),
      run([], { input: "", env: askingAt(server) }),
    ]);
    expect(asked).toMatchObject({ code: 0, stdout: "yes\n" });
    expect(empty).toMatchObject({ code: 0, stdout: "" });
    expect(transcriptsOf(empty.place)).toEqual([]);
  });

  test("prints answers alone on stdout, and nothing of its own under --quiet", async () => {
    await using server = await serve([answer("yes")]);
    const { stdout, stderr } = await run(["-q"], { input: "one\nq\n", env: askingAt(server) });
    expect({ stdout, stderr }).toEqual({ stdout: "yes\n", stderr: "" });
  });

  test("reads a line only when the one before is answered", async () => {
    const more = Promise.withResolvers<void>();
    await using server = await serve([{ body: [text("a"), more.promise, text("b"), ...answerEnd()] }, answer("c")]);
    const running = start([], { openInput: true, env: askingAt(server) });
    running.stdin!.write("one\ntwo\n");
    await running.until(({ stdout }) => stdout === "a");
    expect(server.requests).toHaveLength(1);
    more.resolve();
    await running.until(({ stdout }) => stdout === "ab\nc\n");
    running.stdin!.end();
    expect((await running.done).code).toBe(0);
  });

  test("with --no-history lets each question stand alone", async () => {
    await using server = await serve([answer("yes")]);
    await run(["--no-history", "-s", "Be kind."], { input: "one\ntwo\nq\n", env: askingAt(server) });
    expect(conversations(server.requests)).toEqual([
      ["system: Be kind.", "user: one"],
      ["system: Be kind.", "user: two"],
    ]);
  });

  test("goes on after a failed question and ends with its exit code; what failed is no part of what follows", async () => {
    await using server = await serve([
      answer("one"),
      refusal(400, { error: { message: "Content Exists Risk" } }),
      answer("three"),
    ]);
    const { code, stdout, stderr } = await run([], { input: "a\nb\nc\nq\n", env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: 4, stdout: "one\nthree\n" });
    expect(stderr).toContain("Content Exists Risk");
    expect(conversations(server.requests).at(-1)).toEqual(["user: a", "assistant: one", "user: c"]);
  });

  test("stops where no further question could be answered", async () => {
    await using server = await serve([refusal(402, { error: { message: "Insufficient Balance" } })]);
    const { code } = await run([], { input: "a\nb\nc\n", env: askingAt(server) });
    expect({ code, requests: server.requests.length }).toEqual({ code: 3, requests: 1 });
  });

  test("ends with exit code 6 when the transcript cannot be written, and answers all the same", async () => {
    await using server = await serve([answer("yes")]);
    const args = ["--transcripts", "/dev/null/nowhere"];
    const { code, stdout, stderr } = await run(args, { input: "a\nb\nq\n", env: askingAt(server) });
    expect({ code, stdout }).toEqual({ code: 6, stdout: "yes\nyes\n" });
    expect(stderr.match(/\/dev\/null\/nowhere/gu)?.length, "told once, and in the banner").toBeLessThanOrEqual(2);
  });

  test("appends to the file that --transcript names, and saves nothing with --no-transcript", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    const notes = join(place.cwd, "notes.md");
    put(notes, "# My notes\n");
    const args = ["--transcript", "notes.md"];
    await run(args, { place, input: "one\nq\n", env: askingAt(server) });
    await run(args, { place, input: "two\nq\n", env: askingAt(server) });
    await run(["--no-transcript"], { place, input: "three\nq\n", env: askingAt(server) });
    expect(readFileSync(notes, "utf8")).toMatch(/^# My notes\n[\s\S]*Question:\none\n[\s\S]*Question:\ntwo\n/u);
    expect(transcriptsOf(place)).toEqual([]);
  });

  test("runs slash commands: another model, a system prompt, a new conversation", async () => {
    await using server = await serve((_, index) => answer(`answer ${index + 1}`));
    const input = ["one", "/system Be kind.", "/model deepseek-v4-pro", "two", "/new", "three", "//slash", "/nwe", "q"];
    const { code, stderr, place } = await run([], { input: `${input.join("\n")}\n`, env: askingAt(server) });
    expect(code).toBe(0);
    expect(server.requests.map(({ body }) => body!["model"])).toEqual([
      "deepseek-flash",
      "deepseek-v4-pro",
      "deepseek-v4-pro",
      "deepseek-v4-pro",
    ]);
    expect(conversations(server.requests)).toEqual([
      ["user: one"],
      ["system: Be kind.", "user: one", "assistant: answer 1", "user: two"],
      ["system: Be kind.", "user: three"],
      ["system: Be kind.", "user: three", "assistant: answer 3", "user: /slash"],
    ]);
    expect(stderr).toMatch(/\/nwe.*did you mean \/new\?/u);
    expect(transcriptsOf(place)).toHaveLength(2);
  });

  test("speaks Chinese", async () => {
    await using server = await serve([answer("\u597d")]);
    const { stdout, stderr } = await run(["--lang", "zh"], { input: "\u4f60\u597d\nq\n", env: askingAt(server) });
    expect(stdout).toBe("\u597d\n");
    for (const line of stderr.trimEnd().split("\n").slice(1)) expect(line).toMatch(/\p{Script=Han}/u);
  });
});

function answerEnd(): string[] {
  return [...(answer().body as string[])];
}

describe("against a server of somebody else's", () => {
  test("a conversation of several turns, thinking and usage included", async () => {
    const mock = new LLMock({ port: 0, logLevel: "silent" });
    mock.onMessage(/capital/u, { content: "**Paris**, \u5df4\u9ece.", reasoning: "France. Easy." }, { chunkSize: 3 });
    mock.onMessage(/river/u, { content: "The Seine.", usage: { prompt_tokens: 21, completion_tokens: 4 } });
    await mock.start();
    const input = "What is the capital of France?\nAnd its river?\nq\n";
    const { code, stdout, place } = await run([], { input, env: askingAt({ url: `${mock.url}/v1` }) });
    const requests = mock.getRequests();
    await mock.stop();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "**Paris**, \u5df4\u9ece.\nThe Seine.\n" });
    expect(conversations(requests)[1]).toEqual([
      "user: What is the capital of France?",
      "assistant: **Paris**, \u5df4\u9ece.",
      "user: And its river?",
    ]);
    const [transcript = ""] = transcriptsOf(place);
    expect(transcript).toMatch(/\] Thinking:\nFrance\. Easy\.\n[\s\S]*\] Answer:\n\*\*Paris\*\*/u);
    expect(transcript).toContain('"prompt_tokens":21');
  });

  test("dropped connections, malformed bodies and rate limits, each got over by asking again", async () => {
    const mock = new LLMock({ port: 0, logLevel: "silent" });
    mock.onMessage(/one/u, { content: "uno" });
    mock.nextRequestError(503, { message: "overloaded" });
    await mock.start();
    const env = askingAt({ url: `${mock.url}/v1` });
    const [first, limited] = [
      await run(["ask", "one"], { env }),
      await (mock.nextRequestError(429, { message: "too fast" }), run(["ask", "one"], { env })),
    ];
    mock.setChaos({ dropRate: 1 });
    const dropped = await run(["ask", "--retries", "0", "one"], { env });
    mock.setChaos({ disconnectRate: 1 });
    const cut = await run(["ask", "--retries", "0", "one"], { env });
    await mock.stop();
    expect([first, limited]).toMatchObject([
      { code: 0, stdout: "uno\n" },
      { code: 0, stdout: "uno\n" },
    ]);
    expect(limited.stderr).toContain("too fast");
    expect([dropped.code, cut.code]).toEqual([5, 5]);
  });
});
