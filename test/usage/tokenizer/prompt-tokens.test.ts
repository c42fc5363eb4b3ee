import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { vocabularyUse } from "../../../src/usage/tokenizer/prompt-format.ts";
import { type ChatPrompt, PromptCounter, type PromptMessage } from "../../../src/usage/tokenizer/prompt-tokens.ts";
import { loadTokenizer } from "../../../src/usage/tokenizer/tokenizer.ts";

interface ReferencePrompt extends Pick<ChatPrompt, "effort"> {
  /** As DeepSeek's encoder takes them. */
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly wo_eos?: boolean;
    readonly reasoning_content?: string;
  }[];
  readonly tokens: number;
}

const fixture = new URL("../../fixtures/tokenizer/reference.json", import.meta.url);
const { prompts } = JSON.parse(readFileSync(fixture, "utf8")) as { readonly prompts: readonly ReferencePrompt[] };
const v4 = vocabularyUse("deepseek", "deepseek-v4-pro")!.format;
const v41 = vocabularyUse("deepseek", "deepseek-flash")!.format;
const tokenizer = await loadTokenizer();
const counter = new PromptCounter(tokenizer);

function message(role: string, content: string, more: Partial<PromptMessage> = {}): PromptMessage {
  return { role, content, thinking: "", prefix: false, images: 0, calls: "", ...more };
}

function prompt(messages: readonly PromptMessage[], effort: ChatPrompt["effort"], extras = ""): ChatPrompt {
  return { messages, effort, extras };
}

test("a prompt has as many tokens as DeepSeek's encoder and the reference tokenizer give it", async () => {
  expect(prompts.length).toBeGreaterThan(20);
  for (const { messages, effort, tokens } of prompts) {
    const sent = messages.map(({ role, content, wo_eos: prefix = false, reasoning_content: thinking = "" }) =>
      message(role, content, { prefix, thinking }),
    );
    const counted = await counter.countMessages(prompt(sent, effort), v4);
    expect({ messages, effort, ...counted }).toEqual({ messages, effort, tokens, isExact: true });
  }
});

test("V4.1 marks system messages, and is told of the effort with which it thinks", async () => {
  // V4's vocabulary has no `<｜System｜>`; the other mark is one token as well.
  const system = "<｜authority｜>";
  const sentence = "Reasoning Effort: 50 (range 1-100, the higher the value, the more thorough the reasoning)\n\n";
  const start = "<｜begin▁of▁sentence｜>";
  const ask = message("user", "hi");
  const brief = message("system", "Be brief.");
  const said = message("assistant", "Hello!");
  const cases: readonly (readonly [ChatPrompt, string])[] = [
    [prompt([ask], null), `${start}<｜User｜>hi<｜Assistant｜></think>`],
    [prompt([ask], "high"), `${start}${system}${sentence}<｜User｜>hi<｜Assistant｜><think>`],
    [prompt([brief, ask], null), `${start}${system}Be brief.<｜User｜>hi<｜Assistant｜></think>`],
    [prompt([brief, ask], "max"), `${start}${system}${sentence}Be brief.<｜User｜>hi<｜Assistant｜><think>`],
    [
      prompt([ask, said, brief], null),
      `${start}<｜User｜>hi<｜Assistant｜></think>Hello!<｜end▁of▁sentence｜>${system}Be brief.<｜Assistant｜></think>`,
    ],
  ];
  for (const [given, text] of cases) {
    expect(await counter.countMessages(given, v41)).toEqual({ tokens: tokenizer.countTokens(text), isExact: true });
  }
});

test("what a service renders in its own way makes the count an estimate, and adds to it", async () => {
  const ask = message("user", "hi");
  const plain = await counter.countMessages(prompt([ask], null), v4);
  const estimates = [
    prompt([{ ...ask, images: 1 }], null),
    prompt([ask, message("assistant", "", { calls: '[{"name":"date"}]' }), message("tool", "Friday")], null),
    prompt([ask], null, '{"tools":[]}'),
  ];
  for (const given of estimates) {
    const { tokens, isExact } = await counter.countMessages(given, v4);
    expect(isExact).toBe(false);
    expect(tokens).toBeGreaterThan(plain.tokens);
  }
  expect(await counter.countMessages(prompt([ask], null), null)).toEqual({ tokens: plain.tokens, isExact: false });
  // The line break would belong to the word that ends the sentence on effort.
  const broken = prompt([message("system", "\nx"), ask], "max");
  expect((await counter.countMessages(broken, v4)).isExact).toBe(false);
});

test("a text that was sent before is not tokenized again", async () => {
  const messages = [message("user", "Some question, once 问题")];
  await counter.countMessages(prompt(messages, null), v4);
  const before = tokenizer.steps;
  await counter.countMessages(prompt(messages, "max"), v41);
  expect(tokenizer.steps).toBe(before);
});

test("older models, other providers and unknown ids have no vocabulary here", () => {
  const none = ["deepseek/deepseek-chat", "deepseek/deepseek-reasoner", "ollama/deepseek-v4-pro"];
  const others = ["deepseek-ai/DeepSeek-V3", "deepseek-ai/DeepSeek-R1", "Qwen/Qwen3-8B"].map(
    (id) => `siliconflow/${id}`,
  );
  const known = [...none, ...others].filter((name) => {
    const [provider = "", ...id] = name.split("/");
    return vocabularyUse(provider, id.join("/")) !== null;
  });
  expect(known).toEqual([]);
  expect(vocabularyUse("siliconflow", "deepseek-ai/DeepSeek-V4-Flash")).not.toBeNull();
  expect(vocabularyUse("deepseek", "deepseek-v5")?.format).toBeNull();
});
