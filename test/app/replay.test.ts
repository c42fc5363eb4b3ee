import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rebuild } from "../../src/app/conversation/replay.ts";
import { Conversation } from "../../src/chat/conversation.ts";
import { textOf } from "../../src/chat/message-text.ts";
import type { Compaction, Exchange } from "../../src/transcripts/format/types.ts";
import { processorTime } from "../support/processor-time.ts";
import { ending, expected, noon, turn } from "../support/transcripts.ts";

const picture = { name: "a.png", url: "data:image/png;base64,AA==" };
const seam = { at: 0, how: "again", provider: "p", model: "m", code: "no_connection" } as const;

/** An exchange whose id is its question. */
function exchange(question: string, answer: string, more: Partial<Exchange> = {}): Exchange {
  const pieces = [{ name: "Answer", text: answer }] as const;
  return { ...expected({ id: question, turn: turn(question), pieces, pieceAt: noon, ending: ending() }), ...more };
}

function rebuilt(exchanges: readonly Exchange[], compaction: Compaction | null = null) {
  const about = {
    id: "x",
    path: "/x.md",
    title: "t",
    named: true,
    pinned: false,
    tags: [],
    startedAt: noon,
    zone: null,
    origin: null,
    torn: false,
    ownRequests: [],
  };
  return rebuild({ ...about, exchanges, compaction }, "So far:");
}

/** Questions and answers of the next request, and the exchanges of each turn. */
function said(exchanges: readonly Exchange[], compaction: Compaction | null = null): [string[], (readonly string[])[]] {
  const { turns, covered } = rebuilt(exchanges, compaction);
  const conversation = new Conversation(null, turns, covered);
  const texts = conversation.request([]).map(({ content }) => textOf(content));
  return [texts, conversation.asked.map(({ ids }) => ids)];
}

describe("a conversation that is resumed", () => {
  test("is its questions and answers, without what was undone or brought no answer", () => {
    const file = [exchange("a", "A"), exchange("b", "B", { withdrawn: true }), exchange("c", ""), exchange("d", "D")];
    expect(said(file)).toEqual([
      ["a", "A", "d", "D"],
      [["a"], ["d"]],
    ]);
  });

  test("has a continued answer in one piece, with all exchanges of it", () => {
    const file = [exchange("a", "A"), exchange("b", "B", { continues: "a" }), exchange("c", "C", { continues: "b" })];
    expect(said(file)).toEqual([["a", "ABC"], [["a", "b", "c"]]]);
    expect(said(file.slice(1))).toEqual([["b", "BC"], [["b", "c"]]]);
  });

  test("takes no time to speak of where an answer was continued thousands of times", () => {
    const file = Array.from({ length: 20_000 }, (_, index) =>
      exchange(`${index}`, "x", { continues: index === 0 ? null : `${index - 1}` }),
    );
    const took = processorTime(() => expect(rebuilt(file).turns).toHaveLength(1));
    expect(took).toBeLessThan(5_000);
  });

  test("begins with its newest summary, and still knows what was asked before", () => {
    const file = [exchange("a", "A"), exchange("b", "B", { continues: "a" }), exchange("c", "C"), exchange("d", "D")];
    const ids = [["a", "b"], ["c"], ["d"]];
    expect(said(file, { summary: "S", through: "c" })).toEqual([["So far:", "S", "d", "D"], ids]);
    expect(said(file, { summary: null, through: "c" })).toEqual([["d", "D"], ids]);
    expect(said(file, { summary: "S", through: "elsewhere" })).toEqual([["a", "AB", "c", "C", "d", "D"], ids]);
  });

  test("does not continue a summary: what continued an answer that it covers stands alone", () => {
    const file = [exchange("a", "A"), exchange("b", "B", { continues: "a" })];
    expect(said(file, { summary: "S", through: "a" })).toEqual([
      ["So far:", "S", "b", "B"],
      [["a"], ["b"]],
    ]);
  });

  test("has files and pictures of a question apart from what was typed; no picture that is elsewhere", () => {
    const question = "look\n\na.md:\n```md\nx\n```";
    const images = [picture, { name: "b.png", url: "http://127.0.0.1/b.png" }];
    expect(rebuilt([exchange(question, "A", { images })]).turns[0]?.question.content).toEqual([
      { type: "text", text: "look" },
      { type: "file", name: "a.md", text: "x" },
      { type: "image", ...picture },
    ]);
    expect(said([exchange(question, "A", { images })])[0]).toEqual([question, "A"]);
  });

  test("sends whatever a question was, to the byte", () => {
    const piece = fc.constantFrom("```", "````", "\n", "\n\n", "a.md:", "x", " ", "md");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        const question = parts.join("");
        expect(said([exchange(question, "A")])[0]).toEqual([question, "A"]);
      }),
    );
  });

  test("has the thinking of an answer, but not where some that broke off stands before it", () => {
    const parts = (more: Partial<Exchange>) =>
      rebuilt([exchange("a", "A", { reasoning: "hm", ...more })]).turns[0]?.answers[0]?.content.map(({ type }) => type);
    expect([parts({}), parts({ seams: [seam] })]).toEqual([["thinking", "text"], ["text"]]);
    expect(parts({ seams: [{ ...seam, how: "prefix" }] })).toEqual(["thinking", "text"]);
  });

  test.each<[string, readonly Exchange[], boolean]>([
    ["complete", [exchange("a", "A")], false],
    ["interrupted", [exchange("a", "A", { status: "interrupted" })], true],
    ["failed", [exchange("a", "A", { status: "failed" })], true],
    ["cut by its limit", [exchange("a", "A", { finishReason: "length" })], true],
    ["followed by a question without an answer", [exchange("a", "A", { status: "failed" }), exchange("b", "")], false],
    [
      "followed by a vain attempt to continue it",
      [exchange("a", "A", { status: "failed" }), exchange("b", "", { status: "failed", continues: "a" })],
      true,
    ],
    ["undone", [exchange("a", "A", { status: "failed", withdrawn: true })], false],
  ])("whose last answer is %s: can it be continued?", (_, file, cut) => {
    expect(rebuilt(file).cut).toBe(cut);
  });
});
