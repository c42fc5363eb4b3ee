import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Conversation, type Turn } from "../../src/chat/conversation.ts";
import { assistantMessage, userMessage } from "../../src/chat/message-text.ts";
import type { AssistantMessage, Message, ToolMessage, UserMessage } from "../../src/chat/messages.ts";
import { requestBody } from "../../src/providers/wire/request-body.ts";
import { connection } from "../providers/wire/connection.ts";
import { askingAt, newPlace, put, run } from "../support/program.ts";
import { png } from "../support/pictures.ts";
import { type Received, serve } from "../support/raw-server.ts";
import { answer, done, event, finish, text } from "../support/wire.ts";
import { any, en, patternOf } from "../support/words.ts";

/** The messages of a request as the service's prefix cache sees them: their bytes, without what closes the list. */
function prefixOf({ text: body }: Pick<Received, "text">): string {
  const start = body.indexOf('"messages":[');
  const depth = { value: 0 };
  let inText = false;
  for (let at = start + '"messages":'.length; at < body.length; at++) {
    const character = body[at]!;
    if (character === "\\") at++;
    else if (character === '"') inText = !inText;
    else if (!inText && (character === "[" || character === "{")) depth.value++;
    else if (!inText && (character === "]" || character === "}") && --depth.value === 0) return body.slice(start, at);
  }
  throw new Error("no messages");
}

test("from turn to turn a request begins with the bytes of the one before, with files, pictures, /retry, and when resumed", async () => {
  await using server = await serve((_, index) => answer(`answer ${index + 1}, “quoted” 引号`));
  const place = newPlace();
  put(join(place.cwd, "notes.md"), "# Notes\n```\ncode\n```\n");
  put(join(place.cwd, "a.png"), png);
  const lines = ["one 你好", "/file notes.md", "/file a.png", "with files", "three", "/retry", "four"];
  const env = askingAt(server);
  expect((await run(["-s", "Be brief."], { place, env, input: `${lines.join("\n")}\n` })).code).toBe(0);
  expect((await run(["ask", "five", "-c"], { place, env })).code).toBe(0);
  expect((await run(["-c"], { place, env, input: "six\nseven\n" })).code).toBe(0);
  const prefixes = server.requests.map(prefixOf);
  expect(prefixes).toHaveLength(8);
  const [one, withFiles, three, retried, four, five, six, seven] = prefixes as [string, ...string[]];
  expect(retried).toBe(three);
  const inOrder = [one, withFiles!, three!, four!, five!, six!, seven!];
  for (const [index, prefix] of inOrder.slice(1).entries()) expect(prefix.startsWith(inOrder[index]!)).toBe(true);
});

const words = fc.string({ unit: fc.constantFrom("a", " ", '"', "\\", "]}", "[{", "你", "\n", "😀"), maxLength: 8 });
const question: fc.Arbitrary<UserMessage> = fc
  .record({ text: words, hasFile: fc.boolean(), hasPicture: fc.boolean() })
  .map(({ text: typed, hasFile, hasPicture }) => ({
    role: "user",
    content: [
      ...userMessage(`q${typed}`).content,
      ...(hasFile ? [{ type: "file", name: "a.md", text: "```\nx\n```" } as const] : []),
      ...(hasPicture ? [{ type: "image", name: "a.png", url: "data:image/png;base64,AA==" } as const] : []),
    ],
  }));

interface ToolRound {
  readonly said: string;
  readonly calls: readonly { readonly id: string; readonly argument: string; readonly given: string }[];
}

/** Calls of tools that one answer makes, and what each gives. */
const toolRound: fc.Arbitrary<ToolRound> = fc.record({
  said: words,
  calls: fc.array(fc.record({ id: fc.uuid(), argument: words, given: words }), { minLength: 1, maxLength: 3 }),
});

function messagesOf({ said, calls }: ToolRound): (AssistantMessage | ToolMessage)[] {
  const parts = calls.map(({ id, argument }) => {
    return { type: "tool_call", id, name: "read", arguments: JSON.stringify({ path: argument }) } as const;
  });
  const results = calls.map(({ id, given }): ToolMessage => {
    return { role: "tool", callId: id, content: [{ type: "text", text: given }] };
  });
  const { content } = assistantMessage(said, "Which tool?");
  return [{ role: "assistant", content: [...content, ...parts] }, ...results];
}

const toolTurn: fc.Arbitrary<Turn> = fc
  .record({ question, rounds: fc.array(toolRound, { maxLength: 3 }), last: words, id: fc.uuid() })
  .map(({ question: asked, rounds, last, id }) => {
    const end = assistantMessage(`a${last}`, "Let me see.");
    return { question: asked, answers: [...rounds.flatMap(messagesOf), end], ids: [id] };
  });

test("each request of a turn with tools, and of the turns after it, begins with the bytes of the one before", () => {
  const bytesOf = (messages: readonly Message[]) => {
    const request = { model: "m", messages, sampling: {}, thinking: null, stream: true };
    return prefixOf({ text: JSON.stringify(requestBody(request, { ...connection, prefix: "beta" })) });
  };
  fc.assert(
    fc.property(
      fc.array(toolTurn, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(null, "Be brief."),
      (turns, system) => {
        let conversation = new Conversation(system);
        let before = "";
        for (const turn of turns) {
          // A request goes out with the question, and with the results of each round of calls.
          for (const [index, { role }] of [...turn.answers, { role: "end" }].entries()) {
            if (index > 0 && !(role === "assistant" && turn.answers[index - 1]!.role === "tool")) continue;
            const bytes = bytesOf(conversation.request([turn.question, ...turn.answers.slice(0, index)]));
            expect(bytes.startsWith(before)).toBe(true);
            expect(bytes.length).toBeGreaterThan(before.length);
            before = bytes;
          }
          conversation = conversation.add(turn);
        }
        expect(bytesOf(conversation.request([userMessage("next")])).startsWith(before)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

const many = { prompt_tokens: 50_000, prompt_cache_hit_tokens: 40_000, completion_tokens: 10, total_tokens: 50_010 };
const large = { body: [text("yes"), finish(), event({ choices: [], usage: many }), done] };

test("a command that breaks the cached prefix says what that costs, once; one that does not says nothing", async () => {
  await using server = await serve([large]);
  const forfeited = patternOf(en.usage.forfeited({ tokens: any, cost: any }).split("~")[0]!);
  const said = async (...lines: string[]) => {
    const { stderr } = await run([], { env: askingAt(server), input: `${lines.join("\n")}\n` });
    return stderr.split("\n").filter((line) => forfeited.test(line));
  };
  expect(await said("a", "/system Be brief.", "/tokens")).toEqual([
    expect.stringMatching(patternOf(en.usage.forfeited({ tokens: "50k", cost: `¥0.0${any}` }))),
  ]);
  expect(await said("a", "/model deepseek-v4-pro")).toHaveLength(1);
  expect(await said("a", "/undo")).toHaveLength(1);
  expect(await said("a", "b", "/tokens", "/cost", "/title x", "/set temperature 1", "/new", "/system x")).toEqual([]);
});
