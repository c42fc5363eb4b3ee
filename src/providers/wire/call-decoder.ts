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
  readonly index: string | null;
  /** Whether its name was reported. */
  begun: boolean;
}

/** What one piece of a stream says of a call; empty where it says nothing. */
interface CallPiece extends Pick<OpenCall, "id" | "name" | "index"> {
  readonly text: string;
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

  /** The calls so far, in order, as a file can hold them; a call without a name is one of `?`. */
  get calls(): readonly ToolCall[] {
    return this.#calls.map(({ id, name, arguments: pieces }) => ({
      type: "tool_call",
      id: id.toWellFormed(),
      name: name === "" ? "?" : name.toWellFormed(),
      arguments: pieces.join("").toWellFormed(),
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
    const piece = pieceOf(item, of);
    const { id, name, text } = piece;
    if (id === "" && Object.keys(of).length === 0) return;
    const call = this.#callFor(piece);
    if (call === null || isRepetition(call, piece)) return;
    call.id ||= id;
    // Some services send the whole name with each piece, others its pieces.
    if (name !== call.name) call.name = (call.name + name).slice(0, maxName);
    const index = this.#calls.indexOf(call);
    if (!call.begun && (text !== "" || call.name !== "")) {
      call.begun = true;
      give({ type: "call", index, name: call.name });
    }
    if (text === "") return;
    call.arguments.push(text);
    give({ type: "arguments", index, text });
  }

  /** The call that a piece belongs to; null for one too many. */
  #callFor(piece: CallPiece): OpenCall | null {
    const open = this.#openAt(piece);
    if (open !== undefined && (isRepetition(open, piece) || !beginsAnother(open, piece))) return open;
    if (this.#calls.length >= maxCalls) return null;
    const call: OpenCall = { id: piece.id, name: "", arguments: [], index: piece.index, begun: false };
    this.#calls.push(call);
    return call;
  }

  /** The call that a piece would continue: of its index; without one of its id; with neither the last one. */
  #openAt({ index, id, name, text }: CallPiece): OpenCall | undefined {
    const last = this.#calls.at(-1);
    if (index !== null) return this.#calls.findLast((call) => call.index === index);
    if (id === "") return last;
    // Some services make a new id for each piece.
    return this.#calls.findLast((call) => call.id === id) ?? (name === "" && text !== "" ? last : undefined);
  }
}

function pieceOf({ index, id }: Record<string, unknown>, of: Record<string, unknown>): CallPiece {
  const { name } = of;
  return {
    index: typeof index === "number" || typeof index === "string" ? String(index) : null,
    id: typeof id === "string" ? id : "",
    name: typeof name === "string" ? name : "",
    text: argumentsIn(of),
  };
}

/**
 * Whether a piece begins another call in the place of the one that is open: it names a tool, and has an id of its own, or comes behind
 * arguments that are whole. Some services give all calls of an answer one index, or one id, or neither.
 */
function beginsAnother(call: OpenCall, { index, id, name, text }: CallPiece): boolean {
  if (name === "") return false;
  if (id !== "" && call.id !== "" && id !== call.id) return true;
  if (index === null && id === "" && call.name !== "" && (name !== call.name || call.arguments.length === 0))
    return true;
  return text.startsWith("{") && isWhole(call.arguments);
}

/** Whether a piece says once more what is known of its call: run twice, a tool may do something else. */
function isRepetition(call: OpenCall, { id, text }: CallPiece): boolean {
  return (
    id !== "" && id === call.id && text.startsWith("{") && isWhole(call.arguments) && text === call.arguments.join("")
  );
}

/** UTF-16 units of arguments that are looked at for being whole. */
const maxLooked = 1_000_000;

function isWhole(pieces: readonly string[]): boolean {
  if (pieces.at(-1)?.trimEnd().endsWith("}") !== true) return false;
  const text = pieces.join("");
  if (text.length > maxLooked) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function argumentsIn(of: Record<string, unknown>): string {
  const given = of["arguments"] ?? of["input"] ?? of["parameters"];
  if (typeof given === "string") return given;
  // Ollama's own form, and that of content parts, which may begin with an empty object before the pieces.
  const isNothing = given === undefined || given === null || (isRecord(given) && Object.keys(given).length === 0);
  return isNothing ? "" : JSON.stringify(given);
}
