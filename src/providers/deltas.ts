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

  /**
   * What was held back, at the end of the stream.
   *
   * @param whole false for an answer that broke off: half a character is then no part of it, and nobody could go on from it
   */
  end(whole: boolean): ChatEvent[] {
    const events = this.#tags.end();
    if (!whole) return events;
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
      this.#tags.ignore();
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
/** Blanks that are waited through for what comes behind them; a model that says nothing else is known to say them without end. */
const mostBlanks = 1024;

/**
 * Tells `<think>…</think>` at the start of the content from the answer, wherever the chunks are cut. A line break after the
 * opening tag and blank lines after the closing one belong to neither.
 */
class ThinkTags {
  #place: "start" | "opened" | "inside" | "closed" | "after" = "start";
  #held = "";

  /** Where thinking comes in a field of its own, tags at the start of the content are the answer's. */
  ignore(): void {
    if (this.#place === "start") this.#place = "after";
  }

  push(text: string): ChatEvent[] {
    if (text === "") return [];
    this.#held += text;
    if (this.#place === "start") this.#readStart();
    if (this.#place === "opened") this.#readOpened();
    const thought = this.#place === "inside" ? this.#readInside() : "";
    if (this.#place === "closed") this.#readClosed();
    return [...events("reasoning", thought), ...events("text", this.#place === "after" ? this.#take() : "")];
  }

  end(): ChatEvent[] {
    // Blanks after the closing tag that no answer follows.
    if (this.#place === "closed") return [];
    return events(this.#place === "inside" ? "reasoning" : "text", this.#take());
  }

  #take(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  #readStart(): void {
    const start = this.#held.trimStart();
    if (this.#held.length - start.length > mostBlanks) this.#place = "after";
    else if (start.startsWith(opening)) {
      this.#place = "opened";
      this.#held = start.slice(opening.length);
    } else if (!opening.startsWith(start)) this.#place = "after";
  }

  #readOpened(): void {
    if (this.#held === "") return;
    this.#held = this.#held.replace(/^\n/u, "");
    this.#place = "inside";
  }

  /** What of the thinking is sure to be no part of the closing tag. */
  #readInside(): string {
    const end = this.#held.indexOf(closing);
    const safe = end < 0 ? this.#held.length - overlap(this.#held, closing) : end;
    const thought = this.#held.slice(0, safe);
    this.#held = this.#held.slice(end < 0 ? safe : end + closing.length);
    if (end >= 0) this.#place = "closed";
    return thought;
  }

  #readClosed(): void {
    const blanks = this.#held.length - this.#held.trimStart().length;
    if (blanks > mostBlanks) this.#place = "after";
    if (blanks > mostBlanks || blanks === this.#held.length) return;
    this.#held = this.#held.replace(/^\s*\n/u, "");
    this.#place = "after";
  }
}

function events(type: "reasoning" | "text", text: string): ChatEvent[] {
  return text === "" ? [] : [{ type, text }];
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
