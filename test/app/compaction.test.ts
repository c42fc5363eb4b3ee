import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { summarise } from "../../src/app/conversation/compaction.ts";
import { messagesOf, type Turn } from "../../src/chat/conversation.ts";
import { assistantMessage, textOf, userMessage } from "../../src/chat/message-text.ts";
import type { Message } from "../../src/chat/messages.ts";
import { modelPrompts } from "../../src/chat/prompts.ts";
import { runTurn, type TurnResult } from "../../src/chat/turn.ts";
import { estimateTokens } from "../../src/chat/usage.ts";
import { AppError } from "../../src/errors.ts";

const prompts = modelPrompts.en;
const turn = (question: string, answer: string): Turn => ({
  question: userMessage(question),
  answers: [assistantMessage(answer)],
  ids: [],
});
const texts = (messages: readonly Message[]) => messages.map(({ content }) => textOf(content));
const sizeOf = (messages: readonly Message[]) =>
  texts(messages).reduce((sum, text) => sum + estimateTokens(text) + 8, 0);

/** A model that answers each request with what `reply` makes of it, and notes what it was asked. */
function model(reply: (messages: readonly Message[]) => string | AppError) {
  const asked: (readonly Message[])[] = [];
  const ask = async (messages: readonly Message[]): Promise<TurnResult> => {
    asked.push(messages);
    const came = reply(messages);
    const request = { model: "m", messages, sampling: {}, thinking: null, stream: true };
    return await runTurn(
      async function* answering() {
        if (came instanceof AppError) return yield { type: "error", error: came };
        yield { type: "text", text: came };
        yield { type: "finish", reason: "stop" };
      },
      request,
      [],
      new AbortController().signal,
      { provider: "p", model: "m" },
    );
  };
  const about = (turns: readonly Turn[], window: number | null) => ({
    ask,
    window,
    tokens: sizeOf(turns.flatMap(messagesOf)),
    system: "Be brief.",
    provider: "p",
    prompts,
  });
  return { asked, summary: (turns: readonly Turn[], window: number | null) => summarise(turns, about(turns, window)) };
}

describe("a summary", () => {
  test("looks at each of many turns a fixed number of times", async () => {
    let looks = 0;
    const turns = Array.from({ length: 3000 }, (_, index): Turn => {
      const { question, ...rest } = turn(`question ${index}`, "an answer ".repeat(20));
      return Object.defineProperty({ ...rest, question }, "question", { get: () => (looks++, question) });
    });
    const { summary } = model(() => "short");
    await summary(turns, 20_000);
    expect(looks).toBeLessThanOrEqual(6 * turns.length);
  });

  test("is asked for in one request where all fits, which begins as the conversation's own do", async () => {
    const turns = [turn("a", "A"), turn("b", "B")];
    const { asked, summary } = model(() => "short");
    expect(await summary(turns, 1000)).toBe("short");
    expect(asked).toEqual([
      [{ role: "system", content: "Be brief." }, ...turns.flatMap(messagesOf), userMessage(prompts.summarise)],
    ]);
  });

  test("is put together of pieces that each fit, whatever the turns are; each turn is told once, in order", async () => {
    const word = fc.constantFrom("word ", "\u91cf\u5b50 ");
    const text = fc.array(word, { minLength: 1, maxLength: 1500 }).map((words) => words.join(""));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 2, maxLength: 8 }), async (pairs) => {
        const window = 2000;
        const turns = pairs.map(([question, answer], index) =>
          turn(`<q${index}> ${question}`, `<a${index}> ${answer}`),
        );
        const { asked, summary } = model(() => "short");
        await summary(turns, window);
        const inPieces = asked.filter((messages) => texts(messages).some((each) => each.includes("<q")));
        const told = inPieces
          .flatMap(texts)
          .join("\n")
          .match(/<[qa]\d+>/gu);
        expect(told).toEqual(turns.flatMap((_, index) => [`<q${index}>`, `<a${index}>`]));
        const pieces = inPieces.length === 1 ? [] : inPieces;
        expect(pieces.every((messages) => sizeOf(messages.slice(0, -1)) <= window / 2 + 60)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("holds the text of files and no pictures where it is asked for in pieces", async () => {
    const content = [
      { type: "text", text: "look ".repeat(800) },
      { type: "file", name: "a.md", text: "in the file" },
      { type: "image", name: "a.png", url: "data:image/png;base64,AA==" },
    ] as const;
    const turns: Turn[] = [{ ...turn("", "A"), question: { role: "user", content } }, turn("b", "B ".repeat(800))];
    const { asked, summary } = model(() => "short");
    await summary(turns, 1000);
    expect(asked.flatMap(texts).join("")).toContain("a.md:\n```md\nin the file\n```");
    expect(JSON.stringify(asked)).not.toContain("image/png");
  });

  test("of a turn with calls of tools has what was answered, where it is asked for in pieces", async () => {
    const call = { type: "tool_call", id: "1", name: "weather", arguments: "{}" } as const;
    const answers: Turn["answers"] = [
      { role: "assistant", content: [{ type: "text", text: "I look. " }, call] },
      { role: "tool", callId: "1", content: [{ type: "text", text: "RESULT" }] },
      assistantMessage("Rain."),
    ];
    const { asked, summary } = model(() => "short");
    await summary([{ question: userMessage("weather"), answers, ids: [] }, turn("b ".repeat(2000), "B")], 1000);
    expect(texts(asked[0]!).slice(0, 2)).toEqual(["weather", "I look. \n\nRain."]);
    expect(JSON.stringify(asked)).not.toMatch(/RESULT|tool_call/u);
  });

  test("is asked for in smaller pieces where the service finds one too long, and given up in the end", async () => {
    const tooLong = new AppError("context_too_long", { provider: "p", model: "m", limit: null, reason: "" });
    const turns = [turn("a ".repeat(2000), "A ".repeat(2000)), turn("b ".repeat(2000), "B ".repeat(2000))];
    const some = model((messages) => (sizeOf(messages) > 700 ? tooLong : "short"));
    expect(await some.summary(turns, null)).toBe("short");
    await expect(model(() => tooLong).summary(turns, null)).rejects.toBe(tooLong);
  });

  test.each(["longer than what it stands for ".repeat(50), "", "   "])("is refused when it is %j", async (text) => {
    await expect(model(() => text).summary([turn("a", "A")], null)).rejects.toMatchObject({ code: "summary_unusable" });
  });
});
