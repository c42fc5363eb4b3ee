import { describe, expect, test } from "vitest";
import { encodeTranscript } from "../../../src/transcripts/format/encode.ts";
import { decodeFile, identifyText, keptBytes } from "../../../src/transcripts/format/decode.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { repair, repaired } from "../../../src/transcripts/format/repair.ts";
import {
  incompleteTail,
  keptLength,
  startsMetadata,
  startsStructure,
} from "../../../src/transcripts/format/truncation.ts";
import { expected, ending, noon, turn, type Course } from "../../support/transcripts.ts";

const rule = "-".repeat(40);
const header = { id: "k3f9xq2m", startedAt: noon, zone: null, title: null, origin: null };

function course(id: string, question: string, answer: string, system: string | null = null): Course {
  const pieces = [
    { name: "Thinking" as const, text: "hm" },
    { name: "Answer" as const, text: answer },
  ];
  return { id, turn: turn(question, { system }), pieces, pieceAt: noon, ending: ending() };
}

describe("what a last line without newline may be the beginning of", () => {
  test.each([
    "-",
    rule,
    "[",
    "[2026-11-2",
    "[2026-11-20 23:41:07] ",
    "[2026-11-20 23:41:07] Q",
    "[2026-11-20 23:41:07] Question",
    "[2026-11-20 23:41:07] Question:",
    `[2026-11-20 23:41:07] Q${"u".repeat(30)}`,
  ])("%s begins a label or a rule", (line) => {
    expect(startsStructure(line)).toBe(true);
  });

  test.each([
    `${rule}-`,
    "[x",
    "[2026-11-20T",
    "[2026-11-20 23:41:07]?",
    "[2026-11-20 23:41:07] q",
    "[2026-11-20 23:41:07] Question:x",
    "[2026-11-20 23:41:07] Que stion",
    `[2026-11-20 23:41:07] Q${"u".repeat(31)}`,
    "text",
  ])("%s does not", (line) => {
    expect(startsStructure(line)).toBe(false);
  });

  test("metadata is unfinished until its comment ends", () => {
    for (const line of ["<", "<!-- deep", '<!-- deepseek-chat turn {"a":1', "<!-- deepseek-chat end {} --"])
      expect(startsMetadata(line)).toBe(true);
    for (const line of ["<!-- other", "<!-- deepseek-chat end {} -->", "x"]) expect(startsMetadata(line)).toBe(false);
  });
});

test.each([
  ["what was written ends a body", "ab", false, 2],
  ["newlines at the end are nobody's", "ab\n\n", false, 2],
  ["a half label behind a blank line", "ab\n\n[2026-11-2", false, 2],
  ["one without the blank line is text", "ab\n[2026-11-2", false, 13],
  ["a half escape is no text", "ab\u27eaU+00", true, 2],
  ["the bracket of one is neither", "ab\u27ea", true, 2],
  ["a whole escape stays", "ab\u27eaU+001B\u27eb", true, 10],
  ["without escapes a bracket is text", "ab\u27eaU+00", false, 7],
  ["a bracket with other text is text", "ab\u27eax", true, 4],
])("%s: %j", (_, body, escaped, kept) => {
  expect(keptLength(`label:\n${body}`, 7, escaped)).toBe(7 + kept);
});

test("of a body of newlines alone its label stays", () => {
  expect(keptLength("label:\n\n\n\n", 7, false)).toBe(7);
});

test.each([
  ["", 0],
  ["61", 0],
  ["c3", 1],
  ["c3a4", 0],
  ["e4", 1],
  ["e4bd", 2],
  ["e4bda0", 0],
  ["f0", 1],
  ["f09f98", 3],
  ["f09f9880", 0],
  ["61bf", 0],
  ["80808080", 0],
  ["f0808080", 0],
])("the bytes %s end with %i of a character that is not whole", (hex, count) => {
  expect(incompleteTail(Buffer.from(hex, "hex"))).toBe(count);
});

describe("a file's bytes", () => {
  test("are read without byte order mark and half character, and with simple newlines", () => {
    const bytes = Buffer.concat([Buffer.from("\ufeffa\r\nb\rc\n\u4f60"), Buffer.from([0xe4, 0xbd])]);
    expect(decodeFile(bytes)).toBe("a\nb\rc\n\u4f60");
    expect(decodeFile(Buffer.from("a\ufeffb\n"))).toBe("a\ufeffb\n");
  });

  test.each([
    ["\ufeffa\r\n\u4f60b\r\nc", false],
    ["a\n\u4f60b\nc", false],
    ["\ufeffa\r\n\u4f60b\r\nc", true],
    ["x\u00e4\r\n\r\n\r\n", true],
  ])("that hold the first characters of %j are counted", (written, torn) => {
    const whole = Buffer.from(written);
    const bytes = torn ? Buffer.concat([whole, Buffer.from([0xe4])]) : whole;
    const text = decodeFile(bytes);
    for (let keep = 0; keep <= text.length; keep++) {
      const head = bytes.subarray(0, keptBytes(bytes, keep));
      expect(decodeFile(head)).toBe(text.slice(0, keep));
    }
  });

  test("are counted from the end, behind bytes that are no UTF-8", () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("ab\r\ncd")]);
    expect(keptBytes(bytes, decodeFile(bytes).length - 2)).toBe(bytes.length - 2);
  });
});

const file = encodeTranscript(header, [
  expected(course("aaaaaaaa", "one\nline", "first answer", "brief")),
  expected(course("bbbbbbbb", "two", "second\n\nanswer", "brief")),
]);

describe("a file cut anywhere", () => {
  test("is repaired so that what is appended is read, and what was whole is there", () => {
    const more = encodeTranscript(header, [expected(course("cccccccc", "three", "third"))]).replace(/^.*\n\n/, "");
    for (let length = file.indexOf("\n") + 1; length <= file.length; length += 3) {
      const text = repaired(file.slice(0, length), noon);
      const read = parseTranscript(text + more);
      expect(text === "" || text.endsWith("\n\n")).toBe(true);
      expect(read.tear).toBeNull();
      expect(read.header?.id).toBe("k3f9xq2m");
      const last = read.exchanges.at(-1)!;
      expect([last.question, last.answer, last.torn]).toEqual(["three", "third", false]);
      const before = parseTranscript(file.slice(0, length)).exchanges;
      expect(read.exchanges.slice(0, -1).map(({ question }) => question)).toEqual(
        before.map(({ question }) => question),
      );
      expect(read.exchanges.slice(0, -1).map(({ answer, reasoning }) => [answer, reasoning])).toEqual(
        before.map(({ answer, reasoning }) => [answer, reasoning]),
      );
    }
  });

  test("within an exchange says so, and where it begins", () => {
    const begins = file.indexOf("<!-- deepseek-chat turn", 150);
    const { starts, exchanges, tear } = parseTranscript(file.slice(0, file.indexOf("second\n\nanswer") + 8));
    expect(starts).toEqual([file.indexOf("<!-- deepseek-chat turn"), begins]);
    expect(exchanges.map(({ torn, status }) => [torn, status])).toEqual([
      [false, "complete"],
      [true, "interrupted"],
    ]);
    expect(tear).toEqual({ keep: file.indexOf("second\n\nanswer") + 6, missing: "rule", start: begins });
  });

  test("behind a rule lacks its end line alone", () => {
    const behindRule = file.lastIndexOf(rule) + rule.length + 1;
    for (const length of [behindRule, behindRule + 10, file.length - 10]) {
      const text = file.slice(0, length);
      const { tear } = parseTranscript(text);
      expect(tear).toMatchObject({ keep: behindRule, missing: "end" });
      expect(repaired(text, noon)).toBe(
        `${file.slice(0, behindRule)}<!-- deepseek-chat end {"status":"interrupted","ended":"${isoEnd(text, noon)}"} -->\n\n`,
      );
    }
    expect(parseTranscript(`${file.slice(0, behindRule)}by hand\n`).tear).toBeNull();
  });

  test("within the next turn's line or label keeps all before it", () => {
    const turnStart = file.lastIndexOf("<!-- deepseek-chat turn");
    for (const length of [
      turnStart + 8,
      turnStart + 40,
      file.indexOf("\n", turnStart) + 1,
      file.indexOf("\n", turnStart) + 9,
    ]) {
      const text = file.slice(0, length);
      expect(parseTranscript(text).tear).toEqual({ keep: turnStart, start: turnStart, missing: "nothing" });
      expect(repaired(text, noon)).toBe(file.slice(0, turnStart));
    }
    expect(parseTranscript(`${file}<!--`).tear).toBeNull();
    expect(parseTranscript(`${file}<!-- x`).tear).toBeNull();
    expect(parseTranscript(`${file}<!-- deepseek-chat turn {} -->\nnote\n`).tear).toBeNull();
  });

  test("gets as many newlines as are missing, an empty one none", () => {
    expect(repaired("", noon)).toBe("");
    for (const newlines of ["", "\n", "\n\n", "\n\n\n"])
      expect(repaired(`note${newlines}`, noon)).toBe(`note${newlines.length > 1 ? newlines : "\n\n"}`);
    expect(repair(file, parseTranscript(file), noon)).toEqual({ keep: file.length, addition: "" });
  });

  test("in a line like a rule is closed with an escape", () => {
    const begun = `<!-- deepseek-chat turn {} -->\n[2026-11-20 12:00:00] Question:\n`;
    expect(repaired(`${begun}x\n${rule}`, noon)).toContain(`x\n${rule}\\\n\n[`);
    expect(repaired(`${begun}x\n${rule}\\`, noon)).toContain(`x\n${rule}\\\n\n[`);
    expect(repaired(`${begun}${rule}x`, noon)).toContain(`${rule}x\n\n[`);
  });
});

function isoEnd(text: string, at: Date): string {
  return /"ended":"([^"]+)"/.exec(repaired(text, at))?.[1] ?? "";
}

test("the id of a text is its header's, else one that follows from its beginning", () => {
  expect(identifyText(file)).toBe("k3f9xq2m");
  const bare = file.slice(file.indexOf("\n\n") + 2);
  const id = identifyText(bare);
  expect(id).toMatch(/^[0-9a-z]{8}$/);
  expect(identifyText(`${bare}more\n`)).toBe(id);
  expect(identifyText(bare.replace("one", "other"))).not.toBe(id);
  expect(identifyText(`note\n${file}`)).toBe("k3f9xq2m");
  expect(identifyText("<!-- deepseek-chat conversation {} -->\n")).toBeNull();
  expect(identifyText("notes only")).toBeNull();
});
