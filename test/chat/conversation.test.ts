import { describe, expect, test } from "vitest";
import { Conversation, type Turn } from "../../src/chat/conversation.ts";
import { assistantMessage as assistant, userMessage as user } from "../../src/chat/message-text.ts";

const turn = (question: string, answer: string, ...ids: string[]): Turn => ({
  question: user(question),
  answers: [assistant(answer)],
  ids,
});
const summary = (question: string, answer: string, ...ids: string[]): Turn => ({
  ...turn(question, answer, ...ids),
  isSummary: true,
});
/** Three turns of two exchanges each, and one whose exchange has no id. */
const four = () => [...["a", "b", "c"].map((word) => turn(word, `${word}!`, `${word}1`, `${word}2`)), turn("d", "d!")];

describe("a conversation", () => {
  test("sends the system prompt, what was said before, and the question", () => {
    const conversation = new Conversation("Be kind.").add(turn("a", "b"));
    expect(conversation.request([user("c")])).toEqual([
      { role: "system", content: "Be kind." },
      user("a"),
      assistant("b"),
      user("c"),
    ]);
  });

  test("sends no earlier turns where none are wanted, but the system prompt", () => {
    const conversation = new Conversation("Be kind.", [turn("a", "b")]);
    expect(conversation.request([user("c")], false)).toEqual([{ role: "system", content: "Be kind." }, user("c")]);
  });

  test.each([null, ""])("sends no system prompt when it is %j", (system) => {
    expect(new Conversation(system).request([user("c")])).toEqual([user("c")]);
  });

  test("sends everything that answered a question, in order", () => {
    const call = { type: "tool_call", id: "1", name: "weather", arguments: "{}" } as const;
    const answers: Turn["answers"] = [
      { role: "assistant", content: [call] },
      { role: "tool", callId: "1", content: [{ type: "text", text: "sunny" }] },
      assistant("It is sunny."),
    ];
    const conversation = new Conversation(null).add({ question: user("Weather?"), answers, ids: ["x"] });
    expect(conversation.request([user("c")])).toEqual([user("Weather?"), ...answers, user("c")]);
    expect(conversation.continuation().at(-1)).toEqual({ ...assistant("It is sunny."), prefix: true });
  });

  test.each([true, false])("sends the last answer as a beginning to continue (history: %j)", (history) => {
    const conversation = new Conversation("S", [turn("a", "b"), turn("c", "d")]);
    expect(conversation.continuation(history)).toEqual([
      { role: "system", content: "S" },
      ...(history ? [user("a"), assistant("b")] : []),
      user("c"),
      { ...assistant("d"), prefix: true },
    ]);
  });

  test("sends a role's examples before all turns, which is what stays when the turns are summarised, dropped or left out", () => {
    const examples = [{ user: "in", assistant: "out" }];
    const begun = new Conversation(null).withPreface({ system: "S", examples }).add(turn("a", "b")).add(turn("c", "d"));
    const preface = [{ role: "system", content: "S" }, user("in"), assistant("out")];
    const question = user("q");
    const left = [begun.withoutLast().withoutLast(), begun.dropOldest(2), begun.beginning(1)!.withoutLast()];
    for (const each of left) expect(each.request([question])).toEqual([...preface, question]);
    expect(begun.request([question], false)).toEqual([...preface, question]);
    expect(begun.summarise("H", "sum", 0).request([]).slice(0, 3)).toEqual(preface);
    expect(begun.turns).toHaveLength(2);
  });

  test("does not remember a question that brought no answer", () => {
    expect(new Conversation(null).add(turn("a", "")).turns).toEqual([]);
  });

  test("stays as it is when another one is made of it", () => {
    const turns = [turn("a", "b")];
    const conversation = new Conversation("S", turns);
    const changed = conversation
      .add(turn("c", "d"))
      .extendLast([assistant("e")], [])
      .withPreface({ system: null, examples: [] })
      .dropOldest(2);
    expect({ turns, first: conversation.turns, system: conversation.system }).toEqual({
      turns,
      first: turns,
      system: "S",
    });
    expect({ left: changed.turns, system: changed.system }).toEqual({ left: [], system: null });
  });

  test("holds a continued answer in one piece, with the exchanges it is made of", () => {
    const conversation = new Conversation(null, [turn("a", "b", "1")]).extendLast([assistant("bc")], ["2"]);
    expect(conversation.last).toEqual(turn("a", "bc", "1", "2"));
    expect(conversation.lastId).toBe("2");
  });

  test("is without its last turn, and without the oldest ones", () => {
    const conversation = new Conversation(null, four().slice(0, 3)).withoutLast().dropOldest(1);
    expect(conversation.turns).toEqual([turn("b", "b!", "b1", "b2")]);
    const empty = conversation.dropOldest(5);
    expect([empty.turns, empty.last, empty.withoutLast().turns]).toEqual([[], null, []]);
  });

  test("is summed up but for its newest turns, and still knows what was asked", () => {
    const conversation = new Conversation(null, four()).summarise("So far:", "a and b", 2);
    expect(conversation.turns).toEqual([summary("So far:", "a and b", "b2"), ...four().slice(2)]);
    expect(conversation.asked.map(({ ids }) => ids)).toEqual(four().map(({ ids }) => ids));
    expect(conversation.dropOldest(2).asked.map(({ question }) => question)).toEqual(["a", "b", "c", "d"].map(user));
  });

  test("has no last turn where a summary stands in its place", () => {
    const whole = new Conversation(null, four());
    expect(whole.lastId).toBe(null);
    const conversation = whole.summarise("So far:", "all", 0);
    expect([conversation.last, conversation.withoutLast(), conversation.lastId]).toEqual([null, conversation, null]);
    expect(conversation.turns).toEqual([summary("So far:", "all")]);
  });

  test.each([
    [0, null],
    [2, null],
    [3, ["So far:", "c"]],
    [4, ["So far:", "c", "d"]],
  ])("after %j turns holds %j, where a summary stands for two", (turns, questions) => {
    const conversation = new Conversation("S", four()).summarise("So far:", "a and b", 2);
    const beginning = conversation.beginning(turns);
    expect(beginning?.turns.map(({ question }) => question) ?? null).toEqual(questions?.map(user) ?? null);
    expect(beginning?.asked ?? []).toHaveLength(questions === null ? 0 : turns);
  });
});
