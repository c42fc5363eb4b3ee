import { describe, expect, test } from "vitest";
import { complaintIn, complaintOf, isNoise } from "../../../src/providers/wire/error-body.ts";

/** A value inside of so many others. */
function nested(value: unknown, depth: number, around: (inner: unknown) => unknown): unknown {
  return depth === 0 ? value : around(nested(value, depth - 1, around));
}

/** An object with so many fields before these. */
function behind(count: number, fields: object): object {
  return { ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index])), ...fields };
}

describe("a complaint", () => {
  test.each<[unknown, string, string[], number | null]>([
    [{ choices: [], message: "gone" }, "gone", [], null],
    [{ choices: [], base_resp: { status_code: 1, status_msg: "x" } }, "x", ["1"], null],
    [{ choices: [null, 7, { error: "gone" }] }, "gone", [], null],
    [{ choices: [{ delta: { content: "a" }, error: { reason: "odd" } }] }, "odd", [], null],
    [{ choices: [{ delta: { error: { reason: "odd" } } }] }, "odd", [], null],
    [{ choices: [{ message: { error: { reason: "odd" } } }] }, "odd", [], null],
    [{ choices: [{ delta: null, message: { error: "gone" } }] }, "gone", [], null],
    [{ choices: [{ delta: { content: "a" } }], error: { reason: "odd" } }, "odd", [], null],
    [
      { choices: [{ delta: { content: "a" } }], base_resp: { status_code: 1008, status_msg: "no money" } },
      "no money",
      ["1008"],
      null,
    ],
    [{ choices: [{ delta: { content: "a" } }], success: false, msg: "no" }, "no", [], null],
    [{ choices: [{ delta: { content: "a" } }], error_code: 17, error_msg: "no" }, "no", ["17"], null],
    [{ error: { error: { error: { error: { error: { error: { message: "deep" } } } } } } }, "deep", [], null],
    [
      { error: { error: { error: { error: { error: { error: { error: { message: "deep" } } } } } } } },
      '{"error":{"message":"deep"}}',
      [],
      null,
    ],
    [[null, 7, { message: "second" }], "second", [], null],
    [[{ message: "first" }, { message: "second" }], "first", [], null],
    [{ message: '{"error":{"reason":"inner"}}' }, "inner", [], null],
    [{ message: ' ["inner"]' }, "inner", [], null],
    [{ message: "see [1] there" }, "see [1] there", [], null],
    [{ message: '{"reason":"in' }, '{"reason":"in', [], null],
    [{ message: '{"a":"\\u0062c' }, '{"a":"bc', [], null],
    [{ message: "{}" }, "{}", [], null],
    [{ message: '{"a":1}' }, '{"a":1}', [], null],
    [{ ok: "FALSE", msg: "x" }, "x", [], null],
    [{ issuccess: false, description: "x" }, "x", [], null],
    [{ isSuccess: false }, '{"isSuccess":false}', [], null],
    [{ error: "gone", status: 500 }, "gone", ["500"], 500],
    [{ error: 7 }, '{"error":7}', [], null],
    [{ error: false, message: "x" }, "x", [], null],
    [{ err: "gone" }, "gone", [], null],
    [{ exception: "gone" }, "gone", [], null],
    [{ fault: "gone" }, "gone", [], null],
    [{ code: 0, status: 500, message: "x" }, "x", ["500"], 500],
    [{ code: null, message: "x" }, "x", [], null],
    [{ code: {}, message: "x" }, "x", [], null],
    [{ status: 200, code: 5, message: "x" }, "x", ["5"], null],
    [{ status: false, code: 0, message: "x" }, "x", [], null],
    [{ code: 400, description: "x" }, "x", ["400"], 400],
    [{ code: -1, description: "x" }, "x", ["-1"], null],
    [{ code: "E_FAIL", description: "x" }, "x", ["E_FAIL"], null],
    [{ code: 5, type: "error", description: "x" }, "x", ["5", "error"], null],
    [{ type: "text", code: 500, description: "x" }, "x", ["500"], 500],
    [{ code: 500 }, '{"code":500}', ["500"], 500],
    [{ success: false }, '{"success":false}', [], null],
    [{ success: false, code: 17 }, '{"success":false,"code":17}', ["17"], null],
    [{ code: "denied" }, '{"code":"denied"}', ["denied"], null],
    [{ error: { foo: "bar" } }, '{"error":{"foo":"bar"}}', [], null],
    [{ error: { foo: { bar: 1 } } }, '{"error":{"foo":{"bar":1}}}', [], null],
    [{ detail: "x" }, "x", [], null],
    [{ detail: { message: "x" } }, "x", [], null],
    [{ response: { message: "x" } }, "x", [], null],
    [{ error: "ping", message: "x" }, "x", [], null],
    [{ success: false, data: { message: "x" } }, "x", [], null],
    [{ success: false, message: "a", data: { message: "b" } }, "a: b", [], null],
    [{ success: false, message: "a", body: { message: "a b" } }, "a b", [], null],
    [{ code: 401, message: "outer", error: { code: 17, message: "inner" } }, "inner", ["17", "401"], 401],
    [{ code: 401, message: "inner outer", error: { code: 17, message: "inner" } }, "inner", ["17", "401"], 401],
    [{ error: "code", message: "the code is" }, "the code is", [], null],
    [{ error: "the code is", message: "code" }, "the code is", [], null],
    [{ error: { foo: 1 }, message: "said" }, "said", [], null],
    [{ error: { message: "a" }, errors: [{ message: "b" }], err: "c" }, "a", [], null],
    [{ Error_Msg: "a", "error msg": "b" }, "a", [], null],
    [{ ERRMSG: "a" }, "a", [], null],
    [{ code: 20012, message: "x" }, "x", ["20012"], 400],
    [{ code: 30001, message: "x" }, "x", ["30001"], 403],
    [{ code: 50505, message: "x" }, "x", ["50505"], 503],
    [{ code: 120012, message: "x" }, "x", ["120012"], null],
    [{ code: 200123, message: "x" }, "x", ["200123"], null],
    [{ code: "404", message: "x" }, "x", ["404"], 404],
    [{ code: "1404", message: "x" }, "x", ["1404"], null],
    [{ message: "x。" }, "x", [], null],
    [{ message: " a\n\t b. " }, "a b", [], null],
  ])("in %j has its sentence, codes and status", (value, reason, codes, status) => {
    expect(complaintIn(value)).toEqual({ reason, codes, status });
  });

  test.each<[unknown]>([
    [{ choices: [{ delta: { content: "a" } }], base_resp: { reason: "odd" } }],
    [{ choices: [{ delta: { content: "a" } }], base_resp: "odd" }],
    [{ choices: [{ delta: { content: "a" } }], success: true, msg: "no" }],
    [{ choices: [{ delta: { content: "a" } }], error_code: 0, error_msg: "no" }],
    [{ choices: [{ delta: { content: "a" } }], msg: "no" }],
    [{ success: "falsehood", description: "x" }],
    [{ success: "not false", description: "x" }],
    [{ error: true }],
    [{ error: false }],
    [{ error: "ok" }],
    [{ code: 0, status: "ok", message: "x" }],
    [{ code: "0", message: "x" }],
    [{ code: 200, description: "x" }],
    [{ code: true, message: "x" }],
    [{ status: 200, message: "x" }],
    [{ code: 5, description: "x" }],
    [{ code: 399, description: "x" }],
    [{ code: 404.5, description: "x" }],
    [{ code: "4x", description: "x" }],
    [{ type: "text", description: "x" }],
    [{ details: "x" }],
    [{ details: [{ reason: "x" }] }],
    [{ response: "x" }],
    [{ data: { message: "x" } }],
    [{ message: "keep-alive" }],
    [{ message: "keepalive" }],
    [{ message: "keep_alive" }],
    [{ message: "Heart-Beat" }],
    [{ message: "'heartbeat'!" }],
    [{ message: " pong " }],
  ])("is not in %j", (value) => {
    expect(complaintIn(value)).toBe(null);
  });

  test.each<[string, string, string[]]>([
    ['"ok"', "ok", []],
    [" x ", "x", []],
    [" <title>a</title>", "a", []],
    ['{"a":"\\u0062c', '{"a":"bc', []],
    ["a \\u00e9 \\u0007 b", "a é b", []],
    ["<TITLE lang=de>a &#65;&#x42;&#0065; &#x110000; &#31; &#32;b</TITLE>", "a ABA b", []],
    ["<title>&#x10FFFF;&#x110000;&#9;.</title>", "􏿿 ", []],
    ["<h1 class=x>gone</h1>", "gone", []],
    ["<title></title><h1>a</h1>", "", []],
    ["<h1>gone away</h1>", "gone away", []],
    ["[]", "[]", []],
    ["[null]", "[null]", []],
    ['{"a":1}', '{"a":1}', []],
    ['{"code":5}', '{"code":5}', ["5"]],
    ['{"data":{"x":"y"}}', '{"data":{"x":"y"}}', []],
    ['{"ok":1,"title":"T"}', "T", []],
    ["7", "7", []],
    ['"a. "', "a", []],
    ['"[1]"', "[1]", []],
    ["&#65; x", "&#65; x", []],
  ])("in a body that is no answer, %j, is %j", (body, reason, codes) => {
    expect(complaintOf(body)).toEqual({ reason, codes, status: null });
  });

  test("is looked for in six levels and in the first 64 fields and items of each", () => {
    const reasonIn = (value: unknown) => complaintIn(value)?.reason;
    const list = (inner: unknown) => [inner];
    const error = (inner: unknown) => ({ error: inner });
    const message = { message: "deep" };
    expect(reasonIn(nested(message, 6, list))).toBe("deep");
    expect(reasonIn(nested(message, 7, list))).toBeUndefined();
    expect(reasonIn(nested(message, 6, error))).toBe("deep");
    expect(reasonIn(nested(message, 7, error))).toBe('{"error":{"message":"deep"}}');
    const quoted = (depth: number) => nested("deep", depth, (inner) => JSON.stringify([inner]));
    expect(reasonIn(quoted(3))).toBe("deep");
    expect(reasonIn(quoted(5))).toContain("[");
    const empty = Array.from({ length: 63 }, () => null);
    expect(reasonIn([...empty, "last"])).toBe("last");
    expect(reasonIn([...empty, null, "last"])).toBeUndefined();
    expect(reasonIn(behind(63, { message: "last" }))).toBe("last");
    expect(reasonIn(behind(64, { message: "last" }))).toBeUndefined();
    const zeros = (count: number) => ({
      ...Object.fromEntries(Object.keys(behind(count, {})).map((name) => [name, 0])),
      z: 1,
    });
    expect(reasonIn({ error: zeros(63) })).toContain("z");
    expect(reasonIn({ error: zeros(64) })).toBeUndefined();
    // Deeper than that, what is not seen to be empty counts.
    const around = (inner: unknown) => ({ v: inner });
    expect(reasonIn({ error: nested("", 7, around) })).toBeUndefined();
    expect(reasonIn({ error: nested("", 8, around) })).toContain("v");
  });

  test("that is nested too deep to be written down is named only", () => {
    expect(complaintOf("[".repeat(20_000) + "]".repeat(20_000)).reason).toBe("an error");
  });
});

test.each([
  ["-".repeat(39), true],
  ["-".repeat(40), false],
  ["ping", true],
  ["pinga", false],
])("%j is noise: %s", (text, isOne) => {
  expect(isNoise(text)).toBe(isOne);
});
