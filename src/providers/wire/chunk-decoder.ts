import type { ChatEvent } from "../../chat/events.ts";
import type { Usage } from "../../chat/model.ts";
import { CallDecoder } from "./call-decoder.ts";
import { contentParts, pictureUrls, thoughtOf } from "./content-parts.ts";
import { isRecord } from "./json.ts";
import type { ServiceBlocks } from "./service-blocks.ts";
import { type FinishWord, finishWord } from "./stream-end.ts";
import { ThinkTags } from "./think-tags.ts";

export type DeltaEvent = Extract<
  ChatEvent,
  { type: "reasoning" | "text" | "rethink" | "title" | "usage" | "call" | "arguments" | "block" | "web" | "image" }
>;

/** UTF-16 units of a title that are looked at. */
const longestTitle = 1000;

/**
 * Chunks of a stream, or a whole completion, made into events. Thinking comes in fields of its own (`reasoning_content`,
 * `reasoning`, `thinking`, `reasoning_details`), as parts of the content, or between tags; see `ThinkTags`. `choices` may be
 * missing or empty, `content` null, a text or a list of parts, usage on the last chunk or, cumulative, on every one. Of several
 * choices the one that came first counts.
 */
export class ChunkDecoder {
  /** True once there was thinking, text or a call. */
  started = false;
  /** Of the last chunk read: whether it had anything, usage excepted; and what it said of the end. */
  grew = false;
  finish: FinishWord | null = null;
  /** Whether the last chunk was usage alone. */
  counted = false;
  /** The tools that the model calls. */
  readonly calls = new CallDecoder();
  #choice: string | undefined = undefined;
  #usage = "";
  #refusal = false;
  #content = false;
  /** Addresses and data of the answer's pictures: some services give one once more at the end. */
  readonly #pictures = new Set<string>();
  readonly #reasoning = new WholeCharacters();
  readonly #text = new WholeCharacters();
  readonly #tags = new ThinkTags();
  readonly #blocks: ServiceBlocks | null;

  /** @param blocks keeps what only the service understands; null: that is passed over */
  constructor(blocks: ServiceBlocks | null = null) {
    this.#blocks = blocks;
  }

  /** Whether anything but thinking came. */
  get answered(): boolean {
    return this.#content || this.#refusal || !this.calls.isEmpty;
  }

  /** Whether all text came in the field for refusals. */
  get refused(): boolean {
    return this.#refusal && !this.#content;
  }

  /** Takes all content for text: tags of thinking have no meaning in it. */
  ignoreTags(): void {
    this.#tags.ignore();
  }

  /**
   * @param chunk parsed JSON of any shape
   * @returns the events in it, in order, `finish` excepted: usage may still follow
   */
  read(chunk: unknown): DeltaEvent[] {
    this.grew = false;
    this.finish = null;
    this.counted = false;
    if (!isRecord(chunk)) return [];
    const events: DeltaEvent[] = [];
    const choice = this.#choiceOf(chunk["choices"]);
    if (choice !== null) {
      const { delta, message } = choice;
      // Some services send the whole message beside an empty last delta.
      const part = isRecord(delta) && (this.started || message === undefined || !isEmpty(delta)) ? delta : message;
      if (isRecord(part)) this.#readPart(part, events);
      else if (typeof choice["text"] === "string") this.#readContent(choice["text"], events);
      this.finish = finishOf(choice) ?? (isRecord(part) ? finishOf(part) : null);
    }
    this.finish ??= finishOf(chunk);
    const usage = readUsage(chunk["usage"]) ?? (choice === null ? null : readUsage(choice["usage"]));
    this.#blocks?.readUsage(chunk["usage"]);
    this.counted = usage !== null && choice === null;
    if (usage !== null && JSON.stringify(usage) !== this.#usage) {
      this.#usage = JSON.stringify(usage);
      events.push({ type: "usage", usage });
    }
    if (this.grew) this.started = true;
    return events;
  }

  /**
   * What was held back, at the end of the stream.
   *
   * @param whole false for an answer that broke off: half a character is then no part of it, and nobody could continue it
   */
  end(whole: boolean): DeltaEvent[] {
    return [...this.#textEnd(whole), ...this.#blockEvents()];
  }

  #blockEvents(): DeltaEvent[] {
    const web = this.#blocks?.web ?? null;
    const blocks = this.#blocks?.blocks() ?? [];
    return [
      ...blocks.map((block): DeltaEvent => ({ type: "block", block })),
      ...(web === null ? [] : [{ type: "web", ...web } as const]),
    ];
  }

  #textEnd(whole: boolean): DeltaEvent[] {
    if (!whole) return this.#tags.end();
    const events: DeltaEvent[] = this.#tags.push(this.#text.end());
    events.push(...this.#tags.end());
    const thought = this.#reasoning.end();
    return thought === "" ? events : [{ type: "reasoning", text: thought }, ...events];
  }

  /** The choice that this answer is; null where the chunk has none of it. */
  #choiceOf(choices: unknown): Record<string, unknown> | null {
    if (!Array.isArray(choices)) return null;
    for (const choice of choices as unknown[]) {
      if (!isRecord(choice)) continue;
      const given = choice["index"];
      const isNamed = typeof given === "string" || typeof given === "number";
      const index = isNamed ? String(given) : this.#choice;
      this.#choice ??= index;
      if (index === this.#choice) return choice;
    }
    return null;
  }

  #readPart(part: Record<string, unknown>, events: DeltaEvent[]): void {
    const thought = thoughtOf(part);
    if (thought !== "") {
      this.#tags.ignore();
      this.#think(thought, events);
    }
    const { content, refusal } = part;
    if (typeof content === "string") this.#readContent(content, events);
    else if (typeof content === "object" && content !== null) this.#readParts(content, events);
    if (typeof part["images"] === "object") for (const url of pictureUrls(part["images"])) this.#show(url, events);
    if (typeof refusal === "string" && refusal !== "") this.#refuse(refusal, events);
    const { title } = part;
    if (typeof title === "string" && title.trim() !== "")
      events.push({ type: "title", title: title.slice(0, longestTitle) });
    const own = this.#blocks === null ? part["tool_calls"] : this.#blocks.readFields(part);
    const calls = own ?? part["function_call"];
    if (calls !== undefined && calls !== null) this.#readCalls(calls, events);
  }

  #think(thought: string, events: DeltaEvent[]): void {
    this.grew = true;
    const text = this.#reasoning.push(thought);
    if (text !== "") events.push({ type: "reasoning", text });
  }

  #readContent(content: string, events: DeltaEvent[]): void {
    if (content === "") return;
    this.grew = true;
    this.#content = true;
    events.push(...this.#tags.push(this.#text.push(content)));
  }

  #show(url: string, events: DeltaEvent[]): void {
    if (this.#pictures.size === this.#pictures.add(url).size) return;
    this.grew = true;
    this.#content = true;
    events.push({ type: "image", image: { type: "image", name: "", url } });
  }

  #refuse(refusal: string, events: DeltaEvent[]): void {
    this.grew = true;
    this.#refusal = true;
    events.push(...this.#tags.push(this.#text.push(refusal)));
  }

  #readParts(content: object, events: DeltaEvent[]): void {
    if (this.#blocks === null) return this.#readUnderstood(content, events);
    for (const item of Array.isArray(content) ? (content as unknown[]) : [content]) {
      const block = this.#blocks.blockIn(item);
      if (block === null || block.text !== "") this.#readUnderstood(item, events);
      if (block === null) continue;
      this.grew = true;
      events.push({ type: "block", block });
    }
  }

  #readUnderstood(content: unknown, events: DeltaEvent[]): void {
    for (const part of contentParts(content)) {
      if (part.type === "thinking") {
        this.#tags.ignore();
        this.#think(part.text, events);
      } else if (part.type === "refusal") this.#refuse(part.text, events);
      else if (part.type === "call") this.#readCalls(part.call, events);
      else if (part.type === "picture") this.#show(part.url, events);
      else this.#readContent(part.text, events);
    }
  }

  #readCalls(calls: unknown, events: DeltaEvent[]): void {
    this.calls.read(calls, (event) => events.push(event));
    this.grew ||= !this.calls.isEmpty;
  }
}

function isEmpty(record: Record<string, unknown>): boolean {
  for (const _ in record) return false;
  return true;
}

/** The finish reason, wherever services put it; one beside it that may be a stop string counts only where it is a known word. */
function finishOf(fields: Record<string, unknown>): FinishWord | null {
  const own = fields["finish_reason"] ?? fields["finishReason"] ?? fields["done_reason"];
  if (own !== undefined) return finishWord(own);
  const { finish_details: details, stop_reason: beside } = fields;
  if (isRecord(details)) return finishWord(details["type"]);
  const word = finishWord(beside);
  return word?.kind === "ended" ? word : null;
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
    return this.#held;
  }
}

/** Tokens: more than any service can have counted for one answer. */
const maxTokenCount = 1e9;

/**
 * The service's count; DeepSeek reports the prefix cache at the top level, OpenAI and others in the details.
 *
 * @returns null where there is none, or one that makes no sense: negative, broken or beyond all measure, or more tokens from the
 *   cache than there are, a total below its parts
 */
export function readUsage(value: unknown): Usage | null {
  if (!isRecord(value)) return null;
  let makesSense = true;
  const number = (from: unknown, key: string): number | undefined => {
    const count = isRecord(from) ? from[key] : undefined;
    if (typeof count !== "number") return undefined;
    makesSense &&= Number.isInteger(count) && count >= 0 && count <= maxTokenCount;
    return count;
  };
  const promptTokens = number(value, "prompt_tokens");
  const completionTokens = number(value, "completion_tokens");
  if (promptTokens === undefined && completionTokens === undefined) return null;
  const usage = {
    promptTokens: promptTokens ?? 0,
    cachedTokens:
      number(value, "prompt_cache_hit_tokens") ?? number(value["prompt_tokens_details"], "cached_tokens") ?? 0,
    completionTokens: completionTokens ?? 0,
    reasoningTokens: number(value["completion_tokens_details"], "reasoning_tokens") ?? 0,
    totalTokens: number(value, "total_tokens") ?? (promptTokens ?? 0) + (completionTokens ?? 0),
  };
  makesSense &&= usage.cachedTokens <= usage.promptTokens;
  return makesSense && usage.totalTokens >= Math.max(usage.promptTokens, usage.completionTokens) ? usage : null;
}
