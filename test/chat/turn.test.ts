import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../src/chat/events.ts";
import type { ChatRequest } from "../../src/chat/model.ts";
import { billedRequests } from "../../src/chat/requests.ts";
import { AppError } from "../../src/errors.ts";
import { runTurn } from "../../src/chat/turn.ts";

const request: ChatRequest = { model: "m", messages: [], sampling: {}, thinking: null, stream: true };
const asked = { provider: "p", model: "m" };
const signal = new AbortController().signal;

async function* events(...given: readonly (ChatEvent | Error)[]): AsyncGenerator<ChatEvent> {
  for (const each of given) {
    if (each instanceof Error) throw each;
    yield each;
  }
}

const said = (text: string): ChatEvent => ({ type: "text", text });

describe("a turn", () => {
  test("that a model fails in unforeseen ends as an error, with all that came", async () => {
    const result = await runTurn(() => events(said("a"), new TypeError("no")), request, [], signal, asked);
    expect(result).toMatchObject({
      text: "a",
      status: "failed",
      error: { code: "internal", details: { message: "no" } },
    });
  });

  test("that a listener fails in does too, and the model is let go", async () => {
    let released = false;
    async function* model(): AsyncGenerator<ChatEvent> {
      try {
        yield said("a");
        yield said("b");
      } finally {
        released = true;
      }
    }
    const fail = () => {
      throw new RangeError("no");
    };
    const result = await runTurn(model, request, [fail], signal, asked);
    expect(result).toMatchObject({ text: "a", error: { code: "internal" } });
    expect(released).toBe(true);
  });

  test("that ends without an end is told by the provider's name", async () => {
    const result = await runTurn(() => events(said("a")), request, [], signal, asked);
    expect(result.error).toMatchObject({ code: "incomplete_answer", details: { provider: "p" } });
  });

  test("is answered by a picture alone, and not by one that could not be had", async () => {
    const image: ChatEvent = {
      type: "image",
      image: { type: "image", name: "a.png", url: "data:image/png;base64,aa" },
    };
    const error = new AppError("interrupted", {});
    const end: ChatEvent = { type: "finish", reason: "stop" };
    const whole = await runTurn(() => events(image, { type: "image_lost", error }, end), request, [], signal, asked);
    expect(whole).toMatchObject({ status: "complete", lostPictures: [error], requests: [{ producedOutput: true }] });
    expect(whole.messages).toEqual([{ role: "assistant", content: [image.image] }]);
    const none = await runTurn(() => events({ type: "image_lost", error }, end), request, [], signal, asked);
    expect(none).toMatchObject({ error, messages: [] });
  });

  test("counts a request as billed that was given up, and not one that the service ended or that waits to be repeated", async () => {
    const busy = new AppError("service_failed", { provider: "p", status: 503, reason: "" });
    const stopped: ChatEvent = { type: "error", error: new AppError("interrupted", {}) };
    const retry: ChatEvent = { type: "waiting", why: "retry", attempt: 2, attempts: 3, delay: 1, error: busy };
    const first: ChatEvent = {
      type: "request",
      to: asked,
      sent: request,
      sentAt: new Date(),
      why: "first",
      error: null,
    };
    const billedOf = async (...given: readonly ChatEvent[]) =>
      billedRequests((await runTurn(() => events(...given), request, [], signal, asked)).requests).length;
    expect(await billedOf(first, stopped)).toBe(1);
    expect(await billedOf(first, retry, stopped)).toBe(0);
    expect(await billedOf(first, { type: "error", error: busy })).toBe(0);
    // Nothing was sent.
    expect(await billedOf(stopped)).toBe(0);
  });

  test("does not bill a request that brought nothing", async () => {
    const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1, reasoningTokens: 0, totalTokens: 2 };
    const { error } = await runTurn(() => events(), request, [], signal, asked);
    const to = { provider: "q", model: "n" };
    const sentAt = new Date("2026-11-20T12:00:00Z");
    const first: ChatEvent = { type: "request", to: asked, sent: request, sentAt, why: "first", error: null };
    const failover: ChatEvent = { type: "request", to, sent: request, sentAt, why: "failover", error: error! };
    const given = events(first, failover, said("a"), { type: "usage", usage }, { type: "finish", reason: "stop" });
    const { requests, answeredBy } = await runTurn(() => given, request, [], signal, asked);
    expect(billedRequests(requests)).toEqual([requests[1]]);
    expect(requests[1]).toEqual({
      to,
      sent: request,
      sentAt,
      why: "failover",
      error,
      usage,
      producedOutput: true,
      outputBytes: 1,
      failure: null,
      at: 0,
      thought: 0,
    });
    expect(answeredBy).toEqual(to);
  });
});
