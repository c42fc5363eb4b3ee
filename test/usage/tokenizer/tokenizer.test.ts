import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { loadTokenizer, type Tokenizer } from "../../../src/usage/tokenizer/tokenizer.ts";
import { Vocabulary } from "../../../src/usage/tokenizer/vocabulary.ts";
import { wordEnd } from "../../../src/usage/tokenizer/word-boundary.ts";
import { shortWord, WordMerge } from "../../../src/usage/tokenizer/word-merge.ts";

interface Reference {
  readonly texts: readonly (readonly [text: string, ids: readonly number[]])[];
}

const fixture = new URL("../../fixtures/tokenizer/reference.json", import.meta.url);
const { texts } = JSON.parse(readFileSync(fixture, "utf8")) as Reference;
let vocabulary: Vocabulary;
let tokenizer: Tokenizer;

beforeAll(async () => {
  vocabulary = await Vocabulary.read();
  tokenizer = await loadTokenizer();
});

/** Texts of all that the classes of characters tell apart, and of what is near their borders. */
const pieces = [
  "a",
  "Zé",
  "中文",
  "ー・",
  "゛",
  "9",
  "½",
  "𝟘",
  " ",
  "  ",
  "\t",
  "\n",
  "\r\n",
  "\u0085",
  "\u3000",
  "\uFEFF",
  "\u200B",
  "\0",
];
const signs = [
  ".",
  "'s",
  "!A",
  "，",
  "€",
  "😀",
  "👍🏽",
  "\u0301",
  "𠀀",
  "\uD83D",
  "<think>",
  "<｜User｜>",
  "<｜",
  "word",
  "tokenizer",
];
const anyText = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...pieces, ...signs), { maxLength: 40 }).map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);

/** The bytes that a token stands for. */
function bytesOf(id: number): number[] {
  const pair = vocabulary.pairOf(id);
  return pair === null ? [vocabulary.byteIds.indexOf(id)] : pair.flatMap(bytesOf);
}

function decode(ids: readonly number[]): string {
  const added = new Map([...vocabulary.added].map(([text, id]) => [id, text]));
  const parts = ids.map((id) => (added.has(id) ? Buffer.from(added.get(id)!) : Buffer.from(bytesOf(id))));
  return Buffer.concat(parts).toString();
}

describe("the reference tokenizer", () => {
  test("gives the same ids for texts of all kinds", () => {
    expect(texts.length).toBeGreaterThan(190);
    expect(texts.map(([text]) => [text, tokenizer.encode(text)])).toEqual(texts);
  });

  test("splits into the same words as the expressions of its tokenizer.json", () => {
    const blank = String.raw`[\p{White_Space}]`;
    const third = new RegExp(
      [
        String.raw`[!-\/:-@\[-${"`"}\{-~][A-Za-z]+`,
        String.raw`[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+`,
        String.raw` ?[\p{P}\p{S}]+[\r\n]*`,
        String.raw`${blank}*[\r\n]+`,
        String.raw`${blank}+(?!\P{White_Space})`,
        String.raw`${blank}+`,
      ].join("|"),
      "gu",
    );
    const split = (text: string, expression: RegExp) => {
      const parts = [];
      let from = 0;
      for (const { 0: word, index } of text.matchAll(expression)) {
        parts.push(text.slice(from, index), word);
        from = index + word.length;
      }
      return [...parts, text.slice(from)].filter((part) => part !== "");
    };
    const expected = (text: string) =>
      split(text, /\p{N}{1,3}/gu)
        .flatMap((part) => split(part, /[一-龥\u3040-\u30FF]+/gu))
        .flatMap((part) => split(part, third));
    const words = (text: string) => {
      const bytes = Buffer.from(text);
      const found = [];
      for (let start = 0; start < bytes.length; start += Buffer.byteLength(found.at(-1)!)) {
        found.push(bytes.toString("utf8", start, wordEnd(bytes, start, bytes.length)));
      }
      return found;
    };
    fc.assert(
      fc.property(anyText, (text) => {
        const sent = text.toWellFormed();
        expect(words(sent)).toEqual(expected(sent));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("any text", () => {
  test("is what its tokens stand for, and half of a surrogate pair is U+FFFD", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decode(tokenizer.encode(text))).toBe(text.toWellFormed());
      }),
    );
    expect(tokenizer.countTokens("\uD800")).toBe(tokenizer.countTokens("\uFFFD"));
  });

  test("counts as many tokens as it has ids, at once or in slices, while others are counted", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const long = text.repeat(200);
        const both = Promise.all([tokenizer.countInSlices(long), tokenizer.countInSlices(`${long}a`)]);
        const ids = tokenizer.encode(long).length;
        expect(tokenizer.countTokens(long)).toBe(ids);
        expect(await both).toEqual([ids, tokenizer.countTokens(`${long}a`)]);
      }),
      { numRuns: 40 },
    );
  });

  test("merges alike in words of any length, whichever way finds the next merge", () => {
    const merge = new WordMerge(vocabulary);
    const word = fc.uint8Array({ minLength: 1, maxLength: shortWord });
    const plain = fc.string({ unit: fc.constantFrom("a", "b", "e", " ", "n"), minLength: 1, maxLength: shortWord });
    fc.assert(
      fc.property(
        fc.oneof(
          word,
          plain.map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const short = [...merge.ids.subarray(0, merge.short(bytes, 0, bytes.length))];
          const long = merge.long(bytes, 0, bytes.length).next().value;
          expect([...long!]).toEqual(short);
        },
      ),
    );
  });

  test("has no more tokens than bytes, and texts with a special token between them count by themselves", () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const [first, second] = [one, other].map((text) => tokenizer.countTokens(text));
        expect(first).toBeLessThanOrEqual(Buffer.byteLength(one));
        expect(tokenizer.countTokens(`${one}<｜Assistant｜>${other}`)).toBe(first! + 1 + second!);
      }),
    );
  });
});

test("the work grows with the text, whatever it is made of", () => {
  const stepsOf = (text: string) => {
    const before = tokenizer.steps;
    tokenizer.countTokens(text);
    return tokenizer.steps - before;
  };
  const units = [
    "a",
    " ",
    "\n",
    "😀",
    "中文",
    "=",
    "1",
    "\u0301",
    "\u200B",
    "ab",
    "<",
    "<｜User｜>",
    " a",
    "aA1中 .\n",
  ];
  const excessive = units.filter((unit) => {
    const [short, long] = [10_000, 100_000].map((length) => stepsOf(unit.repeat(length / unit.length)));
    return long! > 10.5 * short! || long! > 16 * 100_000;
  });
  expect(excessive).toEqual([]);
});
