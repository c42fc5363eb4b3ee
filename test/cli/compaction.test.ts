import { describe, expect, test } from "vitest";
import { newPlace, openProgram, type Place, put, run, transcriptsOf } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type RawServer, type Received, type Reply, serve } from "../support/raw-server.ts";
import { answer, counted, done, event, finish, refusal, text } from "../support/wire.ts";
import { any, en, patternOf, wordsOf } from "../support/words.ts";

const unusable = (why: "cut" | "filtered" | "longer") => wordsOf("summary_unusable", { provider: "mine", why }).what;

type Messages = { role: string; content: string }[];

const messagesOf = ({ body }: Received) => (body?.["messages"] ?? []) as Messages;
const charactersOf = (request: Received) => messagesOf(request).reduce((sum, { content }) => sum + content.length, 0);
const isSummary = (request: Received) => /Summarise our conversation/u.test(messagesOf(request).at(-1)?.content ?? "");

/** A place whose one model reads so many tokens; null: nobody knows how many. */
function placeOf({ url }: RawServer, window: number | null, more = ""): Place {
  const place = newPlace();
  const facts = window === null ? "" : `models: {mine/m: {context: ${window}}}\n`;
  put(place.configFile, `provider: mine\nproviders: {mine: {base_url: "${url}", model: m}}\n${facts}${more}`);
  return place;
}

async function session(place: Place, lines: readonly string[], ...args: readonly string[]) {
  return await run(["--retries", "0", ...args], { place, input: `${lines.join("\n")}\n` });
}

const tooLong = refusal(400, {
  error: { message: "the request exceeds the available context size (1024 tokens), try increasing it" },
});

/** A service that refuses what is longer than its window, as llama.cpp does. */
function reading(window: number, summary: (index: number) => Reply = () => answer("in short")) {
  let summaries = 0;
  return (request: Received): Reply => {
    if (charactersOf(request) * 0.3 > window) return tooLong;
    return isSummary(request) ? summary(summaries++) : answer("y".repeat(600));
  };
}

const ending = (part: string, reason: string): Reply => ({ body: [text(part), finish(reason), done] });

describe.concurrent("/compact", () => {
  test("sends nothing of what was set for questions, and the whole conversation also without history", async () => {
    await using server = await serve(({ body }) =>
      JSON.stringify(body).includes("Summarise") ? answer("in short") : answer("a long answer"),
    );
    const place = placeOf(server, null);
    const lines = ["one", "two", "/set history false", '/set stop ["a"]', "/compact", "/set history true", "three"];
    await session(place, lines, "-T", "1.5", "--max-tokens", "5", "--top-p", "0.5", "-s", "Be brief.");
    const [, , summary, after] = server.requests;
    expect(Object.keys(summary!.body!).toSorted()).toEqual(["messages", "model", "stream", "stream_options"]);
    expect(messagesOf(summary!).map(({ content }) => content)).toEqual([
      "Be brief.",
      "one",
      "a long answer",
      "two",
      "a long answer",
      expect.stringMatching(/^Summarise/u) as string,
    ]);
    expect(messagesOf(after!).map(({ content }) => content)).toEqual([
      "Be brief.",
      "Summary of the conversation so far:",
      "in short",
      "three",
    ]);
  });

  test.each<[string, Reply, RegExp | string]>([
    ["cut by a limit", ending("The user want", "length"), unusable("cut")],
    ["held back by a filter", ending("The user", "content_filter"), unusable("filtered")],
    ["empty", ending("  ", "stop"), /is empty|brought|empty/u],
    ["longer than what it replaces", answer("blah ".repeat(500)), unusable("longer")],
    ["not there", refusal(422, { error: { message: "no" } }), /\b422\b/u],
  ])("changes nothing for a summary that is %s", async (_, reply, told) => {
    await using server = await serve((request) => (isSummary(request) ? reply : answer("yes")));
    const place = placeOf(server, null);
    const { stderr, code } = await session(place, ["one", "/compact", "two"]);
    expect(stderr).toMatch(told);
    expect(stderr).toContain("/compact drop discards the oldest turns");
    expect(code).toBe(4);
    expect(messagesOf(server.requests.at(-1)!).map(({ content }) => content)).toEqual(["one", "yes", "two"]);
    expect(transcriptsOf(place)[0]).not.toContain("deepseek-chat compact");
  });

  test.each([
    ["known", 1024],
    ["unknown", null],
  ])("summarises in pieces a conversation that is longer than the window, where that is %s", async (_, known) => {
    const server = await serve(reading(1024, (index) => answer(`part ${index}`)));
    await using _server = server;
    const place = placeOf(server, known, "compact: ask\n");
    // The last question does not fit any more.
    const lines = [..."abcde".split("").map((name) => name.repeat(250)), "/compact", "/retry", "/history"];
    const { stderr } = await session(place, lines);
    const pieces = server.requests.filter((request) => isSummary(request) && charactersOf(request) * 0.3 <= 1024);
    expect(pieces.length).toBeGreaterThan(2);
    const last = messagesOf(server.requests.at(-1)!).map(({ content }) => content);
    expect(last).toEqual(["Summary of the conversation so far:", `part ${pieces.length - 1}`, "e".repeat(250)]);
    // The last of them sums up the others, in their order.
    const together = messagesOf(pieces.at(-1)!)[0]!.content;
    expect(together).toMatch(/part 0[\s\S]*part 1/u);
    const sent = pieces
      .map((piece) =>
        messagesOf(piece)
          .map(({ content }) => content)
          .join(),
      )
      .join();
    for (const name of "abcd") expect(sent).toContain(name.repeat(250));
    expect(stderr).toMatch(/1\. a+\n2\. b+\n3\. c+\n4\. d+\n5\. e+\n/u);
  });

  test("cuts the middle of a message that alone is longer than the window", async () => {
    await using server = await serve((request) => {
      if (isSummary(request)) return charactersOf(request) * 0.3 > 1024 ? tooLong : answer("in short");
      return answer("ok");
    });
    const place = placeOf(server, 1024);
    await session(place, [`start ${"x".repeat(20_000)} end`, "/compact", "two"]);
    const summary = server.requests.findLast(isSummary)!;
    expect(messagesOf(summary)[0]!.content).toMatch(/^start x+\n\[… \d+ characters left out …\]\nx+ end$/u);
    expect(messagesOf(server.requests.at(-1)!)).toHaveLength(3);
  });

  test("gives up in the end where a service refuses whatever it is sent, and names the last way", async () => {
    await using server = await serve((request) => (isSummary(request) ? tooLong : answer("y".repeat(3000))));
    const place = placeOf(server, null);
    const { stderr } = await session(place, ["one", "two", "/compact", "/compact drop", "three"]);
    expect(stderr).toContain("/compact drop discards the oldest turns");
    expect(server.requests.length).toBeLessThan(12);
    expect(messagesOf(server.requests.at(-1)!)).toHaveLength(3);
  });

  test("is no question, but costs", async () => {
    await using server = await serve([answer("yes"), answer("in short")]);
    const place = newPlace();
    const facts = "models: {mine/m: {CNY: {cached: 1, input: 1, output: 1}}}\n";
    put(place.configFile, `provider: mine\nproviders: {mine: {base_url: "${server.url}", model: m}}\n${facts}`);
    const { stderr } = await session(place, ["one", "/compact", "/cost"]);
    expect(stderr).toContain(
      en.session.spent({ questions: 1, tokens: { prompt: "60", cached: "40", completion: "24" }, cost: "¥0.000084" }),
    );
    expect(stderr).not.toContain("cost unknown");
  });

  test("says where the transcript could not be told", async () => {
    await using server = await serve((request) => (isSummary(request) ? answer("in short") : answer("yes")));
    const place = placeOf(server, null);
    const { stderr } = await session(place, ["one", "/compact"], "--transcript", "/dev/full");
    expect(stderr).toMatch(patternOf(en.answer.notSaved({ path: "/dev/full", reason: any })));
  });
});

describe.concurrent("what /compact leaves holds after resuming", () => {
  test("a summary, and what was asked before it", async () => {
    await using server = await serve((request) => (isSummary(request) ? answer("in short") : answer("yes")));
    const place = placeOf(server, null);
    await session(place, ["one", "two", "/compact", "three"]);
    const { stderr } = await session(place, ["/history", "four"], "-c");
    expect(messagesOf(server.requests.at(-1)!).map(({ content }) => content)).toEqual([
      "Summary of the conversation so far:",
      "in short",
      "three",
      "yes",
      "four",
    ]);
    expect(stderr).toMatch(/1\. one\n2\. two\n3\. three\n/u);
  });

  test("what was dropped, a summary too", async () => {
    await using server = await serve((request) => (isSummary(request) ? answer("in short") : answer("yes")));
    const place = placeOf(server, null);
    await session(place, ["one", "two", "/compact", "three", "four", "/compact drop", "five"]);
    const dropped = messagesOf(server.requests.at(-1)!).map(({ content }) => content);
    expect(dropped.at(-1)).toBe("five");
    expect(dropped).not.toContain("in short");
    await session(place, ["six"], "-c");
    expect(messagesOf(server.requests.at(-1)!).map(({ content }) => content)).toEqual([...dropped, "yes", "six"]);
  });
});

describe.concurrent("compact: auto", () => {
  const nearly = {
    ...counted,
    prompt_tokens: 45,
    completion_tokens: 1,
    completion_tokens_details: {},
    total_tokens: 46,
  };
  const full = { body: [text("full"), finish(), event({ choices: [], usage: nearly }), done] };

  test("that fails after a good answer is told, and is no failure of the script", async () => {
    await using server = await serve((request) =>
      isSummary(request) ? refusal(422, { error: { message: "no" } }) : full,
    );
    const place = placeOf(server, 50, "compact: auto\n");
    const { code, stderr, stdout } = await session(place, ["one"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "full\n" });
    expect(stderr).toMatch(/\b422\b/u);
  });

  test("makes room before a question that will not fit", async () => {
    await using server = await serve((request) => (isSummary(request) ? answer("in short") : answer("yes")));
    const place = placeOf(server, 200, "compact: auto\n");
    await session(place, ["one", "q".repeat(600)]);
    expect(messagesOf(server.requests.at(-1)!).map(({ content }) => content)).toEqual([
      "Summary of the conversation so far:",
      "in short",
      "q".repeat(600),
    ]);
  });

  test("unset, such a question is told before it is sent", async () => {
    await using server = await serve([answer("yes")]);
    const place = placeOf(server, 200);
    const { stderr } = await session(place, ["one", "q".repeat(600)]);
    expect(stderr).toContain(en.context.full({ tokens: "217", window: "200" }));
    expect(server.requests).toHaveLength(2);
  });
});

test("Ctrl-C ends a compaction with nothing changed", async () => {
  await using server = await serve((request) =>
    isSummary(request) ? { body: [text("in"), new Promise(() => {})], end: "stall" } : answer("yes"),
  );
  const place = placeOf(server, null);
  await using terminal = openProgram(["--no-render"], { place, rows: 40 });
  await say(terminal, "one");
  await terminal.until(/^yes$/mu);
  await say(terminal, "/compact");
  await server.received(2);
  terminal.type("\u0003");
  await terminal.until(/^Stopped\.$/mu);
  await say(terminal, "two");
  await server.received(3);
  expect(messagesOf(server.requests[2]!).map(({ content }) => content)).toEqual(["one", "yes", "two"]);
});
