import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { encodeExchange, encodeTranscript } from "../../../src/transcripts/format/encode.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { orderedSections, sectionsOf, shownSections } from "../../../src/transcripts/format/sections.ts";
import type { Exchange, Section } from "../../../src/transcripts/format/types.ts";
import { expected, hostileText, noon, someCourse } from "../../support/transcripts.ts";

const header = { id: "k3f9xq2m", startedAt: noon, zone: null, title: null, origin: null };
const at = new Date("2026-11-20T12:00:01Z");
const names = ["Thinking", "Answer", "Call", "Result", "Picture", "Error", "Interrupted", "Later"];
const someSections = fc.array(
  fc.record({
    name: fc.constantFrom(...names),
    at: fc.nat(10_000_000).map((after) => new Date(noon.getTime() + after)),
    text: hostileText,
  }),
  { maxLength: 8 },
);
/** Labels tell no parts of a second. */
const inSeconds = (sections: readonly Section[]) =>
  sections.map((section) => ({ ...section, at: new Date(Math.floor(section.at.getTime() / 1000) * 1000) }));

const [plain] = fc.sample(someCourse, { seed: 1, numRuns: 1 }).map(expected) as [Exchange];
const exchange = (
  sections: readonly (readonly [name: string, text: string])[],
  more: Partial<Exchange> = {},
): Exchange => ({
  ...plain,
  status: "complete",
  withdrawn: false,
  ...more,
  sections: sections.map(([name, text]) => ({ name, at, text })),
});
const reread = (exchange: Exchange) => parseTranscript(encodeTranscript(header, [exchange])).exchanges[0]!;
const pairs = (sections: readonly { readonly name: string; readonly text: string }[]) =>
  sections.map(({ name, text }) => [name, text]);

describe("the sections of an exchange", () => {
  test("come back in any order and with any text, and are written again to the byte", () => {
    fc.assert(
      fc.property(someCourse, someSections, fc.nat(9), (course, sections, rethought) => {
        const written = { ...expected(course), askedAt: noon, sections, rethought };
        const text = encodeTranscript(header, [written]);
        const { exchanges, tear } = parseTranscript(text);
        const [read] = exchanges as [Exchange];
        expect(tear).toBeNull();
        expect(pairs(sectionsOf(read))).toEqual(pairs(sectionsOf(written)));
        // Where the rest of the exchange says what there is, it says when, too.
        const kept = read.sections ?? inSeconds(sectionsOf(written));
        expect(kept).toEqual(inSeconds(sectionsOf(written)));
        const joined = (name: string) => sections.map((each) => (each.name === name ? each.text : "")).join("");
        expect(read.reasoning).toBe(joined("Thinking") + joined("Answer").slice(0, rethought));
        expect(read.answer).toBe(joined("Answer").slice(rethought));
        const again = parseTranscript(encodeTranscript(header, exchanges)).exchanges;
        expect(again).toEqual(exchanges);
        expect(read.sections === null || encodeTranscript(header, again) === text).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test("that a program of today writes are written again to the byte", () => {
    fc.assert(
      fc.property(someCourse, (course) => {
        const text = encodeTranscript(header, [expected(course)]);
        expect(encodeTranscript(header, parseTranscript(text).exchanges)).toBe(text);
      }),
    );
  });

  test("keep their labels where the clocks were put back between question and answer", () => {
    const zone = process.env["TZ"];
    process.env["TZ"] = "Europe/Berlin";
    onTestFinished(() => {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    });
    const [askedAt, answeredAt] = [new Date("2026-10-25T00:59:50Z"), new Date("2026-10-25T01:00:10Z")];
    const times = { askedAt, answeredAt, endedAt: answeredAt, firstTokenMs: 20_000, status: "complete" } as const;
    const sections = ["Answer", "Thinking"].map((name) => ({ name, at: answeredAt, text: name }));
    const text = encodeTranscript(header, [{ ...plain, ...times, sections }]);
    expect(text).toContain("[2026-10-25 02:59:50] Question:");
    expect(text).toContain("[2026-10-25 02:00:10] Thinking:");
    expect(encodeTranscript(header, parseTranscript(text).exchanges)).toBe(text);
  });

  test("are not kept twice where they are the thinking, the answer and the end", () => {
    const pieces = [
      ["Thinking", "t"],
      ["Answer", "a"],
    ] as const;
    expect(reread(exchange(pieces)).sections).toBeNull();
    expect(reread(exchange([...pieces, ["Interrupted", "n"]], { status: "interrupted" })).sections).toBeNull();
    expect(reread(exchange(pieces.toReversed())).sections).toHaveLength(2);
    expect(reread(exchange(pieces, { rethought: 1 })).sections).toHaveLength(2);
  });

  test("are completed by how it ended where a file broke off before it", () => {
    const text = encodeExchange(exchange([["Call", "{}"]]), undefined);
    const torn = parseTranscript(text.slice(0, text.indexOf("\n\n[", text.indexOf("Call:")))).exchanges[0]!;
    expect({ torn: torn.torn, sections: pairs(torn.sections!) }).toEqual({ torn: true, sections: [["Call", "{}"]] });
    expect(pairs(reread(torn).sections!)).toEqual([
      ["Call", "{}"],
      ["Interrupted", ""],
    ]);
  });
});

describe("what is shown of an exchange", () => {
  const tools = [
    ["Thinking", "look it up"],
    ["Call", '{"id":"1","name":"weather"}\n{}'],
    ["Result", '{"id":"1","ok":true}\nsunny'],
    ["Thinking", "so"],
    ["Answer", "It is sunny."],
  ] as const;

  test("is everything in its order, where tools were called", () => {
    expect(pairs(shownSections(reread(exchange(tools))))).toEqual(tools);
    const failed = exchange([...tools, ["Error", "gone"]], { status: "failed" });
    expect(pairs(shownSections(reread(failed)))).toEqual(tools);
  });

  test("is the thinking and the answer in one piece each, where none were", () => {
    const alternating = [
      ["Thinking", "a"],
      ["Answer", "b"],
      ["Thinking", "c"],
      ["Answer", "d"],
    ] as const;
    expect(pairs(shownSections(reread(exchange(alternating))))).toEqual([
      ["Thinking", "ac"],
      ["Answer", "bd"],
    ]);
    expect(shownSections(reread(exchange([], { status: "failed" })))).toEqual([]);
    expect(pairs(shownSections(reread(exchange([]))))).toEqual([["Answer", ""]]);
  });

  test("is thinking also where only its end was marked", () => {
    const marked = exchange(
      [
        ["Answer", "abc"],
        ["Call", "{}"],
        ["Answer", "def"],
      ],
      { rethought: 4 },
    );
    expect(pairs(orderedSections(reread(marked)))).toEqual([
      ["Thinking", "abc"],
      ["Call", "{}"],
      ["Thinking", "d"],
      ["Answer", "ef"],
    ]);
  });
});
