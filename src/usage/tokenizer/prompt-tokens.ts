import type { PromptFormat } from "./prompt-format.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A message as it goes over the wire. */
export interface PromptMessage {
  readonly role: string;
  readonly content: string;
  /** Thinking that is sent back; empty for none. */
  readonly thinking: string;
  /** Whether the answer continues this one. */
  readonly prefix: boolean;
  /** Pictures, and calls of tools as JSON: nobody knows exactly what they cost. */
  readonly images: number;
  readonly calls: string;
}

export interface ChatPrompt {
  readonly messages: readonly PromptMessage[];
  /** Null: without thinking. */
  readonly effort: "low" | "high" | "max" | null;
  /** JSON of what a service writes into the prompt in its own way, such as tools; empty for nothing. */
  readonly extras: string;
}

export interface TokenCount {
  readonly tokens: number;
  /** Whether it is that of the published vocabulary and prompt format, to the token; otherwise it is an estimate. */
  readonly isExact: boolean;
}

/** What a picture costs at most, second-hand. */
export const imageTokens = 384;
/** UTF-16 units of the texts whose count is kept. */
const keptSize = 2 ** 22;

/** Counts prompts, and each text of them once: a conversation is sent again with each turn. */
export class PromptCounter {
  readonly #tokenizer: Tokenizer;
  readonly #counts = new Map<string, number>();
  #size = 0;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /**
   * Tokens of a prompt, in slices that let the event loop go on.
   *
   * @param format null where it is not known: then the result is an estimate
   */
  async countMessages(prompt: ChatPrompt, format: PromptFormat | null): Promise<TokenCount> {
    const { effort, extras } = prompt;
    const messages = joined(prompt.messages);
    const sentence = effort === null ? 0 : (format?.effortTokens[effort] ?? 0);
    let tokens = 0;
    let text = "";
    for (const piece of pieces(messages, format?.marksSystem === true, sentence, effort !== null)) {
      if (typeof piece === "string") text += piece;
      else {
        tokens += piece + (await this.#count(text));
        text = "";
      }
    }
    tokens += await this.#count(text);
    for (const { images, calls } of prompt.messages) tokens += images * imageTokens + (await this.#count(calls));
    tokens += await this.#count(extras);
    const isPlain = extras === "" && prompt.messages.every(isPlainMessage);
    // The sentence ends with line breaks, and one behind them would belong to the same word.
    const isApart =
      sentence === 0 ||
      !/^[\r\n]/u.test(messages.map(({ content }) => content).find((content) => content !== "") ?? "");
    return { tokens, isExact: format !== null && isPlain && isApart };
  }

  async #count(text: string): Promise<number> {
    const known = this.#counts.get(text);
    if (known !== undefined) return known;
    const tokens = await this.#tokenizer.countInSlices(text);
    // Somebody else may have counted it meanwhile.
    if (text.length > keptSize || this.#counts.has(text)) return tokens;
    this.#counts.set(text, tokens);
    this.#size += text.length;
    for (const [oldest] of this.#counts) {
      if (this.#size <= keptSize) break;
      this.#counts.delete(oldest);
      this.#size -= oldest.length;
    }
    return tokens;
  }
}

/** A prompt in order: its texts, and of what stands between them the number of tokens. */
function* pieces(
  messages: readonly PromptMessage[],
  marksSystem: boolean,
  sentence: number,
  isThinking: boolean,
): Generator<string | number> {
  const isTurn = ({ role }: PromptMessage, index: number) =>
    role === "system" ? marksSystem && index > 0 : role !== "assistant" && role !== "latest_reminder";
  const lastTurn = messages.findLastIndex(isTurn);
  // The mark of the beginning, and that before the sentence, which a system message shares.
  yield 1 + (marksSystem && sentence > 0 && messages[0]?.role !== "system" ? 1 : 0);
  for (const [index, message] of messages.entries()) {
    const { role, content, thinking, prefix } = message;
    if (role !== "assistant" && (role !== "system" || marksSystem)) yield 1;
    if (index === 0 && sentence > 0) yield sentence;
    // Thinking of earlier turns is left out. It ends with a mark.
    if (role === "assistant" && isThinking && index > lastTurn) yield* [thinking, 1];
    yield content;
    if (role === "assistant" && !prefix) yield 1;
    const next = messages[index + 1]?.role ?? "assistant";
    // The mark of the answer, and that of thinking or of its end.
    if (isTurn(message, index) && (next === "assistant" || next === "latest_reminder")) yield 2;
  }
}

/** Questions without an answer in between are one. */
function joined(messages: readonly PromptMessage[]): readonly PromptMessage[] {
  const all: PromptMessage[] = [];
  for (const message of messages) {
    const last = all.at(-1);
    if (message.role !== "user" || last?.role !== "user") all.push(message);
    else all[all.length - 1] = { ...message, content: `${last.content}\n\n${message.content}` };
  }
  return all;
}

function isPlainMessage({ role, images, calls }: PromptMessage): boolean {
  return images === 0 && calls === "" && ["system", "user", "assistant", "latest_reminder"].includes(role);
}
