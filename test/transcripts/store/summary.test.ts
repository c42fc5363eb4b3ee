import { describe, expect, test } from "vitest";
import { encodeTranscript } from "../../../src/transcripts/format/encode.ts";
import { decodeFile, toTranscript } from "../../../src/transcripts/format/decode.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { lastUse, turnsIn } from "../../../src/transcripts/format/turns.ts";
import { summarize, summarizing } from "../../../src/transcripts/store/summary.ts";
import { processorTime } from "../../support/processor-time.ts";
import { ending, expected, noon, turn } from "../../support/transcripts.ts";

const header = { id: "abc", startedAt: noon, zone: null, title: null, origin: null };
const later = new Date(noon.getTime() + 3_600_000);

/** A conversation of these questions, which ends an hour after it begins. */
function conversation(questions: readonly string[], title: string | null = null): string {
  const exchanges = questions.map((question, number) =>
    expected({
      id: `x${number}`,
      turn: turn(question, { model: `model ${number}` }),
      pieces: [{ name: "Answer", text: `answer ${number}` }],
      pieceAt: noon,
      ending: ending({ at: later }),
    }),
  );
  return encodeTranscript({ ...header, title }, exchanges);
}

/** What the file says where every line of it is read. */
function studied(text: string): object | null {
  const parsed = parseTranscript(decodeFile(Buffer.from(text)));
  const transcript = toTranscript("", parsed);
  if (transcript === null) return null;
  const { id, title, pinned, tags, startedAt, exchanges } = transcript;
  const { provider, model } = exchanges.at(-1)!;
  const usedAt = lastUse(exchanges, parsed.header?.startedAt ?? null);
  const turns = turnsIn(exchanges);
  return { id, startedAt: startedAt.getTime(), usedAt, title, pinned, tags, turns, provider, model };
}

const summaryOf = (text: string) => summarize(Buffer.from(text));
const stepsFor = (text: string) => [...summarizing(Buffer.from(text))].length;

test("a summary says what the file says: by whom it was begun, when it was used, what answered last", () => {
  expect(summaryOf(conversation(["First?", "Second?"]))).toEqual({
    id: "abc",
    startedAt: noon.getTime(),
    usedAt: later.getTime(),
    title: "First?",
    pinned: false,
    tags: [],
    turns: 2,
    provider: "demo",
    model: "model 1",
  });
  expect(summaryOf(conversation(["First?"], "A name"))).toMatchObject({ title: "A name", turns: 1 });
  expect([summaryOf(""), summaryOf("# Notes\n"), summaryOf(conversation([]))]).toEqual([null, null, null]);
});

const plain = conversation(["First?", "Second?"]);
const swap = (from: string | RegExp, to: string) => plain.replace(from, () => to);
const lastOf = (from: string, to: string) => {
  const at = plain.lastIndexOf(from);
  return plain.slice(0, at) + to + plain.slice(at + from.length);
};

const notes = [
  '<!-- deepseek-chat tags {"add":["work","急","急"],"remove":["none"]} -->\n\n',
  '<!-- deepseek-chat compact {"summary":"s","through":"x1"} -->\n\n',
  '<!-- deepseek-chat pin {"pinned":true} -->\n\n',
  '<!-- deepseek-chat title {"title":"A name"} -->\n\n',
  '<!-- deepseek-chat tags {"remove":["WORK"]} -->\n\n',
].join("");
const lookalike = `text\n${"-".repeat(40)}\\\n<!-- deepseek-chat end {} -->\n\n${notes}`;

test.each([
  ["no header", swap(/^.*\n\n/, "")],
  ["text before the header", `Notes\n\n${plain}`],
  ["a header of another kind", swap("conversation {", "conversations {")],
  ["a header without an id", swap('"id":"abc",', "")],
  ["an id that is a number", swap('"id":"abc"', '"id":7')],
  ["an id that is none", swap('"id":"abc"', '"id":"A B"')],
  ["an id that is empty", swap('"id":"abc"', '"id":""')],
  ["a beginning that is no time", swap(/"started":"[^"]*"/, '"started":"soon"')],
  ["a beginning that is a number", swap(/"started":"[^"]*"/, '"started":2026')],
  ["a beginning in a year that no label can hold", swap(/"started":"[^"]*"/, '"started":"+020000-01-01T00:00:00Z"')],
  ["a header with text before its facts", swap("conversation {", "conversation x {")],
  ["a header with text behind its facts", swap("} -->", "} x -->")],
  ["a header that breaks off", swap("} -->", " -->")],
  ["a title of the header that is no text", swap('"id":"abc"', '"id":"abc","title":7')],
  ["Windows newlines", plain.replaceAll("\n", "\r\n")],
  ["a byte order mark", `\ufeff${plain}`],
  ["a title", `${plain}<!-- deepseek-chat title {"title":"A name"} -->\n\n`],
  ["notes, one behind the other and of several kinds", `${plain}${notes}`],
  ["notes between exchanges", lastOf("<!-- deepseek-chat turn", `${notes}<!-- deepseek-chat turn`)],
  ["notes before the first exchange", swap("<!-- deepseek-chat turn", `${notes}<!-- deepseek-chat turn`)],
  ["what looks like notes in an answer", swap("answer 1", `text\n\n${notes}`)],
  ["what looks like an end and a note in an answer", swap("answer 1", lookalike)],
  ["notes behind other text", `${plain}Text of a person.\n\n${notes}`],
  ["a note that breaks off", `${plain}${notes.slice(0, -12)}`],
  [
    "notes of another form",
    `${plain}<!-- deepseek-chat pin {"pinned":1} -->\n\n<!-- deepseek-chat tags {"add":7} -->\n\n`,
  ],
  ["an undo", `${plain}<!-- deepseek-chat undo {"id":"x0"} -->\n\n`],
  ["an exchange that goes on with one", lastOf('"id":"x1",', '"id":"x1","continues":"x0",')],
  ["an exchange without its line", swap(/<!-- deepseek-chat turn \{"id":"x0".*\n/, "")],
  ["a last exchange without its line", swap(/<!-- deepseek-chat turn \{"id":"x1".*\n/, "")],
  ["a last exchange with a broken line", lastOf('turn {"id":"x1"', 'turn {"id":x1')],
  ["a model that is no text", swap('"model":"model 1"', '"model":7')],
  ["a provider that is missing", lastOf('"provider":"demo",', "")],
  ["no end line", lastOf(plain.slice(plain.lastIndexOf("<!-- deepseek-chat end")), "")],
  ["a broken end line", lastOf('end {"status"', 'end {"status')],
  ["an end without its time", swap(/,"ended":"[^"]*"(?=\} -->\n\n$)/, "")],
  ["an end with a time that is none", swap(/"ended":"[^"]*"(?=\} -->\n\n$)/, '"ended":"soon"')],
  ["an end with a time that is a number", swap(/"ended":"[^"]*"(?=\} -->\n\n$)/, '"ended":4102444800000')],
  [
    "an end in a year that no label can hold",
    swap(/"ended":"[^"]*"(?=\} -->\n\n$)/, '"ended":"+020000-01-01T00:00:00Z"'),
  ],
  ["an end before the beginning", swap(/"ended":"[^"]*"(?=\} -->\n\n$)/, '"ended":"2020-01-01T00:00:00Z"')],
  [
    "a first exchange without its line, in which something looks like a label",
    swap(/<!-- deepseek-chat turn \{"id":"x0".*\n/, "").replace(
      "answer 0",
      "text\n[2026-11-20 23:41:07] Question:\nold",
    ),
  ],
  ["an end and no question", conversation([]) + plain.slice(plain.lastIndexOf(`\n${"-".repeat(40)}\n`))],
  ["a label in a line", swap("Second?", "see [2026-11-20 23:41:07] Question:\nold")],
  ["what is no label", swap("answer 1", "[2026-11-20 23:41:0x] Question:\nold")],
  [
    "the older plain form behind it",
    `${plain}[2026-11-20 23:41:07] Question:\nold\n\n[2026-11-20 23:41:09] Answer:\nyes\n`,
  ],
  ["the older plain form alone", "[2026-11-20 23:41:07] Question:\nold\n\n[2026-11-20 23:41:09] Answer:\nyes\n"],
  ["a break in the last answer", plain.slice(0, plain.lastIndexOf("answer 1") + 3)],
  ["a break in the last question", plain.slice(0, plain.lastIndexOf("Second?") + 3)],
  ["a break in the last line of facts", plain.slice(0, plain.lastIndexOf("turn {") + 20)],
])("a summary agrees with a file that has %s", (_, text) => {
  expect(text).not.toBe(plain);
  expect(summaryOf(text)).toEqual(studied(text));
});

describe("a title out of the first question", () => {
  test.each([
    ["is its first line", "\n \n one\ntwo", "one"],
    ["is cut where it is long", "w".repeat(9000), `${"w".repeat(79)}\u2026`],
    ["is looked for far down", `${"\n".repeat(4000)}deep`, "deep"],
    ["ends where the question does", "\\", "\\"],
    ["may look like structure", "-".repeat(40), "-".repeat(40)],
    ["may look like a label", "[2026-11-20 23:41:07] Question:", "[2026-11-20 23:41:07] Question:"],
    ["may have what looks like the next label's beginning", "\n\n[a] b", "[a] b"],
    ["may be empty", "", ""],
  ])("%s", (_, question, title) => {
    const text = conversation([question, "Second?"]);
    expect(summaryOf(text)).toMatchObject({ title, turns: 2 });
    expect(summaryOf(text)).toEqual(studied(text));
  });
});

describe("a long file", () => {
  const one = conversation(["one"]);
  const again = one.slice(conversation([]).length);
  const long = one + again.repeat(1999);
  const half = one + again.repeat(999);

  test("that only this program wrote is summed up without reading bodies: a step for each thousand questions", () => {
    expect(stepsFor(long)).toBe(2);
    expect(stepsFor(long.replace('"id":"abc"', '"id":"abc","title":"A name"'))).toBe(2);
    expect(stepsFor(`${long}${notes}`)).toBe(2);
    expect(summaryOf(`${long}${notes}`)).toMatchObject({ title: "A name", pinned: true, tags: ["急"] });
    expect(stepsFor(one)).toBe(0);
    expect(summaryOf(long)).toMatchObject({ turns: 2000, title: "one" });
  });

  test.each([
    ["a label in a line", "see [2026-11-20 23:41:07] Question:"],
    ["a label with a sign in place of a digit", "[2026-11-20 23:41:0x] Question:"],
    ["a label with a sign just below the digits", "[2026-11-20 23:41:0/] Question:"],
    ["a label with a sign just above the digits", "[2026-11-20 23:41:0:] Question:"],
    ["a label with a digit in place of a sign", "[2026-11-20 23:41107] Question:"],
    ["a label of another kind", "[a] Question:"],
  ])("in which a body has %s is summed up without reading bodies all the same", (_, line) => {
    const text = half.replace("answer 0", () => `text\n${line}\ntext`);
    expect(stepsFor(text)).toBe(1);
    expect(summaryOf(text)).toMatchObject({ turns: 1000, title: "one" });
  });

  test("in which something else stands is read as a whole, in more steps", () => {
    for (const other of [`\ufeff${long}`, `${long}<!-- deepseek-chat undo {"id":"x7"} -->\n\n`]) {
      expect(stepsFor(other)).toBeGreaterThan(5);
      expect(summaryOf(other)).toEqual(studied(other));
    }
  });
});

test("notes one after the other are read in time that is proportional to them", () => {
  const text = `${plain}${'<!-- deepseek-chat title {"title":"A name"} -->\n\n'.repeat(20_000)}`;
  let summary: object | null = null;
  // Milliseconds, far more than it takes; when each looked at all before it, it was 20 s.
  expect(processorTime(() => (summary = summaryOf(text)))).toBeLessThan(3000);
  expect(summary).toMatchObject({ title: "A name", turns: 2 });
});
