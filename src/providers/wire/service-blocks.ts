import type { ServiceBlock } from "../../chat/messages.ts";
import type { WebUse } from "../../chat/events.ts";
import { contentParts } from "./content-parts.ts";
import { isRecord } from "./json.ts";
import { searchesIn, webUseOf } from "./web-tools.ts";

/** Fields of a message that are read elsewhere. */
const known: ReadonlySet<string> = new Set([
  ..."role content images refusal title prefix name audio function_call".split(" "),
  ..."reasoning_content reasoning thinking reasoning_details".split(" "),
]);
/** Fields of a piece of text that say nothing beside it. */
const plainText: ReadonlySet<string> = new Set(["type", "text", "index"]);
/** Fields that come in pieces in a stream. */
const piecewise: ReadonlySet<string> = new Set(["arguments", "input", "partial_json"]);

/**
 * Keeps what an answer has beside text, thinking and calls of functions, where the service may use tools of its own: as it came, so
 * that it can go back unchanged.
 */
export class ServiceBlocks {
  readonly #provider: string;
  /** Fields of the message, put together from the pieces of a stream. */
  readonly #fields = new Map<string, unknown>();
  /** Parts of the content. */
  readonly #parts: unknown[] = [];
  /** By which the service tells its own calls apart. */
  readonly #calls = new Set<unknown>();
  #counted: number | null = null;

  constructor(provider: string) {
    this.#provider = provider;
  }

  /**
   * Keeps the fields of a delta, or of a message, that nobody else reads.
   *
   * @returns the calls of functions among `tool_calls`; undefined where it has none
   */
  readFields(part: Record<string, unknown>): unknown {
    for (const [field, value] of Object.entries(part)) {
      if (field === "tool_calls" || known.has(field) || isNothing(value)) continue;
      this.#fields.set(field, merged(this.#fields.get(field), value));
    }
    const calls = part["tool_calls"];
    if (!Array.isArray(calls)) return calls ?? undefined;
    const own = (calls as unknown[]).filter((call) => this.#isOwn(call));
    if (own.length > 0) this.#fields.set("tool_calls", merged(this.#fields.get("tool_calls"), own));
    const others = (calls as unknown[]).filter((call) => !own.includes(call));
    return others.length > 0 ? others : undefined;
  }

  /** A part of the content that only the service understands, or that has more than its text; null for any other. */
  blockIn(part: unknown): ServiceBlock | null {
    if (!isRecord(part)) return null;
    const understood = isOwnTool(part) ? [] : contentParts(part);
    const text = understood.map((each) => (each.type === "text" ? each.text : "")).join("");
    const isText = understood.length > 0 && understood.every(({ type }) => type === "text");
    const isMore = isText && Object.entries(part).some(([name, value]) => !plainText.has(name) && !isNothing(value));
    if (understood.length > 0 && !isMore) return null;
    if (understood.length === 0 && part["type"] === undefined) return null;
    this.#parts.push(part);
    return this.#block("content", part, text);
  }

  readUsage(usage: unknown): void {
    this.#counted = searchesIn(usage) ?? this.#counted;
  }

  /** The fields of the message, once it has ended. */
  blocks(): ServiceBlock[] {
    return [...this.#fields].map(([field, value]) => this.#block(field, value));
  }

  /** What they say of the web; null where no search is among them. */
  get web(): WebUse | null {
    return webUseOf([...this.#parts, ...this.#fields.values()], this.#counted);
  }

  #isOwn(call: unknown): boolean {
    if (!isRecord(call)) return false;
    const { index, id } = call;
    const isOwn = isOwnTool(call) || [index, id].some((each) => each !== undefined && this.#calls.has(each));
    if (isOwn) for (const each of [index, id]) if (each !== undefined) this.#calls.add(each);
    return isOwn;
  }

  #block(field: string, value: unknown, text = ""): ServiceBlock {
    return { type: "service", provider: this.#provider, field, value, text };
  }
}

/** A tool that the service runs itself, or what it returned. */
function isOwnTool(part: Record<string, unknown>): boolean {
  const type = typeof part["type"] === "string" ? part["type"] : "";
  const of = isRecord(part["function"]) ? part["function"] : part;
  const name = typeof of["name"] === "string" ? of["name"] : "";
  return /^(?:server_|deepseek_)|^web_(?:search|fetch)/u.test(type) || name.startsWith("deepseek_");
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** A field with one more piece of a stream: lists grow, and items of the same `index` are one; of anything else the last counts. */
function merged(before: unknown, piece: unknown): unknown {
  if (!Array.isArray(piece)) return isRecord(before) && isRecord(piece) ? { ...before, ...piece } : piece;
  const list = Array.isArray(before) ? [...(before as unknown[])] : [];
  for (const item of piece as unknown[]) {
    const index = isRecord(item) ? item["index"] : undefined;
    const at = index === undefined ? -1 : list.findIndex((each) => isRecord(each) && each["index"] === index);
    if (at < 0) list.push(item);
    else list[at] = grown(list[at] as Record<string, unknown>, item as Record<string, unknown>);
  }
  return list;
}

function grown(before: Record<string, unknown>, piece: Record<string, unknown>): Record<string, unknown> {
  const whole = { ...before };
  for (const [name, value] of Object.entries(piece)) {
    const old = whole[name];
    if (isRecord(old) && isRecord(value)) whole[name] = grown(old, value);
    else if (typeof old === "string" && typeof value === "string" && piecewise.has(name)) whole[name] = old + value;
    else if (!isNothing(value)) whole[name] = value;
  }
  return whole;
}
