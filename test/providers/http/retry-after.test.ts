import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { waitAsked } from "../../../src/providers/http/retry-after.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const wait = (headers: Readonly<Record<string, string>>, body = "") =>
  waitAsked((name) => headers[name] ?? null, body, now);

describe("Retry-After", () => {
  test.each([
    [{}, null],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "1.5" }, 1500],
    [{ "retry-after": "120" }, 120_000],
    [{ "retry-after": "Fri, 20 Nov 2026 12:00:30 GMT" }, 30_000],
    [{ "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" }, 0],
    [{ "retry-after": "2026-11-20T12:00:30Z" }, 30_000],
    [{ "retry-after": "-5" }, 0],
    [{ "retry-after": "20s" }, 20_000],
    [{ "retry-after": "1m30s" }, 90_000],
    [{ "retry-after": "1763640030" }, 0],
    [{ "retry-after": String(now / 1000 + 30) }, 30_000],
    [{ "retry-after": "soon" }, null],
    [{ "retry-after": "" }, null],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
    [{ "retry-after-ms": "nonsense", "retry-after": "9" }, 9000],
    [{ "llm_provider-retry-after": "60" }, 60_000],
    [{ "llm_provider-retry-after-ms": "60" }, 60],
    [{ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12ms" }, 12],
    [{ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" }, 360_000],
    [{ "x-ratelimit-remaining-tokens": "9", "x-ratelimit-reset-tokens": "6m0s" }, null],
    [{ "x-ratelimit-reset": String(now + 7000) }, 7000],
    [{ "ratelimit-remaining": "0", "ratelimit-reset": "7" }, 7000],
    [
      {
        "anthropic-ratelimit-tokens-remaining": "0",
        "anthropic-ratelimit-tokens-reset": "2026-11-20T12:00:15Z",
      },
      15_000,
    ],
  ])("%j is %s ms", (headers, milliseconds) => {
    expect(wait(headers)).toBe(milliseconds);
  });

  test.each([
    ['{"error":{"message":"Rate limit reached. Please try again in 20s. Visit https://…"}}', 20_000],
    ['{"error":{"message":"Please try again in 6m0.5s."}}', 360_500],
    ['{"error":{"message":"Please retry after 30 seconds."}}', 30_000],
    ['{"error":{"message":"try again in 750ms"}}', 750],
    ['{"error":{"details":[{"@type":"…RetryInfo","retryDelay":"26s"}]}}', 26_000],
    ['{"message":"You are being rate limited.","retry_after":0.25}', 250],
    ['{"error":"Model x is currently loading","estimated_time":20.5}', 20_500],
    ['{"msg":"请求过快，请在 15 秒后重试"}', 15_000],
    ['{"error":{"message":"Rate limit of 20s reached"}}', null],
    ['{"error":{"message":"try again later"}}', null],
    ["", null],
  ])("in %s is %s ms", (body, milliseconds) => {
    expect(wait({}, body)).toBe(milliseconds);
    expect(wait({ "retry-after": "3" }, body)).toBe(3000);
  });

  test("is never negative and never NaN", () => {
    const names = ["retry-after", "retry-after-ms", "x-ratelimit-reset", "llm_provider-retry-after"];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string(), fc.string(), (name, value, body) => {
        const milliseconds = wait({ [name]: value }, body) ?? 0;
        expect(milliseconds).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(milliseconds)).toBe(true);
      }),
    );
  });
});
