import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../../src/errors.ts";
import { fromNetwork } from "../../../src/providers/http/network-errors.ts";
import { complaintIn, complaintOf } from "../../../src/providers/wire/error-body.ts";
import { fromComplaint, fromRefusal, isPassing } from "../../../src/providers/wire/errors.ts";
import { connection } from "./connection.ts";

function refused(status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  return fromRefusal({ status, body, header: (name) => headers[name] ?? null }, connection, "some-model");
}

describe("a refusal by its status", () => {
  test.each([
    [307, "redirected", 5, false],
    [400, "request_refused", 4, false],
    [401, "key_rejected", 3, false],
    [402, "no_balance", 3, false],
    [403, "forbidden", 3, false],
    [404, "request_refused", 4, false],
    [408, "service_failed", 5, true],
    [409, "service_failed", 5, true],
    [413, "request_refused", 4, false],
    [422, "request_refused", 4, false],
    [429, "rate_limited", 5, true],
    [500, "service_failed", 5, true],
    [503, "service_failed", 5, true],
    [504, "service_failed", 5, true],
    [529, "service_failed", 5, true],
  ])("%d is %s, exit code %d, passing: %s", (status, code, exitCode, passing) => {
    const error = refused(status, '{"error":{"message":"why"}}');
    expect({ code: error.code, exitCode: exitCodeOf(error.kind), passing: isPassing(error) }).toEqual({
      code,
      exitCode,
      passing,
    });
  });

  test("whatever the body is, there is an error with a short reason", () => {
    const someBody = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constant("<html>"),
      fc.constant('{"error":{"error":{"error":{}}}}'),
    );
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), someBody, (status, body) => {
        const { details } = refused(status, body);
        const reason = "reason" in details ? details.reason : "";
        expect(String(reason).length).toBeLessThanOrEqual(301);
        expect(reason).not.toMatch(/[\r\n]/u);
      }),
    );
  });

  test("carries the service's name for the request, and how long to wait", () => {
    expect(refused(503, "", { "x-ds-trace-id": "t1", "retry-after": "2" })).toMatchObject({
      traceId: "t1",
      retryAfter: 2000,
    });
    expect(refused(400, "", { "x-siliconcloud-trace-id": "t2" })).toMatchObject({ traceId: "t2", retryAfter: null });
    expect(refused(400, "", { "x-request-id": "t3" })).toMatchObject({ traceId: "t3" });
  });

  test("never quotes the key", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const body = JSON.stringify({ error: { message: `${before}${connection.key}${after}` } });
        expect(refused(401, body).message).not.toContain("0123456789abcdef");
      }),
    );
  });
});

describe("the service's sentence", () => {
  test.each([
    ['{"error":{"message":"Insufficient Balance","type":"x"}}', "Insufficient Balance"],
    ['{"error":"model not loaded"}', "model not loaded"],
    [
      '{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}',
      "Model does not exist. Please check it carefully",
    ],
    ['"Invalid token"', "Invalid token"],
    ['{"detail":"Not Found"}', "Not Found"],
    ['{"msg":"\\u8d26\\u6237\\u4f59\\u989d\\u4e0d\\u8db3\\u3002"}', "\u8d26\u6237\u4f59\u989d\u4e0d\u8db3"],
    ["<html><head><title> 502 Bad Gateway </title></head></html>", "502 Bad Gateway"],
    ["<p>nothing</p>", "an HTML page"],
    ["upstream  connect\nerror", "upstream connect error"],
    ["", ""],
    ["{}", "{}"],
    ["null", "null"],
  ])("in %s", (body, reason) => {
    expect(complaintOf(body).reason).toBe(reason);
  });
});

describe("a 400 by its sentence", () => {
  test.each([
    [
      "This model's maximum context length is 1048576 tokens. However, you requested 2000000 tokens",
      "context_too_long",
    ],
    ["input length exceeds the context window", "context_too_long"],
    ["Content Exists Risk", "content_refused"],
    ["Model Not Exist", "model_not_found"],
    ["Model does not exist. Please check it carefully.", "model_not_found"],
    ['model "llama9" not found, try pulling it first', "model_not_found"],
    ["Invalid max_tokens value", "request_refused"],
    ["The `reasoning_content` in the thinking mode must be passed back to the API.", "request_refused"],
  ])("%s: %s", (message, code) => {
    expect(refused(400, JSON.stringify({ error: { message } })).code).toBe(code);
  });

  test("names the limit where it is said", () => {
    const { details } = refused(400, '{"error":{"message":"This model\'s maximum context length is 65536 tokens."}}');
    expect(details).toMatchObject({ limit: 65_536 });
  });
});

describe("an error in the midst of a stream", () => {
  test.each([
    [{ code: 50505, message: "Model service overloaded.", data: null }, "stream_failed"],
    [{ code: 50603, message: "System is too busy now." }, "stream_failed"],
    [{ code: 20012, message: "Model does not exist." }, "model_not_found"],
    [{ code: 20015, message: "The parameter is invalid." }, "request_refused"],
    [{ code: 30001, message: "your account balance is insufficient" }, "forbidden"],
    [{ error: { message: "slow down", code: 429 }, code: 429 }, "rate_limited"],
    [{ error: { message: "server_error" } }, "stream_failed"],
    [{ error: { message: "x" }, code: "invalid_request_error" }, "stream_failed"],
    ["just a string", "stream_failed"],
    [null, "stream_failed"],
  ])("%j is %s", (payload, code) => {
    const complaint = complaintIn(payload) ?? { reason: "", codes: [], status: null };
    expect(fromComplaint(complaint, connection, "some-model").code).toBe(code);
  });
});

describe("a connection that failed", () => {
  const failure = (code: string) => Object.assign(new Error("x"), { code });

  test.each([
    ["ENOTFOUND", "dns", true],
    ["EAI_AGAIN", "dns", true],
    ["ECONNREFUSED", "refused", true],
    ["EHOSTUNREACH", "unreachable", true],
    ["ETIMEDOUT", "timeout", true],
    ["ECONNRESET", "reset", true],
    ["EPIPE", "reset", true],
    ["EMFILE", "own", true],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls", false],
    ["CERT_HAS_EXPIRED", "tls", false],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls", false],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls", false],
    ["ERR_PROXY_TUNNEL", "proxy", false],
  ])("with %s is a matter of %s, passing: %s", (code, cause, passing) => {
    const error = fromNetwork(failure(code), connection);
    expect(error).toMatchObject({ code: "no_connection", details: { host: "api.deepseek.com", cause, reason: code } });
    expect(isPassing(error)).toBe(passing);
  });

  test("is looked for inside of what wraps it", () => {
    const wrapped = new Error("Connection error.", { cause: new AggregateError([failure("ECONNREFUSED")]) });
    expect(fromNetwork(wrapped, connection)).toMatchObject({ details: { cause: "refused" } });
  });
});

describe("a limit that is a matter of money", () => {
  test.each([
    [429, { error: { message: "x", type: "insufficient_quota", code: "insufficient_quota" } }],
    [429, { error: { message: "You exceeded your current quota, please check your plan and billing details." } }],
    [403, { error: { message: "x", code: "insufficient_quota" } }],
    [403, { error: { message: "insufficient balance" } }],
    [429, { error: { code: "1113", message: "您的账户已欠费，请充值后重试" } }],
    [429, { code: "Arrearage", message: "Access denied, please make sure your account is in good standing: overdue." }],
    [403, { message: "账户余额不足" }],
    [400, { error: { message: "Your credit balance is too low to access the API." } }],
  ])("%d %j has no balance, and is not asked again", (status, body) => {
    const error = refused(status, JSON.stringify(body));
    expect([error.code, exitCodeOf(error.kind), isPassing(error)]).toEqual(["no_balance", 3, false]);
  });

  test.each([
    [429, { error: { message: "Rate limit reached for TPM" } }, {}],
    [429, { error: { message: "You exceeded your current quota. Please retry in 26.5s.", code: 429 } }, {}],
    [429, { error: { message: "You exceeded your current quota" } }, { "retry-after": "5" }],
    [429, { error: { message: "Quota exceeded for requests per minute" } }, {}],
  ])("%d %j is one of time", (status, body, headers) => {
    const error = refused(status, JSON.stringify(body), headers);
    expect([error.code, isPassing(error)]).toEqual(["rate_limited", true]);
  });
});

describe("what is not there", () => {
  test.each([
    "<html><title>404 Not Found</title></html>",
    '{"detail":"Not Found"}',
    '{"error":{"message":"Invalid URL (POST /chat/completions)"}}',
    "Cannot POST /chat/completions",
    "404 page not found",
    '{"message":"no Route matched with those values"}',
    "<p>The requested URL /models/chat/completions was not found on this server</p>",
  ])("is the address: 404 %s", (body) => {
    const [url, suggested] = ["https://api.deepseek.com/chat/completions", "https://api.deepseek.com/v1"];
    expect(refused(404, body)).toMatchObject({ code: "request_refused", details: { advice: "route", url, suggested } });
  });

  test.each([
    '{"error":{"message":"model \\"some-model\\" not found, try pulling it first"}}',
    '{"object":"error","message":"The model `some-model` does not exist.","code":404}',
    '{"error":{"message":"模型 some-model 不存在"}}',
  ])("is the model: 404 %s", (body) => {
    expect(refused(404, body).code).toBe("model_not_found");
  });

  test("is neither, where a service says of a model what is not known", () => {
    const error = refused(404, '{"error":{"message":"The requested model is unavailable in your region"}}');
    expect(error).toMatchObject({ code: "request_refused", details: { advice: "none" } });
  });

  test.each([
    "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>",
    "Client sent an HTTP request to an HTTPS server.\n",
  ])("is http, where TLS is spoken: %s", (body) => {
    expect(refused(400, body).details).toMatchObject({ advice: "https" });
  });
});

describe("a model that is being loaded", () => {
  test.each([
    [503, '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'],
    [503, '{"error":"Model mistralai/x is currently loading","estimated_time":20.0}'],
    [503, '{"error":{"message":"The server is still starting"}}'],
    [500, '{"error":"llm server loading model"}'],
    [503, '{"message":"模型正在加载中，请稍候"}'],
  ])("%d %s", (status, body) => {
    expect(refused(status, body).code).toBe("model_loading");
  });

  test.each(["error loading model: out of memory", "failed loading model", "System is too busy now", "模型加载失败"])(
    "is not one that cannot be: %s",
    (message) => {
      expect(refused(500, JSON.stringify({ error: { message } })).code).toBe("service_failed");
    },
  );
});

describe("the fields that a refusal names", () => {
  test.each([
    [{ error: { message: "Unrecognized request argument supplied: stream_options" } }, ["stream_options"]],
    [{ object: "error", message: [{ type: "extra_forbidden", loc: ["body", "stream_options"] }] }, ["stream_options"]],
    [{ detail: [{ loc: ["body", "stream_options", "include_usage"], msg: "x" }] }, ["stream_options"]],
    [{ error: { message: "不支持 stream_options 参数" } }, ["stream_options"]],
    [{ message: "参数stream_options不支持" }, ["stream_options"]],
    [{ error: { message: "Unsupported parameter", param: "stream_options" } }, ["stream_options"]],
    [{ error: { message: 'json: unknown field "stream_options"' } }, ["stream_options"]],
    [{ error: { message: "`top_k` is not permitted" } }, ["top_k"]],
    [{ error: { message: "Invalid value for 'stop'" } }, ["stop"]],
    [{ error: { message: "Your organization must be verified to stream this model.", param: "stream" } }, ["stream"]],
    [{ error: { message: "streaming is not supported" } }, ["stream"]],
    [{ error: { message: "please stop thinking about it" } }, []],
    [{ error: { message: "x", param: "constructor" } }, []],
  ])("%j: %j", (body, fields) => {
    expect(refused(400, JSON.stringify(body)).details).toMatchObject({ fields });
  });
});
