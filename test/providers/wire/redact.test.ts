import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { redact, redactedError, secretsOf } from "../../../src/providers/wire/redact.ts";
import { RedactedStream } from "../../../src/providers/wire/redacted-answer.ts";

const key = "sk-0123456789abcdef";
const connection = {
  key,
  headers: {
    "x-tenant-key": "tenant-secret-77",
    "x-team": "research",
    "x-of": "a1b2c3d4e5f6a7b8",
    authorization: "Basic dXNlcjpwYXNz",
    accept: "a/b",
  },
};

/** A text that is like the key here and there, and pieces of it. */
const someText = fc
  .array(fc.oneof(fc.constantFrom(key, key.slice(0, 9), "sk-", "sk-01234", "f", "\u4e16"), fc.string({ maxLength: 5 })))
  .map((parts) => parts.join(""));

function inPieces(text: string, places: readonly number[]): string {
  const stream = new RedactedStream(secretsOf(connection));
  const cuts = places.map((place) => Math.floor(place * text.length)).sort((one, other) => one - other);
  const pieces = [...cuts, text.length].map((cut, index) => text.slice(cuts[index - 1] ?? 0, cut));
  return pieces.map((piece) => stream.push(piece)).join("") + stream.end();
}

const somePlaces = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe("what was sent and must not come back", () => {
  test("is the key, and what headers hold that may be one", () => {
    const found = secretsOf(connection);
    expect(found).toEqual(expect.arrayContaining([key, "tenant-secret-77", "dXNlcjpwYXNz", "a1b2c3d4e5f6a7b8"]));
    for (const word of ["a/b", "research"]) expect(found).not.toContain(word);
  });

  test("is taken out of every part of an error", () => {
    const cause = new Error(`near "${key}"`, { cause: new SyntaxError(`Unexpected token in ${key}`) });
    const facts = { provider: "deepseek", status: 302, location: `https://elsewhere.example/?k=${key}` };
    const error = redactedError(new AppError("redirected", facts, { cause, traceId: key }), connection);
    const all = JSON.stringify([error.details, error.traceId, error.message, error.stack]);
    const causes = [error.cause, (error.cause as Error).cause].map((one) => (one as Error).stack).join("\n");
    expect(all + causes).not.toContain(key);
    expect(error.details).toMatchObject({ status: 302, location: "https://elsewhere.example/?k=[key]" });
    expect(causes).toContain('near "[key]"');
  });
});

describe("a text that is complete", () => {
  const odd = "sk-01+23/45=67_89.abcdef";
  test.each([
    ["JSON that escapes slashes", odd.replace("/", String.raw`\/`)],
    ["JSON in JSON", JSON.stringify(JSON.stringify(odd)).replaceAll("/", String.raw`\\\/`)],
    ["a URL in a URL", encodeURIComponent(encodeURIComponent(odd))],
    [
      "HTML by names",
      odd.replace("+", "&plus;").replace("/", "&sol;").replace("=", "&equals;").replace("_", "&lowbar;"),
    ],
    ["capitals", odd.toUpperCase()],
    ["base64 of URLs", Buffer.from(`x${odd}`).toString("base64url")],
  ])("is searched for the key in %s", (_, written) => {
    expect(redact(`a ${written} b`, { key: odd, headers: {} })).toMatch(/^a .?.?"*\\*"*\[key\]\\*"*.?.? b$/u);
  });

  test("may have a key of any length", () => {
    const long = Array.from({ length: 6_000 }, (_, at) => (at * 7919).toString(36)).join("_");
    for (const text of [long, long.slice(99, 999), String.raw`\n ${long} %41`, "plain"]) {
      const clean = redact(`a ${text} b`, { key: long, headers: { "x-key": long } });
      expect([clean.length < 40, clean.startsWith("a "), clean.endsWith(" b")]).toEqual([true, true, true]);
    }
  });

  test("takes no quadratic time for backslashes", () => {
    expect(redact("\\".repeat(200_000), { key: odd, headers: {} })).toHaveLength(200_000);
  });
});

describe("a text in pieces", () => {
  test("never gives a secret, however it is cut", () => {
    fc.assert(
      fc.property(someText, somePlaces, (text, places) => {
        expect(inPieces(text, places)).not.toContain(key);
      }),
    );
  });

  test("stays as it is where there is none", () => {
    const harmless = someText.filter((text) => !text.includes(key));
    fc.assert(
      fc.property(harmless, somePlaces, (text, places) => {
        expect(inPieces(text, places)).toBe(text);
      }),
    );
  });

  test("says where something was taken out", () => {
    expect(inPieces(`a ${key} b ${key}`, [])).toBe("a [key] b [key]");
    const byLetters = Array.from({ length: 40 }, (_, index) => index / 40);
    expect(inPieces(`a ${key} b`, byLetters)).toBe("a sk-01[key] b");
  });

  test("that ends in the midst of one does not give what there is of it", () => {
    expect(inPieces(`a ${key.slice(0, 17)}`, [])).toBe("a sk-01[key]");
    expect(inPieces(`a ${key.slice(0, 10)}`, [])).toBe(`a ${key.slice(0, 10)}`);
  });

  test("is held back only where it may be one", () => {
    const stream = new RedactedStream(secretsOf(connection));
    expect([stream.push("desk-"), stream.push(" sk-01234"), stream.push("x")]).toEqual(["desk-", " sk-01", "234x"]);
  });
});
