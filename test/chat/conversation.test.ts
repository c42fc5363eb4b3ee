import { describe, expect, test } from "vitest";
import { Conversation } from "../../src/chat/conversation.ts";
import type { Message } from "../../src/chat/model.ts";

const user = (content: string): Message => ({ role: "user", content });
const assistant = (content: string): Message => ({ role: "assistant", content });

describe("a conversation", () => {
  test("sends the system prompt, what was said before, and the question", () => {
    const conversation = new Conversation("Be kind.");
    conversation.add(user("a"), assistant("b"));
    expect(conversation.request([user("c")])).toEqual([
      { role: "system", content: "Be kind." },
      user("a"),
      assistant("b"),
      user("c"),
    ]);
  });

  test("sends no earlier turns where none are wanted, but the system prompt", () => {
    const conversation = new Conversation("Be kind.", [user("a"), assistant("b")]);
    expect(conversation.request([user("c")], false)).toEqual([{ role: "system", content: "Be kind." }, user("c")]);
  });

  test.each([null, ""])("sends no system prompt when it is %j", (system) => {
    expect(new Conversation(system).request([user("c")])).toEqual([user("c")]);
  });

  test("does not remember a question that brought no answer", () => {
    const conversation = new Conversation(null);
    conversation.add(user("a"), assistant(""));
    expect(conversation.turns).toEqual([]);
  });

  test("takes its turns over from elsewhere without touching them", () => {
    const turns = [user("a"), assistant("b")];
    const conversation = new Conversation(null, turns);
    conversation.add(user("c"), assistant("d"));
    conversation.clear();
    expect({ turns, left: conversation.turns }).toEqual({ turns: [user("a"), assistant("b")], left: [] });
  });

  test("gives its last exchange back, and forgets the oldest ones", () => {
    const conversation = new Conversation(
      null,
      ["a", "b", "c"].flatMap((word) => [user(word), assistant(`${word}!`)]),
    );
    expect(conversation.takeLast()).toEqual({ question: user("c"), answer: assistant("c!"), ids: [] });
    expect(conversation.dropOldest(1)).toBe(1);
    expect(conversation.turns).toEqual([user("b"), assistant("b!")]);
    expect(conversation.dropOldest(5)).toBe(1);
    expect(conversation.takeLast()).toBe(null);
  });

  test("is summed up but for its newest exchanges", () => {
    const conversation = new Conversation(
      null,
      ["a", "b", "c"].flatMap((word) => [user(word), assistant(`${word}!`)]),
    );
    conversation.summarise("So far:", "a and b", 1);
    expect(conversation.turns).toEqual([user("So far:"), assistant("a and b"), user("c"), assistant("c!")]);
  });
});
