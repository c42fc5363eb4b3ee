import fc from "fast-check";
import { expect, test } from "vitest";
import { turnsOver, estimatedTokens } from "../../src/app/conversation/context-estimate.ts";
import { Conversation, type Turn } from "../../src/chat/conversation.ts";
import { assistantMessage, userMessage } from "../../src/chat/message-text.ts";

const turn = (question: string, answer: string): Turn => ({
  question: userMessage(question),
  answers: [assistantMessage(answer)],
  ids: [],
});

test("so many of the oldest turns go that the others fit, and no more", () => {
  const text = fc.stringMatching(/^[a\u91cf]{1,40}$/u);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 12 }),
      fc.nat(400),
      fc.option(text),
      (pairs, tokens, system) => {
        const conversation = new Conversation(
          system,
          pairs.map((pair) => turn(...pair)),
        );
        let [count, rest] = [1, conversation.dropOldest(1)];
        while (estimatedTokens(rest) > tokens && rest.turns.length > 1) [count, rest] = [count + 1, rest.dropOldest(1)];
        expect(turnsOver(conversation, tokens)).toBe(count);
      },
    ),
  );
});

/** Turns that count how often they are looked at. */
function counted(count: number) {
  const seen = { times: 0 };
  const turns = Array.from({ length: count }, (_, index): Turn => {
    const { question, answers } = turn(`question ${index}`, "an answer ".repeat(20));
    return {
      get question() {
        seen.times++;
        return question;
      },
      answers,
      ids: [],
    };
  });
  return { seen, turns };
}

test("a long conversation is estimated and made shorter without another look at each turn for each that goes", () => {
  const { seen, turns } = counted(3000);
  const conversation = new Conversation(null, turns);
  estimatedTokens(conversation);
  expect(turnsOver(conversation, 0)).toBe(2999);
  estimatedTokens(conversation.dropOldest(1500));
  // Once for the weight, once for the question that is remembered of a turn that was dropped.
  expect(seen.times).toBeLessThanOrEqual(2 * 3000);
});
