import type { ChatEvent, Usage } from "../chat/model.ts";
import { isRecord } from "./wire-errors.ts";

/**
 * Chunks of a stream, or a whole completion, made into events. Thinking comes in three forms: `reasoning_content`
 * (DeepSeek, SiliconFlow), `reasoning` (Ollama, newer vLLM), or `<think>…</think>` at the start of the content.
 * `choices` may be missing or empty, `content` null, usage on the last chunk or, cumulative, on every one.
 */
export class Deltas {
  /** What the service said about the end; null until it did. */
  finishReason: string | null = null;
  /** True once there was thinking or text. */
  started = false;
  #usage = "";
  readonly #reasoning = new WholeCharacters();
  readonly #text = new WholeCharacters();
  readonly #tags = new ThinkTags();

  /**
   * @param chunk parsed JSON of any shape
   * @returns the events in it, in order, `finish` excepted: usage may still follow
   */
  read(chunk: unknown): ChatEvent[] {
    if (!isRecord(chunk)) return [];
    const events: ChatEvent[] = [];
    const [choice] = Array.isArray(chunk["choices"]) ? (chunk["choices"] as unknown[]) : [];
    if (isRecord(choice)) {
      const part = isRecord(choice["delta"]) ? choice["delta"] : choice["message"];
      if (isRecord(part)) events.push(...this.#readPart(part));
      const reason = choice["finish_reason"];
      if (typeof reason === "string" && reason !== "") this.finishReason = reason;
    }
    const usage = readUsage(chunk["usage"]);
    if (usage !== null && JSON.stringify(usage) !== this.#usage) {
      this.#usage = JSON.stringify(usage);
      events.push({ type: "usage", usage });
    }
    return events;
  }

  /** What was held back, at the end of the stream. */
  end(): ChatEvent[] {
    const events = this.#tags.end();
    const rest: ChatEvent[] = [
      { type: "reasoning", text: this.#reasoning.end() },
      { type: "text", text: this.#text.end() },
    ];
    return [...events, ...rest].filter((event) => "text" in event && event.text !== "");
  }

  #readPart(part: Record<string, unknown>): ChatEvent[] {
    const events: ChatEvent[] = [];
    const thought = part["reasoning_content"] || part["reasoning"];
    if (typeof thought === "string") {
      const text = this.#reasoning.push(thought);
      if (text !== "") events.push({ type: "reasoning", text });
    }
    const content = typeof part["content"] === "string" ? part["content"] : part["refusal"];
    if (typeof content === "string") events.push(...this.#tags.push(this.#text.push(content)));
    if (events.length > 0) this.started = true;
    return events;
  }
}

/** Holds back the first half of a surrogate pair that was split over two chunks. */
class WholeCharacters {
  #held = "";

  push(text: string): string {
    const all = this.#held + text;
    const last = all.charCodeAt(all.length - 1);
    this.#held = last >= 0xd800 && last <= 0xdbff ? all.slice(-1) : "";
    return this.#held === "" ? all : all.slice(0, -1);
  }

  end(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}

const opening = "<think>";
const closing = "</think>";

/** Tells `<think>…</think>` at the start of the content from the answer, wherever the chunks are cut. */
class ThinkTags {
  #place: "start" | "inside" | "after" = "start";
  #held = "";
  #trim = false;

  push(text: string): ChatEvent[] {
    if (text === "") return [];
    if (this.#place === "after") return this.#answer(text);
    this.#held += text;
    return this.#place === "start" ? this.#readStart() : this.#readInside();
  }

  end(): ChatEvent[] {
    const held = this.#held;
    this.#held = "";
    if (held === "") return [];
    return [{ type: this.#place === "inside" ? "reasoning" : "text", text: held }];
  }

  #readStart(): ChatEvent[] {
    const start = this.#held.trimStart();
    if (start.startsWith(opening)) {
      this.#place = "inside";
      this.#held = start.slice(opening.length).replace(/^\n/u, "");
      return this.#readInside();
    }
    if (opening.startsWith(start)) return [];
    this.#place = "after";
    return this.end();
  }

  #readInside(): ChatEvent[] {
    const end = this.#held.indexOf(closing);
    if (end < 0) {
      const safe = this.#held.length - overlap(this.#held, closing);
      const text = this.#held.slice(0, safe);
      this.#held = this.#held.slice(safe);
      return text === "" ? [] : [{ type: "reasoning", text }];
    }
    const thought = this.#held.slice(0, end);
    const answer = this.#held.slice(end + closing.length);
    this.#place = "after";
    this.#trim = true;
    this.#held = "";
    return [...(thought === "" ? [] : [{ type: "reasoning", text: thought } as const]), ...this.#answer(answer)];
  }

  /** Blank lines between the tag and the answer belong to neither. */
  #answer(text: string): ChatEvent[] {
    const answer = this.#trim ? text.trimStart() : text;
    if (answer === "") return [];
    this.#trim = false;
    return [{ type: "text", text: answer }];
  }
}

/** Length of the longest end of `text` that is a beginning of `word`. */
function overlap(text: string, word: string): number {
  for (let length = Math.min(text.length, word.length - 1); length > 0; length--) {
    if (text.endsWith(word.slice(0, length))) return length;
  }
  return 0;
}

/** The service's count; DeepSeek tells of the prefix cache at the top level, OpenAI and others in the details. */
export function readUsage(value: unknown): Usage | null {
  if (!isRecord(value)) return null;
  const number = (from: unknown, key: string) =>
    isRecord(from) && typeof from[key] === "number" ? from[key] : undefined;
  const promptTokens = number(value, "prompt_tokens");
  const completionTokens = number(value, "completion_tokens");
  if (promptTokens === undefined && completionTokens === undefined) return null;
  return {
    promptTokens: promptTokens ?? 0,
    cachedTokens:
      number(value, "prompt_cache_hit_tokens") ?? number(value["prompt_tokens_details"], "cached_tokens") ?? 0,
    completionTokens: completionTokens ?? 0,
    reasoningTokens: number(value["completion_tokens_details"], "reasoning_tokens") ?? 0,
    totalTokens: number(value, "total_tokens") ?? (promptTokens ?? 0) + (completionTokens ?? 0),
  };
}
