import type { ItemResult } from "../../batch/result.ts";
import type { ChatEvent } from "../../chat/events.ts";
import type { ToolCall } from "../../chat/messages.ts";
import type { ModelRef } from "../../chat/model.ts";
import { runTurn, type TurnResult } from "../../chat/turn.ts";
import { AppError } from "../../errors.ts";
import type { ProviderBatch } from "../../providers/batches/provider-batch.ts";
import { isUnanswered, resultEvents } from "../../providers/batches/result-events.ts";
import type { BatchRules } from "../../providers/batches/rules.ts";
import type { Connection } from "../../providers/connection.ts";
import { chargeOf, discounted } from "../../usage/cost.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import { checkedBy, misfitSentences } from "../ask/schema-correction.ts";
import type { StructuredForm } from "../ask/structured-form.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { isFree, modelPrice } from "../usage/model-price.ts";
import { failureOf, type FinishedItem, resultOf } from "./item-result.ts";

export interface ResultReading {
  readonly engine: Pick<Engine, "file" | "settings">;
  readonly console: Pick<Console, "words">;
  readonly connection: Connection;
  readonly rules: BatchRules;
  /** The form that answers are to have; null for free text. */
  readonly form: StructuredForm | null;
}

/** A line of a service's results. */
export interface ResultSource {
  readonly index: number;
  readonly id: string;
  /** What the item is called at the service. */
  readonly customId: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** The id of the model that the service knows. */
  readonly model: string;
  readonly batch: Pick<ProviderBatch, "id" | "createdAt">;
}

/** What a line of results is here: the item's result, and its row in the ledger. */
export interface JoinedResult {
  readonly result: ItemResult;
  /** Null where nothing is billed. */
  readonly row: LedgerRow | null;
}

const never = new AbortController().signal;

/**
 * Reads a line of a service's results as the answer to one question, at the price of batches.
 *
 * @returns null where the batch ended before the item's turn
 */
export async function readResult(reading: ResultReading, source: ResultSource): Promise<JoinedResult | null> {
  const { connection } = reading;
  const { index, id, json, model, batch } = source;
  if (isUnanswered(json)) return null;
  const to = { provider: connection.name, model };
  const sentAt = batch.createdAt ?? new Date();
  const events = resultEvents(json, connection, to, sentAt);
  async function* replay() {
    yield* events;
  }
  const request = { model, messages: [], sampling: {}, thinking: null, stream: false };
  const heard = new HeardAnswer();
  const turn = await runTurn(replay, request, [heard.onEvent], never, to);
  const row = rowOf(reading, source, to, sentAt, turn);
  const facts = { item: { index, id }, to, startedAt: sentAt.getTime(), cost: row?.cost ?? null };
  return { result: joined(reading, facts, turn, heard), row };
}

/** What of the events of a turn its result does not have. */
export class HeardAnswer {
  traceId: string | null = null;
  calls: readonly ToolCall[] = [];

  readonly onEvent = (event: ChatEvent): void => {
    if (event.type === "start") this.traceId = event.traceId;
    else if (event.type === "finish") this.calls = event.calls ?? [];
  };
}

/** An item's result from the one turn that answered it; nobody corrects an answer that does not fit its schema. */
export function joined(
  { console, form }: Pick<ResultReading, "console" | "form">,
  facts: Pick<FinishedItem, "item" | "to" | "startedAt" | "cost">,
  turn: TurnResult,
  { traceId, calls }: HeardAnswer,
): ItemResult {
  const checked = form === null ? null : checkedBy(form, turn, turn.text);
  const misfits = form === null || checked === null ? [] : misfitSentences(form, checked.misfits);
  const data = checked === null || misfits.length > 0 ? null : JSON.stringify(checked.data);
  const error = failureOf(turn, { calls, refused: new Set() }, misfits);
  return resultOf({ ...facts, turns: [turn], data, error, calls, traceId }, console.words.errors);
}

/** Null for a request that the service refused, and for one that nobody bills. */
function rowOf(
  { engine, rules }: ResultReading,
  { customId, batch }: ResultSource,
  to: ModelRef,
  sentAt: Date,
  { usage, requests }: TurnResult,
): LedgerRow | null {
  if (isFree(to.provider) || (usage === null && requests.every(({ producedOutput }) => !producedOutput))) return null;
  const { file, settings } = engine;
  const price = modelPrice(engine, to);
  const part = price === null ? null : discounted(price, rules.priceFactor);
  const { cost } = chargeOf(usage, part, settings.currency, sentAt, file.holidays ?? []);
  // The same line is never booked twice, from whichever run it is read.
  const id = `${batch.id}.${customId}`;
  return { id, sentAt, to, purpose: "batch", usage, cost, atMost: null, conversation: null, turn: null };
}

/** An item that is larger than any file of a service may be. */
export function tooLargeResult(reading: ResultReading, item: FailedItem): ItemResult {
  const limit = `${Math.floor(reading.rules.maxBytes / 1e6)} MB`;
  return failedResult(reading, item, new AppError("input_unreadable", { path: item.id, reason: "too_large", limit }));
}

type FailedItem = Pick<ResultSource, "index" | "id" | "model">;

/** An item that nobody was billed for. */
export function failedResult(
  { console, connection }: Pick<ResultReading, "console" | "connection">,
  { index, id, model }: FailedItem,
  error: AppError,
): ItemResult {
  const nothing = { turns: [], data: null, cost: null, calls: [], traceId: null };
  const to = { provider: connection.name, model };
  return resultOf({ item: { index, id }, to, startedAt: Date.now(), error, ...nothing }, console.words.errors);
}
