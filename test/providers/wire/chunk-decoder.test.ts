import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { ChunkDecoder, readUsage } from "../../../src/providers/wire/chunk-decoder.ts";

/** What a stream of chunks amounts to. */
function read(chunks: readonly unknown[]): { events: ChatEvent[]; reasoning: string; text: string } {
  const decoder = new ChunkDecoder();
  const events = [...chunks.flatMap((chunk) => decoder.read(chunk)), ...decoder.end(true)];
  const of = (type: "reasoning" | "text") =>
    events.map((event) => (event.type === type && "text" in event ? event.text : "")).join("");
  return { events, reasoning: of("reasoning"), text: of("text") };
}

const content = (text: string) => ({ choices: [{ delta: { content: text } }] });
const thought = (text: string) => ({ choices: [{ delta: { reasoning_content: text } }] });

/** The text in pieces: cut at places given as fractions of its length, between the halves of surrogate pairs too. */
function cut(text: string, places: readonly number[]): string[] {
  const cuts = places.map((place) => Math.round(place * text.length)).sort((a, b) => a - b);
  return [...cuts, text.length].map((end, index) => text.slice(cuts[index - 1] ?? 0, end));
}

/** Evenly spread: `fc.double` would put nearly all of them at the beginning. */
const somePlaces = fc.array(
  fc.nat(1000).map((thousandths) => thousandths / 1000),
  { maxLength: 12 },
);
const someText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "<think>",
        "</think>",
        "<thi",
        "</",
        "<",
        "\n",
        "\n\n",
        "  ",
        "\t",
        "\u{1f600}",
        "\u4f60\u597d",
        "x",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

describe("text and thinking", () => {
  test("are the same wherever the content is cut", () => {
    fc.assert(
      fc.property(fc.constantFrom("", "<think>", "\n<think>\n"), someText, somePlaces, (start, rest, places) => {
        const whole = read([content(start + rest)]);
        const pieces = read(cut(start + rest, places).map(content));
        expect({ reasoning: pieces.reasoning, text: pieces.text }).toEqual({
          reasoning: whole.reasoning,
          text: whole.text,
        });
      }),
    );
  });

  test("of an answer without tags at its start are the answer, to the letter", () => {
    fc.assert(
      fc.property(
        // A closing tag without an opening one may end thinking; see think-tags.test.ts.
        someText.filter((text) => !/^\s*<think>|<\/think>/u.test(text)),
        somePlaces,
        (text, places) => {
          expect(read(cut(text, places).map(content))).toMatchObject({ text, reasoning: "" });
        },
      ),
    );
  });

  test("between tags are told apart, and what stands in either stays as it is", () => {
    // Tags within the thinking, and a second block behind it, are in think-tags.test.ts.
    const inside = someText.filter((text) => !/<\/?think>/u.test(text) && !text.startsWith("\n"));
    const after = someText
      .map((text) => text.replace(/^\s*\n/u, "").replace(/^\s+$/u, ""))
      .filter((text) => !/^\s*<think>/u.test(text));
    fc.assert(
      fc.property(inside, after, somePlaces, (reasoning, text, places) => {
        const whole = `<think>\n${reasoning}</think>\n\n${text}`;
        expect(read(cut(whole, places).map(content))).toMatchObject({ reasoning, text });
      }),
    );
  });

  test("never halve a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), somePlaces, (text, places) => {
        const pieces = cut(text, places);
        const events = [...read(pieces.map(content)).events, ...read(pieces.map(thought)).events];
        for (const event of events) expect("text" in event && event.text.isWellFormed()).toBe(true);
      }),
    );
  });

  test("keep the indentation of an answer that begins with code", () => {
    expect(read([content("<think>a</think>\n"), content("\n    x = 1\n")])).toMatchObject({ text: "    x = 1\n" });
  });

  test("that came by fields of their own leave tags in the answer alone", () => {
    const result = read([thought("What is the tag?"), content("<think>"), content(" opens it, </think> closes it.")]);
    expect(result).toMatchObject({ reasoning: "What is the tag?", text: "<think> opens it, </think> closes it." });
  });

  test("come in either field, and an empty or null one hides nothing", () => {
    const chunk = (delta: object) => ({ choices: [{ delta }] });
    const result = read([
      chunk({ reasoning_content: "", reasoning: "a" }),
      chunk({ reasoning_content: null, reasoning: "b", content: null }),
      chunk({ reasoning_content: "c", content: "" }),
      chunk({ content: "d", reasoning: null }),
    ]);
    expect(result).toMatchObject({ reasoning: "abc", text: "d" });
  });

  test("a refusal is the answer", () => {
    expect(read([{ choices: [{ delta: { refusal: "I cannot." } }] }])).toMatchObject({ text: "I cannot." });
  });

  test("come as parts of either, nested and alone", () => {
    const chunk = (delta: object) => ({ choices: [{ delta }] });
    const result = read([
      chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "a" }] }] }),
      chunk({
        content: [
          { type: "reasoning", summary: [{ text: "b" }] },
          { thought: true, text: "c" },
        ],
      }),
      chunk({
        reasoning_details: [
          { type: "reasoning.text", text: "d" },
          { type: "reasoning.encrypted", data: "x" },
        ],
      }),
      chunk({ content: [{ type: "text", text: "e" }, "f", { type: "image_url", image_url: {} }] }),
      chunk({ content: { type: "output_text", text: { value: "g" } } }),
      chunk({ content: [{ text: "h" }] }),
    ]);
    expect(result).toMatchObject({ reasoning: "abcd", text: "efgh" });
  });

  test("of several choices are not mixed", () => {
    const choice = (index: number, content: string) => ({ index, delta: { content } });
    const result = read([
      { choices: [choice(0, "a")] },
      { choices: [choice(1, "x")] },
      { choices: [choice(1, "y"), choice(0, "b")] },
    ]);
    expect(result).toMatchObject({ text: "ab" });
  });

  test("that a last chunk repeats as a whole message are not doubled", () => {
    const message = { role: "assistant", content: "ab" };
    expect(read([content("a"), content("b"), { choices: [{ delta: {}, message }] }])).toMatchObject({ text: "ab" });
  });

  test("nothing a service sends makes it throw", () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), (chunks) => {
        expect(() => read(chunks)).not.toThrow();
      }),
    );
    const odd = fc.record({
      choices: fc.oneof(
        fc.anything(),
        fc.array(fc.record({ delta: fc.oneof(fc.anything(), fc.record({ content: fc.anything() })) })),
      ),
      usage: fc.anything(),
    });
    fc.assert(
      fc.property(fc.array(odd), (chunks) => {
        expect(() => read(chunks)).not.toThrow();
      }),
    );
  });
});

describe("what services write in several ways", () => {
  test("an index as a number, as a text, or none", () => {
    const choice = (index: unknown, piece: string) => ({ choices: [{ index, delta: { content: piece } }] });
    expect(read([choice("0", "a"), choice(0, "b"), choice(undefined, "c"), choice(1, "other")]).text).toBe("abc");
  });

  test.each([
    [["get_", "weather"], ["get_weather"]],
    [["get", "get"], ["get"]],
    [["get", ""], ["get"]],
  ])("a call whose name comes as %j", (names, calls) => {
    const decoder = new ChunkDecoder();
    for (const [at, name] of names.entries()) {
      const call = { index: 0, ...(at === 0 && { id: "c" }), function: { name, arguments: "{" } };
      decoder.read({ choices: [{ delta: { tool_calls: [call] } }] });
    }
    expect(decoder.calls.calls.map(({ name }) => name)).toEqual(calls);
  });
});

describe("usage", () => {
  test("with a total below its parts makes no sense", () => {
    expect(readUsage({ prompt_tokens: 10, completion_tokens: 2, total_tokens: 5 })).toBeNull();
  });

  test.each([
    [
      "DeepSeek's",
      {
        prompt_tokens: 30,
        prompt_cache_hit_tokens: 20,
        prompt_cache_miss_tokens: 10,
        completion_tokens: 12,
        completion_tokens_details: { reasoning_tokens: 5 },
        total_tokens: 42,
      },
      [30, 20, 12, 5, 42],
    ],
    [
      "OpenAI's",
      { prompt_tokens: 30, prompt_tokens_details: { cached_tokens: 20 }, completion_tokens: 12, total_tokens: 42 },
      [30, 20, 12, 0, 42],
    ],
    ["one without a total", { prompt_tokens: 30, completion_tokens: 12 }, [30, 0, 12, 0, 42]],
    [
      "one with nulls",
      { prompt_tokens: 3, prompt_tokens_details: null, completion_tokens: 0, completion_tokens_details: null },
      [3, 0, 0, 0, 3],
    ],
  ])("of %s form is read", (_, wire, [promptTokens, cachedTokens, completionTokens, reasoningTokens, totalTokens]) => {
    expect(readUsage(wire)).toEqual({ promptTokens, cachedTokens, completionTokens, reasoningTokens, totalTokens });
  });

  test.each([null, undefined, {}, "12", [], { total_tokens: 7 }, { prompt_tokens: "30" }])(
    "is unknown in %j",
    (wire) => {
      expect(readUsage(wire)).toBe(null);
    },
  );

  test.each([
    { prompt_tokens: -1, completion_tokens: 2 },
    { prompt_tokens: 1, completion_tokens: 1e308 },
    { prompt_tokens: 1.5, completion_tokens: 2 },
    { prompt_tokens: 1, completion_tokens: 2, total_tokens: -3 },
    { prompt_tokens: 1, completion_tokens: 2, prompt_cache_hit_tokens: 2 },
    { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 9 } },
    { prompt_tokens: 1, completion_tokens: Number.NaN },
  ])("that makes no sense is unknown: %j", (wire) => {
    expect(readUsage(wire)).toBe(null);
  });

  test("is found within the choice", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    const { events } = read([{ choices: [{ delta: {}, finish_reason: "stop", usage }] }]);
    expect(events).toMatchObject([{ type: "usage", usage: { totalTokens: 3 } }]);
  });

  test("on every chunk is told only when it has changed", () => {
    const chunk = (completion: number) => ({ choices: [], usage: { prompt_tokens: 1, completion_tokens: completion } });
    const counts = read([chunk(1), chunk(1), chunk(2)]).events.map((event) =>
      event.type === "usage" ? event.usage.completionTokens : -1,
    );
    expect(counts).toEqual([1, 2]);
  });
});

test("pictures stand in their places among the text, each once", () => {
  const picture = (url: string) => ({ type: "image_url", image_url: { url } });
  const { events } = read([
    { choices: [{ delta: { content: "One:" } }] },
    { choices: [{ delta: { content: "", images: [picture("data:image/png;base64,aa")] } }] },
    { choices: [{ delta: { content: [{ type: "text", text: " two:" }, picture("https://a/b.png")] } }] },
    { choices: [{ delta: { images: [picture("data:image/png;base64,aa")] }, finish_reason: "stop" }] },
  ]);
  const image = (url: string) => ({ type: "image", image: { type: "image", name: "", url } });
  expect(events).toEqual([
    { type: "text", text: "One:" },
    image("data:image/png;base64,aa"),
    { type: "text", text: " two:" },
    image("https://a/b.png"),
  ]);
});
