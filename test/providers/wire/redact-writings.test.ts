import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { redact, redactedError, redactedJson, secretsOf } from "../../../src/providers/wire/redact.ts";

const key = "sk-01+23/45=67_89.ab:cd&ef<gh>";
const connection = { key, headers: {} };
const bare = { key: null, headers: {} };

/** The secrets of headers and proxy variables, without their other writings. */
function plain(headers: Record<string, string>, variables: Record<string, string | undefined> = {}): string[] {
  return [...secretsOf({ key: null, headers, transport: { variables } })];
}

describe("what counts as a secret", () => {
  test("is written in hex and base64 too, the longest first", () => {
    const found = secretsOf({ key: "abc?efgh", headers: {} });
    expect(found.toSorted()).toEqual(
      [
        "abc?efgh",
        "abc%3Fefgh",
        "6162633f65666768",
        "6162633F65666768",
        "YWJjP2VmZ2",
        "FiYz9lZmdo",
        "FiYz9lZmdo",
        "hYmM/ZWZna",
        "hYmM_ZWZna",
      ]
        .filter((value, index, all) => all.indexOf(value) === index)
        .toSorted(),
    );
    const lengths = found.map(({ length }) => length);
    expect(lengths).toEqual(lengths.toSorted((one, other) => other - one));
  });

  test("is looked for once", () => {
    const one = { key: "abcdefgh", headers: {} };
    expect(secretsOf(one)).toBe(secretsOf(one));
  });

  test("is a key of four characters, and the value of a secret header of eight", () => {
    expect(secretsOf({ key: "abc", headers: {} })).toEqual([]);
    expect(secretsOf({ key: "abcd", headers: {} })).toEqual(["abcd"]);
    expect(secretsOf({ key: "abcdefg", headers: {} })).toEqual(["abcdefg"]);
    expect(plain({ "x-key": "seven-7" })).toEqual([]);
    expect(plain({ "x-key": "eight--8" })).toContain("eight--8");
  });

  test("is each word of a header, and a password in it", () => {
    const value = Buffer.from("somebody:pass-word").toString("base64");
    const found = plain({ authorization: `Basic ${value}` });
    expect(found).toEqual(expect.arrayContaining([`Basic ${value}`, value, "somebody:pass-word", "pass-word"]));
    expect(found).not.toContain("somebody");
    for (const text of ["no colon at all", "bell\u0007:password", ":password", "somebody:"]) {
      expect(plain({ "x-key": Buffer.from(text).toString("base64") })).not.toContain(text);
    }
    expect(plain({ "x-key": `!${value}` })).not.toContain("pass-word");
  });

  test("is the password of a proxy, as it is written, meant and sent", () => {
    const sent = Buffer.from("some one:pass@word").toString("base64");
    for (const [name, value] of [
      ["HTTPS_PROXY", "http://some%20one:pass%40word@host:1"],
      ["all_proxy", "some%20one:pass%40word@host:1"],
    ]) {
      expect(plain({}, { [name!]: value })).toEqual(expect.arrayContaining(["pass%40word", "pass@word", sent]));
    }
    expect(plain({}, { https_proxy: "http://a:%zz-password@host" })).toContain("%zz-password");
    expect(plain({}, { HTTPS_PROXY_OLD: "http://a:pass%40word@host", NOTE: "http://a:pass%40word@host" })).toEqual([]);
    expect(plain({}, { HTTP_PROXY: undefined, NO_PROXY: "*" })).toEqual([]);
  });

  test("is not the user of a proxy without a password: its name may stand in any address", () => {
    for (const value of ["http://somebody@host:8080", "//somebody@host:8080", "somebody@host:8080"]) {
      expect(plain({}, { ALL_PROXY: value })).toEqual([]);
    }
    expect(plain({}, { ALL_PROXY: "somebody:pass//word@host" })).toContain("pass//word");
  });
});

describe("a whole text", () => {
  const each = (write: (sign: string, code: number) => string) =>
    Array.from(key, (sign) => write(sign, sign.codePointAt(0)!)).join("");
  const hex = (code: number) => code.toString(16);
  const names: Record<string, string> = {
    "&": "amp",
    "<": "lt",
    ">": "gt",
    "+": "plus",
    "/": "sol",
    "=": "equals",
    _: "lowbar",
    ".": "period",
    ":": "colon",
    "-": "hyphen",
  };
  test.each([
    ["as it is", key],
    ["in capitals", key.toUpperCase()],
    ["for URLs", encodeURIComponent(key)],
    ["for URLs, every sign of it", each((_, code) => `%${hex(code)}`)],
    ["for URLs, four times", each((_, code) => `%252525${hex(code)}`)],
    ["in JSON", each((_, code) => String.raw`\u00${hex(code)}`)],
    ["in JSON, in capitals", each((_, code) => String.raw`\u00${hex(code).toUpperCase()}`)],
    ["in JSON in JSON in JSON", each((_, code) => String.raw`\\\\u00${hex(code)}`)],
    ["in JavaScript", each((_, code) => String.raw`\x${hex(code)}`)],
    ["for a shell", each((sign) => `\\${sign}`)],
    ["in decimal HTML", each((_, code) => `&#${code};`)],
    ["in decimal HTML with zeros", each((_, code) => `&#000${code};`)],
    ["in hexadecimal HTML", each((_, code) => `&#x${hex(code)};`)],
    ["in hexadecimal HTML with zeros", each((_, code) => `&#x00${hex(code)};`)],
    ["in HTML by names", each((sign) => (names[sign] === undefined ? sign : `&${names[sign]};`))],
  ])("has the key out %s", (_, written) => {
    expect(redact(`(${written})`, connection)).toBe("([key])");
  });

  test.each([
    ["'", "&apos;"],
    ['"', "&quot;"],
  ])("has %s by its name", (sign, name) => {
    const short = { key: `ab${sign}cd`, headers: {} };
    expect(redact(`<ab${name}cd>`, short)).toBe("<[key]>");
    expect(redact(`<ab${name.replace(";", "")}cd>`, short)).toBe(`<ab${name.replace(";", "")}cd>`);
  });

  test("has a short key out only in its own case", () => {
    expect(redact("ABCD-1234 abcd-1234", { key: "abcd-1234", headers: {} })).toBe("ABCD-1234 [key]");
    expect(redact("ABCD-1234-56789", { key: "abcd-1234-56789", headers: {} })).toBe("ABCD-1234-56789");
    expect(redact("ABCD-1234-567890", { key: "abcd-1234-567890", headers: {} })).toBe("[key]");
    expect(redact("ABXD-1234", { key: "ab.d-1234", headers: {} })).toBe("ABXD-1234");
  });

  test("has long pieces of the key out, each whole, and nothing beside them", () => {
    expect(redact(`a ${key.slice(0, 16)}… b`, connection)).toBe("a [key]… b");
    expect(redact(`a ${key.slice(-16)} b`, connection)).toBe("a [key] b");
    expect(redact(key.slice(5, 21), connection)).toBe("[key]");
    expect(redact(`a ${key.slice(3, 25)}x${key.slice(7, 24)} b`, connection)).toBe("a [key]x[key] b");
    expect(redact(key.slice(2, 20) + key.slice(2, 20), connection)).toBe("[key][key]");
    const short = key.slice(0, 15);
    expect(redact(`a ${short} b`, connection)).toBe(`a ${short} b`);
    expect(redact(short, connection)).toBe(short);
  });

  test("is left as it is where there is none", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(redact(text, connection)).toBe(text);
        expect(redact(`${text}%41\\u0041&#65;`, bare)).toBe(`${text}%41\\u0041&#65;`);
      }),
    );
  });

  test("keeps nothing of a key in base64, whatever is around it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 7 }), fc.uint8Array({ maxLength: 7 }), (before, after) => {
        const bytes = Buffer.concat([before, Buffer.from(key), after]);
        for (const form of ["base64", "base64url", "hex"] as const) {
          const clean = redact(bytes.toString(form), connection);
          expect(clean).toContain("[key]");
          expect(clean.length).toBeLessThanOrEqual(5 + 2 * (before.length + after.length) + 8);
        }
      }),
    );
  });
});

describe("parsed JSON", () => {
  test("loses keys in texts and names, at every depth, and keeps the rest", () => {
    const value = { [key]: [key, 7, null, true, { deep: [`a ${key}`] }], other: "x" };
    expect(redactedJson(value, connection)).toEqual({
      "[key]": ["[key]", 7, null, true, { deep: ["a [key]"] }],
      other: "x",
    });
  });
});

describe("an error", () => {
  const facts = { provider: "p", reason: `no ${key}` };
  test("keeps its code, its wait and what is no text", () => {
    const error = redactedError(new AppError("rate_limited", { ...facts, wait: 3 }, { retryAfter: 3000 }), connection);
    expect(error).toMatchObject({
      code: "rate_limited",
      details: { provider: "p", reason: "no [key]", wait: 3 },
      retryAfter: 3000,
      traceId: null,
    });
    expect(error.cause).toBeUndefined();
    expect(error.stack).not.toContain(key);
  });

  test("keeps the words of its causes, of any type", () => {
    const causeOf = (cause: unknown) =>
      redactedError(new AppError("no_balance", facts, { cause }), connection).cause as Error;
    expect(causeOf(`thrown ${key}`).message).toBe("thrown [key]");
    const bareError = new Error(`without a stack ${key}`);
    delete bareError.stack;
    expect(causeOf(bareError)).toMatchObject({ message: "without a stack [key]", stack: "without a stack [key]" });
    const deep = causeOf(new Error("a", { cause: new Error("b", { cause: key }) }));
    expect((deep.cause as Error).message).toBe("b");
    expect(((deep.cause as Error).cause as Error).message).toBe("[key]");
    expect(((deep.cause as Error).cause as Error).cause).toBeUndefined();
    expect(deep.stack).toContain("redact-writings");
  });
});
