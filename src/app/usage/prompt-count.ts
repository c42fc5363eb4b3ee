import type { Message } from "../../chat/messages.ts";
import { textOf, thinkingOf } from "../../chat/message-text.ts";
import type { ChatRequest, ModelRef } from "../../chat/model.ts";
import { estimateTokens } from "../../chat/usage.ts";
import { vocabularyUse } from "../../usage/tokenizer/prompt-format.ts";
import type { PromptCounter, PromptMessage, TokenCount } from "../../usage/tokenizer/prompt-tokens.ts";

let counter: Promise<PromptCounter> | null = null;

/**
 * Tokens of the prompt that a request sends: exact where the model's vocabulary and prompt format are known, else an estimate. The
 * vocabulary is loaded with the first prompt that needs it.
 */
export async function countPrompt(
  to: ModelRef,
  { messages, thinking }: Pick<ChatRequest, "messages" | "thinking">,
): Promise<TokenCount> {
  const use = vocabularyUse(to.provider, to.model);
  if (use === null) return { tokens: estimated(messages), isExact: false };
  counter ??= loadCounter();
  // DeepSeek thinks unless it is told not to.
  const effort = thinking?.enabled === false ? null : (thinking?.effort ?? "high");
  return await (await counter).countMessages({ messages: messages.map(promptMessage), effort, extras: "" }, use.format);
}

/**
 * No fewer tokens than the prompt can have: a token is a byte at least. Much more than it has, but nothing is loaded for it.
 */
export function boundOfPrompt(messages: readonly Message[]): number {
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(textOf(content)) + messageMarks, 0);
  return bytes + messages.reduce((sum, message) => sum + imagesIn(message) * imageTokens, sentence);
}

/** Tokens that mark a message, at most; those of the sentence on effort; those of a picture. */
const messageMarks = 8;
const sentence = 100;
const imageTokens = 400;

async function loadCounter(): Promise<PromptCounter> {
  const [{ loadTokenizer }, { PromptCounter }] = await Promise.all([
    import("../../usage/tokenizer/tokenizer.ts"),
    import("../../usage/tokenizer/prompt-tokens.ts"),
  ]);
  return new PromptCounter(await loadTokenizer());
}

function estimated(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(textOf(content)), 0);
}

function promptMessage(message: Message): PromptMessage {
  const { role, content } = message;
  const isAnswer = role === "assistant";
  return {
    role,
    content: textOf(content),
    thinking: isAnswer && message.prefix === true ? thinkingOf(message.content) : "",
    prefix: isAnswer && message.prefix === true,
    images: imagesIn(message),
    calls: isAnswer
      ? message.content.flatMap((part) => (part.type === "tool_call" ? [part.name + part.arguments] : [])).join("")
      : "",
  };
}

function imagesIn({ role, content }: Message): number {
  return role === "user" ? content.filter(({ type }) => type === "image").length : 0;
}
