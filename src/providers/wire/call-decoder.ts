import type { ToolCall } from "../../chat/messages.ts";
import { isRecord } from "./json.ts";

/** What a chunk tells of a call: its beginning, or a piece of its arguments. */
export type CallEvent =
  | { readonly type: "call"; readonly index: number; readonly name: string }
  | { readonly type: "arguments"; readonly index: number; readonly text: string };

interface OpenCall {
  id: string;
  name: string;
  readonly arguments: string[];
  /** What the service tells it apart by; null where it does not. */
  readonly index: unknown;
  /** Whether its name was reported. */
  begun: boolean;
}

/** Calls of one answer that are kept; DeepSeek takes 128 tools. */
const maxCalls = 128;
/** Characters of a name that are kept. */
const maxName = 128;

/**
 * Puts calls of tools together from the pieces of a stream, whatever of `index`, `id` and `name` a service sends with which piece:
 * OpenAI's `tool_calls`, the older `function_call`, and content parts with `input`. Arguments come as text, or whole as an object.
 */
export class CallDecoder {
  readonly #calls: OpenCall[] = [];

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  /** The calls so far, in order; a call without a name is one of `?`. */
  get calls(): readonly ToolCall[] {
    return this.#calls.map(({ id, name, arguments: pieces }) => ({
      type: "tool_call",
      id,
      name: name === "" ? "?" : name,
      arguments: pieces.join(""),
    }));
  }

  /**
   * @param items what `tool_calls`, `function_call` or a content part holds
   * @param give called with each event
   */
  read(items: unknown, give: (event: CallEvent) => void): void {
    for (const item of Array.isArray(items) ? (items as unknown[]) : [items]) {
      if (isRecord(item)) this.#readOne(item, give);
    }
  }

  #readOne(item: Record<string, unknown>, give: (event: CallEvent) => void): void {
    const of = isRecord(item["function"]) ? item["function"] : item;
    const id = typeof item["id"] === "string" ? item["id"] : "";
    const name = typeof of["name"] === "string" ? of["name"] : "";
    const call = this.#callFor(item["index"], id, name);
    if (call === null) return;
    call.id ||= id;
    // Some services send the whole name with each piece, others its pieces.
    if (name !== call.name) call.name = (call.name + name).slice(0, maxName);
    const index = this.#calls.indexOf(call);
    const text = argumentsIn(of);
    if (!call.begun && (text !== "" || call.name !== "")) {
      call.begun = true;
      give({ type: "call", index, name: call.name });
    }
    if (text === "") return;
    call.arguments.push(text);
    give({ type: "arguments", index, text });
  }

  /** The call that a piece belongs to; null for one too many. Only the first piece of a call has its id, with most services. */
  #callFor(index: unknown, id: string, name: string): OpenCall | null {
    const last = this.#calls.at(-1);
    const known =
      this.#calls.findLast((call) => id !== "" && call.id === id) ??
      (index === undefined
        ? this.#continues(last, id, name)
        : this.#calls.findLast((call) => call.index === index && (id === "" || call.id === "")));
    if (known !== undefined) return known;
    if (this.#calls.length >= maxCalls) return null;
    const call: OpenCall = { id, name: "", arguments: [], index: index ?? null, begun: false };
    this.#calls.push(call);
    return call;
  }

  /** Whether a piece without index and known id goes on with the last call: one that has neither, or repeats nothing but its name. */
  #continues(last: OpenCall | undefined, id: string, name: string): OpenCall | undefined {
    return id === "" && (name === "" || last?.name === "") ? last : undefined;
  }
}

function argumentsIn(of: Record<string, unknown>): string {
  const given = of["arguments"] ?? of["input"] ?? of["parameters"];
  if (typeof given === "string") return given;
  // Ollama's own form, and that of content parts, which may begin with an empty object before the pieces.
  return isRecord(given) && Object.keys(given).length > 0 ? JSON.stringify(given) : "";
}
