import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { assistantMessage, textOf, thinkingOf, userMessage } from "../../../src/chat/message-text.ts";
import type { Message } from "../../../src/chat/messages.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { AppError, type ErrorCode } from "../../../src/errors.ts";
import type { Admission } from "../../../src/chat/layers.ts";
import { type ConnectedRoute, withFailover } from "../../../src/providers/resilience/failover.ts";
import { gather } from "../../support/transcripts.ts";

const prompt = "Go on.";
const question: ChatRequest = {
  model: "m0",
  messages: [userMessage("Count.")],
  sampling: {},
  thinking: null,
  stream: true,
};

const say = (text: string): ChatEvent => ({ type: "text", text });
const think = (text: string): ChatEvent => ({ type: "reasoning", text });
const fail = (code: ErrorCode): ChatEvent => ({ type: "error", error: new AppError(code, {}) });
const stop: ChatEvent = { type: "finish", reason: "stop" };

interface RouteScript {
  readonly fillsGaps?: boolean;
  readonly prefix?: ConnectedRoute["prefix"];
  /** The events of its requests in order; or why it cannot be connected. */
  readonly replies: readonly (readonly ChatEvent[])[] | ErrorCode;
}

/** What a request ends with: `user: …`, or `assistant: …` with the thinking in brackets and the prefix as an ellipsis. */
function shown(message: Message | undefined): string {
  if (message?.role !== "assistant") return `user: ${textOf(message!.content)}`;
  const thinking = thinkingOf(message.content);
  return `assistant: ${thinking && `(${thinking}) `}${textOf(message.content)}${message.prefix ? "…" : ""}`;
}

/** Asks the routes; gives each request by its reason and its end, the text and the thinking, and the error. */
async function ask(
  routes: readonly RouteScript[],
  more: { request?: ChatRequest; same?: boolean; next?: boolean; admit?: Admission } = {},
) {
  const { request = question, same = true, next = true, admit = null } = more;
  const ends: string[] = [];
  const model = withFailover(
    routes.map(({ prefix = "beta", fillsGaps = false, replies }, index) => ({
      to: { provider: `p${index}`, model: `m${index}` },
      connect: async () => {
        if (typeof replies === "string") throw new AppError(replies, {});
        let requests = 0;
        return {
          prefix,
          fillsGaps,
          model: async function* answering({ model: id, messages }: ChatRequest) {
            ends.push(`${id} ${shown(messages.at(-1))}`);
            yield* replies[requests++] ?? [];
          },
        };
      },
    })),
    { continueSame: same, continueNext: next, prompt, admit },
  );
  const events = await gather(model(request, new AbortController().signal));
  const whys = events.flatMap((event) => (event.type === "request" ? [`${event.to.model} ${event.why}`] : []));
  const texts = (type: "text" | "reasoning") => events.map((event) => (event.type === type ? event.text : "")).join("");
  const end = events.at(-1);
  return {
    whys,
    ends,
    text: texts("text"),
    thinking: texts("reasoning"),
    error: end?.type === "error" ? end.error.code : null,
  };
}

describe("a provider that may not be asked", () => {
  const refused = new AppError("budget_unpriced", { provider: "p1", model: "m1", currency: "CNY" });
  const asked: string[] = [];
  const admit: Admission = async ({ provider }, request, isUnderWay) => {
    asked.push(`${provider} ${request.model} ${shown(request.messages.at(-1))} ${isUnderWay}`);
    return provider === "p1" && !isUnderWay ? refused : null;
  };

  test("is passed over before the answer, and the last one's refusal ends it", async () => {
    const [down, up] = [{ replies: [[fail("service_failed")]] }, { replies: [[say("yes"), stop]] }];
    expect(await ask([down, up, up], { admit })).toMatchObject({
      whys: ["m0 first", "m1 failover", "m2 failover"],
      ends: ["m0 user: Count.", "m2 user: Count."],
      text: "yes",
    });
    expect(asked.splice(0)).toEqual([
      "p0 m0 user: Count. false",
      "p1 m1 user: Count. false",
      "p2 m2 user: Count. false",
    ]);
    expect(await ask([down, up], { admit })).toMatchObject({ text: "", error: "budget_unpriced" });
  });

  test("is told of an answer that is under way", async () => {
    const broken = { replies: [[say("One, "), fail("service_failed")]] };
    asked.length = 0;
    const { text } = await ask([broken, { replies: [[say("two."), stop]] }], { admit, same: false });
    expect([text, asked.at(-1)]).toEqual(["One, two.", "p1 m1 assistant: One, … true"]);
  });
});

describe("an answer that broke off", () => {
  test("is continued by its service from exactly where it stopped, with the thinking so far", async () => {
    const replies = [
      [think("Hm."), say("One, "), fail("stream_failed")],
      [say("two."), stop],
    ];
    expect(await ask([{ replies }])).toEqual({
      whys: ["m0 first", "m0 continue-prefix"],
      ends: ["m0 user: Count.", "m0 assistant: (Hm.) One, …"],
      text: "One, two.",
      thinking: "Hm.",
      error: null,
    });
  });

  test.each<[string, ConnectedRoute["prefix"], readonly (readonly ChatEvent[])[]]>([
    ["where there is no prefix completion", "none", []],
    ["where the service refuses it", "beta", [[fail("request_refused")]]],
    ["where a gateway does not have it", "beta", [[fail("model_not_found")]]],
  ])("is asked for by a prompt %s", async (_, prefix, refusals) => {
    const replies = [[say("One, two, three"), fail("timeout")], ...refusals, [say("two, three"), say(", four."), stop]];
    const { whys, ends, text } = await ask([{ prefix, replies }]);
    expect([whys.at(-1), ends.at(-1), text]).toEqual([
      "m0 continue-prompt",
      `m0 user: ${prompt}`,
      "One, two, three, four.",
    ]);
    expect(whys).toHaveLength(2 + refusals.length);
  });

  test("is given without its beginning where the service sends that back", async () => {
    const replies = [
      [say("One, two, three"), fail("timeout")],
      [say("One, two, three"), say(", four."), stop],
    ];
    expect(await ask([{ prefix: "field", replies }])).toMatchObject({ text: "One, two, three, four." });
  });

  test("in its thinking is asked for once more, and that thinking is not sent along", async () => {
    const replies = [
      [think("Hm."), fail("timeout")],
      [think("Oh."), say("One, "), fail("no_balance")],
    ];
    const { whys, ends } = await ask([{ replies }, { replies: [[say("two."), stop]] }]);
    expect(whys).toEqual(["m0 first", "m0 restart", "m1 continue-prefix"]);
    expect(ends.slice(1)).toEqual(["m0 user: Count.", "m1 assistant: (Oh.) One, …"]);
  });

  test("in thinking that came as text is one in its thinking", async () => {
    const replies = [
      [say("Hm."), { type: "rethink" } as const, fail("timeout")],
      [say("One."), stop],
    ];
    expect(await ask([{ replies }])).toMatchObject({ whys: ["m0 first", "m0 restart"] });
  });

  test("is none of a continuation's thinking", async () => {
    const replies = [
      [say("One, "), fail("timeout")],
      [say("two, "), { type: "rethink" } as const, fail("no_balance")],
    ];
    expect(await ask([{ replies }, { replies: [[stop]] }])).toMatchObject({
      ends: ["m0 user: Count.", "m0 assistant: One, …", "m1 assistant: One, two, …"],
    });
  });

  test("is continued once on each provider, and not at all where that is off", async () => {
    const cut = [say("One, "), fail("timeout")];
    const both = [{ replies: [cut, cut, cut] }, { replies: [cut, cut, cut] }];
    const continued = "continue-prefix";
    expect((await ask(both)).whys).toEqual(["m0 first", `m0 ${continued}`, `m1 ${continued}`, `m1 ${continued}`]);
    expect((await ask(both, { same: false })).whys).toEqual(["m0 first", `m1 ${continued}`]);
    expect(await ask(both, { next: false })).toMatchObject({ whys: ["m0 first", `m0 ${continued}`], error: "timeout" });
  });

  test("in an earlier turn is continued as its request says", async () => {
    const beginning: Message = { ...assistantMessage("One, ", "Hm."), prefix: true };
    const request = { ...question, messages: [...question.messages, beginning] };
    expect(await ask([{ replies: [[say("two."), stop]] }], { request })).toMatchObject({
      whys: ["m0 continue-prefix"],
      ends: ["m0 assistant: (Hm.) One, …"],
      text: "two.",
    });
    const asked = await ask([{ prefix: "none", replies: [[say("two."), stop]] }], { request });
    expect(asked).toMatchObject({ whys: ["m0 continue-prompt"], ends: [`m0 user: ${prompt}`] });
  });
});

describe("before any output", () => {
  const backup = { replies: [[say("Yes."), stop]] };

  test.each<ErrorCode>([
    "no_key",
    "key_malformed",
    "key_command_failed",
    "keyring_failed",
    "key_rejected",
    "no_balance",
    "forbidden",
    "no_model",
    "model_not_found",
    "bad_value",
    "unknown_provider",
    "timeout",
    "not_a_stream",
  ])("%s lets the next provider answer, also where it keeps that from being connected", async (code) => {
    const expected = { whys: ["m0 first", "m1 failover"], ends: ["m0 user: Count.", "m1 user: Count."], text: "Yes." };
    expect(await ask([{ replies: [[fail(code)]] }, backup])).toMatchObject(expected);
    const passed = await ask([{ replies: [[fail("timeout")]] }, { replies: code }, backup]);
    expect(passed).toMatchObject({ whys: ["m0 first", "m2 failover"], error: null });
    expect(await ask([{ replies: [[fail("no_balance")]] }, { replies: code }])).toMatchObject({ error: "no_balance" });
  });

  test.each<ErrorCode>(["finish_unknown", "request_refused", "interrupted", "untrusted_endpoint"])(
    "%s ends the question: it is for the person to decide, or the next one would not do better",
    async (code) => {
      expect(await ask([{ replies: [[fail(code)]] }, backup])).toMatchObject({ whys: ["m0 first"], error: code });
    },
  );

  test("an address that the key may not go to is not passed over in silence", async () => {
    const routes = [{ replies: [[fail("no_balance")]] }, { replies: "untrusted_endpoint" as const }, backup];
    const expected = { whys: ["m0 first", "m1 failover"], error: "untrusted_endpoint" };
    expect(await ask(routes)).toMatchObject(expected);
  });

  test("a gap is filled on from all that came, by providers that fill gaps alone, and no refusal is answered by a prompt", async () => {
    const request = { ...question, messages: [userMessage("before ")], suffix: " behind" };
    const none = { replies: [[say("never"), stop]] };
    const fills = { fillsGaps: true, replies: [[fail("request_refused")], [say("c"), stop]] };
    const half = {
      fillsGaps: true,
      replies: [
        [say("a "), fail("stream_failed")],
        [say("b "), fail("stream_failed")],
      ],
    };
    expect(await ask([half, none, { ...fills, replies: [[say("c"), stop]] }], { request })).toMatchObject({
      whys: ["m0 first", "m0 continue-prefix", "m2 continue-prefix"],
      ends: ["m0 user: before ", "m0 user: before a ", "m2 user: before a b "],
      error: null,
    });
    expect(await ask([half, none, fills], { request })).toMatchObject({ error: "request_refused" });
  });
});
