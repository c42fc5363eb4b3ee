import type { ChatEvent } from "../../chat/events.ts";
import type { Model } from "../../chat/layers.ts";
import type { UserMessage } from "../../chat/messages.ts";
import { textOf } from "../../chat/message-text.ts";
import type { ChatRequest, ModelRef } from "../../chat/model.ts";
import { runTurn, type TurnResult } from "../../chat/turn.ts";
import type { AppError } from "../../errors.ts";
import type { Words } from "../../words/types.ts";
import { endingOf, type Recording } from "./recorder.ts";
import type { Bill, Spending } from "./cost-meter.ts";

export interface Answer extends TurnResult, Bill {
  /** Why it was not saved, where it was to be; null when it was. */
  readonly unsaved: AppError | null;
}

export type OnEvent = (event: ChatEvent) => void;

/** One request and how the transcript shows it. */
export interface ExchangeRun {
  readonly model: Model;
  readonly request: ChatRequest;
  readonly record: Recording;
  readonly question: UserMessage;
  /** Id of the exchange whose answer it continues; null for a question. */
  readonly continues: string | null;
  /** Whom the request goes to first. */
  readonly asked: ModelRef;
  /** The system prompt in force. */
  readonly system: string | null;
}

/**
 * Puts one request, told to the transcript before whoever watches, and adds up what it took. What is begun in the transcript
 * ends, whatever is thrown between.
 */
export async function runExchange(
  words: Pick<Words, "answer" | "errors">,
  spending: Spending,
  { model, request, record, question, continues, asked, system }: ExchangeRun,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<Answer> {
  await record.ready(signal);
  using exchange = record.begin({
    ...asked,
    at: new Date(),
    question: textOf(question.content),
    system,
    sampling: request.sampling,
    thinking: request.thinking,
    continues,
    images: question.content.filter((part) => part.type === "image"),
  });
  const result = await runTurn(model, request, [record.onEvent, onEvent], signal, asked);
  const bill = spending.add(result);
  exchange.end(endingOf(result, bill.cost, words));
  return { ...result, ...bill, unsaved: record.failure };
}
