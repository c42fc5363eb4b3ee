import fc from "fast-check";
import { expect, test } from "vitest";
import { branchOf } from "../../../src/transcripts/format/branch.ts";
import { encodeTranscript } from "../../../src/transcripts/format/encode.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { expected, noon, someCourse } from "../../support/transcripts.ts";

const header = { id: "new", startedAt: noon, zone: null };

test("a branch holds every exchange as it was, under a header of its own that names the other conversation", () => {
  fc.assert(
    fc.property(fc.uniqueArray(someCourse, { maxLength: 4, selector: ({ id }) => id }), (courses) => {
      const exchanges = courses.map(expected);
      const before = { id: "old", startedAt: noon, zone: "Asia/Shanghai", title: "A name", origin: null };
      const branch = parseTranscript(branchOf(encodeTranscript(before, exchanges), "old", null, header));
      expect(branch.header).toEqual({ ...header, title: "A name", origin: { id: "old", turns: exchanges.length } });
      expect(branch.exchanges).toEqual(exchanges);
    }),
  );
});

test("what imitates a header in a conversation without one stays, and what is being written is not shared", () => {
  const imitation = '<!-- deepseek-chat conversation {"v":1,"id":"x"} -->';
  const plain = `[2026-11-20 23:41:07] Question:\n${imitation}\n\n[2026-11-20 23:41:09] Answer:\none\n\n${"-".repeat(40)}\n\n`;
  const begun = '<!-- deepseek-chat turn {"id":"abc"} -->\n[2026-11-20 23:42:07] Question:\ntwo\n\n';
  const branch = parseTranscript(branchOf(plain + begun, "old", "abc", header));
  expect(branch.header?.origin).toEqual({ id: "old", turns: 1 });
  expect(branch.exchanges.map(({ question }) => question)).toEqual([imitation, "two"]);
  expect(parseTranscript(branchOf("", null, null, header)).header).toEqual({ ...header, title: null, origin: null });
});
