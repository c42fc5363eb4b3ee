import type { Message } from "../../chat/model.ts";
import type { ModelPrompts } from "../../chat/prompts.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { estimateTokens } from "../../chat/usage.ts";
import { AppError } from "../../errors.ts";

/** Share of a window that a request may fill by an estimate, which is rough, with room for the summary. */
const fill = 0.5;
/** Tokens of a piece that is not made smaller still: whatever is refused then is not refused for its length. */
const smallestPiece = 200;
/** Tokens that a summary may have whatever it stands for: of a conversation of a few words none is shorter. */
const shortSummary = 50;
/** Tokens that a message takes beside its text. */
const messageCost = 8;

export interface SummaryRequest {
  /** Puts a request of the program's own; it never throws for what a service does. */
  readonly ask: (messages: readonly Message[]) => Promise<TurnResult>;
  /** Tokens that the model reads; null when unknown. */
  readonly window: number | null;
  /** Tokens of the conversation, with its system prompt. */
  readonly tokens: number;
  readonly system: string | null;
  readonly provider: string;
  readonly prompts: ModelPrompts;
}

/**
 * Has a model summarise turns. What does not fit the model's window is summarised in pieces, and the summaries in one; a message
 * that alone is too long is cut in its middle.
 *
 * @param turns questions and answers by turns; at least one of each
 * @throws AppError `summary_unusable` for a summary that is none; else as the request failed
 */
export async function summarise(turns: readonly Message[], request: SummaryRequest): Promise<string> {
  const summary = await new Summariser(request).whole(turns);
  if (estimateTokens(summary) > Math.max(sizeOf(turns), shortSummary)) {
    throw new AppError("summary_unusable", { provider: request.provider, why: "longer" });
  }
  return summary;
}

class Summariser {
  readonly #request: SummaryRequest;
  /** Tokens that a piece may have; smaller once a service refused one for its length. */
  #room: number;

  constructor(request: SummaryRequest) {
    this.#request = request;
    this.#room = request.window === null ? Number.POSITIVE_INFINITY : Math.floor(request.window * fill);
  }

  /** In one request where that may fit: it begins as the conversation's own do, so that services have it in their cache. */
  async whole(turns: readonly Message[]): Promise<string> {
    const { window, tokens, system } = this.#request;
    if (window !== null && tokens > window * (1 - (1 - fill) / 4)) return await this.#pieces(turns);
    const lead: Message[] = system ? [{ role: "system", content: system }] : [];
    return await this.#oneOrPieces(turns, lead);
  }

  async #oneOrPieces(turns: readonly Message[], lead: readonly Message[]): Promise<string> {
    try {
      return await this.#ask([...lead, ...turns, this.#instruction()]);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "context_too_long") throw error;
      const { limit } = (error as AppError<"context_too_long">).details;
      const half = Math.floor(Math.min(this.#room, sizeOf(turns)) / 2);
      this.#room = limit === null ? half : Math.min(half, Math.floor(limit * fill));
      if (this.#room < smallestPiece) throw error;
      return await this.#pieces(turns);
    }
  }

  async #pieces(turns: readonly Message[]): Promise<string> {
    const { summaries: heading } = this.#request.prompts;
    const parts: string[] = [];
    for (let rest = turns; rest.length > 0;) {
      const piece = this.#next(rest);
      rest = rest.slice(piece.length);
      parts.push(await this.#oneOrPieces(piece, []));
    }
    const [first = ""] = parts;
    if (parts.length === 1) return first;
    const together: Message = { role: "user", content: [heading, ...parts].join("\n\n") };
    if (sizeOf([together]) <= this.#room) return await this.#ask([{ ...together, content: this.#asked(together) }]);
    const again = parts.flatMap((part): Message[] => [
      { role: "user", content: heading },
      { role: "assistant", content: part },
    ]);
    // Summaries that are as long as what they stand for would be summarised without end.
    if (sizeOf(again) > sizeOf(turns) * 0.8) {
      throw new AppError("summary_unusable", { provider: this.#request.provider, why: "longer" });
    }
    return await this.#pieces(again);
  }

  #asked({ content }: Message): string {
    return `${content}\n\n${this.#request.prompts.summarise}`;
  }

  /** As many turns from the front as fit, one at least; without pictures, which may be too large for any piece. */
  #next(turns: readonly Message[]): Message[] {
    const piece: Message[] = [];
    for (let index = 0; index < turns.length; index += 2) {
      const turn = turns.slice(index, index + 2).map(({ role, content }): Message => ({ role, content }));
      if (index === 0) piece.push(...this.#fitted(turn));
      else if (sizeOf([...piece, ...turn]) > this.#room) break;
      else piece.push(...turn);
    }
    return piece;
  }

  #fitted(turn: readonly Message[]): Message[] {
    let excess = sizeOf(turn) - this.#room;
    if (excess <= 0) return [...turn];
    const longestFirst = turn.toSorted((one, other) => other.content.length - one.content.length);
    const cut = new Map<Message, string>();
    for (const message of longestFirst) {
      if (excess <= 0) break;
      const size = estimateTokens(message.content);
      const kept = Math.max(size - excess, Math.floor(this.#room / 4));
      const text = this.#withoutMiddle(message.content, kept / size);
      excess -= size - estimateTokens(text);
      cut.set(message, text);
    }
    return turn.map((message) => ({ ...message, content: cut.get(message) ?? message.content }));
  }

  #withoutMiddle(text: string, share: number): string {
    const kept = Math.floor((text.length * share) / 2);
    const [start, end] = [whole(text.slice(0, kept)), whole(text.slice(text.length - kept))];
    const characters = text.length - start.length - end.length;
    return characters <= 0 ? text : `${start}\n${this.#request.prompts.leftOut({ characters })}\n${end}`;
  }

  #instruction(): Message {
    return { role: "user", content: this.#request.prompts.summarise };
  }

  /** @throws AppError as the request failed; `summary_unusable` for an answer that is no whole summary */
  async #ask(messages: readonly Message[]): Promise<string> {
    const { error, finishReason, text } = await this.#request.ask(messages);
    if (error !== null && error.code !== "empty_answer") throw error;
    const why = text.trim() === "" ? "empty" : (unusable.get(finishReason ?? "") ?? null);
    if (why !== null) throw new AppError("summary_unusable", { provider: this.#request.provider, why });
    return text;
  }
}

/** Finish reasons of an answer that is not whole. */
const unusable = new Map([
  ["length", "cut"],
  ["content_filter", "filtered"],
  ["tool_calls", "empty"],
] as const) as ReadonlyMap<string, "cut" | "filtered" | "empty">;

function sizeOf(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(content) + messageCost, 0);
}

/** Without half of a character at either end. */
function whole(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/gu, "");
}
