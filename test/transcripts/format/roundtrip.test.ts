import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BodyEncoder, decodeBody } from "../../../src/transcripts/format/escape.ts";
import { encodeExchange, encodeTranscript, ExchangeEncoder } from "../../../src/transcripts/format/encode.ts";
import { parseMetadata } from "../../../src/transcripts/format/metadata-read.ts";
import type { TranscriptHeader } from "../../../src/transcripts/format/types.ts";
import { headerLine, metadataLine } from "../../../src/transcripts/format/metadata-write.ts";
import { tagKey, withChange } from "../../../src/transcripts/format/tags.ts";
import { summarize } from "../../../src/transcripts/store/summary.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { readTranscript } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import {
  expected,
  hostileText,
  noon,
  someCourse,
  somePlaces,
  split,
  temporaryFolder,
  type Course,
  type Piece,
} from "../../support/transcripts.ts";

const header: TranscriptHeader = { id: "k3f9xq2m", startedAt: noon, zone: "Asia/Shanghai", title: null, origin: null };

function encode(courses: readonly Course[], places: readonly number[] = []): string {
  let system: string | null = null;
  let text = `${headerLine(header)}\n\n`;
  for (const { id, turn, pieces, pieceAt, ending } of courses) {
    const encoder = new ExchangeEncoder(id, turn);
    text += encoder.begin(system);
    system = turn.system;
    for (const piece of pieces) {
      for (const part of parts(piece, places)) text += encoder.piece(piece.name, part, pieceAt);
    }
    text += encoder.end(ending);
  }
  return text;
}

/** Thinking and answers come in pieces, a call or a result as a whole. */
function parts({ name, text }: Piece, places: readonly number[]): string[] {
  return name === "Thinking" || name === "Answer" ? split(text, places) : [text];
}

test("any body comes back exactly, whatever its pieces, and its file holds nothing that is structure or control", () => {
  fc.assert(
    fc.property(hostileText, somePlaces, (text, places) => {
      const encoder = new BodyEncoder();
      const written =
        split(text, places)
          .map((part) => encoder.write(part))
          .join("") + encoder.end();
      expect(decodeBody(written)).toBe(text);
      expect(written).toBe(encoder.write(text) + encoder.end());
      expect(written).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]|\p{Surrogate}/u);
      expect(written.split("\n")).not.toContainEqual(
        expect.stringMatching(/^(?:-{40}|\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] [A-Z][a-z]*:)$/),
      );
    }),
    { numRuns: 2000 },
  );
});

test("a line of a body that is a rule with many backslashes comes back in whatever pieces it came", () => {
  for (let backslashes = 0; backslashes < 40; backslashes++) {
    const text = `${"-".repeat(40)}${"\\".repeat(backslashes)}\nx`;
    const encoder = new BodyEncoder();
    const written = Array.from(text, (character) => encoder.write(character)).join("") + encoder.end();
    expect(written).toBe(`${"-".repeat(40)}${"\\".repeat(backslashes + 1)}\nx`);
    expect(decodeBody(written)).toBe(text);
  }
});

test("nothing in a metadata line ends the comment or the line, or is a control character", () => {
  fc.assert(
    fc.property(
      hostileText,
      fc.string({ unit: fc.constantFrom("-", ">", "<", "!", "x"), maxLength: 9 }),
      (one, other) => {
        const line = metadataLine("turn", { text: one + other });
        expect(line.slice(4, -4)).not.toMatch(/--|[<>\0-\x1f\x7f-\x9f\u2028\u2029]|\p{Surrogate}/u);
        expect(parseMetadata(line)).toEqual({ kind: "turn", data: { text: one + other } });
      },
    ),
    { numRuns: 1000 },
  );
});

test("conversations come back exactly, and how the stream was cut leaves no trace", () => {
  fc.assert(
    fc.property(fc.array(someCourse, { maxLength: 4 }), somePlaces, (courses, places) => {
      const text = encode(courses, places);
      expect(text).toBe(encode(courses));
      const parsed = parseTranscript(text);
      expect(parsed.exchanges).toEqual(courses.map(expected));
      expect(parsed.header).toEqual(header);
      expect(parsed.tear).toBeNull();
    }),
    { numRuns: 400 },
  );
});

test("what was read and written again reads the same", () => {
  fc.assert(
    fc.property(fc.array(someCourse, { maxLength: 3 }), (courses) => {
      const { exchanges } = parseTranscript(encode(courses));
      expect(parseTranscript(encodeTranscript(header, exchanges)).exchanges).toEqual(exchanges);
    }),
    { numRuns: 200 },
  );
});

test("notes about a conversation come back exactly wherever they stand, and touch no exchange", () => {
  const tag = fc.string({
    unit: fc.constantFrom("a", "B", "急", "ｂ", "é", "-", ">", "😀"),
    minLength: 1,
    maxLength: 40,
  });
  const someTags = fc.record({ add: fc.array(tag, { maxLength: 3 }), remove: fc.array(tag, { maxLength: 2 }) });
  const someNote = fc.oneof(
    hostileText.map((title) => ({ kind: "title" as const, data: { title } })),
    fc.boolean().map((pinned) => ({ kind: "pin" as const, data: { pinned } })),
    someTags.map((data) => ({ kind: "tags" as const, data })),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(someCourse, fc.array(someNote, { maxLength: 2 })), { minLength: 1, maxLength: 3 }),
      (parts) => {
        let text = "";
        let system: string | null = null;
        for (const [course, notes] of parts) {
          const whole = encode([{ ...course, turn: { ...course.turn } }]);
          text += text === "" ? whole : encodeExchange(expected(course), system);
          system = course.turn.system;
          for (const { kind, data } of notes) text += `${metadataLine(kind, data)}\n\n`;
        }
        const all = parts.flatMap(([, notes]) => notes);
        const { exchanges, notes } = parseTranscript(text);
        expect(exchanges).toEqual(parts.map(([course]) => expected(course)));
        const meant: { title: string | null; pinned: boolean; tags: readonly string[] } = {
          title: null,
          pinned: false,
          tags: [],
        };
        for (const { kind, data } of all) {
          if (kind === "title") meant.title = data.title;
          else if (kind === "pin") meant.pinned = data.pinned;
          else meant.tags = withChange(meant.tags, data);
        }
        expect(notes).toEqual(meant);
        expect(new Set(notes.tags.map(tagKey)).size).toBe(notes.tags.length);
        expect(summarize(Buffer.from(text))).toMatchObject({ pinned: notes.pinned, tags: notes.tags });
      },
    ),
    { numRuns: 150 },
  );
});

test("old readers find each body between its label and the next, and two newlines behind it", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z\u4e00-\u4eff \n]*$/), (body) => {
      const encoder = new ExchangeEncoder("x", { ...courseOf(body).turn });
      const text = encoder.begin(null) + encoder.piece("Answer", body, noon) + encoder.end(courseOf(body).ending);
      const [, question, answer] = /Question:\n(.*?)\n\n\[[^\n]*\] Answer:\n(.*?)\n\n-{40}\n/s.exec(text)!;
      expect([question, answer]).toEqual([body, body]);
    }),
  );
});

test("a file written by a session holds it exactly, after every single call", async () => {
  const folder = temporaryFolder();
  await fc.assert(
    fc.asyncProperty(fc.array(someCourse, { minLength: 1, maxLength: 3 }), somePlaces, async (courses, places) => {
      const writer = TranscriptWriter.create(folder);
      for (const { turn, pieces, pieceAt, ending } of courses) {
        writer.begin(turn);
        expect(parseTranscript(readFileSync(writer.path!, "utf8")).exchanges.at(-1)!.question).toBe(
          turn.question.replace(/\n*$/, ""),
        );
        for (const piece of pieces) {
          for (const part of parts(piece, places)) writer.piece(piece.name, part, pieceAt);
        }
        writer.end(ending);
      }
      const { exchanges, id } = await readTranscript(writer.path!);
      expect(id).toBe(writer.id);
      expect(exchanges).toEqual(courses.map((course, index) => ({ ...expected(course), id: exchanges[index]!.id })));
    }),
    { numRuns: 60 },
  );
});

function courseOf(question: string): Course {
  const settings = { provider: null, model: null, system: null, sampling: {}, thinking: null };
  const facts = { finishReason: null, usage: null, cost: null, error: null, notice: null };
  return {
    id: "x",
    turn: { at: noon, question, ...settings },
    pieces: [],
    pieceAt: noon,
    ending: { at: noon, status: "complete", ...facts },
  };
}
