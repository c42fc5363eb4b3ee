import type { ChatEvent, RequestReason } from "./events.ts";
import { assistantMessage } from "./message-text.ts";
import type { AssistantMessage, ImagePart, ServiceBlock, ToolCall, ToolMessage } from "./messages.ts";

/** An event as far as messages follow from it. */
export type TraceEvent =
  | Exclude<ChatEvent, { type: "request" }>
  | Pick<Extract<ChatEvent, { type: "request" }>, "type" | "why">;

/** Puts the messages of one turn together from its events: an answer, or answers with calls of tools and their results. */
export class MessageTrace {
  readonly #messages: (AssistantMessage | ToolMessage)[] = [];
  /** With its pictures and the blocks of its service in their places. */
  #text: (string | ServiceBlock | ImagePart)[];
  #thinking: string[];
  #calls: ToolCall[] = [];
  #why: RequestReason = "first";

  /** @param beginning of an answer that the turn continues; null for none */
  constructor(beginning: AssistantMessage | null) {
    const { content = [] } = beginning ?? {};
    this.#text = content.flatMap((part) => {
      if (part.type === "text") return part.text;
      return part.type === "service" || part.type === "image" ? part : [];
    });
    this.#thinking = content.flatMap((part) => (part.type === "thinking" ? part.text : []));
  }

  /** The messages so far; one without text and calls is none, whatever was thought. */
  get messages(): readonly (AssistantMessage | ToolMessage)[] {
    return [...this.#messages, ...this.#open()];
  }

  take(event: TraceEvent): void {
    if (event.type === "text") this.#text.push(event.text);
    else if (event.type === "reasoning") this.#think(event.text);
    else if (event.type === "block") this.#text.push(event.block);
    else if (event.type === "image") this.#text.push(event.image);
    else if (event.type === "rethink") this.#rethink();
    else if (event.type === "request") this.#begin(event.why);
    else if (event.type === "tool_call") this.#calls.push(event.call);
    else if (event.type === "tool_result") {
      this.#messages.push(...this.#open());
      [this.#text, this.#thinking, this.#calls] = [[], [], []];
      const { content, isError } = event.output;
      const { id: callId } = event.call;
      this.#messages.push({ role: "tool", callId, content, ...(isError && { isError }) });
    }
  }

  /** A request that asks again thinks again; what an abandoned one thought is no part of the answer. */
  #begin(why: RequestReason): void {
    // A retry is sent for what the request before it was.
    if (why !== "retry") this.#why = why;
    if (this.#text.length === 0) this.#thinking = [];
  }

  /** What is thought about how to continue a text did not lead to it. */
  #think(text: string): void {
    const continues = this.#why === "continue-prefix" || this.#why === "continue-prompt";
    if (!continues || this.#text.length === 0) this.#thinking.push(text);
  }

  #rethink(): void {
    this.#thinking.push(...this.#text.filter((piece) => typeof piece === "string"));
    this.#text = this.#text.filter((piece) => typeof piece !== "string");
  }

  #open(): AssistantMessage[] {
    const texts = this.#text.filter((piece) => typeof piece === "string");
    if (texts.length === this.#text.length) {
      const text = texts.join("");
      if (text === "" && this.#calls.length === 0) return [];
      return [assistantMessage(text, this.#thinking.join(""), this.#calls)];
    }
    const parts = joinedParts(this.#text);
    if (parts.every(({ type }) => type === "service") && this.#calls.length === 0) return [];
    const { content } = assistantMessage("", this.#thinking.join(""), this.#calls);
    const [before, behind] = [content.filter(isThought), content.filter((part) => part.type === "tool_call")];
    return [{ role: "assistant", content: [...before, ...parts, ...behind] }];
  }
}

function isThought({ type }: AssistantMessage["content"][number]): boolean {
  return type === "thinking";
}

/** Pieces of text that follow each other as one part. */
function joinedParts(
  pieces: readonly (string | ServiceBlock | ImagePart)[],
): (ServiceBlock | ImagePart | { type: "text"; text: string })[] {
  const parts: ReturnType<typeof joinedParts> = [];
  for (const piece of pieces) {
    const last = parts.at(-1);
    if (typeof piece !== "string") parts.push(piece);
    else if (last?.type === "text") last.text += piece;
    else if (piece !== "") parts.push({ type: "text", text: piece });
  }
  return parts;
}
