import type { ChatRequest } from "../../chat/model.ts";
import { estimateTokens } from "../../chat/usage.ts";
import { textOf } from "../../chat/message-text.ts";
import type { Provider } from "../../providers/catalogue.ts";
import { requestBody } from "../../providers/wire/request-body.ts";
import { vocabularyUse } from "../../usage/tokenizer/prompt-format.ts";
import {
  imageTokens,
  type ChatPrompt,
  PromptCounter,
  type PromptMessage,
  type TokenCount,
} from "../../usage/tokenizer/prompt-tokens.ts";
import { loadTokenizer } from "../../usage/tokenizer/tokenizer.ts";
import { textCounter } from "./text-tokens.ts";

/** Tokens that stand around a message. */
const messageTokens = 4;
/** Fields of a request that a service writes into the prompt in its own way. */
const extraFields = ["tools", "functions", "response_format", "title"];

let counter: PromptCounter | null = null;

/**
 * Counts the prompt of a request as it would go out: to the token for a model whose vocabulary and prompt format are published,
 * unless it has tools, pictures or an answer format; else an estimate. The vocabulary is read at the first call, in the background.
 */
export async function requestTokens(request: ChatRequest, connection: Provider): Promise<TokenCount> {
  if (request.suffix !== undefined) return await gapTokens(request, request.suffix, connection);
  const prompt = promptOf(requestBody(request, connection) as unknown as RequestBody);
  const use = vocabularyUse(connection.name, request.model);
  const estimate = { tokens: estimateOf(prompt), isExact: false };
  if (use === null) return estimate;
  try {
    counter ??= new PromptCounter(await loadTokenizer());
  } catch {
    // Without the vocabulary, in an installation that is not whole, questions are asked all the same.
    return estimate;
  }
  return await counter.countMessages(prompt, use.format);
}

/** Those of the text around a gap; nobody has published what stands between its two parts. */
async function gapTokens(request: ChatRequest, suffix: string, { name: provider }: Provider): Promise<TokenCount> {
  const count = await textCounter({ provider, model: request.model });
  const texts = [...request.messages.map(({ content }) => textOf(content)), suffix];
  const counts = await Promise.all(texts.map(count));
  return { tokens: counts.reduce((sum, { tokens }) => sum + tokens, 0), isExact: false };
}

/** What of a body becomes the prompt. */
interface RequestBody extends Readonly<Record<string, unknown>> {
  readonly messages: readonly WireMessage[];
  readonly thinking?: { readonly type: "enabled" | "disabled" };
  readonly enable_thinking?: boolean;
  readonly reasoning_effort?: "low" | "high" | "max";
  /** SiliconFlow's form of an answer's beginning. */
  readonly prefix?: string;
}

interface WireMessage {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
  readonly reasoning_content?: string;
  readonly prefix?: boolean;
  readonly tool_calls?: unknown;
}

function promptOf(body: RequestBody): ChatPrompt {
  const { thinking, enable_thinking: isEnabled, reasoning_effort: effort = "high", prefix } = body;
  // Both services think where nothing is said.
  const thinks = thinking?.type !== "disabled" && isEnabled !== false;
  const beginning = prefix === undefined ? [] : [{ role: "assistant", content: prefix, prefix: true }];
  const extras = Object.fromEntries(
    extraFields.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])),
  );
  return {
    messages: [...body.messages, ...beginning].map(promptMessage),
    effort: thinks ? effort : null,
    extras: Object.keys(extras).length === 0 ? "" : JSON.stringify(extras),
  };
}

function promptMessage({
  role,
  content,
  reasoning_content: thinking = "",
  prefix = false,
  tool_calls,
}: WireMessage): PromptMessage {
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
  const texts = parts.flatMap(({ type, text }) => (type === "text" && text !== undefined ? [text] : []));
  return {
    role,
    content: texts.join("\n\n"),
    thinking,
    prefix,
    images: parts.length - texts.length,
    calls: tool_calls === undefined ? "" : JSON.stringify(tool_calls),
  };
}

function estimateOf({ messages, extras }: ChatPrompt): number {
  const ofMessage = ({ content, thinking, calls, images }: PromptMessage) =>
    messageTokens + estimateTokens(content) + estimateTokens(thinking + calls) + images * imageTokens;
  return messages.reduce((sum, message) => sum + ofMessage(message), estimateTokens(extras));
}
