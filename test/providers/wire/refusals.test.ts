import { describe, expect, test } from "vitest";
import type { AppError } from "../../../src/errors.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { fromComplaint, fromRefusal, notAStream } from "../../../src/providers/wire/errors.ts";
import { connection } from "./connection.ts";

type Headers = Readonly<Record<string, string>>;

function refused(status: number, body: unknown, headers: Headers = {}, more: Partial<Connection> = {}): AppError {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const header = (name: string) => headers[name] ?? null;
  return fromRefusal({ status, body: text, header }, { ...connection, ...more }, "some-model");
}

const said = (message: string, more: object = {}) => ({ error: { message, ...more } });
const provider = connection.name;

describe("a refusal, with all its facts", () => {
  test.each<[number, unknown, Headers, string, object]>([
    [302, "", { location: "https://x/" }, "redirected", { provider, status: 302, location: "https://x/" }],
    [399, "", {}, "redirected", { provider, status: 399, location: "?" }],
    [400, said("API key not valid"), {}, "key_rejected", { status: 400, origin: "DEEPSEEK_API_KEY" }],
    [400, said("x", { code: "invalid api key" }), {}, "key_rejected", { status: 400 }],
    [400, said("no connected db"), {}, "key_rejected", { status: 400, reason: "no connected db" }],
    [402, said("pay"), {}, "no_balance", { provider, reason: "pay" }],
    [429, said("Insufficient balance"), {}, "no_balance", { reason: "Insufficient balance" }],
    [403, said("Insufficient balance"), {}, "no_balance", {}],
    [403, said("Insufficient balance", { code: 30001 }), {}, "forbidden", { origin: "DEEPSEEK_API_KEY" }],
    [500, said("Insufficient balance"), {}, "service_failed", { status: 500 }],
    [429, said("exceeded your current quota"), {}, "no_balance", {}],
    [429, said("exceeded your current quota"), { "retry-after": "7" }, "rate_limited", { wait: 7 }],
    [
      429,
      said("exceeded your current quota", { code: "insufficient_quota" }),
      { "retry-after": "7" },
      "no_balance",
      {},
    ],
    [429, said("slow"), {}, "rate_limited", { provider, reason: "slow", wait: null }],
    [429, said("slow"), { "retry-after-ms": "1200" }, "rate_limited", { wait: 2 }],
    [400, said("Model is loading"), {}, "model_loading", { status: 400, reason: "Model is loading" }],
    [503, said("Model is loading"), {}, "model_loading", { status: 503 }],
    [404, said("Model is loading"), {}, "request_refused", { status: 404 }],
    [500, said("unknown stream_options"), {}, "request_refused", { status: 500, fields: ["stream_options"] }],
    [499, said("unknown stream_options"), {}, "request_refused", { fields: ["stream_options"] }],
    [501, said("not implemented"), {}, "request_refused", { status: 501 }],
    [502, said("gone"), {}, "service_failed", { provider, status: 502, reason: "gone" }],
    [400, said("maximum context length is 77"), {}, "context_too_long", { model: "some-model", limit: 77 }],
    [400, said("Maximum context length of 78 tokens"), {}, "context_too_long", { limit: 78 }],
    [400, said("prompt is too long"), {}, "context_too_long", { limit: null, reason: "prompt is too long" }],
    [400, said("Content Exists Risk"), {}, "content_refused", { provider, reason: "Content Exists Risk" }],
    [404, said("model some-model not found"), {}, "model_not_found", { model: "some-model" }],
    [404, "<title>page not found: model not found</title>", {}, "request_refused", { advice: "route", setting: "" }],
    [400, said(""), {}, "request_refused", { provider, status: 400, advice: "none", suggested: null }],
    [401, "", {}, "key_rejected", { reason: "no reason given" }],
  ])("%i %j %j is %s", (status, body, headers, code, details) => {
    const error = refused(status, body, headers);
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject(details);
  });

  test("quotes three hundred characters, and none of the key", () => {
    const reasonOf = (message: string) => (refused(400, said(message)).details as { reason: string }).reason;
    expect(reasonOf("x".repeat(300))).toBe("x".repeat(300));
    expect(reasonOf("x".repeat(301))).toBe(`${"x".repeat(300)}…`);
    expect(reasonOf(`${"x".repeat(290)}${connection.key}`)).toBe(`${"x".repeat(290)}[key]`);
  });

  test("of a request without a key wants one", () => {
    const error = refused(401, said("who?"), {}, { key: null, keyOrigin: "", keyVariable: "A_KEY" });
    expect(error).toMatchObject({
      code: "key_wanted",
      details: { provider, status: 401, reason: "who?", variable: "A_KEY" },
    });
  });

  test("has the first trace there is, and the time to wait", () => {
    const all = { "x-ds-trace-id": "1", "x-siliconcloud-trace-id": "2", "x-request-id": "3", "retry-after": "2" };
    for (const status of [302, 401, 402, 403, 429, 503, 400]) {
      expect(refused(status, said("x"), all)).toMatchObject({ traceId: "1", retryAfter: 2000 });
    }
    expect(refused(400, said("x"), { ...all, "x-ds-trace-id": undefined! }).traceId).toBe("2");
    expect(refused(400, said("x")).traceId).toBe(null);
  });
});

describe("by plain http through a proxy", () => {
  const by = { proxy: "http://proxy:1", baseUrl: "http://service.example/v1" };
  test.each<[number, string, Headers, boolean]>([
    [407, "", {}, true],
    [407, "{}", {}, true],
    [403, "<html>", { via: "1.1 x" }, true],
    [502, "<html>", { "proxy-status": "x" }, true],
    [503, "<html>", { "proxy-agent": "x" }, true],
    [504, "<html>", { "x-squid-error": "x" }, true],
    [503, "<html>", { "x-cache-lookup": "x" }, true],
    [503, "<html>", { server: "Squid/6" }, true],
    [503, "<html>", { server: "privoxy" }, true],
    [503, "<html>", { server: "nginx" }, false],
    [503, "<html>", {}, false],
    [500, "<html>", { via: "1.1 x" }, false],
    [503, ' {"error":"x"}', { via: "1.1 x" }, false],
    [503, "[1]", { via: "1.1 x" }, false],
    [503, "sorry [1]", { via: "1.1 x" }, true],
  ])("%i %j with %j is the proxy's: %s", (status, body, headers, isOfProxy) => {
    expect(refused(status, body, headers, by).code === "no_connection").toBe(isOfProxy);
    expect(refused(status, body, headers, { ...by, proxy: null }).code).not.toBe("no_connection");
    expect(refused(status, body, headers, { ...by, baseUrl: "https://service.example" }).code).not.toBe(
      "no_connection",
    );
  });

  test("the proxy's refusal says its status, and its words but for the key", () => {
    expect(JSON.stringify(refused(407, "", {}, by).details)).toContain('"407"');
    expect(JSON.stringify(refused(503, "<title>gone</title>", { via: "x" }, by).details)).toContain("503: gone");
  });
});

describe("what a service says in a stream", () => {
  const told = (reason: string, status: number | null = null, codes: string[] = [], more: Partial<Connection> = {}) =>
    fromComplaint({ reason, codes, status }, { ...connection, ...more }, "some-model");
  test.each<[string, number | null, string, object]>([
    ["Insufficient Balance", null, "no_balance", { provider, reason: "Insufficient Balance" }],
    ["Insufficient Balance", 402, "no_balance", {}],
    ["Insufficient Balance", 403, "no_balance", {}],
    ["rate limit", null, "rate_limited", { wait: null }],
    ["Please try again in 3s: rate limit", null, "rate_limited", { wait: 3 }],
    ["slow", 429, "rate_limited", { reason: "slow" }],
    ["invalid api key", null, "key_rejected", { status: 401, reason: "invalid api key" }],
    ["invalid api key", 400, "key_rejected", { status: 400 }],
    ["maximum context length is 9", null, "context_too_long", { limit: 9, model: "some-model" }],
    ["Content Exists Risk", null, "content_refused", {}],
    ["model not found", null, "model_not_found", { model: "some-model" }],
    ["model is loading", null, "model_loading", { status: 503, reason: "model is loading" }],
    ["model is loading", 500, "model_loading", { status: 500 }],
    ["bad field", 400, "request_refused", { status: 400, reason: "bad field" }],
    ["bad field", 499, "request_refused", { status: 499 }],
    ["broken", 500, "stream_failed", { provider, reason: "broken" }],
    ["", null, "stream_failed", { reason: "no reason given" }],
    [`near ${connection.key}`, null, "stream_failed", { reason: "near [key]" }],
  ])("%j with status %s is %s", (reason, status, code, details) => {
    const error = told(reason, status);
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject(details);
    expect(error.traceId).toBe(null);
  });

  test("of a request without a key wants one", () => {
    expect(told("invalid api key", null, [], { keyOrigin: "" }).code).toBe("key_wanted");
  });
});

test("what is neither a stream nor JSON is shown from its start, in one line", () => {
  const start = (body: string) => notAStream({ contentType: "text/x" }, body, connection).details as { start?: string };
  expect(start(" a\n\t b ").start).toBe("a b");
  expect(start(" \n ").start).toBe("(empty)");
  expect(start("x".repeat(90)).start).toBe("x".repeat(80));
  expect(start(`<p>${connection.key}</p>`).start).toBe("<p>[key]</p>");
  const cause = new Error("why");
  expect(notAStream({ contentType: "text/x" }, "", connection, cause)).toMatchObject({
    code: "not_a_stream",
    details: { provider, contentType: "text/x" },
    cause,
  });
  expect(notAStream({ contentType: "text/x" }, "", connection).cause).toBeUndefined();
});
