import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complaintIn, complaintOf } from "../../../src/providers/wire/error-body.ts";
import { meaningOf } from "../../../src/providers/wire/error-meaning.ts";

describe("a complaint, with the status and the meaning it has", () => {
  test.each([
    [{ choices: null, base_resp: { status_code: 1008, status_msg: "insufficient balance" } }, null, "balance"],
    [{ error_code: 110, error_msg: "Access token invalid" }, null, "key"],
    [{ success: false, message: "no channel for this model" }, null, "model"],
    [{ code: 401, msg: "token expired", data: null }, 401, "key"],
    [{ detail: "Model is loading" }, null, "loading"],
    [[{ error: { code: 400, message: "API key not valid" } }], 400, "key"],
    [{ errors: [{ message: "Too many requests" }] }, null, "rate"],
    [{ error: { message: "Please wait", code: "rate_limit_exceeded" } }, null, "rate"],
    [{ error: { message: "Check your plan", code: "insufficient_quota" } }, null, "balance"],
    [{ error: { message: "Quota exceeded: 3 requests per minute", code: 429 } }, 429, "rate"],
    [{ message: "No API key found in request" }, null, "key"],
    [{ Response: { Error: { Code: "AuthFailure", Message: "signature" }, RequestId: "r" } }, null, null],
    [{ object: "error", message: "maximum context length is 10", code: 400 }, 400, "context"],
    [{ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, null, null],
    [{ header: { code: 10013, message: "illegal input" } }, null, null],
    [{ fault: { faultstring: "Invalid ApiKey", detail: { errorcode: "oauth.v2" } } }, null, "key"],
    [{ code: 20012, message: "Model does not exist.", data: null }, 400, "model"],
    [{ code: 50505, message: "Model service overloaded.", data: null }, 503, null],
    [{ Code: "Arrearage", Message: "Access denied" }, null, "balance"],
    [{ error: { code: "1113", message: "您的账户已欠费，请充值后重试。" } }, null, "balance"],
    [{ success: "false", msg: "余额不足" }, null, "balance"],
    [{ detail: [{ loc: ["body"], msg: "field required", type: "value_error" }] }, null, null],
    [{ type: "about:blank", title: "Forbidden", status: 403 }, 403, null],
    [{ choices: [{ delta: { content: "" }, error: { code: 502, message: "gone" } }] }, 502, null],
    [{ choices: [{ delta: { content: "a" } }], error: { message: "gone" } }, null, null],
    ["upstream gone", null, null],
  ])("%j", (body, status, meaning) => {
    const complaint = complaintIn(body)!;
    expect([complaint.status, meaningOf(complaint)]).toEqual([status, meaning]);
  });

  test.each([
    [
      { error: "invalid_token", error_description: "The access token expired" },
      "invalid_token: The access token expired",
    ],
    [{ status: 500, error: "Internal Server Error", path: "/x" }, "Internal Server Error"],
    [
      { error: { message: "Provider returned error", metadata: { raw: '{"error":{"message":"slow \\u0064own"}}' } } },
      "Provider returned error: slow down",
    ],
    [{ error: true, message: "bad thing" }, "bad thing"],
    [{ error: { error: { error: { message: "deeper" } } } }, "deeper"],
    [{ ok: false, description: "Not Found" }, "Not Found"],
  ])("of %j is told in the service's words", (body, reason) => {
    expect(complaintIn(body)?.reason).toBe(reason);
    expect(complaintOf(JSON.stringify(body)).reason).toBe(reason);
  });

  test.each([
    [{ choices: [{ delta: { content: "error: failed" }, finish_reason: null }], error: null }],
    [{ choices: [{ delta: {} }], base_resp: { status_code: 0, status_msg: "" } }],
    [{ choices: [{ delta: {} }], error: { code: 0, message: "" }, code: 0, msg: "success" }],
    [{ id: "a", object: "chat.completion.chunk", choices: [], usage: { total_tokens: 3 } }],
    [{ code: 0, msg: "ok" }],
    [{ code: 20000, message: "OK", status: true }],
    [{ header: { code: 0, message: "Success" } }],
    [{ type: "ping" }],
    [{ error: {} }],
    ["ping"],
    [{}],
    [[]],
    [7],
    [null],
  ])("is not in %j", (body) => {
    expect(complaintIn(body)).toBe(null);
  });

  test("is found, or not, whatever the body is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 9 }), fc.anything(), (json, anything) => {
        const { reason } = complaintOf(JSON.stringify(json));
        expect(reason).not.toMatch(/[\r\n]/u);
        expect(() => [complaintIn(json), complaintIn(anything)]).not.toThrow();
      }),
    );
  });
});

test.each([
  ["Invalid max_tokens value", null],
  ["invalid JSON: unexpected token < at 1", null],
  ["max_tokens is too large", null],
  ["The parameter is invalid", null],
])("%s is about nothing that is known", (reason, meaning) => {
  expect(meaningOf({ reason, codes: [] })).toBe(meaning);
});
