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
    const marksSystem = format?.marksSystem === true;
    const sentence = effort === null ? 0 : (format?.effortTokens[effort] ?? 0);
    // The mark of the beginning, and that before the sentence, which a system message shares.
    let tokens = 1 + sentence + (marksSystem && sentence > 0 && messages[0]?.role !== "system" ? 1 : 0);
    for (const [text, marks] of pieces(messages, marksSystem, effort !== null))
      tokens += marks + (await this.#count(text));
    for (const { images, calls } of prompt.messages) tokens += images * imageTokens + (await this.#count(calls));
    tokens += await this.#count(extras);
    const isPlain = extras === "" && prompt.messages.every(isPlainMessage);
    return { tokens, isExact: format !== null && isPlain && !hasSeam(messages, marksSystem, sentence) };
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

/** The texts between special tokens, each with the number of special tokens that come with it. */
function* pieces(
  messages: readonly PromptMessage[],
  marksSystem: boolean,
  isThinking: boolean,
): Generator<readonly [text: string, marks: number]> {
  for (const [index, { role, content, thinking, prefix }] of messages.entries()) {
    const next = messages[index + 1]?.role;
    if (role === "assistant") {
      // Thinking of earlier answers is left out. It ends with a mark, as an answer does that is finished.
      if (isThinking && next === undefined) yield [thinking, 1];
      yield [content, prefix ? 0 : 1];
      continue;
    }
    const isAsked = role !== "latest_reminder" && (role !== "system" || (index > 0 && marksSystem));
    const isAnswered = isAsked && (next === undefined || next === "assistant" || next === "latest_reminder");
    // Its own mark; the answer's, and that of thinking or of its end.
    yield [content, (role === "system" && !marksSystem ? 0 : 1) + (isAnswered ? 2 : 0)];
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

/** Whether two texts meet without a special token between them, so that a word may go across: counts of the two are not the sum's. */
function hasSeam(messages: readonly PromptMessage[], marksSystem: boolean, sentence: number): boolean {
  const isSystem = (index: number) => messages[index]?.role === "system";
  if (sentence > 0 && isSystem(0) && /^[\r\n]/u.test(messages[0]!.content)) return true;
  return !marksSystem && messages.some((_, index) => isSystem(index) && isSystem(index + 1));
}
