import { answerOf, messagesOf, summaryTurn, type Turn } from "../../chat/conversation.ts";
import type { Message } from "../../chat/messages.ts";
import type { ModelPrompts } from "../../chat/prompts.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { estimateTokens } from "../../chat/usage.ts";
import { AppError } from "../../errors.ts";
import { assistantMessage, textOf, userMessage } from "../../chat/message-text.ts";

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
 * @param turns at least one
 * @throws AppError `summary_unusable` for a summary that is none; else as the request failed
 */
export async function summarise(turns: readonly Turn[], request: SummaryRequest): Promise<string> {
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
  async whole(turns: readonly Turn[]): Promise<string> {
    const { window, tokens, system } = this.#request;
    if (window !== null && tokens > window * (1 - (1 - fill) / 4)) return await this.#pieces(turns);
    const lead: Message[] = system ? [{ role: "system", content: system }] : [];
    return await this.#oneOrPieces(turns, lead);
  }

  async #oneOrPieces(turns: readonly Turn[], lead: readonly Message[]): Promise<string> {
    try {
      return await this.#ask([...lead, ...turns.flatMap(messagesOf), userMessage(this.#request.prompts.summarise)]);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "context_too_long") throw error;
      const { limit } = (error as AppError<"context_too_long">).details;
      const half = Math.floor(Math.min(this.#room, sizeOf(turns)) / 2);
      this.#room = limit === null ? half : Math.min(half, Math.floor(limit * fill));
      if (this.#room < smallestPiece) throw error;
      return await this.#pieces(turns);
    }
  }

  async #pieces(turns: readonly Turn[]): Promise<string> {
    const { summaries: heading } = this.#request.prompts;
    const parts: string[] = [];
    for (let done = 0; done < turns.length;) {
      const piece = this.#next(turns, done);
      done += piece.length;
      parts.push(await this.#oneOrPieces(piece, []));
    }
    const [first = ""] = parts;
    if (parts.length === 1) return first;
    const together = [heading, ...parts].join("\n\n");
    if (estimateTokens(together) + messageCost <= this.#room) {
      return await this.#ask([userMessage(`${together}\n\n${this.#request.prompts.summarise}`)]);
    }
    const again = parts.map((part) => summaryTurn(heading, part, []));
    // Summaries that are as long as what they stand for would be summarised without end.
    if (sizeOf(again) > sizeOf(turns) * 0.8) {
      throw new AppError("summary_unusable", { provider: this.#request.provider, why: "longer" });
    }
    return await this.#pieces(again);
  }

  /**
   * As many turns as fit, one at least; as text alone, because pictures may be too large for any piece.
   *
   * @param from index of the first of them
   */
  #next(turns: readonly Turn[], from: number): Turn[] {
    const piece: Turn[] = [];
    let size = 0;
    for (let index = from; index < turns.length; index++) {
      const turn = turns[index]!;
      const [question, answer] = [textOf(turn.question.content), answerOf(turn)];
      const plain = plainTurn(turn, question, answer);
      const next = piece.length === 0 ? this.#fitted(plain, question, answer) : plain;
      size += sizeOf([next]);
      if (piece.length > 0 && size > this.#room) break;
      piece.push(next);
    }
    return piece;
  }

  /** The turn; where it alone is too long, with the longer of its texts cut in the middle, or both. */
  #fitted(turn: Turn, ...texts: [question: string, answer: string]): Turn {
    let excess = sizeOf([turn]) - this.#room;
    for (const index of texts[1].length > texts[0].length ? [1, 0] : [0, 1]) {
      if (excess <= 0) break;
      const text = texts[index]!;
      const size = estimateTokens(text);
      texts[index] = this.#withoutMiddle(text, Math.max(size - excess, Math.floor(this.#room / 4)) / size);
      excess -= size - estimateTokens(texts[index]);
    }
    return plainTurn(turn, ...texts);
  }

  #withoutMiddle(text: string, share: number): string {
    const kept = Math.floor((text.length * share) / 2);
    const [start, end] = [whole(text.slice(0, kept)), whole(text.slice(text.length - kept))];
    const characters = text.length - start.length - end.length;
    return characters <= 0 ? text : `${start}\n${this.#request.prompts.leftOut({ characters })}\n${end}`;
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

function plainTurn({ ids }: Turn, question: string, answer: string): Turn {
  return { question: userMessage(question), answers: [assistantMessage(answer)], ids };
}

function sizeOf(turns: readonly Turn[]): number {
  const messages = turns.flatMap(messagesOf);
  return messages.reduce((sum, { content }) => sum + estimateTokens(textOf(content)) + messageCost, 0);
}

/** Without half of a character at either end. */
function whole(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/gu, "");
}
