import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RedactedAnswer, RedactedStream } from "../../../src/providers/wire/redacted-answer.ts";

const key = "sk-0123456789abcdef";
type Piece = readonly ["reasoning" | "text", string];

/** What each piece gave, and at the end what the thinking and the text still gave. */
function given(pieces: readonly Piece[], { secrets = [key], before = "" } = {}): string[] {
  const answer = new RedactedAnswer(() => secrets, before);
  return [...pieces.map((piece) => answer.push(...piece)), answer.end("reasoning"), answer.end("text")];
}

describe("an answer", () => {
  test.each<[string, Piece[], string[]]>([
    [
      "begins a key in its thinking and ends it in its text",
      [
        ["reasoning", "x sk-0123456"],
        ["text", "789abcdef more"],
      ],
      ["x sk-01", "[key] more", "", ""],
    ],
    [
      "ends it in several pieces",
      [
        ["reasoning", "sk-0123456"],
        ["text", "78"],
        ["text", "9abcdef!"],
      ],
      ["sk-01", "", "[key]!", "", ""],
    ],
    [
      "goes on otherwise",
      [
        ["reasoning", "sk-0123456"],
        ["text", "78"],
        ["text", "zz"],
      ],
      ["sk-01", "", "78zz", "23456", ""],
    ],
    [
      "only begins one, of few characters",
      [
        ["reasoning", "sk-0"],
        ["text", "hello"],
      ],
      ["sk-0", "hello", "", ""],
    ],
    [
      "begins one with what is seen, and ends it elsewhere",
      [
        ["reasoning", "sk-0"],
        ["text", "123456789abcdef."],
      ],
      ["sk-0", "[key].", "", ""],
    ],
    [
      "begins one in its text and ends it in its thinking",
      [
        ["text", "sk-0123456"],
        ["reasoning", "789abcdef"],
        ["text", "after"],
      ],
      ["sk-01", "[key]", "after", "", ""],
    ],
    [
      "has thinking in the midst of a key",
      [
        ["text", "sk-0123456"],
        ["reasoning", "hm"],
        ["text", "789abcdef."],
      ],
      ["sk-01", "hm", "[key].", "", ""],
    ],
    [
      "is left open where it may still be one",
      [
        ["reasoning", "sk-0123456"],
        ["text", "789"],
      ],
      ["sk-01", "", "23456", "789"],
    ],
  ])("%s", (_, pieces, expected) => {
    expect(given(pieces)).toEqual(expected);
  });

  test("continues a text that ends in the midst of a key", () => {
    expect(given([["text", "abcdef z"]], { before: "the key is sk-0123456789" })).toEqual(["[key] z", "", ""]);
    expect(given([["text", "f z"]], { before: key.slice(0, -1) })).toEqual(["[key] z", "", ""]);
    expect(given([["text", "f z"]], { before: "another" })).toEqual(["f z", "", ""]);
    expect(given([["text", "ab z"]], { before: "sk-0123456789" })).toEqual(["ab z", "", ""]);
    expect(given([["text", key.slice(1)]], { before: "s" })).toEqual(["[key]", "", ""]);
  });

  test("is left alone where nothing is secret", () => {
    const pieces: Piece[] = [
      ["text", "sk-0123"],
      ["reasoning", key],
    ];
    expect(given(pieces, { secrets: [], before: "x" })).toEqual(["sk-0123", key, "", ""]);
  });

  const somePiece = fc.tuple(
    fc.constantFrom("reasoning" as const, "text" as const),
    fc.oneof(
      fc.constantFrom(key, "sk-", "0123456", "789abcdef", "sk-0123456", "f"),
      fc.nat(18).map((at) => key.slice(0, at)),
      fc.nat(18).map((at) => key.slice(at)),
      fc.string({ maxLength: 4 }),
    ),
  );
  const somePieces = fc.array(somePiece, { maxLength: 8 });

  test("never gives a key, neither in either nor across them", () => {
    fc.assert(
      fc.property(somePieces, (pieces) => {
        const all = given(pieces);
        const of = (kind: string) => pieces.map(([one], index) => (one === kind ? all[index] : "")).join("");
        expect(of("text") + all.at(-1)!).not.toContain(key);
        expect(of("reasoning") + all.at(-2)!).not.toContain(key);
        expect(all.slice(0, -2).join("")).not.toContain(key);
      }),
    );
  });

  test("gives every sign of what holds no beginning of a key", () => {
    const harmless = fc.array(fc.tuple(fc.constantFrom("reasoning" as const, "text" as const), fc.string()));
    fc.assert(
      fc.property(harmless, (pieces) => {
        const all = given(pieces, { secrets: ["\u4e16\u754c-key-of-a-service"] });
        expect(all.join("")).toBe(pieces.map(([, piece]) => piece).join(""));
      }),
    );
  });
});

describe("a stream", () => {
  /** What it gives of pieces, and at its end. */
  function stream(pieces: readonly string[], secrets = [key]): string[] {
    const one = new RedactedStream(secrets);
    return [...pieces.map((piece) => one.push(piece)), one.end()];
  }

  test("shows five characters of what may be a key, and holds the rest", () => {
    expect(stream(["s", "k", "-", "0", "1", "2", "3", "4", "x"])).toEqual([
      "s",
      "k",
      "-",
      "0",
      "1",
      "",
      "",
      "",
      "234x",
      "",
    ]);
    expect(stream(["sk-012"])).toEqual(["sk-01", "2"]);
  });

  test("gives a beginning of twelve characters in the end, and no more", () => {
    expect(stream([key.slice(0, 12)])).toEqual(["sk-01", "2345678"]);
    expect(stream([key.slice(0, 13)])).toEqual(["sk-01", "[key]"]);
  });

  test("takes several secrets out, the longest where one holds another", () => {
    const secrets = [`${key}-and-more`, key, "other.secret"];
    expect(stream([`${key}-and-more ${key} other.secret otherXsecret`], secrets).join("")).toBe(
      "[key] [key] [key] otherXsecret",
    );
    expect(stream([key, "-and-mor", "!"], secrets)).toEqual(["sk-01", "", "[key]-and-mor!", ""]);
  });

  test("begins anew behind a secret", () => {
    expect(stream([key + key.slice(0, 3), key.slice(3)])).toEqual(["[key]sk-", "[key]", ""]);
  });

  test("knows whether a piece ended what began elsewhere, until the next", () => {
    const one = new RedactedStream([key]);
    expect(one.tail).toBe("");
    one.follow("sk-0123456789");
    expect(one.crossed).toBe(false);
    expect(one.push("abcdef")).toBe("[key]");
    expect(one.crossed).toBe(true);
    expect(one.push("x")).toBe("x");
    expect(one.crossed).toBe(false);
    one.push("sk-01234");
    expect(one.tail).toBe("sk-01234");
    one.drop();
    expect(one.end()).toBe("");
  });

  test("keeps what is held when another text comes between", () => {
    const one = new RedactedStream([key]);
    one.push("sk-01234");
    one.follow("hm");
    expect(one.push(key.slice(8))).toBe("[key]");
  });
});
