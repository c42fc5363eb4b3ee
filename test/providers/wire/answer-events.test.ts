import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { AnswerLimit } from "../../../src/providers/http/limits.ts";
import { AnswerEvents } from "../../../src/providers/wire/answer-events.ts";
import { Queue } from "../../../src/async-queue.ts";
import type { DeltaEvent } from "../../../src/providers/wire/chunk-decoder.ts";
import { secretsOf } from "../../../src/providers/wire/redact.ts";
import { RedactedAnswer } from "../../../src/providers/wire/redacted-answer.ts";
import { connection } from "./connection.ts";

const text = (words: string): DeltaEvent => ({ type: "text", text: words });
const thought = (words: string): DeltaEvent => ({ type: "reasoning", text: words });
const rethink: DeltaEvent = { type: "rethink" };

/** What is given of pieces, in a word each: `t:` text, `r:` thinking, the type of anything else. */
async function given(pieces: readonly (readonly DeltaEvent[])[]): Promise<string[]> {
  const queue = new Queue<ChatEvent>();
  const events = new AnswerEvents(
    queue,
    new RedactedAnswer(() => secretsOf(connection), ""),
    new AnswerLimit("host", 1024 * 1024),
  );
  for (const piece of pieces) {
    for (const event of piece) events.push(event);
    events.flush();
  }
  events.end();
  queue.end();
  const words: string[] = [];
  for await (const event of queue) words.push("text" in event ? `${event.type[0]}:${event.text}` : event.type);
  return words;
}

test.each([
  ["stay in order", [[text("a"), thought("b"), text("c")]], ["t:a", "r:b", "t:c"]],
  ["become thinking within their piece", [[text("a"), rethink, text("b")]], ["r:a", "t:b"]],
  [
    "are told to be thinking behind it",
    [[text("a")], [text("b"), rethink, text("c")]],
    ["t:a", "rethink", "r:b", "t:c"],
  ],
  ["come without the key", [[text("it is sk-01234567")], [text("89abcdef.")]], ["t:it is sk-01", "t:[key]."]],
  ["come with what only began like it", [[text("sk-0")]], ["t:sk-0"]],
] as const)("words %s", async (_, pieces, expected) => {
  expect(await given(pieces)).toEqual(expected);
});

const anyEvent = fc.oneof(
  fc
    .constantFrom("a", "sk-0123", "456789", "abcdef", "sk-0", " ")
    .chain((words) => fc.constantFrom(text(words), thought(words))),
);

test("words are the same however they come together, and one event for each kind that came together", async () => {
  const inOne = (words: readonly string[]) => words.join("|").replaceAll(/(?<=(?:^|\|)(.):[^|]*)\|\1:/gu, "");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(anyEvent, { maxLength: 8 }), { maxLength: 8 }), async (pieces) => {
      const together = await given(pieces);
      const alone = await given(pieces.flat().map((event) => [event]));
      expect(inOne(together)).toBe(inOne(alone));
      const runs = pieces.map((piece) => piece.filter(({ type }, at) => type !== piece[at - 1]?.type).length);
      // What was held back because it begins like a key may come at the end of each kind.
      expect(together.length).toBeLessThanOrEqual(runs.reduce((sum, count) => sum + count, 2));
    }),
  );
});

test("an answer beyond all measure is refused", async () => {
  const piece = Array.from({ length: 9 }, () => text("x".repeat(128 * 1024)));
  await expect(given([piece])).rejects.toMatchObject({ code: "flooded", details: { provider: "host" } });
});
