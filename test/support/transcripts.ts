import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { onTestFinished } from "vitest";
import { purposes } from "../../src/chat/purpose.ts";
import type { BilledRequest } from "../../src/chat/billed-request.ts";
import type { ExchangeEnd, Exchange, ExchangeStart, Section } from "../../src/transcripts/format/types.ts";

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "transcripts-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const noon = new Date("2026-11-20T12:00:00.250Z");

/** A turn with nothing special about it. */
export function turn(question: string, more: Partial<ExchangeStart> = {}): ExchangeStart {
  const settings = { provider: "demo", model: "tour", system: null, sampling: {}, thinking: null };
  return { at: noon, question, ...settings, ...more };
}

export function ending(more: Partial<ExchangeEnd> = {}): ExchangeEnd {
  const nothing = { usage: null, cost: null, error: null, notice: null };
  return { at: noon, status: "complete", finishReason: "stop", ...nothing, ...more };
}

/** Any sequence of UTF-16 units: control characters, halves of pairs and all. */
const anyUnits = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });

const rule = "-".repeat(40);
/** What a file is made of, and what nearly is. */
const imitations = [
  rule,
  `\n${rule}\n`,
  `\n\n${rule}\n<!-- deepseek-chat end {"status":"complete"} -->\n\n`,
  "-".repeat(39),
  "-",
  "\\",
  "\\\\",
  "[2026-11-20 23:41:07] Question:",
  "\n\n[2026-11-20 23:41:07] Question:\n",
  "[2026-11-20 23:41:07] Answer:\n",
  "[2026-11-20 23:41:07] Interrupted:",
  "[2026-11-20 23:4",
  "[2026-11-20 23:41:07] Tool:\n",
  '<!-- deepseek-chat turn {"model":"x"} -->\n',
  '<!-- deepseek-chat conversation {"v":1,"id":"x"} -->',
  "-->",
  "\u27ea",
  "\u27eb",
  "\u27eaU+001B\u27eb",
  "\u27eaU+",
  "\u8bf7\u6c42\u9519\u8bef: 401",
  "\n",
  "\n\n",
  "\r\n",
  "\u2028",
  "\u0085",
  "\ufeff",
  "\x1b[31m",
  "\0",
  "\ud83d\ude00",
  "\ud83d",
  "\ude00",
  "\u91cf\u5b50",
];

export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...imitations), anyUnits, fc.string({ maxLength: 4 })), { maxLength: 8 })
  .map((parts) => parts.join(""));

const moment = fc.date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0);

/** Records as the program makes them, with a prototype. */
const record = <Model>(model: { [Key in keyof Model]: fc.Arbitrary<Model[Key]> }) =>
  fc.record(model, { noNullPrototype: true });

const someTurn: fc.Arbitrary<ExchangeStart> = record({
  at: moment,
  question: hostileText,
  provider: orNull(hostileText),
  model: orNull(hostileText),
  system: orNull(fc.oneof(hostileText, fc.constantFrom("brief", "long"))),
  sampling: fc.record(
    { temperature: double, top_p: double, top_k: fc.nat(), max_tokens: fc.nat(), stop: fc.array(hostileText) },
    { requiredKeys: [], noNullPrototype: true },
  ),
  thinking: orNull(record({ enabled: fc.boolean(), effort: orNull(fc.constantFrom("low", "high", "max")) })),
  continues: orNull(fc.constantFrom("abc", "x9")),
  edits: orNull(fc.constantFrom("abc", "x9")),
  images: fc.array(
    fc.oneof(
      record({ name: hostileText, url: hostileText }),
      record({ name: hostileText, file: hostileText, digest: hostileText, bytes: fc.nat() }),
    ),
    { maxLength: 2 },
  ),
});

const someUsage = orNull(
  record({
    promptTokens: fc.nat(),
    cachedTokens: fc.nat(),
    completionTokens: fc.nat(),
    reasoningTokens: fc.nat(),
    totalTokens: fc.nat(),
  }),
);
const someCost = orNull(record({ currency: fc.constantFrom("CNY", "USD"), amount: double }));
const someRequest: fc.Arbitrary<BilledRequest> = record({
  sentAt: moment,
  to: record({ provider: hostileText, model: hostileText }),
  purpose: fc.constantFrom(...purposes),
  usage: someUsage,
  cost: someCost,
  atMost: someCost,
});

const someEnding: fc.Arbitrary<ExchangeEnd> = record({
  at: moment,
  status: fc.constantFrom("complete", "interrupted", "failed"),
  finishReason: orNull(hostileText),
  usage: someUsage,
  cost: someCost,
  error: orNull(record({ code: hostileText, message: hostileText })),
  notice: orNull(hostileText),
  answeredBy: orNull(record({ provider: hostileText, model: hostileText })),
  requests: fc.array(someRequest, { maxLength: 2 }),
  seams: fc.array(
    record({
      at: fc.nat(),
      how: fc.constantFrom("prefix", "asked", "again"),
      provider: hostileText,
      model: hostileText,
      code: hostileText,
    }),
    { maxLength: 2 },
  ),
});

export interface Piece {
  readonly name: "Thinking" | "Answer" | "Call" | "Result" | "Picture";
  readonly text: string;
}

/** One exchange as a session would go through it. */
export interface Course {
  readonly id: string;
  readonly turn: ExchangeStart;
  readonly pieces: readonly Piece[];
  readonly pieceAt: Date;
  readonly ending: ExchangeEnd;
}

const somePieces = fc.array(
  record({
    name: fc.constantFrom<Piece["name"]>("Thinking", "Answer", "Call", "Result", "Picture"),
    text: hostileText,
  }),
  { maxLength: 5 },
);

export const someCourse: fc.Arbitrary<Course> = record({
  id: fc.string({ unit: fc.constantFrom("a", "b", "z", "0", "9"), minLength: 8, maxLength: 8 }),
  turn: someTurn,
  pieces: somePieces,
  pieceAt: moment,
  ending: someEnding,
});

/** What must be read back of a course. */
export function expected({ id, turn, pieces, pieceAt, ending }: Course): Exchange {
  const textOf = (name: Piece["name"]) => pieces.map((piece) => (piece.name === name ? piece.text : "")).join("");
  const [reasoning, answer] = [textOf("Thinking"), textOf("Answer")];
  const complete = ending.status === "complete";
  const { at: askedAt, images = [], continues = null, edits = null, ...asked } = turn;
  const { at: endedAt, seams = [], rethought = 0, answeredBy = null, requests = [], ...ended } = ending;
  const notice = ending.notice ?? ending.error?.message ?? "";
  return {
    ...asked,
    ...ended,
    id,
    askedAt,
    images,
    reasoning: reasoning + answer.slice(0, rethought),
    answer: answer.slice(rethought),
    answeredAt: answer === "" ? (complete ? endedAt : null) : pieceAt,
    endedAt,
    firstTokenMs: pieces.every(({ text }) => text === "") ? null : pieceAt.getTime() - askedAt.getTime(),
    notice: complete ? null : notice,
    torn: false,
    continues,
    edits,
    withdrawn: false,
    seams,
    rethought,
    sections:
      isPlain(pieces) && rethought === 0
        ? null
        : sectionsIn(pieces, second(pieceAt), { ...ended, at: second(endedAt), text: notice }),
    answeredBy,
    requests,
  };
}

const second = (at: Date) => new Date(Math.floor(at.getTime() / 1000) * 1000);

interface Ending {
  readonly status: string;
  readonly at: Date;
  readonly text: string;
}

/** Whether thinking comes first, if any, and then the answer, if any, and nothing else. */
function isPlain(pieces: readonly Piece[]): boolean {
  return /^(?:Thinking )*(?:Answer )*$/u.test(pieces.map(({ name, text }) => (text === "" ? "" : `${name} `)).join(""));
}

/** What comes one after the other under one label is one section, but each call, result and picture is one of its own. */
function sectionsIn(pieces: readonly Piece[], at: Date, ending: Ending): Section[] {
  const sections: Section[] = [];
  for (const { name, text } of pieces) {
    const last = sections.at(-1);
    if (text === "") continue;
    if (last?.name === name && (name === "Thinking" || name === "Answer")) {
      sections.splice(-1, 1, { ...last, text: last.text + text });
    } else sections.push({ name, at, text });
  }
  const name = ending.status === "failed" ? "Error" : "Interrupted";
  if (ending.status !== "complete") return [...sections, { name, at: ending.at, text: ending.text }];
  return sections.some(({ name }) => name === "Answer")
    ? sections
    : [...sections, { name: "Answer", at: ending.at, text: "" }];
}

/** The text cut at the given places, given as fractions of its length; cuts halve surrogate pairs too. */
export function split(text: string, places: readonly number[]): string[] {
  const cuts = places.map((place) => Math.floor(place * text.length)).sort((a, b) => a - b);
  return [...cuts, text.length].map((cut, index) => text.slice(cuts[index - 1] ?? 0, cut));
}

/** Evenly spread: `fc.double` would put nearly all of them at the beginning. */
export const somePlaces = fc.array(
  fc.nat(1000).map((thousandths) => thousandths / 1000),
  { maxLength: 6 },
);

/** Everything that comes. */
export async function gather<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}
