import type { OnBatchEvent } from "../../batch/events.ts";
import type { BatchItem } from "../../batch/item.ts";
import type { AnswerItem, ItemResult } from "../../batch/result.ts";
import type { ChatEvent } from "../../chat/events.ts";
import type { Model } from "../../chat/layers.ts";
import { userMessage } from "../../chat/message-text.ts";
import type { ToolCall } from "../../chat/messages.ts";
import type { ChatRequest, ModelRef } from "../../chat/model.ts";
import type { Toolbox } from "../../chat/tools.ts";
import { asAppError } from "../../errors.ts";
import { runTurn, type TurnListener, type TurnResult } from "../../chat/turn.ts";
import { sumCosts } from "../../usage/cost.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import { newId } from "../../transcripts/store/names.ts";
import { checkedBy, correctionOf, misfitSentences } from "../ask/schema-correction.ts";
import type { StructuredForm } from "../ask/structured-form.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { Books } from "../usage/books.ts";
import { Spending } from "../usage/cost-meter.ts";
import { meteredTools } from "../usage/metered-tools.ts";
import { ItemClock } from "./item-clock.ts";
import type { ItemRequests } from "./item-request.ts";
import { failureOf, type FinishedItem, resultOf } from "./item-result.ts";

/** Makes what is told of the events of an item, from its first request to its end. */
export type ItemObserver = (item: BatchItem, to: ModelRef) => TurnListener;

export interface AnsweringOptions {
  readonly engine: Engine;
  readonly console: Pick<Console, "words">;
  readonly requests: ItemRequests;
  /** The form that answers are to have; null for free text. */
  readonly form: StructuredForm | null;
  /** The tools that items may call which declare none; null for none. */
  readonly toolbox: Toolbox | null;
  /** Milliseconds that an item may take, what its requests wait for limits not counted; null for no limit. */
  readonly itemTimeout: number | null;
  readonly books: Books;
  /** Called with the rows of an item's requests once it is over. */
  readonly book: (rows: readonly LedgerRow[]) => void;
  readonly onEvent: OnBatchEvent;
  /** What is told of the events of an item; null for nothing. */
  readonly observe: ItemObserver | null;
}

/** Makes what answers the items of a run. Each model is opened once. */
export function itemAnswer(options: AnsweringOptions): AnswerItem {
  const answering = new ItemAnswering(options);
  return async (item, signal) => await answering.answer(item, signal);
}

class ItemAnswering {
  readonly #options: AnsweringOptions;
  readonly #spending: Spending;
  readonly #models = new Map<string, Promise<Model>>();
  /** What the ids of this run's rows begin with. Random ids alone would meet among a million. */
  readonly #run = newId();
  #count = 0;

  constructor(options: AnsweringOptions) {
    this.#options = options;
    this.#spending = new Spending(options.engine, null);
  }

  async answer(item: BatchItem, signal: AbortSignal): Promise<ItemResult> {
    const startedAt = Date.now();
    const { words } = this.#options.console;
    const { provider, model = "" } = this.#options.engine.settings;
    let to: ModelRef = { provider, model: item.model ?? model };
    try {
      to = await this.#options.requests.modelOf(item);
      const finished = await this.#ask(item, to, signal);
      return resultOf({ item, startedAt, ...finished }, words.errors);
    } catch (error) {
      const failure = { error: asAppError(error), turns: [], data: null, cost: null, calls: [], traceId: null };
      return resultOf({ item, to, startedAt, ...failure }, words.errors);
    }
  }

  async #ask(item: BatchItem, to: ModelRef, signal: AbortSignal): Promise<Omit<FinishedItem, "item" | "startedAt">> {
    const { requests, form, toolbox, itemTimeout, observe, onEvent } = this.#options;
    const model = await this.#open(to);
    const request = requests.requestOf(item, to);
    using clock = new ItemClock(itemTimeout, signal);
    const heard = new HeardEvents();
    const onRetry = (event: ChatEvent) => {
      if (event.type !== "waiting" || event.why !== "retry") return;
      onEvent({ type: "retry", id: item.id, model: to, code: event.error.code, attempt: event.attempt });
    };
    const listeners = [heard.onEvent, clock.onEvent, onRetry, ...(observe === null ? [] : [observe(item, to)])];
    const place = { id: `${this.#run}-${this.#count++}`, conversation: null, turn: null };
    const own = toolbox === null || item.tools.length > 0 ? null : this.#metered(toolbox, place);
    const first = await runTurn(model, request, listeners, clock.signal, to, own);
    const turns = [first];
    let checked = form === null ? null : checkedBy(form, first, first.text);
    const next = form === null || clock.signal.aborted ? null : this.#correction(form, request, first, checked);
    if (form !== null && next !== null) {
      const second = await runTurn(model, next, listeners, clock.signal, to);
      turns.push(second);
      checked = checkedBy(form, second, second.text);
    }
    const rows = (await Promise.all(turns.map(async (turn, index) => await this.#rowsOf(turn, place, index)))).flat();
    this.#options.book(rows);
    const last = turns.at(-1)!;
    const misfits = form === null || checked === null ? [] : misfitSentences(form, checked.misfits);
    return {
      to,
      turns,
      data: checked === null || misfits.length > 0 ? null : JSON.stringify(checked.data),
      error: clock.failure(last) ?? failureOf(last, heard, misfits),
      cost: costOf(turns, [...rows, ...(own?.billed ?? [])], this.#options.engine.settings.currency),
      calls: heard.calls,
      traceId: heard.traceId,
    };
  }

  async #open(to: ModelRef): Promise<Model> {
    const name = `${to.provider}/${to.model}`;
    const known = this.#models.get(name) ?? this.#options.engine.openModel(to);
    this.#models.set(name, known);
    return await known;
  }

  #metered(toolbox: Toolbox, place: LedgerPlace) {
    const { engine, books } = this.#options;
    return meteredTools(toolbox, { engine, books, place, mayExceed: engine.settings.over_budget, onWarnings() {} });
  }

  #correction(
    form: StructuredForm,
    request: ChatRequest,
    first: TurnResult,
    checked: ReturnType<typeof checkedBy>,
  ): ChatRequest | null {
    const question = userMessage("");
    const correction = correctionOf(form, this.#options.engine.prompts, first, checked, question);
    if (correction === null) return null;
    // Where nothing came, the same is asked once more.
    const more = correction === question ? [] : [...first.messages, correction];
    return { ...request, messages: [...request.messages, ...more], refresh: true };
  }

  /** @param index of the turn among the item's */
  async #rowsOf({ requests }: TurnResult, place: LedgerPlace, index: number): Promise<LedgerRow[]> {
    const own = index === 0 ? place : { ...place, id: `${place.id}-${index}` };
    return await this.#spending.rowsOf(requests, "batch", own, 0);
  }
}

type LedgerPlace = Parameters<Spending["rowsOf"]>[2];

/** What of the events of an item no turn's result has. */
class HeardEvents {
  /** Of the last request. */
  traceId: string | null = null;
  calls: readonly ToolCall[] = [];
  /** Names of tools that were not allowed. */
  readonly refused = new Set<string>();

  readonly onEvent = (event: ChatEvent): void => {
    if (event.type === "start") this.traceId = event.traceId;
    else if (event.type === "finish") this.calls = event.calls ?? [];
    else if (event.type === "tool_result" && event.output.isRefused === true) this.refused.add(event.call.name);
  };
}

/** Of all requests together; null where nobody knows it. */
function costOf(
  turns: readonly TurnResult[],
  billed: readonly Pick<LedgerRow, "cost">[],
  currency: string,
): ItemResult["cost"] {
  // What a service refuses it does not bill.
  if (billed.length === 0 || turns.every(({ cached }) => cached)) return { currency, amount: 0 };
  return sumCosts(billed.map(({ cost }) => cost));
}
