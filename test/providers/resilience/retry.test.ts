import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import type { Model } from "../../../src/chat/layers.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { AppError } from "../../../src/errors.ts";
import { withRetries } from "../../../src/providers/resilience/retry.ts";
import { gather } from "../../support/transcripts.ts";

const request: ChatRequest = { model: "m", messages: [], sampling: {}, thinking: null, stream: true };

function busy(retryAfter: number | null): ChatEvent {
  const error = new AppError("service_failed", { provider: "p", status: 503, reason: "busy" }, { retryAfter });
  return { type: "error", error };
}

/** A model that gives these events, a row for each attempt and the last one ever after; and how often it was asked. */
function playing(...attempts: (readonly ChatEvent[])[]): { model: Model; asked: () => number } {
  let asked = 0;
  const model: Model = async function* play() {
    yield* attempts[asked++] ?? attempts.at(-1)!;
  };
  return { model, asked: () => asked };
}

function waits(events: readonly ChatEvent[]): number[] {
  return events.flatMap((event) => (event.type === "waiting" && event.why === "retry" ? [event.delay] : []));
}

describe("attempts", () => {
  test("end when the waits together would take longer than all patience", async () => {
    const { model, asked } = playing([busy(30)]);
    const events = await gather(
      withRetries({ provider: "p", retries: 10, maxWait: 100, loadingTimeout: 0 })(model)(
        request,
        new AbortController().signal,
      ),
    );
    expect({ asked: asked(), waits: waits(events) }).toEqual({ asked: 4, waits: [30, 30, 30] });
    expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "service_failed" } });
  });

  test("wait anywhere up to half a second first, and up to twice as long each time", async () => {
    const delays: number[][] = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const { model } = playing([busy(null)]);
        const stop = new AbortController();
        const found: number[] = [];
        for await (const event of withRetries({ provider: "p", retries: 1, maxWait: 1e6, loadingTimeout: 0 })(model)(
          request,
          stop.signal,
        )) {
          found.push(...waits([event]));
          if (found.length > 0) stop.abort();
        }
        return found;
      }),
    );
    const firsts = delays.flat();
    expect(firsts).toHaveLength(40);
    expect(Math.max(...firsts)).toBeLessThanOrEqual(500);
    // Full jitter: neither all alike nor all long.
    expect(Math.min(...firsts)).toBeLessThan(250);
    expect(new Set(firsts).size).toBeGreaterThan(20);
  });

  test("end at once with what somebody stops, and it is no failure of the service", async () => {
    const { model, asked } = playing([busy(60_000)]);
    const stop = new AbortController();
    const events: ChatEvent[] = [];
    for await (const event of withRetries({ provider: "p", retries: 3, maxWait: 1e6, loadingTimeout: 0 })(model)(
      request,
      stop.signal,
    )) {
      events.push(event);
      if (event.type === "waiting") stop.abort();
    }
    expect(asked()).toBe(1);
    expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "interrupted" } });
  });

  test.each<ChatEvent>([
    { type: "text", text: "a" },
    { type: "reasoning", text: "a" },
  ])("are not repeated once there was $type: it would be billed and shown twice", async (event) => {
    const { model, asked } = playing([event, busy(0)]);
    const events = await gather(
      withRetries({ provider: "p", retries: 3, maxWait: 1e6, loadingTimeout: 0 })(model)(
        request,
        new AbortController().signal,
      ),
    );
    expect(asked()).toBe(1);
    expect(events).toMatchObject([event, { type: "error" }]);
  });

  test("open each with a request that says why, but none for a model that is still being loaded", async () => {
    const loading: ChatEvent = {
      type: "error",
      error: new AppError("model_loading", { provider: "p", status: 503, reason: "loading" }, { retryAfter: 1 }),
    };
    const { model } = playing([loading], [busy(1)], [{ type: "text", text: "a" }]);
    const layer = withRetries({ provider: "p", retries: 1, maxWait: 1000, loadingTimeout: 60_000 });
    const events = await gather(layer(model)(request, new AbortController().signal));
    expect(events).toMatchObject([
      { type: "waiting", why: "loading", provider: "p", delay: 1 },
      { type: "waiting", why: "retry", attempt: 2, attempts: 2, delay: 1 },
      { type: "request", to: { provider: "p", model: "m" }, why: "retry", error: { code: "service_failed" } },
      { type: "text" },
    ]);
  });
});
