import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { assistantMessage, textOf, thinkingOf, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { AppError, type ErrorCode } from "../../../src/errors.ts";
import { type FailoverOptions, type Route, withFailover } from "../../../src/providers/resilience/failover.ts";
import { gather } from "../../support/transcripts.ts";

const request: ChatRequest = { model: "m0", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true };
const signal = new AbortController().signal;
const text = (said: string): ChatEvent => ({ type: "text", text: said });
const thought = (said: string): ChatEvent => ({ type: "reasoning", text: said });
const finish: ChatEvent = { type: "finish", reason: "stop" };
const failure = (code: ErrorCode) => new AppError(code, {});
const error = (code: ErrorCode): ChatEvent => ({ type: "error", error: failure(code) });

interface Script {
  readonly prefix?: "none" | "beta" | "field";
  readonly answers?: readonly (readonly ChatEvent[])[];
  readonly refused?: ErrorCode;
}

/** Runs an answer over routes that answer as told, and gives its events, the requests that were sent, and what is left of them. */
async function answered(scripts: readonly Script[], options: Partial<FailoverOptions> = {}, asked = request) {
  const sent: { route: number; question: string; answer: string; thinking: string; prefix: boolean; last: string }[] =
    [];
  const routes = scripts.map(({ prefix = "none", answers = [], refused }, route): Route => {
    let next = 0;
    return {
      to: { provider: `p${route}`, model: `m${route}` },
      connect: async () => {
        if (refused !== undefined) throw new AppError(refused, {});
        return {
          prefix,
          fillsGaps: false,
          model: async function* model({ messages, model }) {
            expect(model).toBe(`m${route}`);
            const beginning = messages.find(({ role }) => role === "assistant");
            const isAnswer = beginning?.role === "assistant";
            sent.push({
              route,
              question: textOf(messages[0]!.content),
              answer: isAnswer ? textOf(beginning.content) : "",
              thinking: isAnswer ? thinkingOf(beginning.content) : "",
              prefix: isAnswer && beginning.prefix === true,
              last: textOf(messages.at(-1)!.content),
            });
            yield* answers[next++] ?? [text("whole"), finish];
          },
        };
      },
    };
  });
  const events = await gather(
    withFailover(routes, { continueSame: true, continueNext: true, prompt: "go on", admit: null, ...options })(
      asked,
      signal,
    ),
  );
  return {
    sent,
    whys: events.flatMap((event) => (event.type === "request" ? [`${event.to.provider} ${event.why}`] : [])),
    text: events.map((event) => (event.type === "text" ? event.text : "")).join(""),
    end: events.at(-1)!,
  };
}

describe("an answer that breaks off", () => {
  test("is continued by its provider once, by a prefix where it takes one, then by the next", async () => {
    const half = [text("one "), error("stream_failed")];
    const run = await answered([
      { prefix: "beta", answers: [half, [text("two "), error("stream_failed")]] },
      { prefix: "beta", answers: [[text("three"), finish]] },
    ]);
    expect(run.whys).toEqual(["p0 first", "p0 continue-prefix", "p1 continue-prefix"]);
    expect(run.sent.map(({ answer, prefix }) => [answer, prefix])).toEqual([
      ["", false],
      ["one ", true],
      ["one two ", true],
    ]);
    expect([run.text, run.end]).toEqual(["one two three", finish]);
  });

  test("is asked for by a prompt where there is no prefix, and where one is refused, which says nothing of the next", async () => {
    const refusing = {
      prefix: "field",
      answers: [[text("one "), error("stream_failed")], [error("request_refused")], [error("stream_failed")]],
    } as const;
    const run = await answered([refusing, { prefix: "field", answers: [[text("two"), finish]] }]);
    expect(run.whys).toEqual(["p0 first", "p0 continue-prefix", "p0 continue-prompt", "p1 continue-prefix"]);
    expect(run.sent.map(({ prefix, last }) => [prefix, last])).toEqual([
      [false, "q"],
      [true, "one "],
      [false, "go on"],
      [true, "one "],
    ]);
    expect(run.text).toBe("one two");
    const none = await answered([
      {
        answers: [
          [text("one "), error("stream_failed")],
          [text("two"), finish],
        ],
      },
    ]);
    expect(none.whys).toEqual(["p0 first", "p0 continue-prompt"]);
  });

  test("may be continued once more by the provider that takes over", async () => {
    const broken = [text("a "), error("stream_failed")];
    const run = await answered([
      { prefix: "beta", answers: [broken, broken] },
      { prefix: "beta", answers: [broken, [text("end"), finish]] },
    ]);
    expect(run.whys).toEqual(["p0 first", "p0 continue-prefix", "p1 continue-prefix", "p1 continue-prefix"]);
  });

  test("is left as it is where nobody wants it continued", async () => {
    const half = [text("one "), error("stream_failed")];
    const run = await answered([{ answers: [half] }, {}], { continueSame: false, continueNext: false });
    expect([run.whys, run.text, run.end]).toEqual([["p0 first"], "one ", error("stream_failed")]);
    const next = await answered([{ answers: [half] }, { answers: [[text("two"), finish]] }], { continueSame: false });
    expect(next.whys).toEqual(["p0 first", "p1 continue-prompt"]);
    expect((await answered([{ answers: [half] }, {}], { continueNext: false, continueSame: true })).whys).toEqual([
      "p0 first",
      "p0 continue-prompt",
    ]);
  });

  test("in its thinking is begun anew, and that thinking is not sent back", async () => {
    const thinking = [thought("old"), error("stream_failed")];
    const run = await answered([
      {
        prefix: "beta",
        answers: [thinking, [thought("new"), text("one "), error("stream_failed")], [text("two"), finish]],
      },
      { prefix: "beta", answers: [[text("two"), finish]] },
    ]);
    expect(run.whys).toEqual(["p0 first", "p0 restart", "p1 continue-prefix"]);
    expect(run.sent.map(({ thinking: sent }) => sent)).toEqual(["", "", "new"]);
  });

  test("whose text turned out to be thinking has none to continue", async () => {
    const run = await answered([
      {
        prefix: "beta",
        answers: [
          [text("hm"), { type: "rethink" }, error("stream_failed")],
          [text("a"), finish],
        ],
      },
    ]);
    expect(run.whys).toEqual(["p0 first", "p0 restart"]);
    const kept = await answered([
      {
        prefix: "beta",
        answers: [
          [text("one "), error("stream_failed")],
          [text("two "), { type: "rethink" }, error("stream_failed")],
        ],
      },
      { prefix: "beta" },
    ]);
    expect(kept.sent.at(-1)!.answer).toBe("one two ");
  });
});

describe("a provider that cannot be used", () => {
  test.each<ErrorCode>([
    "no_key",
    "no_balance",
    "key_rejected",
    "forbidden",
    "model_not_found",
    "unknown_provider",
    "service_failed",
    "bad_value",
    "no_model",
    "key_malformed",
    "key_command_failed",
    "keyring_failed",
  ])("for %s gives way to the next, connected or not", async (code) => {
    const run = await answered([{ answers: [[error(code)]] }, { refused: code }, { answers: [[text("a"), finish]] }]);
    expect(run.whys).toEqual(["p0 first", "p2 failover"]);
    expect(run.text).toBe("a");
  });

  test.each<ErrorCode>(["untrusted_endpoint", "request_refused", "interrupted", "finish_unknown"])(
    "for %s is told",
    async (code) => {
      const run = await answered([{ answers: [[error(code)]] }, {}]);
      expect([run.whys, run.end]).toEqual([["p0 first"], error(code)]);
      const refused = await answered([{ answers: [[error("no_balance")]] }, { refused: code }, {}]);
      expect([refused.whys, refused.end]).toEqual([["p0 first", "p1 failover"], error(code)]);
    },
  );

  test("ends the question where no other is left", async () => {
    const run = await answered([{ answers: [[error("no_balance")]] }, { refused: "no_key" }]);
    expect([run.whys, run.end]).toEqual([["p0 first"], error("no_balance")]);
    expect((await answered([{ refused: "no_key" }])).end).toEqual(error("no_key"));
  });

  test("names in its request what the one before failed of", async () => {
    const run = withFailover(
      [
        { to: { provider: "a", model: "m" }, connect: () => Promise.reject(failure("no_key")) },
        { to: { provider: "b", model: "n" }, connect: () => Promise.reject(failure("no_balance")) },
      ],
      { continueSame: true, continueNext: true, prompt: "go on", admit: null },
    );
    expect(await gather(run(request, signal))).toEqual([
      {
        type: "request",
        to: { provider: "a", model: "m" },
        sent: { ...request, model: "m" },
        sentAt: expect.any(Date) as Date,
        why: "first",
        error: null,
      },
      error("no_key"),
    ]);
    const unforeseen = withFailover(
      [{ to: { provider: "a", model: "m" }, connect: () => Promise.reject(new TypeError("no")) }],
      { continueSame: true, continueNext: true, prompt: "", admit: null },
    );
    await expect(gather(unforeseen(request, signal))).rejects.toThrow(TypeError);
  });
});

describe("a request that continues an earlier answer", () => {
  const earlier = {
    ...request,
    messages: [userMessage("q"), { ...assistantMessage("one ", "hm"), prefix: true as const }],
  };

  test("is a prefix or a prompt, and brings what was thought", async () => {
    const beta = await answered([{ prefix: "beta", answers: [[text("two"), finish]] }], {}, earlier);
    expect([beta.whys, beta.text]).toEqual([["p0 continue-prefix"], "two"]);
    expect(beta.sent).toMatchObject([{ question: "q", answer: "one ", thinking: "hm", prefix: true, last: "one " }]);
    const prompt = await answered([{ answers: [[text("two"), finish]] }], {}, earlier);
    expect([prompt.whys, prompt.text]).toEqual([["p0 continue-prompt"], "two"]);
    expect(prompt.sent).toMatchObject([{ answer: "one ", prefix: false, last: "go on" }]);
  });

  test("loses what is said once more at the seam: all of a prefix field's echo, the end of a prompt's", async () => {
    const echoed = await answered([{ prefix: "field", answers: [[text("one two"), finish]] }], {}, earlier);
    expect(echoed.text).toBe("two");
    const beta = await answered([{ prefix: "beta", answers: [[text("one two"), finish]] }], {}, earlier);
    expect(beta.text).toBe("one two");
  });
});
