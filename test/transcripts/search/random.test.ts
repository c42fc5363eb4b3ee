import { appendFileSync, copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { converse, hits, naiveHits, say, search } from "../../support/search.ts";
import { hostileText, temporaryFolder } from "../../support/transcripts.ts";

/** Few different pieces, so that what is looked for is there often; of every kind the index treats by itself. */
const pieces = [
  "\u91cf",
  "\u5b50",
  "\u8ba1\u7b97",
  "\u{20bb7}",
  "\u304b",
  "\u304c",
  "\u3099",
  "\u30fc",
  "\ud55c",
  "e",
  "\u00e9",
  "e\u0301",
  "L",
  "\uff2c\uff49",
  "i",
  "\u0130",
  "\u03a3",
  "\u03c2",
  "\ufb01",
  "\u00bd",
  "kubectl",
  "apply",
  "_",
  "7",
  "-",
  "=>",
  "\uff0c",
  "\u3002",
  "\u2026",
  "\u{1f600}",
  " ",
  "\u3000",
  "\n",
  "a".repeat(70),
  "-".repeat(66),
  "\ud83d",
  "\u0e01\u0e32",
];
const someText = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(""));
const somePart = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("").replaceAll("\n", " ").trim())
  .filter((part) => part !== "" && !part.includes('"') && part.isWellFormed());

const someSaid = fc.tuple(someText, fc.oneof(someText, hostileText));
const someConversation = fc.array(someSaid, { minLength: 1, maxLength: 3 });

/** What a person, or a program, does to the folder between two searches; `which` chooses the file. */
type Act = (folder: string, path: string) => void;

const someAct: fc.Arbitrary<Act> = fc.oneof(
  someConversation.map(
    (said): Act =>
      (folder) =>
        void converse(folder, ...said),
  ),
  someConversation.map(
    (said): Act =>
      (_, path) =>
        void say(TranscriptWriter.append(path), said),
  ),
  someText.map(
    (text): Act =>
      (_, path) =>
        appendFileSync(path, text),
  ),
  fc.constant<Act>((_, path) => writeFileSync(path, readFileSync(path, "utf8").replace("\u91cf", "\u5b50"))),
  fc.constant<Act>((_, path) => writeFileSync(path, readFileSync(path, "utf8").replaceAll("\n", "\r\n"))),
  fc.double({ min: 0, max: 1, noNaN: true }).map((share): Act => (_, path) => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
  }),
  fc.nat().map(
    (number): Act =>
      (folder, path) =>
        copyFileSync(path, join(folder, `copy ${number}.md`)),
  ),
  fc.nat().map(
    (number): Act =>
      (folder, path) =>
        renameSync(path, join(folder, `moved ${number}.md`)),
  ),
  fc.constant<Act>((_, path) => rmSync(path)),
  fc.constant<Act>(() => {}),
);

test("an index finds what reading everything finds, while files come, change, move and go", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someConversation, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(someAct, fc.nat()), { minLength: 1, maxLength: 12 }),
      fc.array(fc.array(somePart, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 }),
      async (conversations, acts, queries) => {
        const [folder, cache] = [temporaryFolder(), temporaryFolder()];
        for (const said of conversations) converse(folder, ...said);
        for (const [act, which] of acts) {
          const names = readdirSync(folder).filter((name) => name.endsWith(".md"));
          if (names.length === 0) converse(folder, ["\u91cf\u5b50", "e"]);
          else act(folder, join(folder, names[which % names.length]!));
          for (const literals of queries) {
            const query = literals.map((literal) => `"${literal}"`).join(" ");
            const expected = naiveHits(folder, literals);
            expect(hits(await search(folder, cache, query))).toEqual(expected);
            expect(hits(await search(folder, null, query))).toEqual(expected);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});

test("whatever stands in a line is found by any stretch of it", async () => {
  await fc.assert(
    fc.asyncProperty(someText, fc.nat(), fc.nat({ max: 6 }), async (text, start, length) => {
      const characters = Array.from(text.toWellFormed().replaceAll("\n", " "));
      const from = start % Math.max(1, characters.length);
      const part = characters.slice(from, from + length + 1).join("");
      fc.pre(part.trim() !== "" && !/[\p{M}]{2}/u.test(text.normalize("NFKD")));
      const [folder, cache] = [temporaryFolder(), temporaryFolder()];
      converse(folder, ["nothing", characters.join("")]);
      const { conversations } = await search(folder, cache, `"${part}"`);
      expect(conversations).toHaveLength(1);
      for (const { text: line, ranges } of conversations[0]!.exchanges.flatMap(({ lines }) => lines)) {
        const fold = (piece: string) => piece.normalize("NFKD").toLowerCase().replaceAll("\u03c2", "\u03c3");
        for (const { from: begin, to: end } of ranges) expect(fold(line.slice(begin, end))).toContain(fold(part));
      }
    }),
    { numRuns: 100 },
  );
});
