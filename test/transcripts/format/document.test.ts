import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { encodeTranscript } from "../../../src/transcripts/format/encode.ts";
import { BodyEncoder, decodeBody } from "../../../src/transcripts/format/escape.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { identifyText } from "../../../src/transcripts/format/decode.ts";
import { expected, noon, turn, type Course } from "../../support/transcripts.ts";

const document = readFileSync(join(import.meta.dirname, "../../../docs/transcripts.md"), "utf8");

/** The document's blocks of one kind, by name. */
function blocks(kind: "text" | "json"): Map<string, string> {
  const found = document.matchAll(new RegExp(String.raw`^\`\`\`${kind} (\w+)\n([^]*?)^\`\`\`$`, "gm"));
  return new Map(Array.from(found, ([, name, text]) => [name!, text!]));
}

const examples = Array.from(blocks("text")).filter(([name]) => name !== "grammar");

test.each(examples)("the document's example %s holds what the document says", (name, text) => {
  const file = name === "torn" ? text.slice(0, -1) : text;
  const stated: unknown = JSON.parse(blocks("json").get(name)!);
  const read: unknown = JSON.parse(JSON.stringify(parseTranscript(file).exchanges));
  expect(read).toMatchObject(stated as object[]);
});

test("the document has its examples", () => {
  expect(examples.map(([name]) => name)).toEqual([
    "whole",
    "newlines",
    "tools",
    "pictures",
    "imitation",
    "torn",
    "plain",
  ]);
});

test("the document's escapes are those of the program", () => {
  const pairs = JSON.parse(blocks("json").get("escapes")!) as [string, string][];
  expect(pairs.length).toBeGreaterThan(5);
  for (const [text, written] of pairs) {
    const encoder = new BodyEncoder();
    expect(encoder.write(text) + encoder.end()).toBe(written);
    expect(decodeBody(written)).toBe(text);
  }
});

test("the id that the document states for a file without one is the program's", () => {
  const stated = /example above has the id\s+`(\w+)`/.exec(document)?.[1];
  expect(identifyText(blocks("text").get("plain")!)).toBe(stated);
});

test("the document's whole example is, to the byte, what the program writes", () => {
  const zone = process.env["TZ"];
  process.env["TZ"] = "Asia/Shanghai";
  onTestFinished(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });
  const text = blocks("text").get("whole")!;
  const { header, exchanges } = parseTranscript(text);
  expect(encodeTranscript(header!, exchanges)).toBe(text);
});

test("the document names every key that the program writes", () => {
  const usage = { promptTokens: 1, cachedTokens: 1, completionTokens: 1, reasoningTokens: 1, totalTokens: 1 };
  const penalties = { frequency_penalty: 1, presence_penalty: 1 };
  const sampling = { temperature: 1, top_p: 1, top_k: 1, max_tokens: 1, stop: ["x"], ...penalties };
  const images = [
    { name: "n", url: "u" },
    { name: "n", file: "f", digest: "d", bytes: 1 },
  ];
  const course: Course = {
    id: "x",
    turn: turn("q", {
      system: "s",
      sampling,
      thinking: { enabled: true, effort: "low" },
      images,
      continues: "y",
    }),
    pieces: [{ name: "Answer", text: "a" }],
    pieceAt: noon,
    ending: {
      at: noon,
      status: "failed",
      finishReason: "stop",
      usage,
      cost: { currency: "CNY", amount: 1 },
      error: { code: "c", message: "m" },
      notice: null,
      seams: [{ at: 1, how: "asked", provider: "p", model: "m", code: "c" }],
      answeredBy: { provider: "p", model: "m" },
    },
  };
  const header = { id: "h", startedAt: noon, zone: "UTC", title: "t", origin: { id: "o", turns: 1 } };
  const exchange = { ...expected(course), withdrawn: true };
  const file = encodeTranscript(header, [exchange], { summary: "s", through: "x" });
  const written = Array.from(file.matchAll(/<!-- deepseek-chat (\w+) (\{.*\}) -->/g), ([, kind, json]) => ({
    kind,
    json,
  }));
  expect(written.map(({ kind }) => kind)).toEqual(["conversation", "turn", "end", "undo", "compact"]);
  const named = (key: string) => document.includes(`\`${key}\``) || document.includes(`"${key}"`);
  const keys = written.flatMap(({ json }) => keysOf(JSON.parse(json!)));
  expect(keys.length).toBeGreaterThan(30);
  expect(keys.filter((key) => !named(key))).toEqual([]);
});

function keysOf(data: unknown): string[] {
  if (typeof data !== "object" || data === null) return [];
  const inside = Object.values(data).flatMap(keysOf);
  return Array.isArray(data) ? inside : [...Object.keys(data), ...inside];
}
